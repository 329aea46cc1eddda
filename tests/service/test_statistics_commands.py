"""Commands and builds that need the stores: denominators and area lists loaded, facts rebuilt, a build killed."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.chassis import bus
from services.chassis.clock import now
from services.chassis.config import Settings
from services.chassis.mongo import Database
from services.chassis.outbox import Outbox
from services.statistics.domain import publication
from services.statistics.domain.publication import Publication, State
from services.statistics.domain.wrong import Wrong
from services.statistics.loading.residents import load_population
from services.statistics.main import compose
from services.statistics.release_store import Releases
from tests.service.conftest import Announce, StartService, eventually
from tests.service.test_releases import Town

PERIODS = ("2025-Q1",)
PEOPLE = 30
AS_OF = datetime(2025, 7, 1, tzinfo=UTC)


def environment(settings: Settings) -> dict[str, str]:
    names = ("mongo_url", "nats_url", "prefix", "secrets", "data", "statistics")
    return {**os.environ, **{f"IEUM_{name.upper()}": str(getattr(settings, name)) for name in names}}


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


async def know(database: Database, *codes: str) -> None:
    areas = [{"name": f"areas/{code}", "parent": "", "title": {"en": code}} for code in codes]
    await database["places"].insert_one({"_id": "current", "revision": 1, "areas": areas, "organisations": []})


POPULATION = ("--reference", "2025-03-31", "--source", "Haneul Province", "--licence", "CC0-1.0")


@pytest.fixture
def here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that runs in this process finds the stores."""
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("here")
async def test_denominators_load_whole_or_not_at_all(
    settings: Settings, tmp_path: Path, database_of: Callable[[str], Database]
) -> None:
    table, path = database_of("statistics")["populations"], tmp_path / "residents.csv"

    def load(rows: str) -> dict[str, Any]:
        path.write_text(f"area,sex,age,residents\n{rows}")
        return load_population(path, date(2025, 3, 31), "Haneul Province", "CC0-1.0")

    with pytest.raises(Wrong, match="no areas are known yet"):
        load("A,_T,_T,100\n")
    await know(database_of("statistics"), "A", "B")
    with pytest.raises(Wrong, match="line 3"):
        load("A,_T,_T,100\nB,_T,_T,1,000\n")
    with pytest.raises(Wrong, match=r"line 3, column 1 \(area\): C is not a known area"):
        load("A,_T,_T,100\nC,_T,_T,1000\n")
    with pytest.raises(Wrong, match="line 2, residents: F and M of A, _T do not add up to 101"):
        load("A,_T,_T,101\nA,F,_T,60\nA,M,_T,40\n")
    assert await table.count_documents({}) == 0

    first = load("A,F,_T,60\nA,M,_T,40\nB,_T,_T,1000\n")
    assert (first["areas"], first["already_loaded"]) == (2, False)
    status, again, wrong = await command(settings, "load-population", str(path), *POPULATION)
    assert (status, again) == (0, {**first, "already_loaded": True}), wrong
    residents = await table.find_one({"_id": f"{first['tables'][0]}/A/_T/_T"})
    assert residents is not None
    assert residents["residents"] == 100


async def test_area_lists_are_kept_by_version(
    settings: Settings, tmp_path: Path, database_of: Callable[[str], Database]
) -> None:
    areas, steps = tmp_path / "areas.csv", tmp_path / "steps.csv"
    areas.write_text(
        "code,parent,level,title_ko,valid_from,valid_to\nP,,SIDO,도,2020-01-01,\nA,P,SGG,가,2020-01-01,2024-12-31\n"
        "A1,P,SGG,가1,2025-01-01,\nA2,P,SGG,가2,2025-01-01,\n"
    )
    steps.write_text("from_code,to_code,day,share\nA,A1,2025-01-01,0.4\nA,A2,2025-01-01,0.5\n")
    arguments = ("load-areas", str(areas), "--crosswalk", str(steps), "--source", "Haneul Province")
    status, _, wrong = await command(settings, *arguments)
    assert (status, "add up to 0.9" in wrong) == (2, True)
    steps.write_text("from_code,to_code,day,share\nA,A1,2025-01-01,0.4\nA,A2,2025-01-01,0.6\n")
    for _ in range(2):
        status, answer, wrong = await command(settings, *arguments)
        assert (status, answer["areas"], answer["steps"]) == (0, 4, 2), wrong
    assert await database_of("statistics")["area_lists"].count_documents({}) == 1


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
        gone = sum(row["traits"]["birth_year"] == 0 for row in rows)
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
            "_id": f"enrollments/{n}",
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


