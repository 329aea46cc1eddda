"""Measures the lag of statistics behind the events, and how fast the service catches up after an outage."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, groupby, islice
from typing import Any

from pymongo import AsyncMongoClient

from bench import city as cities
from bench.city import City, Enrolment
from deploy.local import Ieum
from ieum.progress.v1 import events_pb2
from services.chassis.clock import now, stamp
from services.chassis.config import Settings
from services.chassis.events import bus
from services.chassis.events.bus import Bus
from services.chassis.observability import trace
from services.statistics.facts.keys import fact_key
from services.statistics.facts.store import Facts

_PACKAGE, _DURABLE = "ieum.progress.v1", "statistics"
_RATE, _SECONDS = 1_000, 8
_MOST_WAITING = 100_000
_AT_ONCE = 200
_FORGOTTEN_SECONDS = 11.0
"""Seconds after which the broker redelivers events that a stopped process had fetched."""
_LOT = 1_000


@dataclass(frozen=True)
class Lag:
    """The worst lag in seconds at 1,000 events a second, and events per second after an outage: from the first handled
    event, and from the start of the service."""

    worst: float
    arrived: float
    absorbed: float
    with_start: float
    waiting: int


@dataclass(frozen=True)
class Completion:
    """A completion of an invented lesson, so that it is new for the fact."""

    taking: Enrolment
    enrolment: str
    fact: str
    lesson: str


async def measure(system: Ieum, city: City) -> Lag:
    settings = Settings.model_validate({"secrets": system.environment["IEUM_SECRETS"]})
    enrolments = [
        (taking, name, fact_key(settings.pseudonym_key, f"enrollments/{name}"))
        for taking in islice(cities.enrolments(city), _MOST_WAITING)
        for name in [city.enrolment(taking.course, taking.person)]
    ]
    async with (
        bus.connect(system.environment["IEUM_NATS_URL"], "bench") as events,
        AsyncMongoClient[dict[str, Any]](system.environment["IEUM_MONGO_URL"]) as client,
    ):
        facts = Facts(client["ieum_statistics"], settings.pseudonym_key)
        worst, arrived = await _steady(events, facts, _completions(enrolments, "steady", _RATE * _SECONDS))
        waiting = _completions(enrolments, "outage", min(_MOST_WAITING, 2 * city.learners))
        absorbed, with_start = await _outage(system, events, waiting)
        await _wait_for_all(facts, waiting)
        return Lag(worst, arrived, absorbed, with_start, len(waiting))


def _completions(enrolments: Sequence[tuple[Enrolment, str, str]], lesson: str, count: int) -> list[Completion]:
    """Completions of different enrolments, as far as there are enough."""
    around = islice(cycle(enrolments), count)
    return [
        Completion(taking, name, fact, f"{lesson}{place // len(enrolments)}")
        for place, (taking, name, fact) in enumerate(around)
    ]


async def _steady(events: Bus, facts: Facts, completions: Sequence[Completion]) -> tuple[float, float]:
    behind: list[float] = []
    began = time.perf_counter()
    for second in range(_SECONDS):
        batch = completions[second * _RATE : (second + 1) * _RATE]
        await _publish(events, batch)
        behind.append(await _wait_for_fact(facts, batch[-1]))
        await asyncio.sleep(max(0, began + second + 1 - time.perf_counter()))
    return max(behind), len(completions) / (time.perf_counter() - began)


async def _outage(system: Ieum, events: Bus, waiting: Sequence[Completion]) -> tuple[float, float]:
    """Stops the service while events are published, then kills and restarts it."""
    frozen, processes = time.perf_counter(), [name for name in system.processes if name.startswith("statistics")]
    for name in processes:
        os.kill(system.pid(name), signal.SIGSTOP)
    await _publish(events, waiting)
    await asyncio.sleep(max(0, frozen + _FORGOTTEN_SECONDS - time.perf_counter()))
    began = time.perf_counter()
    for name in processes:
        await system.kill(name)
    left = await _wait_for_backlog(events, len(waiting) - 1)
    first = time.perf_counter()
    await _wait_for_backlog(events, 0)
    ended = time.perf_counter()
    return left / (ended - first), len(waiting) / (ended - began)


async def _wait_for_backlog(events: Bus, most: int) -> int:
    """Waits until at most `most` events are pending; returns their number."""
    async with asyncio.timeout(300):
        while (left := await events.behind(_PACKAGE, _DURABLE)) > most:
            await asyncio.sleep(0.02)
    return left


async def _publish(events: Bus, completions: Sequence[Completion]) -> None:
    waiting = iter(completions)

    async def publisher() -> None:
        for completion in waiting:
            event = events_pb2.LessonCompleted(
                enrollment=f"enrollments/{completion.enrolment}",
                person=f"people/bench{completion.taking.person:011d}",
                course=f"courses/bench{completion.taking.course:011d}",
                lesson=completion.lesson,
                minutes=1,
                complete_time=stamp(completion.taking.began + timedelta(days=1)),
                revision=100,
                time=stamp(now()),
            )
            name = event.DESCRIPTOR.full_name
            subject, identity = f"{name}.{completion.enrolment}", f"bench/{completion.lesson}/{completion.enrolment}"
            await events.publish(subject, name, identity, event.SerializeToString(), trace.traceparent())

    async with asyncio.TaskGroup() as tasks:
        for _ in range(_AT_ONCE):
            tasks.create_task(publisher())


async def _wait_for_fact(facts: Facts, completion: Completion) -> float:
    began = time.perf_counter()
    while not await facts.facts.find_one(_facts_with([completion]), {"_id": 1}):
        await asyncio.sleep(0.01)
        if time.perf_counter() - began > 60:
            raise TimeoutError(f"{completion.enrolment} has not arrived")
    return time.perf_counter() - began


async def _wait_for_all(facts: Facts, completions: Sequence[Completion]) -> None:
    for _, each in groupby(completions, key=lambda completion: completion.lesson):
        alike = list(each)
        for start in range(0, len(alike), _LOT):
            lot = alike[start : start + _LOT]
            if await facts.facts.count_documents(_facts_with(lot)) != len(lot):
                raise RuntimeError("Events were acknowledged that are not in the facts")


def _facts_with(alike: Sequence[Completion]) -> dict[str, Any]:
    return {
        "_id": {"$in": [completion.fact for completion in alike]},
        f"minutes.{alike[0].lesson}": 1,
    }
