"""What a release hides: one decision for a year with its quarters, because sums tie all of it together.

The year's counts are protected first, then those of its quarters, each with the cheapest further cells by
`priorities`. Every pattern is attacked before it counts, and what stays open is given up area by area.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.cell_costs import price
from services.statistics.disclosure.layout import NOTHING, OWN, SPLIT, USUAL, Cell, Detail
from services.statistics.disclosure.linked_tables import LinkedTable, tabulate
from services.statistics.disclosure.policy import Policy, Reason, SensitiveQuantity
from services.statistics.disclosure.sensitive_cells import parts_of_small_margins, sensitive_quantities, threshold
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.periods import is_year
from services.statistics.figures.relations import CMF, CMP, ENR, EPR
from services.statistics.figures.units import BREAKDOWNS, Unit

if TYPE_CHECKING:
    from services.statistics.disclosure.alternatives import LinearSystem, Requirement
    from services.statistics.disclosure.patterns import PatternSearch

MARGIN, STATUS, FLOW = "margin", "status", "flow"
PARTS = (MARGIN, STATUS, FLOW, *BREAKDOWNS)
"""A breakdown, or everybody together: their enrolments, the states of these, the completions of the period."""
ROUNDS = 6
"""After so many attempts a release is refused."""


class Collapse(StrEnum):
    """How much of a part is given up."""

    WHOLE = ""
    ROWS = "some areas given up"
    TOP_ONLY = "only the top area shown"
    NOTHING = "nothing shown"


Row = tuple[str, str, str]
"""Period, area and part."""


@dataclass(frozen=True)
class Decision:
    """Internal: never published. Rows `given_up` show nothing."""

    hidden: frozenset[Cell] = frozenset()
    primary: frozenset[Cell] = frozenset()
    given_up: frozenset[Row] = frozenset()


@dataclass(frozen=True)
class EarlierCounts:
    """What earlier releases of this population said about the cells of this year: None = hidden."""

    counts: Mapping[Cell, int | None] = field(default_factory=dict)

    def unchanged(self, table: LinkedTable) -> set[Cell]:
        return {cell for cell, count in self.counts.items() if count is not None and table.counts.get(cell) == count}

    def hidden(self, table: LinkedTable) -> set[Cell]:
        return {cell for cell, count in self.counts.items() if count is None and cell in table.counts}

    def differences(self, table: LinkedTable, k: int) -> Iterator[SensitiveQuantity]:
        """Cells that differ from what was published by 1..k-1: the difference must look like anything from 0 to k."""
        for cell, count in self.counts.items():
            change = 0 if count is None or cell not in table.counts else table.counts[cell] - count
            if 0 < abs(change) < k:
                sign = 1 if change > 0 else -1
                yield SensitiveQuantity(cell, Reason.DIFFERENCE, ((cell, sign),), abs(change))


@dataclass(frozen=True)
class YearToDecide:
    """All that deciding a year needs. `begun` and `flow` are units by quarter: those begun in it, those completed.

    Rows `given_up` are shown with nothing: an attack has opened them."""

    areas: ReleaseAreas
    policy: Policy
    periods: tuple[str, ...]
    begun: Mapping[str, Sequence[Unit]]
    flow: Mapping[str, Sequence[Unit]] = field(default_factory=dict)
    before: EarlierCounts = field(default_factory=EarlierCounts)
    given_up: frozenset[Row] = frozenset()
    detail: Detail = USUAL
    printed: tuple[str, ...] = ()
    """Of the periods those that are printed, where others are counted beside them."""
    known: Detail = NOTHING
    """What earlier releases printed of these areas."""

    def table(self) -> LinkedTable:
        return tabulate(self.periods, self.begun, self.flow, self.areas, self.detail, self.printed, self.known)


Gate = Callable[[YearToDecide, LinkedTable, Set[Cell]], Collection[Cell]]
"""(year, table, hidden) -> cells that open."""


def part_of(cell: Cell) -> str:
    """The part of a release that the cell is in."""
    _, _, category, measure = cell
    if category != TOTAL:
        return _PART_OF_LABEL.get(category, MARGIN)
    return FLOW if measure == CMF else MARGIN if measure in SPLIT else STATUS


_PART_OF_LABEL: Mapping[str, str] = {
    each.label(code): each.id
    for each in reversed(list(BREAKDOWNS.values()))
    for codes in each.parts.values()
    for code in codes
}


def row_of(cell: Cell) -> Row:
    return cell[0], cell[1].removesuffix(OWN), part_of(cell)


def decide(year: YearToDecide, gate: Gate) -> Decision:
    table = year.table()
    given_up = set(year.given_up)
    for _ in range(ROUNDS):
        decision, lost = _attempt(year, table, given_up)
        opened = {row_of(cell) for cell in (*lost, *gate(year, table, decision.hidden))}
        if not opened - given_up:
            return decision
        given_up |= opened
    return decision


def _attempt(year: YearToDecide, table: LinkedTable, given_up: Set[Row]) -> tuple[Decision, list[Cell]]:
    """A decision, and the cells that no pattern protects."""
    from services.statistics.disclosure.patterns import PatternSearch  # the solver is slow to load

    quantities = [*sensitive_quantities(table, year.policy), *year.before.differences(table, year.policy.k)]
    printed = {cell for cell in table.counts if table.is_printed(cell)}
    fixed = year.before.unchanged(table)
    search = PatternSearch(
        table.cells(),
        lambda cell: price(cell, table.counts[cell], year.areas),
        free=table.counts.keys() - printed,
        fixed=fixed,
        least={
            cell: 1
            for cell in printed
            if cell[3] == EPR and table.persons.get(cell, 0) >= threshold(cell[2], year.policy)
        },
    )
    primary = {quantity.cell for quantity in quantities} & printed
    rows = {cell for cell in printed if row_of(cell) in given_up}
    search.hide((primary | rows | parts_of_small_margins(table, year.policy) | year.before.hidden(table)) - fixed)
    tasks = list(_requirements(search.system, quantities, year.policy))
    lost = [task.cell for task in search.meet_all(tasks)]
    _hide_completions(search, table)
    return Decision(search.hidden, frozenset(primary), frozenset(given_up)), lost


def _requirements(
    system: LinearSystem, quantities: Iterable[SensitiveQuantity], policy: Policy
) -> Iterator[Requirement]:
    """The year's before its quarters', the far-reaching first: what protects them protects many others."""
    from services.statistics.disclosure.alternatives import requirements

    tasks = []
    for quantity in quantities:
        k = threshold(quantity.cell[2], policy) if quantity.reason is Reason.SMALL else policy.k
        tasks += [(task, quantity) for task in requirements(system, [quantity], k)]
    ordered = sorted(tasks, key=lambda pair: (not is_year(pair[0].cell[0]), -pair[0].level, pair[0].cell))
    return (task for task, _ in ordered)


def _hide_completions(search: PatternSearch, table: LinkedTable) -> None:
    """Completions of the period are nearly those of its enrolments: hidden with them, and not to be subtracted."""
    from services.statistics.disclosure.alternatives import Requirement

    beside = {
        cell
        for period, area, category, measure in search.hidden
        if category == TOTAL and measure in (ENR, CMP) and (cell := (period, area, TOTAL, CMF)) in table.counts
    }
    search.hide(beside)
    for cell in sorted(beside):
        sign = -1.0 if table.counts[cell] else 1.0
        search.meet(Requirement(cell, ((search.system.index[cell], sign),), 1.0))
