"""From decided tables to published figures: counts where they may be shown, and what is computed from shown counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.statistics.domain.coverage import INTERVAL_PLACES, RATE_PLACES, coverage
from services.statistics.domain.deciding import MARGIN, STATUS, Decision
from services.statistics.domain.dimensions import TOTAL, UNKNOWN
from services.statistics.domain.disclosure import Policy
from services.statistics.domain.gap import PLACES as GAP_PLACES
from services.statistics.domain.gap import gap
from services.statistics.domain.intervals import wilson
from services.statistics.domain.linked import CMP, ENR, EPR, IPR, NST, STATUSES, STR, WDR, Areas, enrolments, persons
from services.statistics.domain.measures import percent
from services.statistics.domain.periods import is_year
from services.statistics.domain.release import BREAK as B
from services.statistics.domain.release import CONFIDENTIAL, FREE, Observation
from services.statistics.domain.release import HIDDEN as Q
from services.statistics.domain.release import NORMAL as A
from services.statistics.domain.release import NOT_COLLECTED as L
from services.statistics.domain.release import UNDEFINED as M
from services.statistics.domain.release import UNRELIABLE as U
from services.statistics.domain.rounding import shown
from services.statistics.domain.units import BREAKDOWNS, Unit
from services.statistics.domain.work import work

UNITS = {
    "HRS": "H",
    "HRS_PC": "H",
    "TTC_MED": "D",
    "TTC_P90": "D",
    EPR: "PS",
    "COV": "RT_1000",
    "GAP_PP": "PP",
    "GAP_RT": "RATIO",
    "GAP_IX": "IX",
    "GPIA": "RATIO",
}
ONE_PLACE = ("CPR", "CPS", "DOR", "COV", "HRS_PC", "TTC_MED", "TTC_P90")
PERCENT = {"CPR": (CMP, ENR), "CPS": (CMP, STR), "DOR": (WDR, STR)}
STATUS_MEASURES = (STR, WDR, IPR, NST)
Population = Mapping[tuple[str, str, str], int]
"""(area, sex, age) -> residents at the period's end."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A count or rate of one cell, or why there is none."""

    value: Fraction | None
    status: str
    persons: int | None = None
    low: Fraction | None = None
    high: Fraction | None = None

    def rounded(self, places: int, interval_places: int) -> tuple[str | None, str | None, str | None]:
        return shown(self.value, places), shown(self.low, interval_places), shown(self.high, interval_places)


@dataclass(frozen=True)
class Context:
    universe: str
    period: str
    areas: Areas
    policy: Policy
    population: Population
    broken: frozenset[str] = frozenset()
    """Areas whose figures of this period are not comparable with those before."""

    def observation(self, measure: str, area: str, codes: Mapping[str, str], figure: Figure) -> Observation:
        places = GAP_PLACES.get(measure, int(measure in ONE_PLACE))
        value, low, high = figure.rounded(places, INTERVAL_PLACES if measure == "COV" else RATE_PLACES)
        hidden = figure.status == Q
        return Observation(
            measure=measure,
            universe=self.universe,
            freq="A" if is_year(self.period) else "Q",
            period=self.period,
            area=area,
            sex=codes.get("sex", TOTAL),
            age=codes.get("age", TOTAL),
            group=codes.get("group", TOTAL),
            domain=codes.get("domain", TOTAL),
            value=value,
            status=B if figure.status == A and area in self.broken else figure.status,
            confidentiality=CONFIDENTIAL if hidden else FREE,
            unit="PT" if measure in PERCENT else UNITS.get(measure, "NUMBER"),
            low=low,
            high=high,
            persons=None if hidden else figure.persons,
        )


