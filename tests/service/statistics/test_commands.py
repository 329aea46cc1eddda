"""Commands and builds that need the stores: denominators and area lists loaded, facts rebuilt, a build killed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from services.chassis.clock import now
from services.chassis.config import Settings
from services.chassis.events import bus
from services.chassis.events.outbox import Outbox
from services.chassis.store.mongo import Database
from services.statistics.figures.universe import Universe
from services.statistics.main import compose
from services.statistics.releases.domain import builds
from services.statistics.releases.domain.lifecycle import Release, State
from services.statistics.releases.store import Releases
from tests.service.conftest import Announce, StartService, eventually
from tests.service.statistics.test_releases import Town

PERIODS = ("2025-Q1",)
PEOPLE = 30
AS_OF = datetime(2025, 7, 1, tzinfo=UTC)


def environment(settings: Settings) -> dict[str, str]:
    names = ("mongo_url", "nats_url", "prefix", "secrets", "data")
    return {
        **os.environ,
        **{f"IEUM_{name.upper()}": str(getattr(settings, name)) for name in names},
        "IEUM_STATISTICS": settings.addresses["statistics"],
    }


async def command(settings: Settings, *arguments: str) -> tuple[int, dict[str, Any], str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.statistics",
        *arguments,
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, json.loads(out or b"{}"), err.decode()


async def test_facts_rebuild_from_the_streams_alone_to_the_same(
    settings: Settings,
    start_service: StartService,
    announce: Announce,
    database_of: Callable[[str], Database],
) -> None:
    await start_service("statistics", compose)
    town, facts = Town(announce, settings), database_of("statistics")["facts"]
    await town.open()
    await town.learn(12)
    await town.erase(3)

    async def heard() -> bool:
        rows = [row async for row in facts.find().sort("_id") if "pseudonym" in row and "traits" in row]
        gone = sum(not row["traits"]["sealed"] for row in rows)
        done = sum("completed_at" in row for row in rows)
        return (len(rows), gone, done) == (12, 1, 6)

    await eventually(heard, "all is heard")
    # When a fact was written is of this life alone.
    before = [row async for row in facts.find({}, {"changed": 0}).sort("_id")]
    await facts.update_many({}, {"$set": {"area": "areas/nowhere"}})
    status, answer, wrong = await command(settings, "rebuild")
    assert (status, answer["facts"]) == (0, 12), wrong
    assert [row async for row in facts.find({}, {"changed": 0}).sort("_id")] == before


async def fill(database: Database, count: int) -> None:
    draw = random.Random(5)
    areas = [{"name": "areas/p", "parent": "", "title": {"en": "P"}}]
    areas += [{"name": f"areas/c{n}", "parent": "areas/p", "title": {"en": f"C{n}"}} for n in range(3)]
    await database["places"].insert_one({"_id": "current", "revision": 1, "areas": areas, "organisations": []})
    rows = [
        {
            "_id": f"fact{n}",
            "pseudonym": f"p{draw.randrange(count)}",
            "course": f"courses/{n}",
            "universe": "resident",
            "area": f"areas/c{draw.choice('000112')}",
            "enrolled_at": datetime(2025, 2, 1 + n % 25, tzinfo=UTC),
            "enrol_year": 2025,
            "started_at": datetime(2025, 3, 1, tzinfo=UTC),
            "traits": {"birth_year": 1940 + n % 60, "sex": draw.choice("FFM"), "groups": [], "groups_answered": True},
        }
        for n in range(count)
    ]
    await database["facts"].insert_many(rows)


def planned(key: str) -> Release:
    plan = Release(key, key, 1, {}, Universe.RESIDENT, "areas/p", PERIODS, AS_OF, now(), "kim", 5, "1")
    return builds.request(plan, (), "kim", now())[0]


@asynccontextmanager
async def process(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.statistics.main",
        env=environment(settings),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGKILL)
        await running.wait()


@pytest.fixture
async def releases(settings: Settings, database_of: Callable[[str], Database]) -> AsyncIterator[Releases]:
    async with bus.connect(settings.nats_url, "test", prefix=settings.prefix) as events:
        yield Releases(database_of("statistics"), Outbox(events), settings.pseudonym_key)


async def test_a_build_killed_half_way_ends_in_the_same_figures(
    settings: Settings, releases: Releases, database_of: Callable[[str], Database]
) -> None:
    database = database_of("statistics")
    await fill(database, PEOPLE)

    async def built(key: str) -> bool:
        return (await releases.entities.get(key)).state is State.BUILT

    async def begun() -> bool:
        return await database["release_decisions"].count_documents({}) >= 3  # areas, assessment, the first part

    async def forgotten() -> bool:
        return await database["release_units"].count_documents({}) == 0

    await releases.plan(planned("killed"))
    async with process(settings) as running:
        await eventually(begun, "the build is under way", 30)
        running.kill()
    decided = await database["release_decisions"].count_documents({})
    assert not await built("killed")
    # What comes in late belongs to the next release: the counted enrolments are fixed with the first part.
    await database["facts"].delete_one({"_id": "fact7"})
    async with process(settings):
        await eventually(lambda: built("killed"), "the build was resumed", 60)
        assert decided < await database["release_decisions"].count_documents({})
        await fill_again(database)
        await releases.plan(planned("straight"))
        await eventually(lambda: built("straight"), "the other build", 60)
        await eventually(forgotten, "whoever was counted is forgotten")
    one, other = [
        await database["release_periods"].find_one({"_id": f"{key}/2025-Q1"}) for key in ("killed", "straight")
    ]
    assert one is not None
    assert other is not None
    assert one["content"] == other["content"]


async def fill_again(database: Database) -> None:
    await database["facts"].delete_many({})
    await database["places"].delete_many({})
    await fill(database, PEOPLE)
