"""Runs Ieum with a loaded city, measures rows, and counts the cost of every process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import aiohttp

from bench import clients, loading, proc
from bench.city import City
from bench.clients import Request
from bench.loading import Loaded
from bench.rows import Row
from deploy.local import Ieum, running

SETTLED = 2.0
_BEFORE_SECONDS = 30.0
_READING_SECONDS = 180
"""Seconds; statistics reads a million facts in half a minute at worst."""


@dataclass(frozen=True)
class Measured:
    """Rates per second and times in milliseconds; `cpu` per operation, of the whole stack and by process."""

    row: str
    count: int
    rate: float
    p50: float
    p99: float
    first_byte: float
    cpu: float
    cpu_of: Mapping[str, float]
    good: bool
    sample: str


@asynccontextmanager
async def city_running(city: City, data: Path) -> AsyncIterator[tuple[Ieum, Loaded]]:
    async with running(data, environment={"IEUM_DEMO": "0"}, say=lambda _: None) as system:
        key = bytes.fromhex((Path(system.environment["IEUM_SECRETS"]) / "pseudonym_key").read_text().strip())
        loaded = await loading.load(city, system.environment["IEUM_MONGO_URL"], key)
        # As in any long life: without what loading left in memory, and with all facts read.
        for name in ("mongod", *_statistics(system)):
            await system.restart(name)
        await wait_until_quiet(system, _READING_SECONDS)
        yield system, loaded


def sessions(system: Ieum) -> dict[str, int]:
    return {name: system.pid(name) for name in system.processes}


def _statistics(system: Ieum) -> list[str]:
    return [name for name in system.processes if name.startswith("statistics")]


async def wait_until_quiet(system: Ieum, most: int = 30) -> None:
    """Returns when the system has handled everything in progress, or after `most` seconds."""
    for _ in range(most):
        before = sum(proc.used(sessions(system)).values())
        await asyncio.sleep(1)
        if sum(proc.used(sessions(system)).values()) - before < 0.08:
            return


async def measure(system: Ieum, city: City, row: Row) -> Measured:
    """Measures a row. The cost includes all events that the requests cause, until the system is quiet."""
    asked = row.requests(city)
    if row.before:
        await clients.drive(system.url, row.before(city), row.at_once, _BEFORE_SECONDS)
    await clients.drive(system.url, asked[: min(20, len(asked) // 20)], 4, 2)
    await wait_until_quiet(system)
    idle = await _idle(system)
    before, began = proc.used(sessions(system)), time.perf_counter()
    seen = await clients.drive(system.url, asked[min(20, len(asked) // 20) :], row.at_once, row.seconds)
    await wait_until_quiet(system)
    after, took = proc.used(sessions(system)), time.perf_counter() - began
    cost = {
        name: 1000 * max(0.0, after[name] - before[name] - idle[name] * took) / max(1, seen.count) for name in before
    }
    return Measured(
        row=row.name,
        count=seen.count,
        rate=seen.count / seen.seconds,
        p50=seen.percentile(0.5),
        p99=seen.percentile(0.99),
        first_byte=1000 * sorted(seen.first)[seen.count // 2],
        cpu=sum(cost.values()),
        cpu_of=cost,
        good=seen.good,
        sample=seen.sample,
    )


async def _idle(system: Ieum) -> dict[str, float]:
    """CPU seconds per second of each process without requests."""
    before = proc.used(sessions(system))
    await asyncio.sleep(SETTLED)
    after = proc.used(sessions(system))
    return {name: (after[name] - before[name]) / SETTLED for name in before}


async def second_start(city: City, data: Path) -> float:
    """Seconds from the command to the first page, on existing data."""
    began = time.perf_counter()
    async with running(data, environment={"IEUM_DEMO": "0"}, say=lambda _: None) as system:
        async with aiohttp.ClientSession() as session, session.get(f"{system.url}/courses") as answer:
            await answer.read()
        return time.perf_counter() - began


async def first_table(system: Ieum, asked: Request) -> float:
    """Seconds from a restart of statistics to an official's first table."""
    began = time.perf_counter()
    for name in _statistics(system):
        await system.restart(name)
    async with aiohttp.ClientSession(system.url, headers={"Cookie": asked.cookie}) as session:
        while time.perf_counter() - began < _READING_SECONDS:
            async with session.get(asked.path) as answer:
                if answer.status == HTTPStatus.OK:
                    return time.perf_counter() - began
            await asyncio.sleep(0.05)
    raise TimeoutError("Statistics do not answer after a restart")


def memory(system: Ieum) -> dict[str, float]:
    return proc.resident(sessions(system))


def choose(rows: Sequence[Row], words: Sequence[str]) -> list[Row]:
    return [row for row in rows if not words or any(word in row.name for word in words)]
