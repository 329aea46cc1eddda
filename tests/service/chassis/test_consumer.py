from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
import structlog.testing
from nats.js.api import AckPolicy, ConsumerConfig

from ieum.courses.v1.events_pb2 import CoursePublished, CourseReinstated, CourseRetired
from services.chassis.config import Settings
from services.chassis.events import dead_letters
from services.chassis.events.bus import BatchHandler, Bus
from services.chassis.run import Frame
from tests.service.conftest import Announce, StartService, eventually


async def test_an_event_that_cannot_be_handled_goes_to_the_dead_letters_and_the_rest_moves_on(
    start_service: StartService, announce: Announce, settings: Settings
) -> None:
    handled: list[str] = []

    async def handle(event: CourseRetired) -> None:
        if event.course == "poison":
            raise ValueError("cannot")
        handled.append(event.course)

    async def listening(frame: Frame) -> None:
        frame.hear("ieum.courses.v1", {CourseRetired: handle})

    await announce(CourseRetired(course="poison"), "p")
    for number in range(5):
        await announce(CourseRetired(course=f"c{number}"), f"c{number}", times=2)
    await start_service("statistics", listening)

    async def all_but_poison() -> bool:
        return sorted(set(handled)) == [f"c{number}" for number in range(5)]

    await eventually(all_but_poison, "the healthy events were handled")


@dataclass
class Heard:
    """Handles events many at once, but for what is poison; `lots` is what came through, as it came."""

    lots: list[list[CourseRetired]]

    async def handle(self, events: Sequence[CourseRetired]) -> None:
        if any(event.course == "poison" for event in events):
            raise ValueError("cannot")
        self.lots.append(list(events))

    def courses(self) -> list[tuple[str, int]]:
        return [(event.course, event.revision) for lot in self.lots for event in lot]

    async def compose(self, frame: Frame) -> None:
        self.bus = frame.bus
        frame.hear("ieum.courses.v1", BatchHandler((CourseRetired, CoursePublished), self.handle))

    async def done(self) -> bool:
        return await self.bus.behind("ieum.courses.v1", "statistics") == 0

    async def dead(self) -> int:
        return await self.bus.count(dead_letters.STREAM, f"{dead_letters.STREAM}.statistics")


async def test_events_handled_together_keep_their_order_and_their_traces(
    start_service: StartService, announce: Announce
) -> None:
    heard = Heard([])
    for revision in range(1, 41):
        await announce(CourseRetired(course=f"c{revision % 4}", revision=revision), f"c{revision % 4}")
        await announce(CourseReinstated(course="c0"), "c0")
    with structlog.testing.capture_logs() as lines:
        await start_service("statistics", heard.compose)
        await eventually(lambda: asyncio.sleep(0, len(heard.courses()) == 40), "all are handled")
        await eventually(heard.done, "what it does not handle is done with as well")
    assert [revision for _, revision in heard.courses()] == list(range(1, 41))
    assert len(heard.lots) < 40
    told = [line for line in lines if line["event"] == "events handled"]
    assert sum(line["types"]["ieum.courses.v1.CourseRetired"] for line in told) == sum(len(x["traces"]) for x in told)


async def test_one_that_cannot_be_handled_goes_to_the_dead_letters_alone_and_the_rest_of_its_batch_is_kept(
    start_service: StartService, announce: Announce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.events.consumer._DELIVERIES", 1)
    heard = Heard([])
    for number in range(21):
        course = "poison" if number == 8 else f"c{number}"
        await announce(CourseRetired(course=course, revision=number), course)
    await start_service("statistics", heard.compose)
    await eventually(lambda: asyncio.sleep(0, len(set(heard.courses())) == 20), "the healthy ones are handled")
    await eventually(heard.done, "all are done with")
    assert await heard.dead() == 1


async def test_a_consumer_that_asked_for_several_subjects_goes_on_where_it_was(
    start_service: StartService, announce: Announce, events: Bus
) -> None:
    for number in range(3):
        await announce(CourseRetired(course=f"c{number}"), "a")
    kinds = [events.subject(f"ieum.courses.v1.{kind}.>") for kind in ("CoursePublished", "CourseRetired")]
    before = ConsumerConfig(durable_name="statistics", ack_policy=AckPolicy.EXPLICIT, filter_subjects=kinds)
    await events.jetstream.add_consumer(events.stream("ieum.courses.v1"), before)
    pull = events.pull("ieum.courses.v1", "statistics")
    taken = await pull.batch()
    await taken[0].ack()
    for message in taken[1:]:
        await message.nak()
    await pull.close()
    heard = Heard([])
    await start_service("statistics", heard.compose)
    await eventually(lambda: asyncio.sleep(0, len(heard.courses()) == 2), "the rest is handled")
    assert {course for course, _ in heard.courses()} == {"c1", "c2"}


async def test_what_a_consumer_did_not_take_goes_to_the_next_at_once(events: Bus, announce: Announce) -> None:
    await announce(CourseRetired(course="first"), "a")
    slow = ConsumerConfig(durable_name="d", ack_policy=AckPolicy.EXPLICIT, ack_wait=60)
    await events.jetstream.add_consumer(events.stream("ieum.courses.v1"), slow)
    ours, theirs = (events.pull("ieum.courses.v1", "d") for _ in range(2))
    for message in await ours.batch():
        await message.ack()
    for number in range(3):
        await announce(CourseRetired(course=f"c{number}"), "a")
    await eventually(lambda: is_behind(events, 3), "three are under way")
    await asyncio.sleep(0.1)
    await ours.close()
    taken: list[str] = []
    async with asyncio.timeout(10):
        while len(taken) < 3:
            taken += [CourseRetired.FromString(message.data).course for message in await theirs.batch()]
    assert sorted(taken) == ["c0", "c1", "c2"]
    await theirs.close()


async def is_behind(events: Bus, count: int) -> bool:
    info = await events.jetstream.consumer_info(events.stream("ieum.courses.v1"), "d")
    return bool(info.num_ack_pending == count)
