"""What a release hides, part by part, such that the parts protect each other.

A part is one period with one breakdown. The margin (area x total) is decided first. Then:
- a published margin is fixed in every breakdown;
- an area whose margin hides anything hides everything in every breakdown: whatever alternative the margin has, is made
  real there by moving enrolments between such areas, each keeping its category;
- a year hides what one of its quarters hides, so that alternatives of the quarters add up to one of the year.
So no alternative of one part is contradicted by another, and each part may be solved alone (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.linked_tables import (
    CMP,
    CORE,
    ENR,
    EPR,
    NOT,
    STATUSES,
    LinkedCell,
    LinkedTable,
    tabulate_completions,
    tabulate_enrolments,
    tabulate_persons,
)
from services.statistics.disclosure.policy import Policy, Reason, SensitiveQuantity
from services.statistics.disclosure.sensitive_cells import parts_of_small_margins, primary_suppressions_by_person
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.units import BREAKDOWNS, SENSITIVE_K, Breakdown, Unit

MARGIN, STATUS, FLOW = "margin", "status", "flow"
PARTS = (MARGIN, STATUS, FLOW, *BREAKDOWNS)
"""In the order in which they are decided; all but the first need the first's decision only."""


class Collapse(StrEnum):
    """How much of a part is given up. Where nothing of it is shown, its period waits for the next release."""

    WHOLE = ""
    ROWS = "some areas given up"
    TOP_ONLY = "only the top area shown"
    NOTHING = "nothing shown"


@dataclass(frozen=True)
class Decision:
    """Internal: never published."""

    hidden: frozenset[LinkedCell] = frozenset()
    primary: frozenset[LinkedCell] = frozenset()
    collapsed: Collapse = Collapse.WHOLE


@dataclass(frozen=True)
class EarlierCounts:
    """What earlier releases of this population said about the cells of one part: None = hidden."""

    counts: Mapping[LinkedCell, int | None] = field(default_factory=dict)

    def unchanged(self, table: LinkedTable) -> set[LinkedCell]:
        return {cell for cell, count in self.counts.items() if count is not None and table.counts.get(cell) == count}

    def hidden(self, table: LinkedTable) -> set[LinkedCell]:
        return {cell for cell, count in self.counts.items() if count is None and cell in table.counts}

    def differences(self, table: LinkedTable, k: int) -> list[SensitiveQuantity]:
        """Cells that differ from what was published by 1..k-1: the difference must look like anything from 0 to k."""
        differing = []
        for cell, count in self.counts.items():
            change = 0 if count is None or cell not in table.counts else table.counts[cell] - count
            if 0 < abs(change) < k:
                differing.append(
                    SensitiveQuantity(cell, Reason.DIFFERENCE, ((cell, 1 if change > 0 else -1),), abs(change))
                )
        return differing


@dataclass(frozen=True)
class Part:
    """All that deciding one part needs. `margin` is the period's margin decision; `quarters` those of the year's.

    `units` were begun in the period; those of the flow were completed in it. Areas `given_up` are shown with nothing
    but their margin: an attack on the whole release has opened them."""

    name: str
    areas: ReleaseAreas
    policy: Policy
    units: Sequence[Unit]
    margin: Decision = field(default_factory=Decision)
    quarters: tuple[Decision, ...] = ()
    before: EarlierCounts = field(default_factory=EarlierCounts)
    given_up: frozenset[str] = frozenset()

    @property
    def breakdown(self) -> Breakdown | None:
        return BREAKDOWNS.get(self.name)

    @property
    def k(self) -> int:
        sensitive = self.breakdown is not None and self.breakdown.sensitive
        return max(self.policy.k, SENSITIVE_K) if sensitive else self.policy.k

    def settled(self, cell: LinkedCell) -> bool:
        """Whether the margin has decided about it."""
        return self.name != MARGIN and cell[1] == TOTAL and cell[2] in (ENR, CMP, NOT, EPR)

    def tables(self) -> tuple[LinkedTable, LinkedTable | None]:
        """Enrolments, and persons where the part shows them."""
        if self.name == FLOW:
            return tabulate_completions(self.units, self.areas), None
        counted = tabulate_enrolments(self.units, self.areas, self.breakdown, STATUSES if self.name == STATUS else CORE)
        return counted, None if self.name == STATUS else tabulate_persons(self.units, self.areas, self.breakdown)


Gate = Callable[[Part, LinkedTable, Set[LinkedCell]], tuple[Set[LinkedCell], Set[LinkedCell]]]
"""(part, table, hidden) -> cells that open, and hidden ones that protect nobody because anybody can work them out."""


