"""What Prometheus would read of a service that is behind, of one that gave up, and of one whose broker is away."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.request import urlopen

import pytest
from nats.js.errors import NotFoundError
from prometheus_client import REGISTRY

from ieum.courses.v1.events_pb2 import CourseRetired
from services.chassis import metrics
from services.chassis.clock import now
from services.chassis.config import Settings
from services.chassis.metrics import Measure
from services.chassis.run import Frame
from services.registry import SERVICES
from tests.service.conftest import Announce, StartService, eventually

HEARD = "ieum.courses.v1"


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"service": "statistics", **labels})


@dataclass
class Slow:
    """Handles nothing until it may, and never what is poison."""

    may: asyncio.Event = field(default_factory=asyncio.Event)
    frame: Frame | None = None

    async def handle(self, event: CourseRetired) -> None:
        await self.may.wait()
        if event.course == "poison":
            raise ValueError("poison")

    async def compose(self, frame: Frame) -> None:
        self.frame = frame
        frame.outbox.watch(frame.database["things"])
        frame.hear(HEARD, {CourseRetired: self.handle})

    async def hears(self) -> bool:
        assert self.frame is not None
        try:
            await self.frame.bus.behind(HEARD, "statistics")
        except NotFoundError:
            return False
        return True

    async def look(self) -> None:
        assert self.frame is not None
        await Measure("statistics", self.frame.bus, self.frame.outbox, self.frame.heard).look()


@pytest.fixture
async def slow(start_service: StartService, announce: Announce, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Slow]:
    monkeypatch.setattr("services.chassis.events.consumer._DELIVERIES", 1)
    service = Slow()
    await announce(CourseRetired(course="poison"), "poison")
    for number in range(3):
        await announce(CourseRetired(course=f"c{number}"), f"c{number}")
    await start_service("statistics", service.compose)
    await eventually(service.hears, "it hears the courses")
    yield service
    service.may.set()


async def test_a_service_says_how_far_behind_it_is_and_what_it_gave_up(slow: Slow) -> None:
    async def lag_is(events: int) -> bool:
        await slow.look()
        return value("ieum_event_lag", producer="courses") == events

    await eventually(lambda: lag_is(4), "four events are not handled")
    assert value("ieum_dead_letters") == 0
    slow.may.set()
    await eventually(lambda: lag_is(0), "all are handled or given up")
    assert value("ieum_dead_letters") == 1
    assert time.time() - (value("ieum_stores_read_timestamp_seconds") or 0) < 10


async def test_a_service_says_for_how_long_its_events_have_waited(slow: Slow) -> None:
    assert slow.frame is not None
    things = slow.frame.database["things"]
    await slow.look()
    assert (value("ieum_outbox_waiting"), value("ieum_outbox_oldest_seconds")) == (0, 0)
    # In the future for the sweep, which would take it along.
    await things.insert_one({"_id": "a", "pending": [], "due": now() + timedelta(hours=1)})
    await slow.look()
    assert value("ieum_outbox_waiting") == 1
    assert -3600 <= (value("ieum_outbox_oldest_seconds") or 0) < -3500


async def test_each_process_has_a_port_of_its_own(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = settings.model_copy(update={"metrics_port": port - 2})
    assert [told.metrics_of(name) - port for name in ("gateway", *SERVICES)] == list(range(-2, len(SERVICES) - 1))
    assert settings.metrics_of("gateway") == 0
    with metrics.exposed(told, "courses"):
        answer = await asyncio.to_thread(lambda: urlopen(f"http://127.0.0.1:{port}/metrics").read())
    assert b"ieum_event_lag" in answer
