"""The live table that an official sees: which figures of which rows may be shown.

The primary rule and the complement check of the disclosure policy, on persons, for each row; then, where the rows add
up to a shown total, no single hidden figure is left that subtraction would give away. Releases go through the whole
control.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.statistics.domain.disclosure import Policy, derived_is_unreliable, derived_may_be_shown
from services.statistics.domain.measures import PLACES, percent
from services.statistics.domain.rounding import shown

MEASURES: Mapping[str, str] = {"ENR": "NUMBER", "EPR": "PS", "STR": "NUMBER", "CMP": "NUMBER", "CPR": "PT"}
"""Measure -> unit, in the order of the columns."""

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


def protected(rows: Sequence[Tally], total: Tally, *, additive: bool, policy: Policy) -> list[list[Figure]]:
    """The figures of each row, then of the total, by measure."""
    every = [*rows, total]
    hidden = [_primary(row, policy) for row in every]
    if additive:
        for measure in _ADDING_UP:
            _guard_subtraction(measure, rows, hidden, policy)
    for columns in hidden:
        if "ENR" in columns:
            columns |= {"EPR", "STR", "CMP"}
    return [_figures(row, columns, policy) for row, columns in zip(every, hidden, strict=True)]


def _primary(row: Tally, policy: Policy) -> set[str]:
    def small(persons: int) -> bool:
        return 1 <= persons < policy.k

    if small(row.persons):
        return {"ENR", "EPR", "STR", "CMP"}
    columns: set[str] = set()
    few = 0 < row.persons < 2 * policy.k
    if small(row.persons_started) or small(row.persons_not_started) or (few and not row.persons_not_started):
        columns.add("STR")
    if small(row.persons_completed) or small(row.persons_not_completed) or (few and not row.persons_not_completed):
        columns.add("CMP")
    if few and not row.persons_completed:
        columns.add("CMP")
    if few and not row.persons_started:
        columns.add("STR")
    if small(row.persons_under_way) and "CMP" not in columns:
        columns.add("STR")
    return columns


def _guard_subtraction(measure: str, rows: Sequence[Tally], hidden: list[set[str]], policy: Policy) -> None:
    """Hides further rows, smallest first, until what is hidden could be shared out in more than one safe way."""
    if measure in hidden[-1]:
        return
    gone = [place for place in range(len(rows)) if measure in hidden[place]]
    waiting = sorted(
        (place for place, row in enumerate(rows) if measure not in hidden[place] and row.of(measure)),
        key=lambda place: rows[place].of(measure),
    )
    while gone and (len(gone) < 2 or sum(rows[place].persons_of(measure) for place in gone) < policy.k):
        if not waiting:
            hidden[-1].add(measure)
            return
        gone.append(waiting.pop(0))
        hidden[gone[-1]].add(measure)


def _figures(row: Tally, hidden: set[str], policy: Policy) -> list[Figure]:
    figures = [
        Figure(measure, None, "Q") if measure in hidden else Figure(measure, str(row.of(measure)), "A")
        for measure in MEASURES
        if measure != "CPR"
    ]
    return [*figures, _completion_rate(row, hidden, policy)]


def _completion_rate(row: Tally, hidden: set[str], policy: Policy) -> Figure:
    components = [None if measure in hidden else row.of(measure) for measure in ("ENR", "CMP")]
    if not row.enrolments:
        return Figure("CPR", None, "M")
    if not derived_may_be_shown(components, row.persons, policy):
        return Figure("CPR", None, "Q")
    rate: Fraction | None = percent(row.completed, row.enrolments)
    return Figure("CPR", shown(rate, PLACES["CPR"]), "U" if derived_is_unreliable(row.persons, policy) else "A")
