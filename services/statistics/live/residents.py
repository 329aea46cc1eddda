"""How many residents stand behind the rows of a live table, where an office loaded them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.statistics.areas.tree import EVERYWHERE, is_organisation
from services.statistics.figures import coverage
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.periods import last_day
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.overview import OLD_AGE
from services.statistics.live.domain.questions import Question
from services.statistics.reference_data.geographies import Geographies
from services.statistics.reference_data.store import References

_BY = ("", "REF_AREA", "AGE", "SEX")


class Residents:
    def __init__(self, geographies: Geographies, references: References, zone: ZoneInfo) -> None:
        self._geographies = geographies
        self._references = references
        self.zone = zone

    async def behind(self, asked: Question, codes: Sequence[str], as_of: datetime) -> Mapping[str, int]:
        """By code, as of the end of the period; nothing where none were loaded. Employees are no part of residents,
        and those who took one course of many are no reach of a city's."""
        of_residents = asked.universe is Universe.RESIDENT and not is_organisation(asked.area)
        if not of_residents or asked.by not in _BY or asked.course:
            return {}
        residents = await self._counted(asked.area, self._end(asked, as_of), as_of)
        keys = {code: _key(asked, code) for code in codes if code == TOTAL or code != asked.area}
        behind = {code: coverage.residents(residents, *key) for code, key in keys.items()}
        return {code: count for code, count in behind.items() if count is not None}

    async def by_age(self, area: str, period: str, as_of: datetime) -> Mapping[tuple[str, str], int]:
        """By code of the area, all of them and those of 65 and older, at the period's end; the area itself and all
        below it. Empty where none were loaded."""
        if not area or is_organisation(area):
            return {}
        today = as_of.astimezone(self.zone).date()
        end = min(today, last_day(period)) if period else today
        residents = await self._counted(area, end, as_of)
        places = {place for place, _, _ in residents}
        counts = {
            (place, age): coverage.residents(residents, place, TOTAL, age)
            for place in places
            for age in (TOTAL, OLD_AGE)
        }
        return {key: count for key, count in counts.items() if count is not None}

    async def _counted(self, area: str, end: date, as_of: datetime) -> coverage.Population:
        """Of the area and all below it. Everywhere is the sum of the areas at the top, where all of them are known."""
        if area != EVERYWHERE:
            geography = await self._geographies.at(area, as_of)
            return (await self._references.residents(geography, end))[0]
        names = await self._geographies.tops()
        parts = [await self._counted(name, end, as_of) for name in names]
        counts = {key: count for part in parts for key, count in part.items()}
        tops = [name.removeprefix("areas/") for name in names]
        for sex, age in {(sex, age) for _, sex, age in counts}:
            each = [counts.get((top, sex, age)) for top in tops]
            if None not in each:
                counts[EVERYWHERE, sex, age] = sum(count or 0 for count in each)
        return counts

    def _end(self, asked: Question, as_of: datetime) -> date:
        today = as_of.astimezone(self.zone).date()
        return min(today, last_day(asked.period)) if asked.period else today


def _key(asked: Question, code: str) -> tuple[str, str, str]:
    """Area, sex and age."""
    area = code if asked.by == "REF_AREA" and code != TOTAL else asked.area
    sex = code if asked.by == "SEX" and code != TOTAL else TOTAL
    age = code if asked.by == "AGE" and code != TOTAL else TOTAL
    return area.removeprefix("areas/"), sex, age
