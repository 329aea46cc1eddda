"""Metrics of a service beside its calls: its lag behind each stream, its outbox, its dead letters.

Read from the stores every few seconds; all replicas of a service report the same.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import Gauge, Info, disable_created_metrics, start_http_server

from services.chassis.clock import now
from services.chassis.config import Settings
from services.chassis.events import dead_letters
from services.chassis.events.bus import Bus, check_cancelled
from services.chassis.events.outbox import Outbox
from services.chassis.observability import trace
from services.chassis.version import VERSION

_LOOK_SECONDS = 10.0

# A second series for each histogram, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]
Info("ieum_build", "Which Ieum this is").info({"version": VERSION})
_LAG = Gauge("ieum_event_lag", "Events of a producer that a service has not handled yet", ["service", "producer"])
_WAITING = Gauge("ieum_outbox_waiting", "Entities with events that the broker has not stored yet", ["service"])
_OLDEST = Gauge("ieum_outbox_oldest_seconds", "For how long the oldest of them has been waiting", ["service"])
_DEAD = Gauge("ieum_dead_letters", "Events that a service could not handle", ["service"])
_LOOKED = Gauge(
    "ieum_stores_read_timestamp_seconds", "When the stores last answered these questions, in Unix time", ["service"]
)


class Measure:
    """`packages`: of the producers whose events the service hears."""

    def __init__(self, service: str, bus: Bus, outbox: Outbox, packages: Sequence[str]) -> None:
        self._service = service
        self._bus = bus
        self._outbox = outbox
        self._packages = packages

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            check_cancelled()
            try:
                await self.look()
            except Exception:
                trace.log().warning("stores not measured", exc_info=True)
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        waiting, oldest = await self._outbox.depth(), await self._outbox.oldest()
        _WAITING.labels(self._service).set(waiting)
        _OLDEST.labels(self._service).set((now() - oldest).total_seconds() if oldest else 0)
        for package in self._packages:
            producer = package.split(".")[1]
            _LAG.labels(self._service, producer).set(await self._bus.behind(package, self._service))
        _DEAD.labels(self._service).set(await self._given_up() if self._packages else 0)
        _LOOKED.labels(self._service).set(time.time())

    async def _given_up(self) -> int:
        return await self._bus.count(dead_letters.STREAM, f"{dead_letters.STREAM}.{self._service}")


@contextmanager
def exposed(settings: Settings, process: str) -> Iterator[None]:
    """Everything measured in this process at /metrics of a port of its own, where one was set."""
    port = settings.metrics_of(process)
    if not port:
        yield
        return
    server, thread = start_http_server(port, settings.metrics_host)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
