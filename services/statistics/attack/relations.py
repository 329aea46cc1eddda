"""What the method tells everybody about how the counts of releases depend on each other.

The questionnaire asks for target groups in one question: whoever leaves it out is unknown for every group at once.
A relation is a weighted sum of counts that lies between two bounds. Counts that no release prints, such as those who
left the question out, take part as hidden ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import inf

from services.statistics.attack.publications import RATES, TOTAL, Cell, Release

UNANSWERED = "group=_U"
"""Whoever did not answer the question about target groups; the same persons for every group."""
OUTSIDE = ":outside"
"""Whoever counts in an area and in none of its parts."""

SEXES = ("sex=F", "sex=M", "sex=_O", "sex=_U")
YOUNGER = ("age=Y_LT15", "age=Y15T24", "age=Y25T34", "age=Y35T44", "age=Y45T54")
OLDER = ("age=Y55T64", "age=Y65T74", "age=Y_GE75")
ELDERLY = "age=Y_GE65"
AGE_UNKNOWN = "age=_U"
OLD, NOT_OLD, GENERAL = "group=OLD", "group=N_OLD", "group=GEN"
FLAGS = ("DIS", "LOW", "FAR", "NKD", "MIG")
SPLIT = ("ENR", "EPR", "CMP")
"""Measures that are printed by category."""
ADDED_UP_OVER_A_YEAR = ("ENR", "CMP", "CMP90", "STR", "WDR", "IPR", "NST", "CMF")


@dataclass(frozen=True)
class Relation:
    """`low` <= sum of weight * count <= `high`. `reason` says in a few words why everybody knows it."""

    weights: Mapping[Cell, Fraction]
    low: float
    high: float
    reason: str


def equal(total: Cell, parts: Sequence[Cell], reason: str) -> Relation:
    return _relation(total, parts, 0, 0, reason)


def at_most(total: Cell, parts: Sequence[Cell], reason: str) -> Relation:
    """The parts together do not exceed the total."""
    return _relation(total, parts, -inf, 0, reason)


def at_least(total: Cell, parts: Sequence[Cell], reason: str) -> Relation:
    """The parts together reach the total."""
    return _relation(total, parts, 0, inf, reason)


def _relation(total: Cell, parts: Sequence[Cell], low: float, high: float, reason: str) -> Relation:
    weights: dict[Cell, Fraction] = defaultdict(Fraction)
    for part in parts:
        weights[part] += 1
    weights[total] -= 1
    return Relation({cell: weight for cell, weight in weights.items() if weight}, low, high, reason)


def relations(releases: Sequence[Release]) -> Iterator[Relation]:
    for release in releases:
        yield from _within(release)
    yield from _between(releases)


def _within(release: Release) -> Iterator[Relation]:
    spots: dict[Cell, set[str]] = defaultdict(set)
    for cell in release.counts:
        spots[cell.of(category="", measure="")].add(cell.category)
    for spot, categories in spots.items():
        yield from _statuses(spot, categories, release)
        for measure in SPLIT:
            yield from _categories(spot.of(measure=measure), categories)
    yield from _areas(release)
    yield from _years(release)
    yield from _rates(release)


def _statuses(spot: Cell, categories: set[str], release: Release) -> Iterator[Relation]:
    for category in categories:
        enrolments, persons, completed = (spot.of(category=category, measure=name) for name in SPLIT)
        if enrolments not in release.counts:
            continue
        yield at_most(enrolments, [completed], "a completion is an enrolment")
        in_time = spot.of(category=category, measure="CMP90")
        if in_time in release.counts:
            yield at_most(completed, [in_time], "a completion in time is a completion")
        if persons in release.counts:
            yield at_most(enrolments, [persons], "everybody enrolled at least once")
            if (release.counts[enrolments] or 0) > 0:
                yield Relation({persons: Fraction(1)}, 1, inf, "somebody is behind an enrolment")
    whole = {name: spot.of(category=TOTAL, measure=name) for name in ("ENR", "CMP", "STR", "WDR", "IPR", "NST")}
    if whole["STR"] in release.counts:
        yield equal(whole["ENR"], [whole["STR"], whole["NST"]], "an enrolment was started or not")
        yield equal(whole["STR"], [whole["CMP"], whole["WDR"], whole["IPR"]], "a start is done, left or under way")


def _categories(spot: Cell, categories: set[str]) -> Iterator[Relation]:
    def cell(category: str) -> Cell:
        return spot.of(category=category)

    total = cell(TOTAL)
    if categories & {"sex=F", "sex=M"}:
        yield equal(total, [cell(code) for code in SEXES], "everybody has one sex or gave none")
    if categories & {*YOUNGER, *OLDER}:
        ages = [*YOUNGER, *OLDER, AGE_UNKNOWN]
        yield equal(total, [cell(code) for code in ages], "everybody has one age or gave none")
    if ELDERLY in categories:
        yield equal(cell(ELDERLY), [cell(code) for code in OLDER[1:]], "65 and more is 65 to 74 and 75 and more")
    if OLD in categories:
        yield equal(cell(OLD), [cell(code) for code in OLDER], "older people are those of 55 and more")
        yield equal(cell(NOT_OLD), [cell(code) for code in YOUNGER], "younger people are those under 55")
    yield from _groups(spot, categories)
    for category in sorted(code for code in categories if code.startswith("domain=")):
        yield at_most(total, [cell(category)], "a part is no more than the whole")


def _groups(spot: Cell, categories: set[str]) -> Iterator[Relation]:
    total, unanswered, general = (spot.of(category=code) for code in (TOTAL, UNANSWERED, GENERAL))
    flags = [flag for flag in FLAGS if f"group={flag}" in categories]
    for flag in flags:
        inside, outside = spot.of(category=f"group={flag}"), spot.of(category=f"group=N_{flag}")
        yield equal(total, [inside, outside, unanswered], "whoever left the question out did so for every group")
        if GENERAL in categories:
            yield at_most(outside, [general], "the general public is in none of the groups")
    if GENERAL in categories and OLD in categories:
        yield at_most(spot.of(category=NOT_OLD), [general], "the general public is under 55")
        others = [spot.of(category=code) for code in (*(f"group={flag}" for flag in flags), OLD, AGE_UNKNOWN)]
        if len(flags) == len(FLAGS):
            yield at_least(total, [*others, general, unanswered], "who is in no group and under 55 is general public")


def _areas(release: Release) -> Iterator[Relation]:
    children: dict[str, list[str]] = defaultdict(list)
    for code, parent in release.parents.items():
        children[parent].append(code)
    for cell in release.counts:
        if parts := children.get(cell.area):
            inside = [cell.of(area=code) for code in (*parts, cell.area + OUTSIDE)]
            yield equal(cell, inside, "an area holds its parts and those placed nowhere nearer")


def _years(release: Release) -> Iterator[Relation]:
    periods = {cell.period for cell in release.counts}
    top = next((code for code, parent in release.parents.items() if not parent), "")
    for cell in release.counts:
        quarters = [cell.of(period=f"{cell.period}-Q{number}") for number in range(1, 5)]
        if len(cell.period) != len("2026") or not {quarter.period for quarter in quarters} <= periods:
            continue
        if cell.measure in ADDED_UP_OVER_A_YEAR:
            yield equal(cell, quarters, "a year is its quarters")
        elif cell.measure == "EPR":
            yield at_least(cell, quarters, "everybody of a year came in one of its quarters")
            if cell.area == top and cell.category == TOTAL:
                for quarter in quarters:
                    yield at_most(cell, [quarter], "who came in a quarter came in the year")


def _rates(release: Release) -> Iterator[Relation]:
    """A percentage with one decimal is rounded half up: the quotient lies within half of a tenth of it."""
    for cell, rate in release.rates.items():
        part, whole = (cell.of(measure=name) for name in RATES[cell.measure])
        half = Fraction(1, 2) * Fraction(Decimal(1).scaleb(int(rate.as_tuple().exponent)))
        for bound, low, high in ((Fraction(rate) - half, 0.0, inf), (Fraction(rate) + half, -inf, 0.0)):
            yield Relation({part: Fraction(100), whole: -bound}, low, high, f"the rate {rate} % is printed")
        yield Relation({whole: Fraction(1)}, 1, inf, "a rate has somebody to divide by")


def _between(releases: Sequence[Release]) -> Iterator[Relation]:
    """The same cell in an earlier and a later release: a completion is never undone."""
    moments: dict[Cell, set[Cell]] = defaultdict(set)
    for release in releases:
        for cell in release.counts:
            if cell.measure == "CMP":
                moments[cell.of(as_of=releases[0].as_of)].add(cell)
    for cells in moments.values():
        for earlier, later in pairwise(sorted(cells)):
            yield at_most(later, [earlier], "a completion is never undone")
