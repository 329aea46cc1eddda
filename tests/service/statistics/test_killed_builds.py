"""A build that dies at each of its gates, before and after what it writes there, ends in the same figures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from services.chassis.config import Settings
from services.chassis.events import bus
from services.chassis.events.outbox import Outbox
from services.chassis.store.mongo import Database
from services.statistics.facts.store import Facts
from services.statistics.reference_data.geographies import Geographies
from services.statistics.reference_data.store import References
from services.statistics.releases.build import Build
from services.statistics.releases.domain.lifecycle import State
from services.statistics.releases.snapshot import EnrolmentSnapshot
from services.statistics.releases.store import Releases
from tests.service.statistics.test_commands import PEOPLE, fill, planned

GATES = ("put_geography", "put_assessment", "put_units", "put_decision", "put_assembly", "put_attacked")
SEOUL = ZoneInfo("Asia/Seoul")
T = TypeVar("T")


class Died(Exception):
    pass


DEATHS = (Died, ExceptionGroup)
"""The attack on the years is a group of tasks."""


class DyingReleases(Releases):
    """Dies once before and once after each gate's write."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.deaths: list[str] = []
        for gate in GATES:
            setattr(self, gate, self._dying(gate, getattr(self, gate)))

    def _dying(self, gate: str, write: Callable[..., Any]) -> Callable[..., Any]:
        async def writes(*given: Any) -> None:
            for moment in ("before", "after"):
                if moment == "after":
                    await write(*given)
                if (death := f"{moment} {gate}") not in self.deaths:
                    self.deaths.append(death)
                    raise Died(death)

        return writes


async def beside_the_loop(work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work)


@asynccontextmanager
async def build(kind: type[Releases], settings: Settings, database: Database) -> AsyncIterator[tuple[Any, Build]]:
    async with bus.connect(settings.nats_url, "test", prefix=settings.prefix) as events:
        releases = kind(database, Outbox(events), settings.pseudonym_key)
        facts, references = Facts(database, settings.pseudonym_key, SEOUL), References(database)
        geographies = Geographies(facts, references, SEOUL)
        yield releases, Build(releases, EnrolmentSnapshot(facts, SEOUL), geographies, references, beside_the_loop)


async def test_a_build_that_dies_at_every_gate_ends_in_the_same_figures(
    settings: Settings, database_of: Callable[[str], Database]
) -> None:
    database = database_of("statistics")
    await References(database).prepare()
    await Facts(database, settings.pseudonym_key, SEOUL).prepare()
    await fill(database, PEOPLE)
    async with build(Releases, settings, database) as (releases, straight):
        await straight.run(await releases.plan(planned("straight")))
    async with build(DyingReleases, settings, database) as (releases, mortal):
        release = await releases.plan(planned("killed"))
        for _ in range(2 * len(GATES)):
            with pytest.raises(DEATHS):
                await mortal.run(release)
            assert (await releases.entities.get("killed")).state is State.BUILDING
        await mortal.run(release)
        assert sorted(releases.deaths) == sorted(f"{when} {gate}" for gate in GATES for when in ("before", "after"))
        assert (await releases.entities.get("killed")).state is State.BUILT
    contents = [
        (await database["release_periods"].find_one({"_id": f"{key}/2025-Q1"}) or {})["content"]
        for key in ("straight", "killed")
    ]
    assert contents[0] == contents[1]
    assert await database["release_units"].count_documents({}) == 0, "whoever was counted is forgotten"
