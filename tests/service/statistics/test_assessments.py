"""Assessments of local governments: loaded whole or not at all, and frozen into the releases of their year."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1 import releases_pb2_grpc
from services.chassis.clock import now, stamp
from services.chassis.config import Settings
from services.chassis.errors import Missing
from services.chassis.principal import ANONYMOUS
from services.chassis.store.mongo import Database
from services.statistics.figures.refusal import InvalidValue
from services.statistics.main import compose
from services.statistics.reference_data import load_assessments
from services.statistics.reference_data.store import References
from tests.service.conftest import Announce, ClientFor, StartService, eventually
from tests.service.statistics.test_commands import command, environment
from tests.service.statistics.test_releases import Client, Town, official, plan, publish, reach

HEADER = "unit,stratum,title_ko,title_en,area,indicator,value,low,high,direction,weight"
AREAS = ("SUP", "INV", "FAC", "ORG", "USE")
OPTIONS = ("--period", "2025", "--source", "Haneul Institute")


def table(**scores: str) -> str:
    rows = [
        f"{unit},si,{unit} 시,{unit} City,{area},{area},{score},0,100,1,1"
        for unit, text in scores.items()
        for area, score in zip(AREAS, text.split(), strict=True)
    ]
    return "\n".join([HEADER, *rows]) + "\n"


@pytest.fixture
async def client(start_service: StartService, client_for: ClientFor) -> Client:
    address = await start_service("statistics", compose)
    return lambda who: client_for(releases_pb2_grpc.ReleaseServiceStub, address, who)


Load = Callable[..., Awaitable[None]]


@pytest.fixture
def load(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """The command without a process of its own."""
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)

    async def loaded(source: str, **scores: str) -> None:
        path = tmp_path / f"{source}.csv"
        path.write_text(table(**scores))
        await asyncio.to_thread(load_assessments.load_capability, path, "2025", source)

    return loaded


async def test_an_assessment_loads_whole_or_not_at_all(
    settings: Settings, load: Load, tmp_path: Path, database_of: Callable[[str], Database]
) -> None:
    kept = database_of("statistics")["assessments"]
    with pytest.raises(InvalidValue, match=r'line 9, column 7 \(value\): "x" is not a number'):
        await load("Haneul Institute", a="80 80 80 80 80", b="60 70 x 50 40")
    assert await kept.count_documents({}) == 0
    await load("Haneul Institute", a="80 80 80 80 80", b="60 70 60 50 40")
    path = tmp_path / "Haneul Institute.csv"
    status, answer, wrong = await command(settings, "load-capability", str(path), *OPTIONS)
    assert (status, answer["units"], answer["indicators"], answer["already_loaded"]) == (0, 2, 5, True), wrong
    assert await kept.count_documents({}) == 1


async def test_a_release_takes_the_newest_of_its_years_that_was_there_by_its_as_of_time(
    load: Load, database_of: Callable[[str], Database]
) -> None:
    before = now()
    await load("first", a="80 80 80 80 80")
    await load("second", a="60 70 60 50 40")
    references = References(database_of("statistics"))
    await references.prepare()

    async def source(*periods: str, as_of: datetime) -> str | None:
        found = await references.assessment(periods, as_of)
        return found.source if found else None

    assert await source("2025-Q4", "2026-Q1", as_of=now()) == "second"
    assert await source("2026-Q1", "2024", as_of=now()) is None
    assert await source("2025", as_of=before) is None


async def test_a_release_keeps_the_assessment_that_was_approved_with_it(
    settings: Settings, announce: Announce, client: Client, load: Load, database_of: Callable[[str], Database]
) -> None:
    async def heard() -> bool:
        whole = {"pseudonym": {"$exists": True}, "traits": {"$exists": True}}
        return await database_of("statistics")["facts"].count_documents(whole) == 12

    town = Town(announce, settings)
    await town.open()
    await town.learn(12)
    await eventually(heard, "12 facts")
    await load("Haneul Institute", a="80 80 80 80 80", b="60 70 60 50 40", c="90 10 90 10 90")
    first, second, public = client(official("kim")), client(official("lee")), client(ANONYMOUS)
    name = (await plan(first, as_of=stamp(now()))).name
    await first.BuildRelease(pb.BuildReleaseRequest(name=name))
    await reach(first, name, pb.Release.BUILT)
    await load("Later", a="1 1 1 1 1")
    asked = pb.GetAssessmentRequest(release=name)
    previewed = json.loads((await second.GetAssessment(asked)).content)
    with pytest.raises(Missing, match="RELEASE_NOT_FOUND"):
        await public.GetAssessment(asked)
    await publish(first, second, name)

    async def file(wanted: str) -> bytes:
        return bytes((await public.GetReleaseFile(pb.GetReleaseFileRequest(release=name, file=wanted))).content)

    said: dict[str, Any] = json.loads(await file("release.json"))["capability"]
    assert said == previewed
    assert (said["source"], said["period"], said["draws"]) == ("Haneul Institute", "2025", 10_000)
    told = [(one["unit"], one["arithmetic"], one["geometric"], one["rank"]) for one in said["units"]]
    assert told == [("a", "80.00", "80.00", 1), ("c", "58.00", "37.37", 2), ("b", "56.00", "55.02", 3)]
    rows = csv.DictReader(io.StringIO((await file("capability.csv")).decode()))
    assert [row["AHEAD_OF"] for row in rows] == ["b", "", ""]
    catalogue = await public.GetCatalogue(pb.GetCatalogueRequest(base_url="https://haneul.example/data"))
    assert all("/1/capability.csv" in each.content.decode() for each in catalogue.files)
