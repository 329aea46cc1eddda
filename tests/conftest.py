from __future__ import annotations

import asyncio
import gc
import os
import socket
from asyncio.selector_events import BaseSelectorEventLoop
from typing import Any

import hypothesis
import pytest
import structlog
from structlog.dev import ConsoleRenderer, plain_traceback
from xdist.scheduler.loadscope import LoadScopeScheduling  # type: ignore[import-untyped]
from xdist.workermanage import WorkerController  # type: ignore[import-untyped]

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


_SHARED = {
    "hanbit": ("journeys_", "pages", "races", "rolling"),
    "breakable": ("backup", "chaos", "crashes"),
}
"""Files of tests/system by the running system that they share; see its conftest."""
_FIRST = (
    *(f"tests/system/test_{name}" for names in _SHARED.values() for name in names),
    "tests/system/",
    "tests/unit/deploy/test_new_service",
    "tests/gateway/api/test_openapi",
    *("tests/service/", "tests/gateway/", "tests/unit/statistics/", ""),
)
"""What takes longest goes first, so that all processes end together."""
_NICENESS = 5
_MOST_SYSTEMS = 2
"""That run side by side."""


class _Together(LoadScopeScheduling):  # type: ignore[misc]
    """A file in one process, and all who share a running system in the same, so that it is started once."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        name = file.removeprefix("tests/system/test_")
        return next((system for system, files in _SHARED.items() if name != file and name.startswith(files)), file)

    def _assign_work_unit(self, node: WorkerController) -> None:
        """A third process takes no file with a running system while there are others: two systems wait for much and
        leave the processor to it, three starve each other."""
        if self.nodes.index(node) >= _MOST_SYSTEMS:
            scopes = (scope for scope in self.workqueue if not _is_system(scope))
            if scope := next(scopes, None):
                self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


def _is_system(name: str) -> bool:
    return name in _SHARED or name.startswith("tests/system/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Together | None:
    return _Together(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next(at for at, start in enumerate(_FIRST) if item.nodeid.startswith(start)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Whatever has no running system gives way to those that have: they are watched by the clock."""
    if not _is_system(item.nodeid) and os.getpriority(os.PRIO_PROCESS, 0) < _NICENESS:
        os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not walk through it for each test (a tenth of their time)."""
    gc.collect()
    gc.freeze()
