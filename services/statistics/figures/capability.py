"""The capability index of local governments: five areas, fixed goalposts, and how far a rank depends on the weights."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

from services.statistics.figures.composite import arithmetic, geometric
from services.statistics.figures.rounding import exact_float

AREAS = ("SUP", "INV", "FAC", "ORG", "USE")
DRAWS, SEED = 10_000, 1
LEAST_WEIGHT = Fraction(1, 2)
"""Share of an area's indicator weight that must be there for the area to have a score."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """Goalposts are fixed with the method version, so that scores stay comparable over years.

    `direction` is 1 where more is better, else -1."""

    id: str
    area: str
    low: Decimal
    high: Decimal
    direction: int
    weight: Decimal

    def score(self, value: Decimal) -> Fraction:
        """0 to 100."""
        reached = 100 * (Fraction(value) - Fraction(self.low)) / (Fraction(self.high) - Fraction(self.low))
        clipped = min(Fraction(100), max(Fraction(0), reached))
        return clipped if self.direction > 0 else 100 - clipped


@dataclass(frozen=True, slots=True)
class UnitScores:
    """Of one local government; `available` is the share of the indicator weight that was there."""

    areas: Mapping[str, Fraction | None]
    available: Fraction
    arithmetic: Fraction | None
    geometric: Fraction | None


def scores(indicators: Sequence[Indicator], values: Mapping[str, Decimal]) -> UnitScores:
    """What is missing is not imputed: an area with half its weight or more is renormalised, else it has no score, and
    without every area there is no index. The five areas weigh the same."""
    found = {area: _area([one for one in indicators if one.area == area], values) for area in AREAS}
    known = [score for score in found.values() if score is not None]
    weights = [Fraction(1)] * len(AREAS)
    whole = len(known) == len(AREAS)
    return UnitScores(
        found,
        _share(indicators, values),
        arithmetic(known, weights) if whole else None,
        exact_float(geometric(known, weights)) if whole else None,
    )


def _area(indicators: Sequence[Indicator], values: Mapping[str, Decimal]) -> Fraction | None:
    there = [one for one in indicators if one.id in values]
    if not there or _share(indicators, values) < LEAST_WEIGHT:
        return None
    return arithmetic([one.score(values[one.id]) for one in there], [Fraction(one.weight) for one in there])


def _share(indicators: Sequence[Indicator], values: Mapping[str, Decimal]) -> Fraction:
    whole = sum(Fraction(one.weight) for one in indicators)
    return sum((Fraction(one.weight) for one in indicators if one.id in values), Fraction(0)) / whole


def ranks(index: Mapping[str, Fraction]) -> dict[str, int]:
    """1 is the highest; equals share a rank."""
    ordered = sorted(index.values(), reverse=True)
    return {unit: 1 + ordered.index(value) for unit, value in index.items()}


def rank_intervals(
    areas: Mapping[str, Sequence[Fraction]], draws: int = DRAWS, seed: int = SEED
) -> dict[str, RankInterval]:
    """Ranks under `draws` random weights of the five areas, Dirichlet(1, ..., 1): the lowest and highest, and the
    middle nine tenths (nearest rank). The same seed gives the same intervals."""
    draw = random.Random(seed)  # noqa: S311  # weights to try, no secret
    points = {unit: [float(score) for score in scores] for unit, scores in areas.items()}
    found: dict[str, list[int]] = {unit: [] for unit in areas}
    for _ in range(draws):
        weights = [draw.expovariate(1) for _ in AREAS]
        index = {unit: sum(w * s for w, s in zip(weights, own, strict=True)) for unit, own in points.items()}
        place, last = 0, float("inf")
        for position, (value, unit) in enumerate(sorted(((v, u) for u, v in index.items()), reverse=True), start=1):
            place = place if value == last else position
            last = value
            found[unit].append(place)
    return {unit: _interval(sorted(places)) for unit, places in found.items()}


@dataclass(frozen=True, slots=True)
class RankInterval:
    best: int
    p05: int
    p95: int
    worst: int


def _interval(places: Sequence[int]) -> RankInterval:
    def at(share: Fraction) -> int:
        return places[max(0, -(-len(places) * share.numerator // share.denominator) - 1)]

    return RankInterval(places[0], at(Fraction(1, 20)), at(Fraction(19, 20)), places[-1])


def dominance(areas: Mapping[str, Sequence[Fraction]]) -> list[tuple[str, str]]:
    """Pairs in which the first is nowhere lower and somewhere higher: no weights can turn them round."""
    return [
        (one, other)
        for one, other in permutations(areas, 2)
        if areas[one] != areas[other] and all(a >= b for a, b in zip(areas[one], areas[other], strict=True))
    ]


def gini(values: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction | None:
    """The inequality coefficient: sum w_i w_j |x_i - x_j| / (2 W^2 mu); null where all are 0 or there is none."""
    total = sum(weights, Fraction(0))
    mean = sum((x * w for x, w in zip(values, weights, strict=True)), Fraction(0))
    if not mean:
        return None
    apart = reach = Fraction(0)
    before = Fraction(0)
    for x, w in sorted(zip(values, weights, strict=True)):
        apart += w * (x * before - reach)
        before, reach = before + w, reach + w * x
    return apart / (total * mean)
