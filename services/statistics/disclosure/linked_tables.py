"""The linked tables of one period: every cell with its enrolments and persons, and every sum that ties the cells.

A cell's key is (area, category, measure). All breakdowns of a period share the margin area x "_T". Persons (EPR) have
tables of their own, in which each person counts in the cell of their last enrolment of the period.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.tables import AdditiveTable, Sum
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.units import Breakdown, Unit

LinkedCell = tuple[str, str, str]
People = Mapping[LinkedCell, frozenset[str]]

ENR, CMP, NOT, STR, WDR, IPR, NST, EPR = "ENR", "CMP", "NOT", "STR", "WDR", "IPR", "NST", "EPR"
CMF = "CMF"
CORE: tuple[tuple[str, tuple[str, ...]], ...] = ((ENR, (CMP, NOT)),)
"""NOT (not completed) is never published, but anybody can subtract, so it is protected as if it were."""
STATUSES = (*CORE, (NOT, (WDR, IPR, NST)), (STR, (CMP, WDR, IPR)), (ENR, (STR, NST)))

_STATES = {
    ENR: ("CMP", "WDR", "IPR", "NST"),
    CMP: ("CMP",),
    NOT: ("WDR", "IPR", "NST"),
    STR: ("CMP", "WDR", "IPR"),
    WDR: ("WDR",),
    IPR: ("IPR",),
    NST: ("NST",),
}


@dataclass(frozen=True)
class LinkedTable:
    """Counts by cell, the persons behind each, and the sums. Areas and categories without anybody are left out."""

    counts: Mapping[LinkedCell, int]
    people: People
    sums: tuple[Sum, ...]

    def cells(self) -> AdditiveTable:
        return AdditiveTable(self.counts, self.sums)


def tabulate_enrolments(
    units: Sequence[Unit],
    areas: ReleaseAreas,
    breakdown: Breakdown | None,
    measures: Sequence[tuple[str, tuple[str, ...]]] = CORE,
) -> LinkedTable:
    names = tuple(dict.fromkeys(name for total, parts in measures for name in (total, *parts)))
    of = {state: tuple(name for name in names if state in _STATES[name]) for state in _STATES[ENR]}
    placed = ((unit, of[unit.status]) for unit in units)
    return _table(placed, areas, breakdown, names, measures)


def tabulate_persons(units: Sequence[Unit], areas: ReleaseAreas, breakdown: Breakdown | None) -> LinkedTable:
    last = {unit.person: unit for unit in units}
    if breakdown and breakdown.id.startswith("domain:"):  # whoever took a course of the domain at all is in it
        code = breakdown.id.partition(":")[2]
        last |= {unit.person: unit for unit in units if code in unit.domains}
    return _table(((unit, (EPR,)) for unit in last.values()), areas, breakdown, (EPR,), ())


def tabulate_completions(units: Iterable[Unit], areas: ReleaseAreas) -> LinkedTable:
    """The table of completions; `units` are those completed in the period, whenever they began."""
    return _table(((unit, (CMF,)) for unit in units if unit.finished), areas, None, (CMF,), ())


def _table(
    placed: Iterable[tuple[Unit, tuple[str, ...]]],
    areas: ReleaseAreas,
    breakdown: Breakdown | None,
    names: tuple[str, ...],
    measures: Sequence[tuple[str, tuple[str, ...]]],
) -> LinkedTable:
    lineage = areas.lineage()
    above = {code: breakdown.lineage(code) for code in _leaves(breakdown)} if breakdown else {}
    counts: Counter[LinkedCell] = Counter()
    people: dict[LinkedCell, set[str]] = defaultdict(set)
    for unit, counted in placed:
        codes = above[breakdown.code_of(unit)] if breakdown else (TOTAL,)
        for cell in product(lineage[unit.area], codes, counted):
            counts[cell] += 1
            people[cell].add(unit.person)
    used = list(dict.fromkeys(area for area, _, _ in counts))
    kinds = list(dict.fromkeys([TOTAL, *(code for _, code, _ in counts)]))
    full = {cell: counts[cell] for cell in product(sorted(used), kinds, names)}
    frozen = {cell: frozenset(found) for cell, found in people.items()}
    return LinkedTable(full, frozen, tuple(_sums(areas, breakdown, names, measures, set(used), kinds)))


def _leaves(breakdown: Breakdown) -> list[str]:
    return [code for children in breakdown.parts.values() for code in children if code not in breakdown.parts]


def _sums(
    areas: ReleaseAreas,
    breakdown: Breakdown | None,
    names: Sequence[str],
    measures: Sequence[tuple[str, tuple[str, ...]]],
    used: set[str],
    kinds: Sequence[str],
) -> Iterable[Sum]:
    for parent, children in areas.children.items():
        parts = [area for area in (*children, f"{parent}:own") if area in used]
        if parts:
            for code, name in product(kinds, names):
                yield Sum((parent, code, name), tuple((area, code, name) for area in parts))
    for parent, children in breakdown.parts.items() if breakdown else ():
        parts = [code for code in children if code in kinds]
        if parts and parent in kinds:
            for area, name in product(sorted(used), names):
                yield Sum((area, parent, name), tuple((area, code, name) for code in parts))
    for area, code in product(sorted(used), kinds):
        for total, parts_of in measures:
            yield Sum((area, code, total), tuple((area, code, name) for name in parts_of))
