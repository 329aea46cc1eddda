"""The attack on a whole release, once every part of it has been decided: what it opens, cell by cell.

Beside all that came out before. Each year that was attacked is noted, so that a crash costs only the one at hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from services.statistics.areas.geography import Geography
from services.statistics.disclosure.layout import Detail, detail_of, periods_to_count
from services.statistics.disclosure.opened_cells import OpenedCell
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.observation import Observation
from services.statistics.figures.periods import quarters_in
from services.statistics.figures.units import Unit
from services.statistics.releases import whole_year
from services.statistics.releases.assembly import flow_of
from services.statistics.releases.domain.lifecycle import Release, key_of
from services.statistics.releases.public_attack import Edition
from services.statistics.releases.store import Releases
from services.statistics.releases.whole_year import YearUnderAttack

RunApart = Callable[[Callable[[], list[OpenedCell]]], Awaitable[list[OpenedCell]]]
"""Runs heavy work beside the loop."""
Progress = Callable[[int], Awaitable[None]]
"""Hears how many years have been attacked."""


def years(release: Release) -> list[str]:
    """A year with its quarters is attacked at a time: no sum ties two years."""
    return sorted({period[:4] for period in release.periods})


async def attack_release(
    releases: Releases,
    release: Release,
    geography: Geography,
    before: Sequence[Observation],
    run_apart: RunApart,
    report: Progress,
) -> list[OpenedCell]:
    done: set[str] = set()

    async def attacked(year: str) -> list[OpenedCell]:
        opened = await releases.attacked(release, year)
        if opened is None:
            target = await _year(releases, release, geography, before, year)
            opened = await run_apart(partial(whole_year.attack_year, target))
            await releases.put_attacked(release, year, opened)
        done.add(year)
        await report(len(done))
        return opened

    async with asyncio.TaskGroup() as tasks:
        attacks = [tasks.create_task(attacked(year)) for year in years(release)]
    return [cell for attack in attacks for cell in attack.result()]


async def _year(
    releases: Releases, release: Release, geography: Geography, before: Sequence[Observation], year: str
) -> YearUnderAttack:
    printed = tuple(period for period in release.periods if period.startswith(year))
    periods = counted_periods(release, before, year)
    figures = [figure async for figure in releases.observations(release) if figure.period in printed]
    begun, flow = await units_by_quarter(releases, release, periods)
    known = tuple(figure for figure in before if figure.period in periods)
    own = Edition(release.key, release.as_of, release.k, geography, figures)
    others = [await _edition(releases, name, year) for name in release.earlier]
    return YearUnderAttack(
        geography.areas,
        Policy(k=release.k),
        periods,
        begun,
        figures,
        known,
        flow,
        own,
        tuple(each for each in others if each and each.observations),
        release.detail,
        printed,
        known_detail(geography, known),
    )


def known_detail(geography: Geography, before: Sequence[Observation]) -> Detail:
    """What earlier releases printed of the areas of this one."""
    codes = {area.code for area in geography.codes}
    figures = {(figure.period, figure.area, figure.table) for figure in before if figure.area in codes}
    return detail_of(figures, geography.top)


def counted_periods(release: Release, before: Sequence[Observation], year: str) -> tuple[str, ...]:
    """The release's periods of the year, and those of earlier releases (`before`) that they would give away."""
    mine = tuple(period for period in release.periods if period.startswith(year))
    return periods_to_count(mine, {figure.period for figure in before if figure.period.startswith(year)})


async def _edition(releases: Releases, name: str, year: str) -> Edition | None:
    earlier = await releases.entities.get(key_of(name))
    geography = await releases.geography(earlier.key)
    figures = [figure async for figure in releases.observations(earlier) if figure.period.startswith(year)]
    return Edition(earlier.key, earlier.as_of, earlier.k, geography, figures) if geography else None


Units = Mapping[str, Sequence[Unit]]


async def units_by_quarter(releases: Releases, release: Release, periods: Sequence[str]) -> tuple[Units, Units]:
    """The enrolments begun in each quarter of the periods, and those completed in it."""
    quarters = dict.fromkeys(quarter for period in periods for quarter in quarters_in(period))
    begun = {quarter: await releases.units(release.key, quarter) or () for quarter in quarters}
    flow = {quarter: await releases.units(release.key, flow_of(quarter)) or () for quarter in quarters}
    return begun, flow
