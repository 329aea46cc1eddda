"""The disclosure policy: the thresholds, the primary rule for counts, and the limits for derived figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from services.statistics.disclosure.tables import AdditiveTable, CellKey, Sum


@dataclass(frozen=True, slots=True)
class Policy:
    """`k` is the smallest number of persons that may be shown (10 for sensitive flags). It is never relaxed: categories
    are collapsed instead. The denominators are in persons."""

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
    """A number of persons that must look from outside like anything from 0 to k: a cell, or its complement in a margin.

    `cell` is hidden to protect it; `quantity` has the cells that it is the sum of, with signs; `value` its true size.
    """

    cell: CellKey
    reason: Reason
    quantity: tuple[tuple[CellKey, int], ...]
    value: int


def primary_suppressions(cells: AdditiveTable, policy: Policy) -> list[SensitiveQuantity]:
    """The primary suppressions, in the cells' order; a cell appears once per reason."""
    small = [
        SensitiveQuantity(cell, Reason.SMALL, ((cell, 1),), count)
        for cell, count in cells.counts.items()
        if 1 <= count < policy.k
    ]
    return small + [quantity for total in cells.sums for quantity in _in_margin(cells, total, policy)]


def _in_margin(cells: AdditiveTable, margin: Sum, policy: Policy) -> Iterator[SensitiveQuantity]:
    """Complements that are sensitive. In a margin under 2k also a complement of 0: it discloses everybody's category.

    A margin under k is hidden itself, so that nothing can be subtracted from it."""
    total = cells.counts[margin.total]
    if len(margin.parts) < 2 or not total:
        return
    for part in margin.parts:
        rest = total - cells.counts[part]
        if 1 <= rest < policy.k <= total:
            yield SensitiveQuantity(part, Reason.COMPLEMENT, ((margin.total, 1), (part, -1)), rest)
        elif rest == 0 and total < 2 * policy.k:
            yield SensitiveQuantity(part, Reason.GROUP, ((margin.total, 1), (part, -1)), rest)


def magnitude_is_sensitive(contributions: Sequence[Fraction], policy: Policy) -> bool:
    """Whether a sum of hours or scores (a contribution per person) is sensitive: fewer than k persons, or the p % rule
    (the second largest could estimate the largest to within p % by subtracting their own)."""
    if not contributions:
        return False
    ordered = sorted(contributions, reverse=True)
    return len(ordered) < policy.k or 100 * sum(ordered[2:]) < policy.p_percent * ordered[0]


def derived_may_be_shown(components: Sequence[int | None], denominator: int | None, policy: Policy) -> bool:
    """Whether a rate, mean, gap or index may be shown: only if all its components are (None = suppressed), and with
    enough persons in its denominator."""
    return denominator is not None and denominator >= policy.least_denominator and None not in components


def derived_is_unreliable(denominator: int, policy: Policy) -> bool:
    """Whether a figure is published with status U (unreliable) and its interval."""
    return denominator < policy.reliable_denominator
