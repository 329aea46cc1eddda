"""Whether two figures differ or could by chance: changes and differences of rates with their 95 % intervals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import sqrt

from services.statistics.figures.intervals import Interval, wilson


class Verdict(StrEnum):
    MORE = "more"
    LESS = "less"
    NO_CLEAR_DIFFERENCE = "no clear difference"
    NOT_COMPARED = "not compared"
    """A figure is hidden or missing, or its time is not over."""


@dataclass(frozen=True, slots=True)
class Difference:
    value: Fraction
    low: Fraction
    high: Fraction

    @property
    def verdict(self) -> Verdict:
        """Clear only where the whole interval lies on one side of nothing."""
        if self.low > 0:
            return Verdict.MORE
        return Verdict.LESS if self.high < 0 else Verdict.NO_CLEAR_DIFFERENCE


@dataclass(frozen=True, slots=True)
class Share:
    part: int
    whole: int

    @property
    def value(self) -> Fraction:
        return Fraction(self.part, self.whole)

    @property
    def interval(self) -> Interval:
        return wilson(self.part, self.whole)


def change_of_counts(now: int, before: int) -> Difference | None:
    """In per cent of the earlier count; None without one. Each person could have come in either period: the share that
    came now has a Wilson interval, of which the ratio of the counts is a function."""
    if before <= 0:
        return None

    def percent(share: Fraction) -> Fraction:
        return 100 * (share / (1 - share) - 1)

    low, high = wilson(now, now + before)
    return Difference(percent(Fraction(now, now + before)), percent(low), percent(high))


def difference_of_shares(now: Share, before: Share) -> Difference:
    """Of two independent shares, from -1 to 1, with Newcombe's hybrid score interval (1998, method 10)."""
    return difference_between(now.value, now.interval, before.value, before.interval)


def difference_between(now: Fraction, interval: Interval, before: Fraction, earlier: Interval) -> Difference:
    """Of two independent rates by the interval of each."""
    value = now - before
    down = sqrt((now - interval[0]) ** 2 + (earlier[1] - before) ** 2)
    up = sqrt((interval[1] - now) ** 2 + (before - earlier[0]) ** 2)
    return Difference(value, value - Fraction(down), value + Fraction(up))


def against_mean(share: Share, mean: Fraction) -> Verdict:
    """A part beside the rate of the whole: clear where the mean lies outside the part's interval."""
    low, high = share.interval
    if low > mean:
        return Verdict.MORE
    return Verdict.LESS if high < mean else Verdict.NO_CLEAR_DIFFERENCE