def decide(part: Part, gate: Gate) -> Decision:
    """The finest pattern that the gate lets pass."""
    from services.statistics.disclosure.suppression import Infeasible  # the solver is slow to load

    tables = part.tables()
    if part.areas.top in part.given_up:
        return Decision(frozenset(_own(part, tables)), collapsed=Collapse.NOTHING)
    given_up = set(part.given_up)
    levels = (Collapse.WHOLE, Collapse.ROWS, Collapse.TOP_ONLY)
    for level in levels[1:] if given_up else levels:
        if level is Collapse.TOP_ONLY:
            given_up = {cell[0] for cell in tables[0].counts} - {part.areas.top}
        try:
            decision = _attempt(part, *tables, given_up)
        except Infeasible as infeasible:
            given_up |= {cell[0] for cell in infeasible.cells}
            continue
        opened, idle = _gated(part, tables, decision, gate)
        if not opened:
            return replace(decision, hidden=decision.hidden - idle, collapsed=level)
        given_up |= {cell[0] for cell in opened}
    return Decision(frozenset(_own(part, tables)), collapsed=Collapse.NOTHING)


def _own(part: Part, tables: Iterable[LinkedTable | None]) -> set[LinkedCell]:
    hidden = {cell for table in tables if table for cell in table.counts}
    return hidden - {cell for cell in hidden if part.settled(cell) and cell not in part.margin.hidden}


def _gated(
    part: Part, tables: Iterable[LinkedTable | None], decision: Decision, gate: Gate
) -> tuple[set[LinkedCell], set[LinkedCell]]:
    openings: set[LinkedCell] = set()
    idle: set[LinkedCell] = set()
    for table in tables:
        if table is not None:
            opened, derivable = gate(part, table, decision.hidden & table.counts.keys())
            openings |= opened
            idle |= derivable
    return openings, idle


def _attempt(part: Part, counted: LinkedTable, people: LinkedTable | None, given_up: Set[str]) -> Decision:
    sensitive = _sensitive(part, counted)
    hidden = _chosen(part, counted, sensitive, _inherited(part, counted, given_up))
    if people is None:
        return Decision(hidden, frozenset(secret.cell for secret in sensitive))
    inherited = _inherited(part, people, given_up) | {(*cell[:2], EPR) for cell in hidden if cell[2] == ENR}
    found_people = _sensitive(part, people)
    ceiling = {
        cell: counted.counts[(*cell[:2], ENR)] - count
        for cell, count in people.counts.items()
        if (*cell[:2], ENR) not in hidden
    }
    hidden |= _chosen(part, people, found_people, inherited, ceiling)
    return Decision(hidden, frozenset(secret.cell for secret in (*sensitive, *found_people)))


def _sensitive(part: Part, table: LinkedTable) -> list[SensitiveQuantity]:
    """What the margin's own decision has settled is not asked again."""
    sensitive = primary_suppressions_by_person(table, part.k, part.settled) + part.before.differences(table, part.k)
    return [secret for secret in sensitive if not all(part.settled(cell) for cell, _ in secret.quantity)]


def _chosen(
    part: Part,
    table: LinkedTable,
    sensitive: Sequence[SensitiveQuantity],
    hidden: set[LinkedCell],
    ceiling: Mapping[LinkedCell, int] | None = None,
) -> frozenset[LinkedCell]:
    """A year's enrolments follow from its quarters: hiding more of them would be for show."""
    from services.statistics.disclosure.patterns import find_pattern  # the solver is slow to load

    fixed = part.before.unchanged(table) | {
        cell for cell in table.counts if part.settled(cell) and cell not in part.margin.hidden
    }
    if part.quarters and ceiling is None:
        return frozenset(hidden)
    return find_pattern(table.cells(), sensitive, part.k, hidden=hidden, fixed=fixed, ceiling=ceiling)


def _inherited(part: Part, table: LinkedTable, given_up: Set[str]) -> set[LinkedCell]:
    hidden = part.before.hidden(table) | parts_of_small_margins(table, part.k)
    for quarter in part.quarters:
        hidden |= quarter.hidden & table.counts.keys()
    touched = {cell[0] for cell in part.margin.hidden if cell[2] != EPR}
    persons_touched = {cell[0] for cell in part.margin.hidden}
    hidden |= {
        cell
        for cell in table.counts
        if cell[0] in given_up or cell[0] in (persons_touched if cell[2] == EPR else touched)
    }
    return {cell for cell in hidden if not part.settled(cell)} | (part.margin.hidden & table.counts.keys())
