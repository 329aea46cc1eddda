"""Composite indices: Korea's relative digital-divide index, and weighted means of scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

WEIGHTS = (Fraction(2, 10), Fraction(4, 10), Fraction(4, 10))
"""Of access, capability and utilisation in Korea's digital-divide index."""


def relative(group_mean: Fraction, general_mean: Fraction) -> Fraction | None:
    """The group's mean as an index of the general public's (= 100); None if that is 0."""
    return 100 * group_mean / general_mean if general_mean else None


def divide_index(access: Fraction, capability: Fraction, utilisation: Fraction) -> Fraction:
    """DDL_TOT: the weighted mean of three unrounded relative indices (general public = 100)."""
    return arithmetic((access, capability, utilisation), WEIGHTS)


def arithmetic(scores: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction:
    """The weighted mean."""
    return sum((s * w for s, w in zip(scores, weights, strict=True)), Fraction(0)) / sum(weights)


def geometric(scores: Sequence[Fraction], weights: Sequence[Fraction], floor: int = 1) -> float:
    """The weighted geometric mean, in which a high score does not make up for a low one. Scores under `floor` count as
    `floor`."""
    logs = sum(math.log(max(float(s), floor)) * float(w) for s, w in zip(scores, weights, strict=True))
    return math.exp(logs / float(sum(weights)))