def planned(key: str) -> Publication:
    plan = Publication(key, key, 1, {}, "resident", "areas/p", PERIODS, AS_OF, now(), "kim", 5, "1")
    return publication.build(plan, ())[0]


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
        yield Releases(database_of("statistics"), Outbox(events))


async def test_a_build_killed_half_way_ends_in_the_same_figures(
    settings: Settings, releases: Releases, database_of: Callable[[str], Database]
) -> None:
    database = database_of("statistics")
    await fill(database, PEOPLE)

    async def built(key: str) -> bool:
        return (await releases.entities.get(key)).state is State.BUILT

    async def begun() -> bool:
        return await database["release_decisions"].count_documents({}) >= 2

    async def forgotten() -> bool:
        return await database["release_units"].count_documents({}) == 0

    await releases.plan(planned("killed"))
    async with process(settings) as running:
        await eventually(begun, "the build is under way", 30)
        running.kill()
    decided = await database["release_decisions"].count_documents({})
    assert not await built("killed")
    # What comes in late belongs to the next release: the counted enrolments are fixed with the first part.
    await database["facts"].delete_one({"_id": "enrollments/7"})
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


async def test_a_store_that_is_away_is_said_plainly(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "residents.csv"
    path.write_text("area,sex,age,residents\nA,_T,_T,100\n")
    away = settings.model_copy(update={"mongo_url": "mongodb://127.0.0.1:1/"})
    status, _, wrong = await command(away, "load-population", str(path), *POPULATION)
    assert status == 2
    assert "MongoDB" in wrong


MONTHS = "month,code,name,sex,band,residents\n"


def months(*rows: tuple[str, str, int]) -> str:
    """Invented: a month, a code and how many live there, half of them men."""
    return "".join(
        f"{month},{code}00000,한빛,{sex},{band},{count // (1 if sex == 'T' else 2)}\n"
        for month, code, count in rows
        for sex in "TMF"
        for band in ("all", "0-9")
    )


@pytest.mark.usefixtures("here")
async def test_months_of_residents_load_all_at_once_each_as_a_version_of_its_own(
    tmp_path: Path, database_of: Callable[[str], Database]
) -> None:
    table, path = database_of("statistics")["populations"], tmp_path / "months.csv.gz"
    await know(database_of("statistics"), "99110", "99130")
    good = MONTHS + months(("2025-01", "99110", 40), ("2025-02", "99110", 42), ("2025-01", "99130", 8))
    path.write_bytes(gzip.compress((good + months(("2025-03", "99150", 6))).encode()))
    with pytest.raises(Wrong, match=r"line 20, column 2 \(code\): 9915000000 \(한빛\) is not a known area"):
        load_population(path, None, "Haneul Province", "CC0-1.0")
    assert await table.count_documents({}) == 0

    path.write_bytes(gzip.compress(good.encode()))
    with pytest.raises(Wrong, match="2025-01-31 to 2025-02-28; leave it out"):
        load_population(path, date(2025, 1, 31), "Haneul Province", "CC0-1.0")
    answer = load_population(path, None, "Haneul Province", "CC0-1.0")
    assert (answer["references"], answer["areas"]) == (["2025-01-31", "2025-02-28"], 2)
    assert await table.count_documents({"kind": "table"}) == 2
    february = await table.find_one({"_id": f"{answer['tables'][1]}/99110/_T/_T"})
    assert february is not None
    assert february["residents"] == 42
    assert load_population(path, None, "Haneul Province", "CC0-1.0") == {**answer, "already_loaded": True}
