"""What the live table shows of a cell: its numbers, and the primary rule that says which of them may be shown."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import astuple, dataclass, fields
from fractions import Fraction

from services.statistics.disclosure.policy import Policy, derived_is_unreliable, derived_may_be_shown
from services.statistics.figures import measures
from services.statistics.figures.coverage import RATE_PLACES, coverage
from services.statistics.figures.measures import percent
from services.statistics.figures.rounding import rounded_text

MEASURES = tuple(measure.code for measure in measures.MEASURES.values() if measure.in_live_table)
"""In the order of the columns. COV is there where residents are known."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Enrolments of one cell, and the persons behind each part of them."""

    enrolments: int = 0
    persons: int = 0
    started: int = 0
    persons_started: int = 0
    persons_not_started: int = 0
    completed: int = 0
    persons_completed: int = 0
    persons_not_completed: int = 0
    persons_under_way: int = 0

    def less(self, other: Tally) -> Tally:
        """How far the two lie apart, in each number."""
        return Tally(*(abs(one - another) for one, another in zip(astuple(self), astuple(other), strict=True)))

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


@dataclass(frozen=True, slots=True)
class ShownCell:
    """What is shown of a cell: each measure as it stood when it was last shown, and 0 where it never was."""

    tally: Tally = Tally()
    measures: frozenset[str] = frozenset()
    hidden_at: Tally = Tally()
    """What it was when it was first hidden."""

    def moved(self, cell: Tally, measures: Set[str]) -> ShownCell:
        """With these measures as they stand now. Nobody is told apart from few: a zero is not shown."""
        shown, hidden = ({name: getattr(tally, name) for name in _NAMES} for tally in (self.tally, self.hidden_at))
        kept = set(self.measures)
        for measure, names in _NUMBERS.items():
            for name in names:
                if measure in measures:
                    shown[name], hidden[name] = (getattr(cell, name) if cell.of(measure) else 0), 0
                elif measure not in self.measures:
                    hidden[name] = hidden[name] or getattr(cell, name)
            if measure in measures:
                kept = kept | {measure} if cell.of(measure) else kept - {measure}
        return ShownCell(Tally(**shown), frozenset(kept), Tally(**hidden))


_NUMBERS = {
    "ENR": ("enrolments",),
    "EPR": ("persons",),
    "STR": ("started", "persons_started", "persons_not_started", "persons_under_way"),
    "CMP": ("completed", "persons_completed", "persons_not_completed"),
}
COUNTS = frozenset(_NUMBERS)
_NAMES = tuple(each.name for each in fields(Tally))


def sensitive_changes(change: Tally, k: int) -> set[str]:
    """Measures whose change tells of fewer than k persons; also where it is not known of how many."""
    if change.enrolments and not change.persons:
        return set(COUNTS)
    return sensitive_measures(change, k)


def sensitive_measures(cell: Tally, k: int) -> set[str]:
    """Measures that fewer than k persons stand behind, or on the other side of; in a group under 2k, also those that
    tell of everybody."""

    def small(persons: int) -> bool:
        return 1 <= persons < k

    if small(cell.persons):
        return set(COUNTS)
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


def figures(cell: ShownCell, policy: Policy) -> list[Figure]:
    counts = [
        Figure(measure, str(cell.tally.of(measure)), "A") if measure in cell.measures else Figure(measure, None, "Q")
        for measure in ("ENR", "EPR", "STR", "CMP")
    ]
    return [*counts, _completion_rate(cell, policy)]


def completers(cell: ShownCell, *, of_period: bool) -> Figure:
    """PCM, persons who completed: in a period, by the cell of what was completed in it; else ever."""
    if ("EPR" if of_period else "CMP") not in cell.measures:
        return Figure("PCM", None, "Q")
    return Figure("PCM", str(cell.tally.persons if of_period else cell.tally.persons_completed), "A")


def reach(cell: ShownCell, residents: int | None, policy: Policy) -> Figure:
    """COV, per 1,000 residents; missing where nobody knows how many there are, or fewer than took part."""
    if "EPR" not in cell.measures:
        return Figure("COV", None, "Q")
    if not residents or residents < max(cell.tally.persons, policy.least_denominator):
        return Figure("COV", None, "L")
    rate = coverage(cell.tally.persons, residents)
    status = "U" if derived_is_unreliable(residents, policy) else "A"
    return Figure("COV", rounded_text(rate.value, _places(rate.value)) if rate else None, status)


def _places(rate: Fraction) -> int:
    """Of a large city few in a thousand take part: two digits that say something, three decimals at most."""
    return next((places for places in range(RATE_PLACES, 3) if rate * 10**places >= 10), 3) if rate else RATE_PLACES


def _completion_rate(cell: ShownCell, policy: Policy) -> Figure:
    """Of the shown counts, and hidden with either: also where there are none, which only the counts may tell."""
    row = cell.tally
    components = [row.of(measure) if measure in cell.measures else None for measure in ("ENR", "CMP")]
    if not derived_may_be_shown(components, row.persons, policy):
        return Figure("CPR", None, "Q")
    rate: Fraction | None = percent(row.completed, row.enrolments)
    status = "U" if derived_is_unreliable(row.persons, policy) else "A"
    return Figure("CPR", rounded_text(rate, measures.MEASURES["CPR"].places), status)
