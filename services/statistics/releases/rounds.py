"""A loop that does its round every second, and at once when it is nudged."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

from pymongo.errors import ConnectionFailure

from services.chassis.events.bus import check_cancelled
from services.chassis.observability import trace

WAIT_SECONDS = 1.0


class Rounds(ABC):
    def __init__(self) -> None:
        self._wake = asyncio.Event()

    def nudge(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. A database that is away is waited for."""
        try:
            while True:
                check_cancelled()
                self._wake.clear()
                try:
                    await self.round()
                except ConnectionFailure:
                    trace.log().warning("releases delayed", exc_info=True)
                await self._pause()
        finally:
            self.end()

    @abstractmethod
    async def round(self) -> None:
        """Does what is due. A round that a lost connection ended is done again."""

    @abstractmethod
    def end(self) -> None: ...

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return
