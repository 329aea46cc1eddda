"""From decided tables to published figures: counts where they may be shown, and what is computed from shown counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.decisions import FLOW, MARGIN, STATUS, Decision
from services.statistics.disclosure.linked_tables import (
    CMF,
    CMP,
    ENR,
    EPR,
    IPR,
    NST,
    STR,
    WDR,
    LinkedTable,
    tabulate_completions,
)
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.coverage import INTERVAL_PLACES, RATE_PLACES
from services.statistics.figures.dimensions import TOTAL, UNKNOWN
from services.statistics.figures.gap import PLACES as GAP_PLACES
from services.statistics.figures.gap import gap
from services.statistics.figures.measures import MEASURES
from services.statistics.figures.observation import BREAK as B
from services.statistics.figures.observation import CONFIDENTIAL, FREE, Observation
from services.statistics.figures.observation import HIDDEN as Q
from services.statistics.figures.observation import NORMAL as A
from services.statistics.figures.observation import UNDEFINED as M
from services.statistics.figures.observation import UNRELIABLE as U
from services.statistics.figures.periods import is_year
from services.statistics.figures.units import BREAKDOWNS, Unit
from services.statistics.releases.domain.counted_table import Counted, Figure, Population
from services.statistics.releases.domain.hours import work

STATUS_MEASURES = (STR, WDR, IPR, NST)


@dataclass(frozen=True)
class Context:
    universe: str
    period: str
    areas: ReleaseAreas
    policy: Policy
    population: Population
    broken: frozenset[str] = frozenset()
    """Areas whose figures of this period are not comparable with those before."""

    def observation(self, measure: str, area: str, codes: Mapping[str, str], figure: Figure) -> Observation:
        declared = MEASURES[measure]
        value, low, high = figure.rounded(declared.places, INTERVAL_PLACES if measure == "COV" else RATE_PLACES)
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
            unit=declared.unit,
            low=low,
            high=high,
            persons=None if hidden else figure.persons,
        )


def observations(
    context: Context,
    units: Sequence[Unit],
    decisions: Mapping[str, Decision],
    hours_kept: frozenset[str],
    flow: Sequence[Unit] = (),
) -> Iterator[Observation]:
    """All of one period, area by area; `hours_kept` are areas whose hours stay inside."""
    shown_areas = [context.areas.top, *(area for kids in context.areas.children.values() for area in kids)]
    margin = Counted(context.areas, context.policy, units, MARGIN, decisions[MARGIN])
    status = Counted(context.areas, context.policy, units, STATUS, decisions[STATUS])
    worked = work(units, context.areas, decisions[MARGIN].hidden, hours_kept)
    for measure, area, value, state, people in worked:
        yield context.observation(measure, area, {}, Figure(value, state, people))
    parts = {name: Counted(context.areas, context.policy, units, name, decisions[name]) for name in BREAKDOWNS}
    completed = tabulate_completions(flow, context.areas)
    for area in shown_areas:
        yield from _row(context, margin, area, TOTAL, {})
        yield context.observation("PTM", area, {}, margin.count(area, TOTAL, ENR))
        yield context.observation(CMF, area, {}, _completed(completed, decisions, area))
        yield context.observation("COV_STD", area, {}, parts["age"].standardised(area, context.population))
        if len(children := context.areas.children.get(area, ())) > 1:
            yield context.observation("CONC", area, {}, margin.concentration(area, children, context.population))
        for measure in STATUS_MEASURES:
            yield context.observation(measure, area, {}, status.count(area, TOTAL, measure))
        for measure in ("CPS", "DOR"):
            yield context.observation(measure, area, {}, status.rate(area, TOTAL, measure))
        for name, counted in parts.items():
            for code, (dimension, label) in BREAKDOWNS[name].fields.items():
                yield from _row(context, counted, area, code, {dimension: label})
        yield from _gaps(context, parts, area)


def _completed(table: LinkedTable, decisions: Mapping[str, Decision], area: str) -> Figure:
    """Hidden with the enrolments of its area: whom they hide, it counts among others."""
    cell = (area, TOTAL, CMF)
    beside = {place for place, _, name in decisions[MARGIN].hidden if name != EPR}
    if cell in decisions[FLOW].hidden or area in beside:
        return Figure(None, Q)
    return Figure(Fraction(table.counts.get(cell, 0)), A, len(table.people.get(cell, ())))


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
