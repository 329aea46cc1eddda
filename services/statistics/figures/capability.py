"""The capability index of local governments: five areas, fixed goalposts, and ranks under random weights."""

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
"""Share of an area's indicator weight that must have values for the area to have a score."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: `low` and `high` are its goalposts, in its own unit, `direction` is 1 if more is better, else -1.

    Goalposts are fixed with the method version, so that scores stay comparable over years."""

    id: str
    area: str
    low: Decimal
    high: Decimal
    direction: int
    weight: Decimal

    def score(self, value: Decimal) -> Fraction:
        """The value as a score from 0 to 100; values beyond a goalpost count as the goalpost."""
        reached = 100 * (Fraction(value) - Fraction(self.low)) / (Fraction(self.high) - Fraction(self.low))
        clipped = min(Fraction(100), max(Fraction(0), reached))
        return clipped if self.direction > 0 else 100 - clipped


@dataclass(frozen=True, slots=True)
class UnitScores:
    """Scores by area and indices of one local government; `available` is the share of the indicator weight (0 to 1)
    that has a value."""

    areas: Mapping[str, Fraction | None]
    available: Fraction
    arithmetic: Fraction | None
    geometric: Fraction | None


def scores(indicators: Sequence[Indicator], values: Mapping[str, Decimal]) -> UnitScores:
    """The scores from `values` by indicator id. The five areas weigh the same.

    Missing values are not imputed: an area with at least half of its weight is renormalised, another has no score, and
    without a score in every area there is no index."""
    areas = {area: _area([item for item in indicators if item.area == area], values) for area in AREAS}
    known = [score for score in areas.values() if score is not None]
    weights = [Fraction(1)] * len(AREAS)
    complete = len(known) == len(AREAS)
    return UnitScores(
        areas,
        _share(indicators, values),
        arithmetic(known, weights) if complete else None,
        exact_float(geometric(known, weights)) if complete else None,
    )


def _area(indicators: Sequence[Indicator], values: Mapping[str, Decimal]) -> Fraction | None:
    known = [item for item in indicators if item.id in values]
    if not known or _share(indicators, values) < LEAST_WEIGHT:
        return None
    return arithmetic([item.score(values[item.id]) for item in known], [Fraction(item.weight) for item in known])


def _share(indicators: Sequence[Indicator], values: Mapping[str, Decimal]) -> Fraction:
    whole = sum(Fraction(item.weight) for item in indicators)
    return sum((Fraction(item.weight) for item in indicators if item.id in values), Fraction(0)) / whole


def ranks(index: Mapping[str, Fraction]) -> dict[str, int]:
    """Rank by unit: 1 is the highest index; equal units share the better rank."""
    ordered = sorted(index.values(), reverse=True)
    return {unit: 1 + ordered.index(value) for unit, value in index.items()}


def rank_intervals(
    areas: Mapping[str, Sequence[Fraction]], draws: int = DRAWS, seed: int = SEED
) -> dict[str, RankInterval]:
    """Ranks by unit under `draws` random weights of the five areas, Dirichlet(1, ..., 1): the best and the worst, and
    the middle 90 % (nearest rank). The same seed gives the same intervals."""
    draw = random.Random(seed)  # noqa: S311  # weights to try, no secret
    points = {unit: [float(score) for score in scores] for unit, scores in areas.items()}
    ranks: dict[str, list[int]] = {unit: [] for unit in areas}
    for _ in range(draws):
        weights = [draw.expovariate(1) for _ in AREAS]
        index = {unit: sum(w * s for w, s in zip(weights, own, strict=True)) for unit, own in points.items()}
        rank, last = 0, float("inf")
        for position, (value, unit) in enumerate(sorted(((v, u) for u, v in index.items()), reverse=True), start=1):
            rank = rank if value == last else position
            last = value
            ranks[unit].append(rank)
    return {unit: _interval(sorted(drawn)) for unit, drawn in ranks.items()}


@dataclass(frozen=True, slots=True)
class RankInterval:
    """The best and worst rank that was drawn, and the 5th and 95th percentile."""

    best: int
    p05: int
    p95: int
    worst: int


def _interval(ordered: Sequence[int]) -> RankInterval:
    def nearest_rank(share: Fraction) -> int:
        return ordered[max(0, -(-len(ordered) * share.numerator // share.denominator) - 1)]

    return RankInterval(ordered[0], nearest_rank(Fraction(1, 20)), nearest_rank(Fraction(19, 20)), ordered[-1])


def dominance(areas: Mapping[str, Sequence[Fraction]]) -> list[tuple[str, str]]:
    """Pairs (better, worse) of units: the first is lower in no area and higher in some, so no weights can turn them
    round (Pareto dominance)."""
    return [
        (first, second)
        for first, second in permutations(areas, 2)
        if areas[first] != areas[second] and all(a >= b for a, b in zip(areas[first], areas[second], strict=True))
    ]


def gini(values: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction | None:
    """The Gini coefficient, 0 to 1: sum w_i w_j |x_i - x_j| / (2 W^2 mu); None if all values are 0 or there is none."""
    total = sum(weights, Fraction(0))
    mean = sum((x * w for x, w in zip(values, weights, strict=True)), Fraction(0))
    if not mean:
        return None
    differences = weights_below = sums_below = Fraction(0)
    for x, w in sorted(zip(values, weights, strict=True)):
        differences += w * (x * weights_below - sums_below)
        weights_below, sums_below = weights_below + w, sums_below + w * x
    return differences / (total * mean)