class Counted:
    """The counts of one part with its gaps; 0 where nobody is."""

    def __init__(self, context: Context, units: Sequence[Unit], name: str, decision: Decision) -> None:
        breakdown = BREAKDOWNS.get(name)
        self._hidden = decision.hidden
        counted = enrolments(units, context.areas, breakdown, STATUSES)
        people = persons(units, context.areas, breakdown)
        self._counts = {**counted.counts, **people.counts}
        self._people = {**counted.people, **people.people}
        self._policy = context.policy

    def count(self, area: str, code: str, measure: str) -> Figure:
        cell = (area, code, measure)
        if cell in self._hidden:
            return Figure(None, Q)
        return Figure(Fraction(self._counts.get(cell, 0)), A, len(self._people.get(cell, ())))

    def rate(self, area: str, code: str, measure: str) -> Figure:
        part, whole = (self.count(area, code, name) for name in PERCENT[measure])
        if part.value is None or whole.value is None or whole.persons is None:
            return Figure(None, Q)
        if not whole.value:
            return Figure(None, M)
        if whole.persons < self._policy.least_denominator:
            return Figure(None, Q)
        low, high = (100 * end for end in wilson(int(part.value), int(whole.value)))
        status = U if whole.persons < self._policy.reliable_denominator else A
        return Figure(percent(int(part.value), int(whole.value)), status, whole.persons, low, high)

    def coverage(self, area: str, code: str, population: int | None) -> Figure:
        persons = self.count(area, code, EPR)
        if persons.value is None:
            return persons
        if population is None:
            return Figure(None, L)
        if int(persons.value) > population:
            return Figure(None, M)
        rate = coverage(int(persons.value), population)
        return Figure(None, L) if rate is None else Figure(rate.value, A, persons.persons, rate.low, rate.high)


def observations(
    context: Context, units: Sequence[Unit], decisions: Mapping[str, Decision], hours_kept: frozenset[str]
) -> Iterator[Observation]:
    """All of one period, area by area; `hours_kept` are areas whose hours stay inside."""
    shown_areas = [context.areas.top, *(area for kids in context.areas.children.values() for area in kids)]
    margin = Counted(context, units, MARGIN, decisions[MARGIN])
    status = Counted(context, units, STATUS, decisions[STATUS])
    worked = work(units, context.areas, decisions[MARGIN].hidden, hours_kept)
    for measure, area, value, state, people in worked:
        yield context.observation(measure, area, {}, Figure(value, state, people))
    parts = {name: Counted(context, units, name, decisions[name]) for name in BREAKDOWNS}
    for area in shown_areas:
        yield from _row(context, margin, area, TOTAL, {})
        for measure in STATUS_MEASURES:
            yield context.observation(measure, area, {}, status.count(area, TOTAL, measure))
        for measure in ("CPS", "DOR"):
            yield context.observation(measure, area, {}, status.rate(area, TOTAL, measure))
        for name, counted in parts.items():
            for code, (dimension, label) in BREAKDOWNS[name].fields.items():
                yield from _row(context, counted, area, code, {dimension: label})
        yield from _gaps(context, parts, area)


def _row(context: Context, counted: Counted, area: str, code: str, codes: Mapping[str, str]) -> Iterator[Observation]:
    for measure in (ENR, EPR, CMP):
        yield context.observation(measure, area, codes, counted.count(area, code, measure))
    yield context.observation("CPR", area, codes, counted.rate(area, code, "CPR"))
    if not codes.keys() - {"sex", "age"} and UNKNOWN not in codes.values():
        residents = context.population.get((area, codes.get("sex", TOTAL), codes.get("age", TOTAL)))
        yield context.observation("COV", area, codes, counted.coverage(area, code, residents))


def _gaps(context: Context, parts: Mapping[str, Counted], area: str) -> Iterator[Observation]:
    """Completion of each target group against the general public."""
    reference = parts["general"].rate(area, "GEN", "CPR")
    for name, code, label in _groups():
        group = parts[name].rate(area, code, "CPR")
        for measure in GAP_PLACES:
            yield context.observation(measure, area, {"group": label}, _gap(measure, group, reference))


def _groups() -> Iterator[tuple[str, str, str]]:
    for name, breakdown in BREAKDOWNS.items():
        for code, (dimension, label) in breakdown.fields.items():
            if dimension == "group" and label != "GEN" and not label.startswith("N_"):
                yield name, code, label


def _gap(measure: str, group: Figure, reference: Figure) -> Figure:
    if group.value is None or reference.value is None:
        return Figure(None, Q if Q in (group.status, reference.status) else M)
    value = gap(group.value, reference.value)[measure]
    if value is None:
        return Figure(None, M)
    status = U if U in (group.status, reference.status) else A
    return Figure(value, status, min(group.persons or 0, reference.persons or 0))
