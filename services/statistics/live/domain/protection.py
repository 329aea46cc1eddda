"""The live table that an official sees: which figures may be shown.

The primary rule of the disclosure policy, on persons, for each cell; then, in each sum of cells that the official can
see, no single hidden figure is left that subtraction would give away, in this table or by looking into the areas beside
it. Releases go through the whole control.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction

from services.statistics.disclosure.policy import Policy, derived_is_unreliable, derived_may_be_shown
from services.statistics.figures import measures
from services.statistics.figures.coverage import RATE_PLACES, coverage
from services.statistics.figures.measures import percent
from services.statistics.figures.rounding import rounded_text

MEASURES = tuple(measure.code for measure in measures.MEASURES.values() if measure.in_live_table)
"""In the order of the columns. COV is there where residents are known."""

_ADDING_UP = ("ENR", "STR", "CMP")


@dataclass(frozen=True, slots=True)
class Tally:
    """Enrolments of one row, and the persons behind each part of them."""

    code: str
    enrolments: int = 0
    persons: int = 0
    started: int = 0
    persons_started: int = 0
    persons_not_started: int = 0
    completed: int = 0
    persons_completed: int = 0
    persons_not_completed: int = 0
    persons_under_way: int = 0

    def of(self, measure: str) -> int:
        return {"ENR": self.enrolments, "EPR": self.persons, "STR": self.started, "CMP": self.completed}[measure]

    def persons_of(self, measure: str) -> int:
        return {"STR": self.persons_started, "CMP": self.persons_completed}.get(measure, self.persons)


@dataclass(frozen=True, slots=True)
class Figure:
    """A decimal as text, or None with the SDMX status that says why: Q hidden, M cannot exist."""

    measure: str
    value: str | None
    status: str


Key = tuple[str, str]
"""An area, and a category or the total within it."""
Hidden = Mapping[Key, Set[str]]
"""Cell -> measures that are not shown of it."""


@dataclass(frozen=True, slots=True)
class Line:
    """The parts are the total, each enrolment once; `k` persons make a part safe."""

    total: Key
    parts: tuple[Key, ...]
    k: int


def protect(cells: Mapping[Key, Tally], lines: Sequence[Line], policy: Policy, already: Hidden) -> Hidden:
    """What is hidden of each cell; `already` is hidden for reasons that lie elsewhere."""
    levels = dict.fromkeys(cells, policy.k)
    for line in lines:
        levels |= {part: max(line.k, levels[part]) for part in line.parts}
    hidden = {key: sensitive_measures(cell, levels[key]) | already.get(key, set()) for key, cell in cells.items()}
    for line in lines:
        if whole := _everybody_in_one(line, cells):
            hidden[whole].add("ENR")
    waiting = True
    while waiting:
        for columns in hidden.values():
            if "ENR" in columns:
                columns |= {"EPR", "STR", "CMP"}
        guarded = [_guard(line, measure, cells, hidden) for line in lines for measure in _ADDING_UP]
        waiting = any(guarded)
    return hidden


def sensitive_measures(cell: Tally, k: int) -> set[str]:
    """Measures that fewer than k persons stand behind, or on the other side of; in a group under 2k, also those that
    tell of everybody."""

    def small(persons: int) -> bool:
        return 1 <= persons < k

    if small(cell.persons):
        return {"ENR", "EPR", "STR", "CMP"}
    columns: set[str] = set()
    few = 0 < cell.persons < 2 * k
    if small(cell.persons_started) or small(cell.persons_not_started) or (few and not cell.persons_not_started):
        columns.add("STR")
    if small(cell.persons_completed) or small(cell.persons_not_completed) or (few and not cell.persons_not_completed):
        columns.add("CMP")
    if few and not cell.persons_completed:
        columns.add("CMP")
    if few and not cell.persons_started:
        columns.add("STR")
    if small(cell.persons_under_way) and "CMP" not in columns:
        columns.add("STR")
    return columns


def _everybody_in_one(line: Line, cells: Mapping[Key, Tally]) -> Key | None:
    """The one category in which a group of fewer than 2k stands as a whole: belonging to it would tell it of each."""
    total = cells[line.total]
    if len(line.parts) < 2 or not 0 < total.persons < 2 * line.k:
        return None
    return next((part for part in line.parts if cells[part].enrolments == total.enrolments), None)


def _guard(line: Line, measure: str, cells: Mapping[Key, Tally], hidden: Mapping[Key, set[str]]) -> bool:
    """Hides further parts, smallest first, until what is hidden in a line could be shared out in more than one safe
    way; the total only where nothing else is left. Whether it did."""
    gone = [key for key in line.parts if measure in hidden[key]]
    total_gone = measure in hidden[line.total]
    if not gone and not total_gone:
        return False
    waiting = sorted(
        (key for key in line.parts if measure not in hidden[key]),
        key=lambda key: (not cells[key].of(measure), cells[key].of(measure)),
    )
    before = len(gone)
    while len(gone) + total_gone < 2 or not (
        total_gone or sum(cells[key].persons_of(measure) for key in gone) >= line.k
    ):
        if not waiting:
            hidden[line.total].add(measure)
            return not total_gone or len(gone) > before
        gone.append(waiting.pop(0))
        hidden[gone[-1]].add(measure)
    return len(gone) > before


def figures(cell: Tally, hidden: Set[str], policy: Policy) -> list[Figure]:
    counts = [
        Figure(measure, None, "Q") if measure in hidden else Figure(measure, str(cell.of(measure)), "A")
        for measure in ("ENR", "EPR", "STR", "CMP")
    ]
    return [*counts, _completion_rate(cell, hidden, policy)]


def reach(cell: Tally, hidden: Set[str], residents: int | None, policy: Policy) -> Figure:
    """COV, per 1,000 residents; missing where nobody knows how many there are, or fewer than took part."""
    if "EPR" in hidden:
        return Figure("COV", None, "Q")
    if not residents or residents < max(cell.persons, policy.least_denominator):
        return Figure("COV", None, "L")
    rate = coverage(cell.persons, residents)
    status = "U" if derived_is_unreliable(residents, policy) else "A"
    return Figure("COV", rounded_text(rate.value if rate else None, RATE_PLACES), status)


def _completion_rate(row: Tally, hidden: Set[str], policy: Policy) -> Figure:
    components = [None if measure in hidden else row.of(measure) for measure in ("ENR", "CMP")]
    if not row.enrolments:
        return Figure("CPR", None, "M")
    if not derived_may_be_shown(components, row.persons, policy):
        return Figure("CPR", None, "Q")
    rate: Fraction | None = percent(row.completed, row.enrolments)
    status = "U" if derived_is_unreliable(row.persons, policy) else "A"
    return Figure("CPR", rounded_text(rate, measures.MEASURES["CPR"].places), status)
