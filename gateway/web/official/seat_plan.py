"""The seat planner's formula: seats in proportion to weighted shares, rounded by the largest remainder (Hamilton)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

MOST_SEATS = 1_000_000
MOST_WEIGHT = 100


@dataclass(frozen=True)
class Criterion:
    """What seats are given by. `values` of each area; an area without one has none of it."""

    weight: int
    values: Mapping[str, Fraction]


@dataclass(frozen=True)
class Allocation:
    """`share` of all seats by the formula, exact; `seats` rounded so that they add up to the total."""

    share: Fraction
    seats: int


def allocate(total: int, areas: Sequence[str], criteria: Sequence[Criterion]) -> dict[str, Allocation]:
    """Each criterion gives an area its part of the sum over all areas; the parts are weighted and added. Criteria
    without weight, or whose values are all zero, do not count. Empty where none counts."""
    counting = [each for each in criteria if each.weight > 0 and _total(each, areas) > 0]
    weights = sum(each.weight for each in counting)
    if not weights:
        return {}
    shares = {area: sum((_part(each, area, areas) for each in counting), Fraction(0)) / weights for area in areas}
    whole = {area: int(share * total) for area, share in shares.items()}
    left = total - sum(whole.values())
    by_remainder = sorted(areas, key=lambda area: (whole[area] - shares[area] * total, area))
    more = set(by_remainder[:left])
    return {area: Allocation(shares[area], whole[area] + (area in more)) for area in areas}


def _part(criterion: Criterion, area: str, areas: Sequence[str]) -> Fraction:
    return criterion.weight * criterion.values.get(area, Fraction(0)) / _total(criterion, areas)


def _total(criterion: Criterion, areas: Sequence[str]) -> Fraction:
    return sum((criterion.values.get(area, Fraction(0)) for area in areas), Fraction(0))


def own_values(text: str, codes: Mapping[str, str]) -> tuple[dict[str, Fraction], str]:
    """Lines of an area's code and a number, as somebody typed or pasted them, and the first line that is not like that.
    `codes`: area by code."""
    values: dict[str, Fraction] = {}
    for line in filter(str.strip, text.splitlines()):
        parts = line.replace(";", " ").replace("\t", " ").replace(",", " ").split()
        try:
            [code, number] = parts
            value = Fraction(number)
            area = codes[code.removeprefix("areas/")]
        except (ValueError, KeyError, ZeroDivisionError):
            return {}, line.strip()
        if value < 0:
            return {}, line.strip()
        values[area] = value
    return values, ""
