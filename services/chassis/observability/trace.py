"""One trace id from the browser's request through gateway, services and events, on every log line; logs are JSON.

If OpenTelemetry's settings name a collector, each process also exports its spans to it.
"""

from __future__ import annotations

import json
import logging
import os
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Protocol

import structlog
from pydantic_core import to_json

from services.chassis.observability.traceparent import Kind, id_of

_trace_id: ContextVar[str] = ContextVar("trace_id", default="")
_call_id: ContextVar[str] = ContextVar("call_id", default="")

# What a person typed or answered never reaches a log, whoever passes it by mistake.
_PRIVATE = frozenset(
    ("passphrase", "current_passphrase", "new_passphrase", "token", "secret", "cookie", "authorization")
) | {"birth_year", "sex", "groups", "email", "login", "display_name"}


class Recorder(Protocol):
    """Records spans; `observability.spans` has one. Without a collector there is none."""

    @property
    def listeners(self) -> Sequence[Any]: ...

    def following(self, header: str | None, name: str, kind: Kind) -> AbstractContextManager[str]: ...
    def following_all(self, steps: Iterable[tuple[str, str]], kind: Kind) -> AbstractContextManager[object]: ...
    def within(self, name: str, kind: Kind) -> AbstractContextManager[object]: ...
    def traceparent(self) -> str: ...
    def note(self, attributes: Mapping[str, str | int], error: str) -> None: ...


_recorder: Recorder | None = None


def trace_id() -> str:
    return _trace_id.get()


def call_id() -> str:
    """The traceparent that the current call came with: a client that repeats the call sends the same one."""
    return _call_id.get()


def traceparent() -> str:
    """Header that carries the current trace on (a new one where none is under way)."""
    recorded = _recorder.traceparent() if _recorder else ""
    return recorded or f"00-{_trace_id.get() or _new_id(16)}-{_new_id(8)}-01"


@contextmanager
def following(header: str | None, name: str, kind: Kind) -> Iterator[str]:
    """Continues the trace of a traceparent header, or begins one when it is absent or malformed. `name`: of what is
    done meanwhile."""
    with _recorder.following(header, name, kind) if _recorder else nullcontext(_begun(header)) as current:
        token, call_token = _trace_id.set(current), _call_id.set(header or "")
        try:
            yield current
        finally:
            _trace_id.reset(token)
            _call_id.reset(call_token)


def _begun(header: str | None) -> str:
    return id_of(header or "") or _new_id(16)


def _new_id(size: int) -> str:
    """Unique, not secret."""
    return random.randbytes(size).hex()  # noqa: S311


def following_all(steps: Iterable[tuple[str, str]], kind: Kind) -> AbstractContextManager[object]:
    """Continues many traces by one step each, as (traceparent header, what is done), that are taken together."""
    return _recorder.following_all(steps, kind) if _recorder else nullcontext()


def within(name: str, kind: Kind) -> AbstractContextManager[object]:
    """A step of the trace that is under way."""
    return _recorder.within(name, kind) if _recorder else nullcontext()


def note(attributes: Mapping[str, str | int], *, error: str = "") -> None:
    """Attributes of the current span, and the kind of error where it failed. No person's name, id or words."""
    if _recorder:
        _recorder.note(attributes, error)


def listeners() -> Sequence[Any]:
    """For MongoDB's driver."""
    return _recorder.listeners if _recorder else ()


@contextmanager
def recorded(process: str) -> Iterator[None]:
    """Exports spans if a collector is named."""
    global _recorder
    if not any(map(os.environ.get, ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))):
        yield
        return
    from services.chassis.observability.spans import Spans  # slow to import, and seldom needed

    _recorder = spans = Spans(process)
    try:
        yield
    finally:
        _recorder = None
        spans.close()


def configure_logging(process: str, level: str) -> None:
    """JSON lines on standard output, each with process, level, time and trace id."""

    def stamp(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        if current := _trace_id.get():
            event["trace_id"] = current
        return event

    processors: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        stamp,
        hide_private,
        structlog.processors.format_exc_info,
    ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*processors, _line],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=lambda logger, name, event: _line(logger, name, event).decode(), foreign_pre_chain=processors
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


def _line(_: Any, __: str, event: MutableMapping[str, Any]) -> bytes:
    try:
        return to_json(event, fallback=repr, bytes_mode="hex")
    except ValueError:  # text that is no Unicode
        return json.dumps(event, default=repr).encode()


def hide_private(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in _PRIVATE & event.keys():
        event[name] = "[hidden]"
    return event


# Bound once: it takes its configuration at first use.
_log = structlog.get_logger()


def log() -> Any:
    return _log
