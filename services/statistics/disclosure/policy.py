"""Which counts would say too much about somebody: the primary rule, and the limits for derived figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from services.statistics.disclosure.tables import AdditiveTable, CellKey, Sum


@dataclass(frozen=True, slots=True)
class Policy:
    """`k` persons are needed to show a count; 10 for sensitive flags. Never relaxed: collapse instead."""

    k: int = 5
    p_percent: int = 10
    least_denominator: int = 10
    reliable_denominator: int = 30


class Reason(StrEnum):
    SMALL = "small count"
    COMPLEMENT = "small complement"
    GROUP = "whole group in one category"
    DIFFERENCE = "small difference to an earlier release"


@dataclass(frozen=True, slots=True)
class SensitiveQuantity:
    """A number of persons that must look from outside like anything from 0 to k: a cell, or what its margin leaves.

    `cell` is hidden for it; `quantity` gives the cells it is the sum of, with signs; `value` is its true size.
    """

    cell: CellKey
    reason: Reason
    quantity: tuple[tuple[CellKey, int], ...]
    value: int


def primary_suppressions(cells: AdditiveTable, policy: Policy) -> list[SensitiveQuantity]:
    """The primary suppressions, in the cells' order, each as often as it has reasons."""
    small = [
        SensitiveQuantity(cell, Reason.SMALL, ((cell, 1),), count)
        for cell, count in cells.counts.items()
        if 1 <= count < policy.k
    ]
    return small + [found for one in cells.sums for found in _in_margin(cells, one, policy)]


def _in_margin(cells: AdditiveTable, one: Sum, policy: Policy) -> Iterator[SensitiveQuantity]:
    """In a margin under 2k, nobody outside a category tells everybody's: a complement of 0 counts there too.

    A margin under k is hidden itself, so that nothing can be subtracted from it."""
    total = cells.counts[one.total]
    if len(one.parts) < 2 or not total:
        return
    for part in one.parts:
        rest = total - cells.counts[part]
        if 1 <= rest < policy.k <= total:
            yield SensitiveQuantity(part, Reason.COMPLEMENT, ((one.total, 1), (part, -1)), rest)
        elif rest == 0 and total < 2 * policy.k:
            yield SensitiveQuantity(part, Reason.GROUP, ((one.total, 1), (part, -1)), rest)


def magnitude_is_sensitive(contributions: Sequence[Fraction], policy: Policy) -> bool:
    """Hours or scores by person: fewer than k persons, or the p % rule (the second largest could guess the largest
    to within p % by subtracting their own)."""
    if not contributions:
        return False
    ordered = sorted(contributions, reverse=True)
    return len(ordered) < policy.k or 100 * sum(ordered[2:]) < policy.p_percent * ordered[0]


def derived_may_be_shown(components: Sequence[int | None], denominator: int | None, policy: Policy) -> bool:
    """A rate, mean, gap or index goes with its parts (null = suppressed), and needs enough persons under it."""
    return denominator is not None and denominator >= policy.least_denominator and None not in components


def derived_is_unreliable(denominator: int, policy: Policy) -> bool:
    """Published with status U and its interval."""
    return denominator < policy.reliable_denominator
