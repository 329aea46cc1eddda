"""The concentration index: whether learning is concentrated in better-off areas, by their rank of disadvantage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from services.statistics.figures.measures import MEASURES
from services.statistics.figures.refusal import InvalidValue

PLACES = MEASURES["CONC"].places


@dataclass(frozen=True, slots=True)
class Area:
    """An area with its residents and the persons who learn. `rank` 1 is the most disadvantaged; ties are allowed."""

    name: str
    population: int
    persons: int
    rank: Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Concentration:
    """Unrounded ratios; negative if learning is concentrated in disadvantaged areas."""

    index: Fraction
    wagstaff: Fraction | None
    erreygers: Fraction


def concentration(areas: Sequence[Area]) -> Concentration | None:
    """C = (2/mu) sum f h R - 1, with R the cumulative population share up to the middle of the area; None if nobody
    learns anywhere (Kakwani, Wagstaff, van Doorslaer 1997).

    Wagstaff's C / (1 - mu) and Erreygers' 4 mu C (2009) correct for a rate's bounds. Tied areas share the middle of
    their joint share. Raises InvalidValue if an area has more persons than residents.
    """
    for area in areas:
        if area.persons > area.population:
            raise InvalidValue(f"{area.name}: {area.persons} persons are more than its population of {area.population}")
    population, persons = sum(a.population for a in areas), sum(a.persons for a in areas)
    if not persons:
        return None
    weighted, before = Fraction(0), Fraction(0)
    for _, tied in groupby(sorted(areas, key=lambda a: a.rank), key=lambda a: a.rank):
        group = list(tied)
        share = Fraction(sum(a.population for a in group), population)
        weighted += Fraction(sum(a.persons for a in group), population) * (before + share / 2)
        before += share
    mean = Fraction(persons, population)
    index = 2 * weighted / mean - 1
    return Concentration(index, index / (1 - mean) if mean != 1 else None, 4 * mean * index)
