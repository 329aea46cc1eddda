"""How far behind the statistics are while completions arrive, and how fast they catch up after an outage."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from pymongo import AsyncMongoClient

from bench import city as cities
from bench.city import City
from deploy.local import Ieum
from ieum.progress.v1 import events_pb2
from services.chassis import bus, trace
from services.chassis.bus import Bus
from services.chassis.clock import now, stamp
from services.statistics.store import Facts

_RATE, _SECONDS = 1_000, 8
_BACKLOG = 20_000
_AT_ONCE = 200


@dataclass(frozen=True)
class Lag:
    """Seconds behind at 1,000 a second (the worst seen), and events a second after an outage."""

    worst: float
    arrived: float
    absorbed: float
    backlog: int


async def measure(system: Ieum, city: City) -> Lag:
    enrolments = [
        (taking, city.enrolment(taking.course, taking.person))
        for taking in islice(cities.takings(city), _RATE * _SECONDS + _BACKLOG)
    ]
    async with (
        bus.connect(system.environment["IEUM_NATS_URL"], "bench") as events,
        AsyncMongoClient[dict[str, Any]](system.environment["IEUM_MONGO_URL"]) as client,
    ):
        facts = Facts(client["ieum_statistics"])
        worst, arrived = await _steady(events, facts, enrolments[: _RATE * _SECONDS])
        rest = enrolments[_RATE * _SECONDS :]
        return Lag(worst, arrived, await _outage(system, events, facts, rest), len(rest))


async def _steady(events: Bus, facts: Facts, enrolments: list[Any]) -> tuple[float, float]:
    behind: list[float] = []
    began = time.perf_counter()
    for second in range(_SECONDS):
        batch = enrolments[second * _RATE : (second + 1) * _RATE]
        await _publish(events, batch, "steady")
        behind.append(await _until_there(facts, batch[-1][1], "steady"))
        await asyncio.sleep(max(0, began + second + 1 - time.perf_counter()))
    return max(behind), len(enrolments) / (time.perf_counter() - began)


async def _outage(system: Ieum, events: Bus, facts: Facts, enrolments: list[Any]) -> float:
    os.kill(system.pid("statistics"), signal.SIGSTOP)
    await _publish(events, enrolments, "outage")
    os.kill(system.pid("statistics"), signal.SIGCONT)
    began = time.perf_counter()
    for _, enrolment in enrolments:
        await _until_there(facts, enrolment, "outage")
    return len(enrolments) / (time.perf_counter() - began)


async def _publish(events: Bus, enrolments: list[Any], lesson: str) -> None:
    waiting = iter(enrolments)

    async def publisher() -> None:
        for taking, enrolment in waiting:
            event = events_pb2.LessonCompleted(
                enrollment=f"enrollments/{enrolment}",
                person=f"people/bench{taking.person:011d}",
                course=f"courses/bench{taking.course:011d}",
                lesson=lesson,
                minutes=1,
                complete_time=stamp(taking.began + timedelta(days=1)),
                revision=100,
                time=stamp(now()),
            )
            name = event.DESCRIPTOR.full_name
            subject, identity = f"{name}.{enrolment}", f"bench/{lesson}/{enrolment}"
            await events.publish(subject, name, identity, event.SerializeToString(), trace.traceparent())

    async with asyncio.TaskGroup() as tasks:
        for _ in range(_AT_ONCE):
            tasks.create_task(publisher())


async def _until_there(facts: Facts, enrolment: str, lesson: str) -> float:
    began = time.perf_counter()
    while not await facts.facts.find_one({"_id": f"enrollments/{enrolment}", f"minutes.{lesson}": 1}, {"_id": 1}):
        await asyncio.sleep(0.01)
        if time.perf_counter() - began > 60:
            raise TimeoutError(f"{enrolment} has not arrived")
    return time.perf_counter() - began
