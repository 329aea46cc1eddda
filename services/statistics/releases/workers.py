"""Processes for heavy work beside the loop. They end with the service, and at its word also in the middle of a step."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def _begin(parent: int, pids: SimpleQueue[int]) -> None:
    """Says who it is, so that it can be killed; and it must not outlive a service that was killed."""
    pids.put(os.getpid())

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class Workers:
    def __init__(self, most: int) -> None:
        """At most so many processes, each started when it is first needed."""
        self._most = most
        self._pool: ProcessPoolExecutor | None = None
        self._pids: SimpleQueue[int]

    async def run(self, work: Callable[[], T]) -> T:
        if self._pool is None:
            context = get_context("spawn")
            self._pids = context.SimpleQueue()
            self._pool = ProcessPoolExecutor(self._most, context, _begin, (os.getpid(), self._pids))
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except BrokenProcessPool:
            self.stop()
            raise

    def stop(self) -> None:
        """Kills them: a solver at work hears nothing else. The next `run` starts new ones."""
        if self._pool is None:
            return
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = None
        children = {child.pid: child for child in multiprocessing.active_children()}
        while not self._pids.empty():
            if child := children.get(self._pids.get()):
                child.kill()
