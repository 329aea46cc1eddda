"""What a release hides, part by part, such that the parts protect each other.

A part is one period with one breakdown. The margin (area x total) is decided first. Then:
- a published margin is fixed in every breakdown;
- an area whose margin hides anything hides everything in every breakdown: whatever alternative the margin has, is made
  real there by moving enrolments between such areas, each keeping its category;
- a year hides what one of its quarters hides, so that alternatives of the quarters add up to one of the year.
So no alternative of one part is contradicted by another, and each part may be solved alone (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.statistics.domain.dimensions import TOTAL
from services.statistics.domain.disclosure import Policy, Reason, Sensitive
from services.statistics.domain.exposure import exposed, inside_small
from services.statistics.domain.linked import CORE, ENR, EPR, STATUSES, Areas, Cell, Table, enrolments, persons
from services.statistics.domain.patterns import pattern
from services.statistics.domain.suppression import Infeasible
from services.statistics.domain.units import BREAKDOWNS, SENSITIVE_K, Breakdown, Unit

MARGIN, STATUS = "margin", "status"
PARTS = (MARGIN, STATUS, *BREAKDOWNS)
"""In the order in which they are decided; all but the first need the first's decision only."""

LEVELS = ("", "areas below the top", "everything")


class Held(Exception):
    """The attack opens these cells whatever is hidden: the period waits for the next release."""

    def __init__(self, part: str, cells: Sequence[str]) -> None:
        super().__init__(f"{part}: {'; '.join(cells)}")
        self.part, self.cells = part, tuple(cells)


@dataclass(frozen=True)
class Decision:
    """`collapsed` says how far the categories had to be given up, "" mostly. Internal: never published."""

    hidden: frozenset[Cell] = frozenset()
    primary: frozenset[Cell] = frozenset()
    collapsed: str = ""


@dataclass(frozen=True)
class Before:
    """What earlier releases of this population said about the cells of one part: None = hidden."""

    counts: Mapping[Cell, int | None] = field(default_factory=dict)

    def unchanged(self, table: Table) -> set[Cell]:
        return {cell for cell, count in self.counts.items() if count is not None and table.counts.get(cell) == count}

    def hidden(self, table: Table) -> set[Cell]:
        return {cell for cell, count in self.counts.items() if count is None and cell in table.counts}

    def differences(self, table: Table, k: int) -> list[Sensitive]:
        """Cells that differ from what was published by 1..k-1: the difference must look like anything from 0 to k."""
        found = []
        for cell, count in self.counts.items():
            change = 0 if count is None or cell not in table.counts else table.counts[cell] - count
            if 0 < abs(change) < k:
                found.append(Sensitive(cell, Reason.DIFFERENCE, ((cell, 1 if change > 0 else -1),), abs(change)))
        return found


Gate = Callable[[Table, Collection[Cell], int], tuple[list[str], set[Cell]]]
"""(table, hidden, k) -> what opens, in words, and the cells that are hidden for nothing."""


@dataclass(frozen=True)
class Part:
    """All that deciding one part needs. `margin` is the period's margin decision; `quarters` those of the year's."""

    name: str
    areas: Areas
    policy: Policy
    units: Sequence[Unit]
    margin: Decision = field(default_factory=Decision)
    quarters: tuple[Decision, ...] = ()
    before: Before = field(default_factory=Before)

    @property
    def breakdown(self) -> Breakdown | None:
        return BREAKDOWNS.get(self.name)

    @property
    def k(self) -> int:
        sensitive = self.breakdown is not None and self.breakdown.sensitive
        return max(self.policy.k, SENSITIVE_K) if sensitive else self.policy.k

    def tables(self) -> tuple[Table, Table | None]:
        """Enrolments, and persons where the part shows them."""
        counted = enrolments(self.units, self.areas, self.breakdown, STATUSES if self.name == STATUS else CORE)
        return counted, None if self.name == STATUS else persons(self.units, self.areas, self.breakdown)


def decide(part: Part, gate: Gate) -> Decision:
    """The finest pattern that the gate lets pass. Raises Held when none does."""
    tables = part.tables()
    openings: list[str] = []
    for level in LEVELS:
        try:
            decision = _attempt(part, *tables, level)
        except Infeasible as infeasible:
            openings = [repr(cell) for cell in infeasible.cells]
            continue
        openings, idle = _gated(part, tables, decision, gate)
        if not openings:
            return replace(decision, hidden=decision.hidden - idle)
    raise Held(part.name, openings)


def _gated(
    part: Part, tables: tuple[Table, Table | None], decision: Decision, gate: Gate
) -> tuple[list[str], set[Cell]]:
    openings: list[str] = []
    idle: set[Cell] = set()
    for table in tables:
        if table is not None:
            opened, derivable = gate(table, decision.hidden & table.counts.keys(), part.k)
            openings += opened
            idle |= derivable
    return openings, idle


def _attempt(part: Part, counted: Table, people: Table | None, level: str) -> Decision:
    inherited = _inherited(part, counted) | _given_up(part, counted, level)
    found = exposed(counted, part.k) + part.before.differences(counted, part.k)
    hidden = _chosen(part, counted, found, inherited)
    if people is None:
        return Decision(hidden, frozenset(one.cell for one in found), level)
    inherited = _inherited(part, people) | _given_up(part, people, level)
    inherited |= {(area, code, EPR) for area, code, name in hidden if name == ENR}
    found_people = exposed(people, part.k) + part.before.differences(people, part.k)
    ceiling = {
        cell: counted.counts[(*cell[:2], ENR)] - count
        for cell, count in people.counts.items()
        if (*cell[:2], ENR) not in hidden
    }
    hidden |= _chosen(part, people, found_people, inherited, ceiling)
    return Decision(hidden, frozenset(one.cell for one in (*found, *found_people)), level)


def _chosen(
    part: Part, table: Table, found: Sequence[Sensitive], hidden: set[Cell], ceiling: Mapping[Cell, int] | None = None
) -> frozenset[Cell]:
    """A year's enrolments follow from its quarters: hiding more of them would be for show."""
    fixed = part.before.unchanged(table) | _margin_shown(part, table)
    if part.quarters and ceiling is None:
        return frozenset(hidden)
    return pattern(table.cells(), found, part.k, hidden=hidden, fixed=fixed, ceiling=ceiling)


def _margin_shown(part: Part, table: Table) -> set[Cell]:
    if part.name == MARGIN:
        return set()
    core = {ENR, "CMP", "NOT", EPR}
    return {cell for cell in table.counts if cell[1] == TOTAL and cell[2] in core and cell not in part.margin.hidden}


def _inherited(part: Part, table: Table) -> set[Cell]:
    hidden = part.before.hidden(table) | inside_small(table, part.k)
    for quarter in part.quarters:
        hidden |= quarter.hidden & table.counts.keys()
    if part.name == MARGIN:
        return hidden
    touched = {area for area, _, name in part.margin.hidden if name != EPR}
    persons_touched = touched | {area for area, _, _ in part.margin.hidden}
    for cell in table.counts:
        here = persons_touched if cell[2] == EPR else touched
        split = cell[1] != TOTAL or (part.name == STATUS and cell[2] not in {ENR, "CMP", "NOT"})
        if (cell[0] in here and split) or cell in part.margin.hidden:
            hidden.add(cell)
    return hidden - _margin_shown(part, table)


def _given_up(part: Part, table: Table, level: str) -> set[Cell]:
    shown = _margin_shown(part, table)
    if level == LEVELS[0]:
        return set()
    return {cell for cell in table.counts if cell not in shown and (level == LEVELS[2] or cell[0] != part.areas.top)}
