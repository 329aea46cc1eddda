"""Cache invalidation by the services' events.

The gateway runs without NATS too: it needs no event to be delivered, because every cache entry expires soon anyway."""

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
from services.chassis.tasks import cancel


@dataclass
class Listener:
    bus: Bus | None = None

    async def ready(self) -> bool:
        return self.bus is not None and await self.bus.ready()

    def connected(self) -> bool:
        return self.bus is not None and self.bus.connected

    @asynccontextmanager
    async def running(
        self, settings: Settings, handlers: Mapping[str, Handlers], forget: Callable[[], None]
    ) -> AsyncIterator[None]:
        task = asyncio.create_task(self.run(settings, handlers, forget))
        try:
            yield
        finally:
            await cancel(task)

    async def run(self, settings: Settings, handlers: Mapping[str, Handlers], forget: Callable[[], None]) -> None:
        """Runs until cancelled. `handlers` are by the producer's package; `forget` is called if any may be lost."""
        while True:
            try:
                async with (
                    bus.connect(settings.nats_url, "gateway", prefix=settings.prefix, on_return=forget) as self.bus,
                    asyncio.TaskGroup() as tasks,
                ):
                    for package, package_handlers in handlers.items():
                        tasks.create_task(self.bus.follow(package, package_handlers))
                    await asyncio.sleep(0)  # lets every subscription begin
                    forget()
            except* Exception:
                trace.log().warning("events away", exc_info=True)
            self.bus = None
            await asyncio.sleep(1)


LISTENER = web.AppKey("listener", Listener)


def merge_handlers(*tables: Mapping[str, Handlers]) -> dict[str, dict[type[Message], Handler]]:
    """One table of all; several handlers of an event are called in turn."""
    merged: dict[str, dict[type[Message], list[Handler]]] = defaultdict(lambda: defaultdict(list))
    for table in tables:
        for package, handlers in table.items():
            for kind, handler in handlers.items():
                merged[package][kind].append(handler)
    return {
        package: {kind: _in_turn(handlers) for kind, handlers in kinds.items()} for package, kinds in merged.items()
    }


def _in_turn(handlers: Sequence[Handler]) -> Handler:
    async def handle(event: Any) -> None:
        for handler in handlers:
            await handler(event)

    return handle
