"""The linked tables of one year: every count of the year and its quarters, the persons behind it, and what ties them.

A cell's key is (period, area, category, measure). Counts that are never printed, such as those who did not complete or
left a question out, take part like the others: readers can subtract. Each person (EPR) counts in the area and traits of
their last enrolment of the period, and in every competence area that they took there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.layout import (
    NOTHING,
    OWN,
    SPLIT,
    STATUSES,
    USUAL,
    Cell,
    Detail,
    Layout,
    published_categories,
)
from services.statistics.disclosure.person_cells import by_person, cells_of_person
from services.statistics.disclosure.tables import AdditiveTable, Sum
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.periods import is_year, quarters_in, quarters_of
from services.statistics.figures.relations import (
    AGAIN,
    BY_CATEGORY,
    BY_MEASURE,
    BY_STATUS,
    BY_TIME,
    CMF,
    CMP,
    CMP90,
    ENR,
    EPR,
    LATER,
    NOT,
)
from services.statistics.figures.units import BREAKDOWNS, Unit

_IN_QUARTERS, _AGAIN_IN_YEAR = "!EPR of quarters", "!EPR of several quarters"


@dataclass(frozen=True)
class LinkedTable:
    """`persons` are those behind each cell. Areas and categories without anybody in a period are left out: 0."""

    layout: Layout
    counts: Mapping[Cell, int]
    persons: Mapping[Cell, int]
    sums: tuple[Sum, ...]
    partings: tuple[Sum, ...]
    """Those of the sums whose parts are all there is: nobody is in two of them."""

    def cells(self) -> AdditiveTable:
        return AdditiveTable(self.counts, self.sums)

    def is_printed(self, cell: Cell) -> bool:
        return self.layout.prints(cell)


@dataclass
class _Year:
    """Collects the counts, then ties them."""

    layout: Layout
    counts: Counter[Cell] = field(default_factory=Counter)
    persons: Counter[Cell] = field(default_factory=Counter)
    sums: list[Sum] = field(default_factory=list)
    partings: list[Sum] = field(default_factory=list)

    def add(self, total: Cell, parts: Sequence[Cell], *, parting: bool = False) -> None:
        line = Sum(total, tuple(parts))
        self.sums.append(line)
        if parting:
            self.partings.append(line)


def tabulate(
    periods: Sequence[str],
    begun: Mapping[str, Sequence[Unit]],
    flow: Mapping[str, Sequence[Unit]],
    areas: ReleaseAreas,
    detail: Detail = USUAL,
    printed: Iterable[str] = (),
    known: Detail = NOTHING,
) -> LinkedTable:
    """`begun` and `flow` are by quarter: enrolments begun in it, and those completed in it. Of the periods only those
    `printed` are, if any are named; `known` is what earlier releases printed."""
    year = _Year(Layout(areas, detail, frozenset(printed), known))
    for period in periods:
        quarters = quarters_in(period)
        _count(year, period, [unit for quarter in quarters for unit in begun.get(quarter, ())])
        _count_completions(year, period, [unit for quarter in quarters for unit in flow.get(quarter, ())])
        _tie_period(year, period)
    for period in periods:
        if is_year(period) and set(quarters_of(period)) <= set(periods):
            _tie_quarters(year, period)
    return LinkedTable(year.layout, dict(year.counts), dict(year.persons), tuple(year.sums), tuple(year.partings))


def _count(year: _Year, period: str, units: Sequence[Unit]) -> None:
    for own_units in by_person(units).values():
        counted, own = cells_of_person(own_units, period, year.layout)
        year.counts.update(counted)
        year.counts.update(own)
        year.persons.update({*counted, *own})


def _count_completions(year: _Year, period: str, units: Iterable[Unit]) -> None:
    lineage = year.layout.areas.lineage()
    for own_units in by_person(unit for unit in units if unit.finished).values():
        cells = [(period, area, TOTAL, CMF) for unit in own_units for area in lineage[unit.area]]
        year.counts.update(cells)
        year.persons.update(set(cells))


def _tie_period(year: _Year, period: str) -> None:
    here = [cell for cell in year.counts if cell[0] == period]
    used = list(dict.fromkeys(area for _, area, _, _ in here))
    kinds = tuple(dict.fromkeys((TOTAL, *(category for _, _, category, _ in here))))
    for area in used:
        own_kinds = year.layout.counted(period, area, kinds)
        measures = (ENR, CMP, NOT, EPR)
        for category, measure in product(own_kinds, measures):
            year.counts.setdefault((period, area, category, measure), 0)
        for measure in (CMP90, LATER, *STATUSES, CMF):
            year.counts.setdefault((period, area, TOTAL, measure), 0)
        _tie_measures(year, period, area, own_kinds)
        _tie_categories(year, period, area, set(own_kinds))
    _tie_areas(year, period, used)


def _tie_measures(year: _Year, period: str, area: str, kinds: Sequence[str]) -> None:
    for category in kinds:
        for relation in (*BY_MEASURE, *((*BY_TIME, *BY_STATUS) if category == TOTAL else ())):
            parts = [(period, area, category, name) for name in relation.all_parts]
            total = (period, area, category, relation.total)
            if relation.rest:
                rest = (period, area, category, AGAIN)
                year.counts[rest] = year.counts[total] - sum(year.counts[part] for part in parts[:-1])
            year.add(total, parts, parting=relation.parting)


def _tie_categories(year: _Year, period: str, area: str, kinds: set[str]) -> None:
    """A category that is only a name for the sum of others is counted here."""
    for measure in SPLIT:
        present = set(kinds)
        for relation in BY_CATEGORY:
            parts = [(period, area, code, measure) for code in relation.parts if code in present]
            total = (period, area, relation.total, measure)
            if not parts or (relation.total not in present and "!" not in relation.total):
                continue
            if relation.total not in present:
                present.add(relation.total)
                year.counts[total] = sum(year.counts[part] for part in parts)
            if relation.rest:
                rest = (period, area, relation.rest, measure)
                year.counts[rest] = year.counts[total] - sum(year.counts[part] for part in parts)
                parts.append(rest)
            year.add(total, parts, parting=relation.parting)


def _tie_areas(year: _Year, period: str, used: Sequence[str]) -> None:
    """Of what is printed. Of what is not, the sums over areas follow from these."""
    for parent, children in year.layout.areas.children.items():
        parts = [area for area in (*children, f"{parent}{OWN}") if area in used]
        for category in published_categories() if parts else ():
            for measure in (*SPLIT, *((CMP90, *STATUSES, CMF) if category == TOTAL else ())):
                cells = [(period, area, category, measure) for area in (parent, *parts)]
                if all(cell in year.counts for cell in cells):
                    year.add(cells[0], cells[1:], parting=True)


def _tie_quarters(year: _Year, period: str) -> None:
    """Enrolments of the quarters add up to the year. Persons do not: somebody may come in several."""
    quarters = quarters_of(period)
    for cell in [cell for cell in year.counts if cell[0] == period and not _is_helper(cell)]:
        parts = [(quarter, *cell[1:]) for quarter in quarters if (quarter, *cell[1:]) in year.counts]
        _, area, category, measure = cell
        if not parts or not year.layout.counted(quarters[0], area, (category,)):
            continue
        if measure != EPR:
            year.add(cell, parts)
            continue
        together, several = ((period, area, category, name) for name in (_IN_QUARTERS, _AGAIN_IN_YEAR))
        year.counts[together] = sum(year.counts[part] for part in parts)
        year.counts[several] = year.counts[together] - year.counts[cell]
        year.add(together, parts)
        year.add(together, [cell, several])
        if area == year.layout.areas.top and category == TOTAL:
            for part in parts:
                year.counts[other := (period, area, category, f"!EPR not in {part[0]}")] = (
                    year.counts[cell] - year.counts[part]
                )
                year.add(cell, [part, other])


def _is_helper(cell: Cell) -> bool:
    return "!" in cell[3] or ("!" in cell[2] and cell[2] not in _counted_labels())


@cache
def _counted_labels() -> frozenset[str]:
    return frozenset(
        each.label(code) for each in BREAKDOWNS.values() for codes in each.parts.values() for code in codes
    )


def helper_free(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Cells of persons and enrolments, without those that only make up for what others leave."""
    return (cell for cell in cells if not _is_helper(cell))
