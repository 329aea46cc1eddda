from __future__ import annotations

import asyncio
import socket
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.dev import ConsoleRenderer, plain_traceback

from tests.servers import mongo_url, nats_url, place, prefix, stores

__all__ = ["mongo_url", "nats_url", "place", "prefix", "stores"]

# By default a traceback is drawn with all its variables, which holds everything up for seconds on a busy machine.
structlog.configure(
    processors=[*structlog.get_config()["processors"][:-1], ConsoleRenderer(exception_formatter=plain_traceback)]
)

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


def _scope(item: pytest.Item) -> str:
    """All who walk through the one demo city stay in one process, so that it is started once."""
    return "hanbit" if "hanbit" in getattr(item, "fixturenames", ()) else item.nodeid.partition("::")[0]


_LONGEST_FIRST = ("hanbit", "tests/system/", "tests/service/", "tests/gateway/", "tests/unit/statistics/", "")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """What belongs together stays together, and what takes longest goes first, so that all processes end together."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_scope(item)))
    yield
    items.sort(key=lambda item: next(at for at, start in enumerate(_LONGEST_FIRST) if _scope(item).startswith(start)))
