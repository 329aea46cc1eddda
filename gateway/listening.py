"""Events that make what the gateway remembers wrong. The gateway owes nobody an event: it runs while NATS is away,
and what it remembers is soon asked anew in any case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from services.chassis import bus, trace
from services.chassis.bus import Bus, Handlers
from services.chassis.config import Settings


@dataclass
class Listener:
    bus: Bus | None = None

    async def ready(self) -> bool:
        return self.bus is not None and await self.bus.ready()

    async def run(self, settings: Settings, heard: Mapping[str, Handlers]) -> None:
        """Until cancelled. `heard`: handlers by the producer's package."""
        while True:
            try:
                async with (
                    bus.connect(settings.nats_url, "gateway", prefix=settings.prefix) as self.bus,
                    asyncio.TaskGroup() as tasks,
                ):
                    for package, handlers in heard.items():
                        tasks.create_task(self.bus.follow(package, handlers))
            except* Exception:
                trace.log().warning("events away", exc_info=True)
            self.bus = None
            await asyncio.sleep(1)


LISTENER = web.AppKey("listener", Listener)


@asynccontextmanager
async def listening(settings: Settings, heard: Mapping[str, Handlers]) -> AsyncIterator[Listener]:
    listener = Listener()
    task = asyncio.create_task(listener.run(settings, heard))
    try:
        yield listener
    finally:
        # Again, because Python 3.11's wait_for may lose a cancellation that meets its result.
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=0.2)
