"""Which cells of linked tables are sensitive when persons, not enrolments, are the unit (policy 1 and 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from services.statistics.disclosure.linked_tables import LinkedCell, LinkedTable
from services.statistics.disclosure.policy import Reason, SensitiveQuantity
from services.statistics.disclosure.tables import Sum


def primary_suppressions_by_person(
    table: LinkedTable, k: int, settled: Callable[[LinkedCell], bool]
) -> list[SensitiveQuantity]:
    """`value` counts what the table counts; whether it is small is decided on the persons behind it.

    Where a part is settled already, its margin is hidden for the complement's sake."""
    small = [
        SensitiveQuantity(cell, Reason.SMALL, ((cell, 1),), table.counts[cell])
        for cell, persons in table.people.items()
        if len(persons) < k
    ]
    return small + [found for one in table.sums for found in _in_margin(table, one, k, settled)]


def _in_margin(
    table: LinkedTable, one: Sum, k: int, settled: Callable[[LinkedCell], bool]
) -> Iterator[SensitiveQuantity]:
    margin = len(table.people.get(one.total, ()))
    if len(one.parts) < 2 or not margin:
        return
    here = {part: table.people.get(part, frozenset()) for part in one.parts}
    if max(map(len, here.values())) + k <= margin and margin >= 2 * k:
        return  # nobody's part comes near the whole
    times = Counter(person for persons in here.values() for person in persons)
    for part, persons in here.items():
        outside = margin - sum(times[person] == 1 for person in persons)
        cell = one.total if settled(part) else part
        rest = table.counts[one.total] - table.counts[part]
        if 1 <= outside < k <= margin:
            yield SensitiveQuantity(cell, Reason.COMPLEMENT, ((one.total, 1), (part, -1)), rest)
        elif outside == 0 and margin < 2 * k:
            yield SensitiveQuantity(cell, Reason.GROUP, ((one.total, 1), (part, -1)), rest)


def parts_of_small_margins(table: LinkedTable, k: int) -> set[LinkedCell]:
    """Parts of a margin under k, the empty ones too: a 0 there would tell about the few."""
    return {part for one in table.sums if 1 <= len(table.people.get(one.total, ())) < k for part in one.parts}
