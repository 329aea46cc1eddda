"""95 % confidence intervals for small areas too: Wilson for shares, exact Poisson for counts, Student for means."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from services.statistics.figures.refusal import InvalidValue
from services.statistics.figures.rounding import exact_float

Z_95 = Decimal("1.959963984540054235524594430520551528")

Interval = tuple[Fraction, Fraction]


def wilson(successes: int, trials: int) -> Interval:
    """Of a share, 0 to 1: the score interval without continuity correction (Wilson 1927)."""
    if not 0 <= successes <= trials or trials == 0:
        raise InvalidValue(f"{successes} of {trials} is not a share")
    with localcontext() as context:
        context.prec = 50
        n, x, squared = Decimal(trials), Decimal(successes), Z_95 * Z_95
        centre = (x + squared / 2) / (n + squared)
        half = Z_95 * (x * (n - x) / n + squared / 4).sqrt() / (n + squared)
        low, high = centre - half, centre + half
    return (
        Fraction(low) if successes else Fraction(0),
        Fraction(high) if successes < trials else Fraction(1),
    )


def poisson(events: int) -> Interval:
    """Of an expected number of events, exact (Garwood 1936): chi-square quantiles through the gamma function."""
    from scipy.special import gammaincinv  # the commands start quickly without it

    if events < 0:
        raise InvalidValue(f"{events} is not a number of events")
    low = exact_float(gammaincinv(events, 0.025)) if events else Fraction(0)
    return low, exact_float(gammaincinv(events + 1, 0.975))


def student(mean: Fraction, standard_error: Fraction, freedom: int) -> Interval:
    """Of a mean with an estimated standard error, with `freedom` degrees of freedom, in the unit of the mean."""
    from scipy.special import stdtrit

    half = exact_float(stdtrit(freedom, 0.975)) * standard_error
    return mean - half, mean + half
