"""The attack on a whole release, once every part of it has been decided: what it opens, cell by cell.

By itself: each part's own gate has held it against what came out before, which nothing can hide any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from services.statistics import making
from services.statistics.domain.disclosure import Policy
from services.statistics.domain.linked import Areas
from services.statistics.domain.periods import is_year
from services.statistics.domain.publication import Publication
from services.statistics.making import Sheet
from services.statistics.release_store import Releases

Apart = Callable[[Callable[[], list[str]]], Awaitable[list[str]]]
"""Runs heavy work beside the loop."""


async def opened(releases: Releases, one: Publication, areas: Areas, apart: Apart) -> list[str]:
    """A year with its quarters at a time: no sum ties two years."""
    years = sorted({period[:4] for period in one.periods})
    async with asyncio.TaskGroup() as tasks:
        found = [tasks.create_task(_attacked(releases, one, areas, year, apart)) for year in years]
    return [cell for each in found for cell in each.result()]


async def _attacked(releases: Releases, one: Publication, areas: Areas, year: str, apart: Apart) -> list[str]:
    periods = tuple(period for period in one.periods if period.startswith(year))
    made = [made async for made in releases.observations(one) if made.period in periods]
    units = {period: await releases.units(one.key, period) or () for period in periods if not is_year(period)}
    return await apart(partial(making.opened, Sheet(areas, Policy(k=one.k), periods, units, made, ())))
