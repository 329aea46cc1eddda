"""From decided tables to published figures: counts where they may be shown, and what is computed from shown counts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.layout import SPLIT, STATUSES, Cell
from services.statistics.disclosure.linked_tables import LinkedTable
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.coverage import INTERVAL_PLACES, RATE_PLACES, Population, residents
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.gap import PLACES as GAP_PLACES
from services.statistics.figures.gap import gap
from services.statistics.figures.measures import MEASURES
from services.statistics.figures.observation import BREAK as B
from services.statistics.figures.observation import CONFIDENTIAL, FREE, Observation
from services.statistics.figures.observation import HIDDEN as Q
from services.statistics.figures.observation import NORMAL as A
from services.statistics.figures.observation import PROVISIONAL as P
from services.statistics.figures.observation import UNDEFINED as M
from services.statistics.figures.observation import UNRELIABLE as U
from services.statistics.figures.periods import is_year
from services.statistics.figures.relations import CMF, CMP90
from services.statistics.figures.units import BREAKDOWNS, Unit
from services.statistics.releases.domain.counted_table import Counted, Figure
from services.statistics.releases.domain.hours import work

COUNTED = frozenset({*SPLIT, CMP90, *STATUSES, CMF})


@dataclass(frozen=True)
class Context:
    universe: str
    period: str
    areas: ReleaseAreas
    policy: Policy
    population: Population
    broken: frozenset[str] = frozenset()
    """Areas whose figures of this period are not comparable with those before."""

    is_mature: bool = True
    """So long over that everybody had 90 days to complete."""

    def aged(self, figure: Figure) -> Figure:
        """Of a fixed time after enrolling, a figure that can still grow is provisional."""
        return figure if self.is_mature or figure.status != A else replace(figure, status=P)

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
    context: Context, units: Sequence[Unit], table: LinkedTable, hidden: Set[Cell], hours_kept: frozenset[str]
) -> Iterator[Observation]:
    """All that is printed of one period, area by area; `hours_kept` are areas whose hours stay inside."""
    counted = Counted(context.period, context.policy, table, hidden)
    for measure, area, value, state, people in work(units, context.areas, hidden, hours_kept, context.period):
        yield context.observation(measure, area, {}, Figure(value, state, people))
    for area in [context.areas.top, *(area for kids in context.areas.children.values() for area in kids)]:
        yield from _row(context, counted, area, TOTAL, {})
        yield context.observation(CMF, area, {}, counted.count(area, TOTAL, CMF))
        yield context.observation(CMP90, area, {}, context.aged(counted.count(area, TOTAL, CMP90)))
        yield context.observation("CPR90", area, {}, context.aged(counted.rate(area, TOTAL, "CPR90")))
        yield context.observation("PCM", area, {}, counted.persons(area, TOTAL, CMF))
        if len(children := context.areas.children.get(area, ())) > 1:
            yield context.observation("CONC", area, {}, counted.concentration(area, children, context.population))
        tables = table.layout.tables(context.period, area)
        if "age" in tables:
            yield context.observation("COV_STD", area, {}, counted.standardised(area, context.population))
        if table.layout.is_full(context.period, area):
            yield from _states(context, counted, area)
        yield from _categories(context, counted, area, tables)
        if "group" in tables:
            yield from _gaps(context, counted, area)


def _states(context: Context, counted: Counted, area: str) -> Iterator[Observation]:
    for measure in STATUSES:
        yield context.observation(measure, area, {}, counted.count(area, TOTAL, measure))
    for measure in ("CPS", "DOR"):
        yield context.observation(measure, area, {}, counted.rate(area, TOTAL, measure))


def _categories(context: Context, counted: Counted, area: str, tables: Collection[str]) -> Iterator[Observation]:
    for breakdown in BREAKDOWNS.values():
        for code, (dimension, shown) in breakdown.fields.items():
            if dimension in tables:
                yield from _row(context, counted, area, breakdown.label(code), {dimension: shown})


def _row(
    context: Context, counted: Counted, area: str, category: str, codes: Mapping[str, str]
) -> Iterator[Observation]:
    for measure in SPLIT:
        yield context.observation(measure, area, codes, counted.count(area, category, measure))
    yield context.observation("CPR", area, codes, counted.rate(area, category, "CPR"))
    if not codes.keys() - {"sex", "age"}:
        sex, age = codes.get("sex", TOTAL), codes.get("age", TOTAL)
        there = residents(context.population, area, sex, age)
        yield context.observation("COV", area, codes, counted.coverage(area, category, there))


def _gaps(context: Context, counted: Counted, area: str) -> Iterator[Observation]:
    """Completion of each target group against the general public."""
    reference = counted.rate(area, "group=GEN", "CPR")
    for category, code in _groups():
        group = counted.rate(area, category, "CPR")
        for measure in GAP_PLACES:
            yield context.observation(measure, area, {"group": code}, _gap(measure, group, reference))


def _groups() -> Iterator[tuple[str, str]]:
    for breakdown in BREAKDOWNS.values():
        for code, (dimension, shown) in breakdown.fields.items():
            if dimension == "group" and shown != "GEN" and not shown.startswith("N_"):
                yield breakdown.label(code), shown


def _gap(measure: str, group: Figure, reference: Figure) -> Figure:
    if group.value is None or reference.value is None:
        return Figure(None, Q if Q in (group.status, reference.status) else M)
    value = gap(group.value, reference.value)[measure]
    if value is None:
        return Figure(None, M)
    status = U if U in (group.status, reference.status) else A
    return Figure(value, status, min(group.persons or 0, reference.persons or 0))
