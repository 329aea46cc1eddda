"""The attack on a whole release, once every part of it has been decided: what it opens, cell by cell.

Beside all that came out before. Each year that was attacked is noted, so that a crash costs only the one at hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.opened_cells import OpenedCell
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.observation import Observation
from services.statistics.figures.periods import is_year
from services.statistics.releases import whole_year
from services.statistics.releases.assembly import flow_of
from services.statistics.releases.domain.lifecycle import Release
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
    areas: ReleaseAreas,
    before: Sequence[Observation],
    run_apart: RunApart,
    report: Progress,
) -> list[OpenedCell]:
    done: set[str] = set()

    async def attacked(year: str) -> list[OpenedCell]:
        opened = await releases.attacked(release, year)
        if opened is None:
            target = await _year(releases, release, areas, before, year)
            opened = await run_apart(partial(whole_year.attack_year, target))
            await releases.put_attacked(release, year, opened)
        done.add(year)
        await report(len(done))
        return opened

    async with asyncio.TaskGroup() as tasks:
        attacks = [tasks.create_task(attacked(year)) for year in years(release)]
    return [cell for attack in attacks for cell in attack.result()]


async def _year(
    releases: Releases, release: Release, areas: ReleaseAreas, before: Sequence[Observation], year: str
) -> YearUnderAttack:
    periods = tuple(period for period in release.periods if period.startswith(year))
    figures = [figure async for figure in releases.observations(release) if figure.period in periods]
    quarters = [period for period in periods if not is_year(period)]
    units = {quarter: await releases.units(release.key, quarter) or () for quarter in quarters}
    flow = {quarter: await releases.units(release.key, flow_of(quarter)) or () for quarter in quarters}
    known = tuple(figure for figure in before if figure.period in periods)
    return YearUnderAttack(areas, Policy(k=release.k), periods, units, figures, known, flow)
