"""OpenTelemetry: the steps of each trace, sent to whoever collects them. `trace` imports this only where somebody does.

A step says what was done, where, and how it ended; never to whom. So no path, no query, no subject of an event, no
command's values and no exception's text goes out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from socket import gethostname
from threading import Timer

from opentelemetry import trace as otel
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from services.chassis.observability.traceparent import HEADER, Kind
from services.chassis.version import VERSION

_FAREWELL_SECONDS = 2.0
_headers = TraceContextTextMapPropagator()
_KINDS: Mapping[Kind, SpanKind] = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
}
_MESSAGING = {"publish": "send", "handle": "process"}


class Spans:
    """Of one process. Where they go, how many of them and how often is said by the settings OTEL_*."""

    def __init__(self, process: str) -> None:
        named = Resource.create(
            {
                "service.name": process,
                "service.namespace": "ieum",
                "service.version": VERSION,
                "service.instance.id": f"{gethostname()}-{os.getpid()}",
            }
        )
        self._provider = TracerProvider(resource=named, shutdown_on_exit=False)
        self._exporter = OTLPSpanExporter()
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("ieum")
        self.listeners: Sequence[CommandListener] = [Commands(self._tracer)]

    @contextmanager
    def following(self, header: str | None, name: str, kind: Kind) -> Iterator[str]:
        with self._step(name, kind, _parent(header)) as span:
            yield f"{span.get_span_context().trace_id:032x}"

    @contextmanager
    def following_all(self, steps: Iterable[tuple[str, str]], kind: Kind) -> Iterator[None]:
        """What is asked of the database meanwhile belongs to the first."""
        spans = [
            self._tracer.start_span(name, _parent(header), _KINDS[kind], _attributes(name)) for header, name in steps
        ]
        try:
            with otel.use_span(spans[0], record_exception=False, set_status_on_exception=False):
                yield
        finally:
            for span in spans:
                span.end()

    def within(self, name: str, kind: Kind) -> AbstractContextManager[Span]:
        return self._step(name, kind, None)

    def _step(self, name: str, kind: Kind, parent: Context | None) -> AbstractContextManager[Span]:
        return self._tracer.start_as_current_span(
            name,
            parent,
            _KINDS[kind],
            _attributes(name),
            record_exception=False,
            set_status_on_exception=False,
        )

    def traceparent(self) -> str:
        """ "" where no step is under way."""
        carrier: dict[str, str] = {}
        _headers.inject(carrier)
        return carrier.get(HEADER, "")

    def note(self, attributes: Mapping[str, str | int], error: str) -> None:
        span = otel.get_current_span()
        span.set_attributes(attributes)
        if error:
            span.set_attribute("error.type", error)
            span.set_status(Status(StatusCode.ERROR))

    def close(self) -> None:
        """Sends what waits; not for long where nobody takes it."""
        enough = Timer(_FAREWELL_SECONDS, self._exporter.shutdown)
        enough.start()
        self._provider.shutdown()
        enough.cancel()


def _parent(header: str | None) -> Context:
    return _headers.extract({HEADER: header} if header else {}, Context())


def _attributes(name: str) -> dict[str, str]:
    """What a step's name says, in the words of the semantic conventions; collectors draw calls and queues by them.

    Names are "publish ieum.people.v1.PersonMoved", "handle ..." and "ieum.people.v1.PeopleService/GetPerson". An
    event's type stands for its subject, which would end in somebody's id.
    """
    first, _, rest = name.partition(" ")
    if first in _MESSAGING:
        return {
            "messaging.system": "nats",
            "messaging.operation.name": first,
            "messaging.operation.type": _MESSAGING[first],
            "messaging.destination.name": rest,
        }
    service, slash, method = name.partition("/")
    if slash and service[-1:].isalpha():
        return {"rpc.system": "grpc", "rpc.service": service, "rpc.method": method}
    return {}


class Commands(CommandListener):
    """Each command to MongoDB that belongs to a step; the driver reports it in the task that asked."""

    def __init__(self, tracer: otel.Tracer) -> None:
        self._tracer = tracer
        self._under_way: dict[int, Span] = {}

    def started(self, event: CommandStartedEvent) -> None:
        if not otel.get_current_span().is_recording():
            return
        verb = event.command_name
        named = event.command.get("collection" if verb == "getMore" else verb)
        collection = named if isinstance(named, str) else ""
        about: dict[str, str | int] = {"db.system.name": "mongodb", "db.operation.name": verb}
        about["db.namespace"] = event.database_name
        if collection:
            about["db.collection.name"] = collection
        host, port = event.connection_id
        about["server.address"] = host
        if port:
            about["server.port"] = port
        name = f"{verb} {collection}".strip()
        self._under_way[event.request_id] = self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes=about)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        if span := self._under_way.pop(event.request_id, None):
            span.end()

    def failed(self, event: CommandFailedEvent) -> None:
        if span := self._under_way.pop(event.request_id, None):
            code = str(event.failure.get("code", ""))
            span.set_attributes({"db.response.status_code": code, "error.type": code or "_OTHER"})
            span.set_status(Status(StatusCode.ERROR))
            span.end()
