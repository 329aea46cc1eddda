"""Which whole numbers a rounded figure can come from: the inversion of published rates and means."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import floor


def half_unit(figure: Decimal) -> Fraction:
    """Half of the last written decimal place."""
    exponent = figure.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{figure} is not a number")
    return Fraction(10) ** exponent / 2


def rounds_to(value: Fraction, figure: Decimal) -> bool:
    """Whether `value` is published as `figure`: rounded half up, for figures of 0 and more."""
    unit = 2 * half_unit(figure)
    return floor(value / unit + Fraction(1, 2)) * unit == Fraction(figure)


def numerators(figure: Decimal, denominator: int, per: int = 100) -> list[int]:
    """Counts that give this rate of `denominator`: 33.3 % of 12 can only be 4."""
    lowest = floor((Fraction(figure) - half_unit(figure)) * denominator / per)
    highest = floor((Fraction(figure) + half_unit(figure)) * denominator / per) + 1
    return [
        count
        for count in range(max(lowest, 0), min(highest, denominator) + 1)
        if rounds_to(Fraction(per * count, denominator), figure)
    ]


def counts_behind(figure: Decimal, counts: Iterable[int]) -> list[int]:
    """Those of `counts` for which some whole total has this mean."""
    return [count for count in counts if count > 0 and _has_total(figure, count)]


def _has_total(figure: Decimal, count: int) -> bool:
    about = floor(Fraction(figure) * count)
    reach = int(half_unit(figure) * count) + 2
    return any(rounds_to(Fraction(total, count), figure) for total in range(max(about - reach, 0), about + reach + 1))
