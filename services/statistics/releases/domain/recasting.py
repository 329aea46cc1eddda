"""A published series under the codes of another list of areas. Counts add up, rates are computed from counts again, and
what cannot be told stays empty: nothing is averaged, and an estimate by shares says that it is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from services.statistics.areas.changes import BoundaryChanges
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.observation import (
    BREAK,
    CONFIDENTIAL,
    ESTIMATED,
    FREE,
    HIDDEN,
    MISSING,
    NORMAL,
    UNDEFINED,
    UNRELIABLE,
    Observation,
)
from services.statistics.figures.periods import first_day, last_day
from services.statistics.figures.rounding import rounded_text
from services.statistics.releases.domain.counted_table import PERCENT

ADDITIVE = frozenset({"NUMBER", "PS", "H"})
"""Units whose figures of two areas make one of both: counts, persons (each lives in one area), hours."""
FROM_COUNTS = {
    **{rate: (100, part, whole) for rate, (part, whole) in PERCENT.items()},
    "COV": (1000, "EPR", "POP"),
    "HRS_PC": (1, "HRS", "EPR"),
}
Cell = tuple[str, tuple[str, ...], str]
"""Period, all other codes, area."""


@dataclass(frozen=True, slots=True)
class Value:
    """The value of one area; None has a status that says why."""

    value: Fraction | None
    status: str = NORMAL


@dataclass(frozen=True, slots=True)
class Figure:
    """`rest` are the codes besides area, period and measure; `vintage` is the day of the list its area is from, and
    `interval` stays with a figure that stays as it is."""

    area: str
    period: str
    measure: str
    rest: tuple[str, ...]
    unit: str
    told: Value
    vintage: date
    interval: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class MissingFigure:
    """An empty figure, and what it would take."""

    area: str
    period: str
    measure: str
    why: str


@dataclass(frozen=True, slots=True)
class Recast:
    figures: Sequence[Figure]
    missing: Sequence[MissingFigure]


def add_up(parts: Sequence[tuple[Value, Fraction]]) -> Value:
    """The sum of additive figures by their shares: hidden where one is hidden, else missing where one is missing."""
    statuses = {part.status for part, _ in parts}
    if None in (part.value for part, _ in parts):
        return Value(None, HIDDEN if HIDDEN in statuses else MISSING)
    value = sum((part.value or 0) * share for part, share in parts)
    if ESTIMATED in statuses or any(share != 1 and part.value for part, share in parts):
        return Value(Fraction(value), ESTIMATED)
    return Value(Fraction(value), BREAK if BREAK in statuses else NORMAL)


def recast(figures: Iterable[Figure], boundaries: BoundaryChanges) -> Recast:
    work = _Recasting(boundaries)
    groups: dict[tuple[object, ...], dict[str, Figure]] = defaultdict(dict)
    for figure in figures:
        groups[figure.period, figure.rest, figure.measure, figure.vintage][figure.area] = figure
    for group in groups.values():
        work.carry(group)
    work.compute_rates()
    figures_recast = [figure for figures in work.made.values() for figure in figures.values()]
    return Recast(marked(figures_recast, boundaries.divided), work.missing)


@dataclass
class _Recasting:
    boundaries: BoundaryChanges
    made: dict[str, dict[Cell, Figure]] = field(default_factory=lambda: defaultdict(dict))
    """By measure."""
    waiting: list[Figure] = field(default_factory=list)
    """Rates of areas that are not what they were."""
    missing: list[MissingFigure] = field(default_factory=list)

    def carry(self, group: Mapping[str, Figure]) -> None:
        """All areas of one measure, period and so on."""
        vintage = next(iter(group.values())).vintage
        recast_by_area: dict[str, Figure] = {}
        for area, shares in self.boundaries.sources(vintage, group.keys()).items():
            old_figures = {old: group[old] for old in shares if old in group}
            if old_figures:
                recast_by_area[area] = self._combined(area, shares, old_figures)
        for area, children in self.boundaries.sums(vintage):
            if area in recast_by_area:
                parts = {child: recast_by_area[child] for child in children if child in recast_by_area}
                recast_by_area[area] = self._combined(
                    area, dict.fromkeys(children, Fraction(1)), parts, recast_by_area[area]
                )
        for area, figure in recast_by_area.items():
            self.made[figure.measure][figure.period, figure.rest, area] = figure

    def _combined(
        self, area: str, shares: Mapping[str, Fraction], old_figures: Mapping[str, Figure], model: Figure | None = None
    ) -> Figure:
        model = model or next(iter(old_figures.values()))
        here = replace(model, area=area, vintage=self.boundaries.to, interval=("", ""))
        if model.unit not in ADDITIVE:
            if len(old_figures) == len(shares) == 1 and next(iter(shares.values())) == 1:
                return replace(
                    here, told=next(iter(old_figures.values())).told, interval=next(iter(old_figures.values())).interval
                )
            self.waiting.append(here)
            return replace(here, told=Value(None, MISSING))
        if missing := sorted(shares.keys() - old_figures.keys()) or (() if shares else [f"what lies in {area}"]):
            return self._missing(here, MISSING, f"no figure of {', '.join(missing)}")
        parts = [(old_figures[old].told, share) for old, share in shares.items()]
        if len(parts) == 1 and parts[0][1] == 1:
            return replace(here, told=parts[0][0], interval=next(iter(old_figures.values())).interval)
        value = add_up(parts)
        if value.value is None:
            unknown = sorted(old for old, figure in old_figures.items() if figure.told.value is None)
            return self._missing(here, value.status, f"{', '.join(unknown)}: hidden or missing")
        return replace(here, told=value)

    def _missing(self, figure: Figure, status: str, why: str) -> Figure:
        self.missing.append(MissingFigure(figure.area, figure.period, figure.measure, why))
        return replace(figure, told=Value(None, status))

    def compute_rates(self) -> None:
        for figure in dict.fromkeys(self.waiting):
            cell = figure.period, figure.rest, figure.area
            made = self._rate(figure, cell) if figure.measure in FROM_COUNTS else None
            if made is None:
                wants = FROM_COUNTS.get(figure.measure)
                why = f"needs exact {wants[1]} and {wants[2]} of the area" if wants else "follows from no counts"
                self.made[figure.measure][cell] = self._missing(figure, MISSING, why)
            elif made.value is None:
                why = "too few persons, or a hidden count" if made.status == HIDDEN else "nothing to divide by"
                self.made[figure.measure][cell] = self._missing(figure, made.status, why)
            else:
                self.made[figure.measure][cell] = replace(figure, told=made)

    def _rate(self, figure: Figure, cell: Cell) -> Value | None:
        """None where the counts are not known exactly."""
        factor, *names = FROM_COUNTS[figure.measure]
        part, whole = (self._count(name, cell) for name in names)
        if HIDDEN in (part.status, whole.status):
            return Value(None, HIDDEN)
        if part.value is None or whole.value is None or ESTIMATED in (part.status, whole.status):
            return None
        if not whole.value:
            return Value(None, UNDEFINED)
        return _published(factor * part.value / whole.value, self._persons(figure, cell, whole), part, whole)

    def _count(self, measure: str, cell: Cell) -> Value:
        there = self.made[measure].get(cell)
        return there.told if there else Value(None, MISSING)

    def _persons(self, figure: Figure, cell: Cell, whole: Value) -> Fraction | None:
        """Behind a rate, at most; residents are no small number of learners."""
        people = self._count("EPR", cell)
        return None if figure.measure == "COV" else people.value if people.value is not None else whole.value


def _published(rate: Fraction, persons: Fraction | None, *parts: Value) -> Value:
    policy = Policy()
    if persons is not None and persons < policy.least_denominator:
        return Value(None, HIDDEN)
    if persons is not None and persons < policy.reliable_denominator:
        return Value(rate, UNRELIABLE)
    return Value(rate, BREAK if BREAK in {part.status for part in parts} else NORMAL)


def marked(figures: Sequence[Figure], broken: Mapping[str, Iterable[date]]) -> list[Figure]:
    """With status B where a series goes on after a day on which its area changed."""
    series: dict[tuple[object, ...], list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.area in broken:
            series[figure.area, figure.measure, figure.rest, len(figure.period), "Q" in figure.period].append(figure)
    begins = min((first_day(figure.period) for figure in figures), default=date.max)
    first: set[Figure] = set()
    for mine in series.values():
        for day in broken[mine[0].area]:
            after = [figure for figure in mine if last_day(figure.period) >= day > begins]
            first |= {min(after, key=lambda figure: last_day(figure.period))} if after else set()
    return [
        replace(figure, told=replace(figure.told, status=BREAK))
        if figure in first and figure.told.status == NORMAL
        else figure
        for figure in figures
    ]


def recast_observations(published: Iterable[Observation], moved: Mapping[str, str]) -> list[Observation]:
    """One earlier release under today's codes: of areas that became one, what is known of them together."""
    groups: dict[Any, list[Observation]] = defaultdict(list)
    for observation in published:
        area = moved.get(observation.area, observation.area)
        groups[
            observation.measure,
            observation.period,
            area,
            observation.sex,
            observation.age,
            observation.group,
            observation.domain,
        ].append(observation)
    return [_joined(area, parts) for (_, _, area, *_), parts in groups.items()]


def _joined(area: str, parts: Sequence[Observation]) -> Observation:
    """Rates of several areas are nobody's."""
    first = parts[0]
    if len(parts) == 1:
        return replace(first, area=area)
    told = Value(None, MISSING)
    if first.unit in ADDITIVE:
        values = [None if part.value is None else Fraction(part.value) for part in parts]
        told = add_up([(Value(value, part.status), Fraction(1)) for value, part in zip(values, parts, strict=True)])
    known = replace(first, area=area, value=rounded_text(told.value, 0), low=None, high=None, persons=None)
    return replace(known, status=told.status, confidentiality=CONFIDENTIAL if told.status == HIDDEN else FREE)
