"""Events that make what the gateway remembers wrong. The gateway owes nobody an event: it runs while NATS is away,
and what it remembers is soon asked anew in any case."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from google.protobuf.message import Message

from services.chassis.config import Settings
from services.chassis.events import bus
from services.chassis.events.bus import Bus, Handler, Handlers
from services.chassis.observability import trace


@dataclass
class Listener:
    bus: Bus | None = None

    async def ready(self) -> bool:
        return self.bus is not None and await self.bus.ready()

    def connected(self) -> bool:
        return self.bus is not None and self.bus.connected

    @asynccontextmanager
    async def run_beside(
        self, settings: Settings, heard: Mapping[str, Handlers], forget: Callable[[], None]
    ) -> AsyncIterator[None]:
        task = asyncio.create_task(self.run(settings, heard, forget))
        try:
            yield
        finally:
            # Again, because Python 3.11's wait_for may lose a cancellation that meets its result.
            while not task.done():
                task.cancel()
                await asyncio.wait([task], timeout=0.2)

    async def run(self, settings: Settings, heard: Mapping[str, Handlers], forget: Callable[[], None]) -> None:
        """Until cancelled. `heard`: handlers by the producer's package; `forget` when some may have been missed."""
        while True:
            try:
                async with (
                    bus.connect(settings.nats_url, "gateway", prefix=settings.prefix, on_return=forget) as self.bus,
                    asyncio.TaskGroup() as tasks,
                ):
                    for package, handlers in heard.items():
                        tasks.create_task(self.bus.follow(package, handlers))
                    await asyncio.sleep(0)  # all have begun to follow
                    forget()
            except* Exception:
                trace.log().warning("events away", exc_info=True)
            self.bus = None
            await asyncio.sleep(1)


LISTENER = web.AppKey("listener", Listener)


def merge_handlers(*tables: Mapping[str, Handlers]) -> dict[str, dict[type[Message], Handler]]:
    """One table of several: where two hear of the same event, each is told in turn."""
    merged: dict[str, dict[type[Message], list[Handler]]] = defaultdict(lambda: defaultdict(list))
    for table in tables:
        for package, handlers in table.items():
            for kind, handler in handlers.items():
                merged[package][kind].append(handler)
    return {package: {kind: _each(told) for kind, told in kinds.items()} for package, kinds in merged.items()}


def _each(told: Sequence[Handler]) -> Handler:
    async def tell(event: Any) -> None:
        for handler in told:
            await handler(event)

    return tell
