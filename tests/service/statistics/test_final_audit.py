"""What the attack on a whole release has done is not done again after a crash, only after another decision."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date

import pytest

from services.chassis.config import Settings
from services.chassis.events import bus
from services.chassis.events.outbox import Outbox
from services.chassis.store.mongo import Database
from services.statistics.areas.geography import Geography
from services.statistics.disclosure.opened_cells import Attack, OpenedCell
from services.statistics.figures.observation import AreaCode
from services.statistics.releases import final_audit
from services.statistics.releases.store import Releases
from tests.service.statistics.test_commands import planned

GEOGRAPHY = Geography(tuple(AreaCode(code, "p" * (code != "p"), "SGG", {}) for code in "pab"), date(2026, 1, 31))
TWO_YEARS = replace(planned("two-years"), periods=("2024-Q1", "2025-Q1", "2024", "2025"))


@pytest.fixture
async def releases(settings: Settings, database_of: Callable[[str], Database]) -> AsyncIterator[Releases]:
    async with bus.connect(settings.nats_url, "test", prefix=settings.prefix) as events:
        yield Releases(database_of("statistics"), Outbox(events), b"key")


class Attacks:
    """Counts those that were made, and what was told of them."""

    def __init__(self, releases: Releases) -> None:
        self._releases = releases
        self.made, self.told = 0, list[int]()

    async def __call__(self) -> list[OpenedCell]:
        return await final_audit.attack_release(self._releases, TWO_YEARS, GEOGRAPHY, (), self._apart, self._told)

    async def _apart(self, work: Callable[[], list[OpenedCell]]) -> list[OpenedCell]:
        self.made += 1
        return work()

    async def _told(self, years: int) -> None:
        self.told.append(years)


async def test_a_year_that_was_attacked_is_attacked_again_only_when_it_is_decided_again(releases: Releases) -> None:
    attacks = Attacks(releases)
    assert await attacks() == []
    assert (attacks.made, attacks.told) == (2, [1, 2])
    assert await attacks() == []
    assert (attacks.made, attacks.told) == (2, [1, 2, 1, 2])
    await releases.put_opened(TWO_YEARS, [OpenedCell("2025-Q1", "a", "sex=F", "CMP", Attack.EXACT)])
    await releases.undo(TWO_YEARS)
    assert await attacks() == []
    assert attacks.made == 3
