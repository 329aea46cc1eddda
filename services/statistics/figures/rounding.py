"""Rounding: figures are computed exactly and rounded once, half up (away from zero)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

Exact = int | Fraction | Decimal


def round_half_up(value: Exact, places: int) -> Decimal:
    """Rounds to `places` decimals: 72.25 -> 72.3, 1.005 -> 1.01, -2.5 -> -3.

    Raises TypeError for binary floats, because 1.005 as a float is less than 1.005."""
    if isinstance(value, float):
        raise TypeError("round exact numbers only; pass a float through `exact_float` first")
    exact = Fraction(value)
    whole, rest = divmod(abs(exact.numerator) * 10**places, exact.denominator)
    if 2 * rest >= exact.denominator:
        whole += 1
    digits = tuple(int(digit) for digit in str(whole))
    return Decimal((1 if exact < 0 and whole else 0, digits, -places))


def exact_float(value: float) -> Fraction:
    """The float's shortest decimal as a fraction: for results that no fraction gives, as quantiles of distributions."""
    return Fraction(Decimal(repr(float(value))))


def rounded_text(value: Exact | None, places: int) -> str | None:
    """The text that is published: `places` fixed decimals; None for a missing value."""
    return None if value is None else format(round_half_up(value, places), "f")
