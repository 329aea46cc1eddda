"""Figures are computed exactly and rounded once, half up (away from zero), as a reader with a pencil would."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

Exact = int | Fraction | Decimal


def round_half_up(value: Exact, places: int) -> Decimal:
    """72.25 -> 72.3, 1.005 -> 1.01, -2.5 -> -3. Binary floats are refused: they are not the number that was written."""
    if isinstance(value, float):
        raise TypeError("round exact numbers only; pass a measured float through `measured` first")
    exact = Fraction(value)
    whole, rest = divmod(abs(exact.numerator) * 10**places, exact.denominator)
    if 2 * rest >= exact.denominator:
        whole += 1
    digits = tuple(int(digit) for digit in str(whole))
    return Decimal((1 if exact < 0 and whole else 0, digits, -places))


def exact_float(value: float) -> Fraction:
    """The shortest decimal that stands for this float: for quantiles of distributions, which no fraction gives."""
    return Fraction(Decimal(repr(float(value))))


def rounded_text(value: Exact | None, places: int) -> str | None:
    """As it is published: fixed decimals, a missing value stays missing."""
    return None if value is None else format(round_half_up(value, places), "f")
