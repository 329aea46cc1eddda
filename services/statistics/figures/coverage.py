"""Reach of training in a population, per 1,000 residents. Without a denominator a figure is missing, never 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.statistics.figures.intervals import poisson, wilson
from services.statistics.figures.refusal import InvalidValue

PER = 1000
RATE_PLACES, INTERVAL_PLACES = 1, 2


@dataclass(frozen=True, slots=True)
class Rate:
    """Per 1,000, with its 95 % interval."""

    value: Fraction
    low: Fraction
    high: Fraction


def coverage(persons: int, population: int | None) -> Rate | None:
    """COV = 1000 EPR / POP, Wilson interval. Population at the period's end."""
    if not population:
        return None
    if persons > population:
        raise InvalidValue(f"{persons} persons are more than the population of {population}", field="population")
    low, high = wilson(persons, population)
    return Rate(Fraction(PER * persons, population), PER * low, PER * high)


def person_time_rate(person_times: int, population: int | None) -> Rate | None:
    """Person-times per 1,000 residents, exact Poisson interval; for a year, divide by the mid-year population."""
    if not population:
        return None
    low, high = poisson(person_times)
    return Rate(Fraction(PER * person_times, population), PER * low / population, PER * high / population)


def standardised_coverage(
    persons: Mapping[str, int], population: Mapping[str, int | None], standard: Mapping[str, int]
) -> Fraction | None:
    """Directly age-standardised coverage per 1,000: each band's rate weighted by the fixed standard population.

    Null when a band that weighs has no denominator: leaving it out would quietly change the standard.
    """
    weighed = {band: weight for band, weight in standard.items() if weight}
    if not weighed or not all(population.get(band) for band in weighed):
        return None
    total = sum(
        (Fraction(weight * persons.get(band, 0), population[band] or 1) for band, weight in weighed.items()),
        Fraction(0),
    )
    return PER * total / sum(weighed.values())
