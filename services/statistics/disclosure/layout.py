"""What a release prints: which counts, of which areas and periods, by which breakdowns."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.periods import is_year
from services.statistics.figures.relations import CMF, CMP, CMP90, ENR, EPR, IPR, NST, STR, WDR
from services.statistics.figures.units import BREAKDOWNS

Cell = tuple[str, str, str, str]
"""Period, area, category ("_T", "sex=F"), measure."""

OWN = ":own"
SPLIT = (ENR, EPR, CMP)
"""Measures by category."""
STATUSES = (STR, WDR, IPR, NST)
TABLES = ("sex", "age", "group", "domain")
"""By which a release may break down areas and periods: the dimension of an observation."""


@dataclass(frozen=True, slots=True)
class Detail:
    """The tables that are printed: of whole years and of quarters, of the top area and of the areas in it. Totals by
    area always are."""

    year_top: tuple[str, ...] = TABLES
    year_areas: tuple[str, ...] = TABLES
    quarter_top: tuple[str, ...] = TABLES
    quarter_areas: tuple[str, ...] = ()

    def tables(self, period: str, is_top: bool) -> tuple[str, ...]:
        if is_year(period):
            return self.year_top if is_top else self.year_areas
        return self.quarter_top if is_top else self.quarter_areas

    def union(self, other: Detail) -> Detail:
        return Detail(
            *(
                tuple(table for table in TABLES if table in mine or table in others)
                for mine, others in zip(self._levels(), other._levels(), strict=True)
            )
        )

    def _levels(self) -> tuple[tuple[str, ...], ...]:
        return self.year_top, self.year_areas, self.quarter_top, self.quarter_areas


NOTHING = Detail((), (), (), ())
USUAL, EVERYTHING = Detail(), Detail(quarter_areas=TABLES)


@cache
def published_categories() -> tuple[str, ...]:
    labels = [each.label(code) for each in BREAKDOWNS.values() for code in each.fields]
    return (TOTAL, *dict.fromkeys(labels))


def table_of(category: str) -> str:
    """The table in which a published category stands; "area" for the total."""
    return "area" if category == TOTAL else category.partition("=")[0]


_TIED = {"sex": "sex", "domain": "domain"}


@cache
def _counted(categories: tuple[str, ...], tables: tuple[str, ...]) -> tuple[str, ...]:
    """Ages and groups are tied to each other: where one is printed, both are counted."""
    wanted = {_TIED.get(table, "people") for table in tables}
    kinds = {category: category.partition("=")[0].partition(":")[0] for category in categories}
    return tuple(each for each in categories if each == TOTAL or _TIED.get(kinds[each], "people") in wanted)


@dataclass(frozen=True)
class Layout:
    """`periods` are those that are printed, where others are counted beside them; none: all."""

    areas: ReleaseAreas
    detail: Detail = USUAL
    periods: frozenset[str] = field(default_factory=frozenset)
    known: Detail = NOTHING
    """What earlier releases printed of these areas: counted too, because readers can subtract it."""

    def is_full(self, period: str, area: str) -> bool:
        """Whether the states of enrolments are printed, not only how many there were."""
        return is_year(period) or area == self.areas.top

    def tables(self, period: str, area: str) -> tuple[str, ...]:
        return self.detail.tables(period, area == self.areas.top)

    def counted(self, period: str, area: str, categories: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the categories that are counted, because they are printed or tied to printed ones."""
        known = self.known.tables(period, area == self.areas.top)
        return _counted(categories, (*self.tables(period, area), *known))

    def measures(self, period: str, area: str, category: str) -> tuple[str, ...]:
        """What is printed of a cell."""
        if self.periods and period not in self.periods:
            return ()
        if category != TOTAL:
            shown = category in published_categories() and table_of(category) in self.tables(period, area)
            return SPLIT if shown else ()
        return (*SPLIT, CMP90, *STATUSES, CMF) if self.is_full(period, area) else (*SPLIT, CMP90, CMF)

    def prints(self, cell: Cell) -> bool:
        period, area, category, measure = cell
        return OWN not in area and measure in self.measures(period, area, category)


def detail_of(figures: Iterable[tuple[str, str, str]], top: str) -> Detail:
    """What figures by (period, area, table) print, seen from a release of this top area."""
    printed: dict[tuple[bool, bool], set[str]] = {}
    for period, area, table in figures:
        printed.setdefault((is_year(period), area == top), set()).add(table)
    levels = ((True, True), (True, False), (False, True), (False, False))
    return Detail(*(tuple(table for table in TABLES if table in printed.get(level, ())) for level in levels))


def periods_to_count(periods: Collection[str], published: Collection[str]) -> tuple[str, ...]:
    """The periods of one year that a decision takes together. A year and quarters of it that earlier releases published
    give each other away, so where both are known all of them are counted."""
    known = {*periods, *published}
    years = {period for period in known if is_year(period)}
    if not years or known == years:
        return tuple(periods)
    year = next(iter(years))
    return (*(f"{year}-Q{number}" for number in range(1, 5)), year)
