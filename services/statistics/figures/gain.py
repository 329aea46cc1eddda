"""Learning gain: how much a class gained between pre-test and post-test. Descriptive: it proves no impact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from services.statistics.figures.intervals import Interval, student

PLACES = {"PRE": 1, "POST": 1, "DIFF": 1, "GAIN_G": 2, "ES_DAV": 2, "ES_DZ": 2, "ATTRITION": 1}
EFFECT_MINIMUM = 3
"""Pairs needed for an effect size: with two, Hedges' correction is 0."""


@dataclass(frozen=True, slots=True)
class ScorePair:
    """Points of one person in both tests; None if they did not take one."""

    person: str
    before: Fraction | None
    after: Fraction | None


@dataclass(frozen=True, slots=True)
class Gain:
    """Means over complete pairs, in points; `interval` is the 95 % interval of the mean paired difference."""

    pairs: int
    without_after: int
    without_before: int
    pre: Fraction | None
    post: Fraction | None
    normalised: Fraction | None
    d_av: Fraction | None
    d_z: Fraction | None
    interval: Interval | None

    @property
    def difference(self) -> Fraction | None:
        return None if self.post is None or self.pre is None else self.post - self.pre

    @property
    def attrition(self) -> Fraction | None:
        """Percentage of those who took the first test that did not take the second."""
        began = self.pairs + self.without_after
        return Fraction(100 * self.without_after, began) if began else None


def gain(scores: Sequence[ScorePair], highest: Fraction) -> Gain:
    """The class's normalised gain (Hake 1998): (mean post - mean pre) / (max - mean pre), None if all began at the
    highest score, which is `highest` points.

    d_av divides by the mean of the two standard deviations, times Hedges' J = 1 - 3/(4(n-1)-1); d_z divides by the
    standard deviation of the differences, uncorrected.
    """
    pairs = [(s.before, s.after) for s in scores if s.before is not None and s.after is not None]
    lost = sum(s.after is None and s.before is not None for s in scores)
    late = sum(s.before is None and s.after is not None for s in scores)
    if not pairs:
        return Gain(0, lost, late, None, None, None, None, None, None)
    n = len(pairs)
    pre, post = mean([b for b, _ in pairs]), mean([a for _, a in pairs])
    spread = deviation([a - b for b, a in pairs])
    return Gain(
        pairs=n,
        without_after=lost,
        without_before=late,
        pre=pre,
        post=post,
        normalised=(post - pre) / (highest - pre) if pre != highest else None,
        d_av=_d_av(pairs),
        d_z=(post - pre) / spread if spread and n >= EFFECT_MINIMUM else None,
        interval=student(post - pre, spread / root(Fraction(n)), n - 1) if spread is not None else None,
    )


def _d_av(pairs: Sequence[tuple[Fraction, Fraction]]) -> Fraction | None:
    n = len(pairs)
    before, after = deviation([b for b, _ in pairs]), deviation([a for _, a in pairs])
    if n < EFFECT_MINIMUM or before is None or after is None or not before + after:
        return None
    correction = 1 - Fraction(3, 4 * (n - 1) - 1)
    return correction * mean([a - b for b, a in pairs]) / ((before + after) / 2)


def mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def deviation(values: Sequence[Fraction]) -> Fraction | None:
    """The sample standard deviation (n - 1); None for fewer than two values."""
    if len(values) < 2:
        return None
    centre = mean(values)
    return root(sum(((v - centre) ** 2 for v in values), Fraction(0)) / (len(values) - 1))


def root(value: Fraction) -> Fraction:
    """The square root to 50 digits, which is more than any published decimal can show."""
    with localcontext() as context:
        context.prec = 50
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())
