"""Coverage: the reach of training per 1,000 residents. Without a denominator a figure is missing, never 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.statistics.figures.dimensions import AGE_BANDS, AGE_UNIONS
from services.statistics.figures.intervals import poisson, wilson
from services.statistics.figures.measures import MEASURES
from services.statistics.figures.refusal import InvalidValue

Population = Mapping[tuple[str, str, str], int]
"""(area, sex, age) -> residents at the period's end."""
PER = 1000
RATE_PLACES, INTERVAL_PLACES = MEASURES["COV"].places, 2


@dataclass(frozen=True, slots=True)
class Rate:
    """Per 1,000, with its 95 % interval."""

    value: Fraction
    low: Fraction
    high: Fraction


def residents(population: Population, area: str, sex: str, age: str) -> int | None:
    """As loaded; of a union of ages without a number of its own those of its bands, if they make it up."""
    if (area, sex, age) in population:
        return population[area, sex, age]
    union = next(((first, last) for code, first, last in AGE_UNIONS if code == age), None)
    bands = [(code, first) for code, first, last in AGE_BANDS if union and union[0] <= first and last <= union[1]]
    parts = [population.get((area, sex, code)) for code, _ in bands]
    if not union or bands[0][1] != union[0] or None in parts:
        return None
    return sum(part or 0 for part in parts)


def coverage(persons: int, population: int | None) -> Rate | None:
    """COV = 1000 EPR / POP with its Wilson interval; `population` is that of the period's end. None without one.

    Raises InvalidValue if there are more persons than residents."""
    if not population:
        return None
    if persons > population:
        raise InvalidValue(f"{persons} persons are more than the population of {population}", field="population")
    low, high = wilson(persons, population)
    return Rate(Fraction(PER * persons, population), PER * low, PER * high)


def person_time_rate(person_times: int, population: int | None) -> Rate | None:
    """Person-times per 1,000 residents with the exact Poisson interval; None without a population. For a year give the
    mid-year population."""
    if not population:
        return None
    low, high = poisson(person_times)
    return Rate(Fraction(PER * person_times, population), PER * low / population, PER * high / population)


def standardised_coverage(
    persons: Mapping[str, int], population: Mapping[str, int | None], standard: Mapping[str, int]
) -> Fraction | None:
    """Directly age-standardised coverage per 1,000: each age band's rate, weighted by the standard population.

    All arguments are by age band. None if a band with a weight has no denominator, because leaving it out would change
    the standard.
    """
    weights = {band: weight for band, weight in standard.items() if weight}
    if not weights or not all(population.get(band) for band in weights):
        return None
    total = sum(
        (Fraction(weight * persons.get(band, 0), population[band] or 1) for band, weight in weights.items()),
        Fraction(0),
    )
    return PER * total / sum(weights.values())
