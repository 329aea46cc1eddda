"""Whether learning gathers in the better-off areas: the concentration index over areas ranked by disadvantage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from services.statistics.figures.refusal import InvalidValue

PLACES = 3


@dataclass(frozen=True, slots=True)
class Area:
    """`rank` 1 is the most disadvantaged; equal ranks share a place."""

    name: str
    population: int
    persons: int
    rank: Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Concentration:
    """Negative: concentrated among disadvantaged areas. Ratios, unrounded."""

    index: Fraction
    wagstaff: Fraction | None
    erreygers: Fraction


def concentration(areas: Sequence[Area]) -> Concentration | None:
    """C = (2/mu) sum f h R - 1 with R the cumulative share less half its own; null when nobody learns anywhere.

    Wagstaff C / (1 - mu) and Erreygers 4 mu C correct for a rate's bounds (Kakwani, Wagstaff, van Doorslaer 1997;
    Erreygers 2009). Tied areas stand at the middle of their joint share.
    """
    for area in areas:
        if area.persons > area.population:
            raise InvalidValue(f"{area.name}: {area.persons} persons are more than its population of {area.population}")
    population, persons = sum(a.population for a in areas), sum(a.persons for a in areas)
    if not persons:
        return None
    weighted, before = Fraction(0), Fraction(0)
    for _, tied in groupby(sorted(areas, key=lambda a: a.rank), key=lambda a: a.rank):
        together = list(tied)
        share = Fraction(sum(a.population for a in together), population)
        weighted += Fraction(sum(a.persons for a in together), population) * (before + share / 2)
        before += share
    mean = Fraction(persons, population)
    index = 2 * weighted / mean - 1
    return Concentration(index, index / (1 - mean) if mean != 1 else None, 4 * mean * index)
