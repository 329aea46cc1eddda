"""What a period of a release is put together with: areas, residents, breaks, and whether it is over long enough."""

from __future__ import annotations

from datetime import date

from services.statistics.areas.geography import Geography
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.cohort import FOLLOW_UP
from services.statistics.figures.observation import Denominator
from services.statistics.figures.periods import last_day
from services.statistics.figures.universe import Universe
from services.statistics.reference_data.store import References
from services.statistics.releases.domain.lifecycle import Release
from services.statistics.releases.domain.published_figures import Context


async def context_of(
    references: References, release: Release, geography: Geography, period: str, as_of: date
) -> tuple[Context, Denominator | None]:
    residents, table = await references.residents(geography, last_day(period))
    if release.universe is Universe.EMPLOYEE:  # residents are no denominator of theirs
        residents, table = {}, None
    context = Context(
        release.universe.code,
        period,
        geography.areas,
        Policy(k=release.k),
        residents,
        frozenset(area.code for area in geography.codes if geography.breaks_in(area.code, period)),
        is_mature=last_day(period) + FOLLOW_UP <= as_of,
    )
    return context, table
