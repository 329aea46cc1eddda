"""Primary suppression in linked tables: which cells are sensitive, with persons, not enrolments, as the unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from services.statistics.disclosure.linked_tables import LinkedCell, LinkedTable
from services.statistics.disclosure.policy import Reason, SensitiveQuantity
from services.statistics.disclosure.tables import Sum


def primary_suppressions_by_person(
    table: LinkedTable, k: int, settled: Callable[[LinkedCell], bool]
) -> list[SensitiveQuantity]:
    """The sensitive quantities. Whether one is small depends on the persons behind it; its `value` is in the table's
    own unit.

    If a part is `settled` by another table already, its margin is hidden to protect the complement."""
    small = [
        SensitiveQuantity(cell, Reason.SMALL, ((cell, 1),), table.counts[cell])
        for cell, persons in table.people.items()
        if len(persons) < k
    ]
    return small + [quantity for total in table.sums for quantity in _in_margin(table, total, k, settled)]


def _in_margin(
    table: LinkedTable, total: Sum, k: int, settled: Callable[[LinkedCell], bool]
) -> Iterator[SensitiveQuantity]:
    margin = len(table.people.get(total.total, ()))
    if len(total.parts) < 2 or not margin:
        return
    people = {part: table.people.get(part, frozenset()) for part in total.parts}
    if max(map(len, people.values())) + k <= margin and margin >= 2 * k:
        return  # no part is close to the margin
    times = Counter(person for persons in people.values() for person in persons)
    for part, persons in people.items():
        outside = margin - sum(times[person] == 1 for person in persons)
        cell = total.total if settled(part) else part
        rest = table.counts[total.total] - table.counts[part]
        if 1 <= outside < k <= margin:
            yield SensitiveQuantity(cell, Reason.COMPLEMENT, ((total.total, 1), (part, -1)), rest)
        elif outside == 0 and margin < 2 * k:
            yield SensitiveQuantity(cell, Reason.GROUP, ((total.total, 1), (part, -1)), rest)


def parts_of_small_margins(table: LinkedTable, k: int) -> set[LinkedCell]:
    """The parts of every margin under k, empty ones too, because a 0 there would disclose something about the few."""
    return {part for total in table.sums if 1 <= len(table.people.get(total.total, ())) < k for part in total.parts}
