"""Indices built of other indices: the relative digital-divide index and means over goalposts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

WEIGHTS = (Fraction(2, 10), Fraction(4, 10), Fraction(4, 10))
"""Access, capability, utilisation."""


def relative(group_mean: Fraction, general_mean: Fraction) -> Fraction | None:
    """Group mean as an index of the general public's (= 100); an index, not a percentage."""
    return 100 * group_mean / general_mean if general_mean else None


def divide_index(access: Fraction, capability: Fraction, utilisation: Fraction) -> Fraction:
    """DDL_TOT from unrounded relatives (index, general public = 100)."""
    return arithmetic((access, capability, utilisation), WEIGHTS)


def arithmetic(scores: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction:
    return sum((s * w for s, w in zip(scores, weights, strict=True)), Fraction(0)) / sum(weights)


def geometric(scores: Sequence[Fraction], weights: Sequence[Fraction], floor: int = 1) -> float:
    """Companion of the arithmetic mean that does not let one area buy off another; scores under `floor` count as it."""
    logs = sum(math.log(max(float(s), floor)) * float(w) for s, w in zip(scores, weights, strict=True))
    return math.exp(logs / float(sum(weights)))
