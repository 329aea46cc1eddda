from __future__ import annotations

import asyncio
import socket
from asyncio.selector_events import BaseSelectorEventLoop
from typing import Any

import hypothesis
import pytest
import structlog
from structlog.dev import ConsoleRenderer, plain_traceback
from xdist.scheduler.loadscope import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.servers import mongo_url, nats_url, place, prefix, stores

__all__ = ["mongo_url", "nats_url", "place", "prefix", "stores"]

# By default a traceback is drawn with all its variables, which holds everything up for seconds on a busy machine.
structlog.configure(
    processors=[*structlog.get_config()["processors"][:-1], ConsoleRenderer(exception_formatter=plain_traceback)]
)

# Its own limit of 0.2 s an example says more of what else the machine does than of us.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")

_connect = BaseSelectorEventLoop.sock_connect


def _connect_or_close(loop: BaseSelectorEventLoop, connecting: socket.socket, address: Any) -> asyncio.Task[None]:
    """A database client that is closed while one of its monitors connects forgets that socket (pymongo 4.20 closes it
    after errors, not after a cancellation), and the test that runs when it is collected would fail of the warning.

    A task: its end is heard of even when it is cancelled before it began.
    """
    task = loop.create_task(_connect(loop, connecting, address))
    task.add_done_callback(lambda done: connecting.close() if done.cancelled() else None)
    return task


BaseSelectorEventLoop.sock_connect = _connect_or_close  # type: ignore[method-assign,assignment]


_IN_THE_DEMO_CITY = tuple(f"tests/system/test_{name}" for name in ("journeys_", "pages", "races", "rolling"))
_LONGEST_FIRST = (
    *(
        *_IN_THE_DEMO_CITY,
        "tests/system/",
        "tests/unit/statistics/audit/test_whole_release",
        "tests/gateway/api/test_openapi",
    ),
    *("tests/service/", "tests/gateway/", "tests/unit/statistics/", ""),
)


class _Together(LoadScopeScheduling):  # type: ignore[misc]
    """A file in one process, and all who walk through the demo city in the same, so that it is started once."""

    def _split_scope(self, nodeid: str) -> str:
        return "hanbit" if nodeid.startswith(_IN_THE_DEMO_CITY) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Together | None:
    return _Together(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest goes first, so that all processes end together."""
    items.sort(key=lambda item: next(at for at, start in enumerate(_LONGEST_FIRST) if item.nodeid.startswith(start)))
