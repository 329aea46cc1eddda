"""Primary suppression in the linked tables: which counts are sensitive, with persons, not enrolments, as the unit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from services.statistics.disclosure.layout import OWN, Cell
from services.statistics.disclosure.linked_tables import LinkedTable, helper_free
from services.statistics.disclosure.policy import Policy, Reason, SensitiveQuantity
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.relations import ENR, EPR, STR, UNANSWERED
from services.statistics.figures.units import BREAKDOWNS, SENSITIVE_K

LEAST_PARTS = 2


@cache
def _sensitive_categories() -> frozenset[str]:
    sensitive = [breakdown for breakdown in BREAKDOWNS.values() if breakdown.sensitive]
    return frozenset(each.label(code) for each in sensitive for code in each.parts[TOTAL]) - UNANSWERED


def threshold(category: str, policy: Policy) -> int:
    """The smallest number of persons of this category that may be shown."""
    return max(policy.k, SENSITIVE_K) if category in _sensitive_categories() else policy.k


def is_no_trait(cell: Cell) -> bool:
    """To have left a question out, or to be placed in no area nearer, says nothing about anybody."""
    _, area, category, measure = cell
    return category in UNANSWERED or (OWN in area and category == TOTAL and measure in (ENR, EPR, STR))


def sensitive_quantities(table: LinkedTable, policy: Policy) -> list[SensitiveQuantity]:
    """Counts of few persons; and the rest of a small margin that is all in one part, which tells everybody's trait."""
    small = [
        SensitiveQuantity(cell, Reason.SMALL, ((cell, 1),), table.counts[cell])
        for cell in helper_free(table.counts)
        if 0 < table.persons.get(cell, 0) < threshold(cell[2], policy) and not is_no_trait(cell)
    ]
    return small + list(_whole_groups(table, policy))


def _whole_groups(table: LinkedTable, policy: Policy) -> Iterator[SensitiveQuantity]:
    whole = {}
    for line in table.partings:
        full = [part for part in line.parts if table.counts[part]]
        if len(line.parts) >= LEAST_PARTS and len(full) == 1 and _tells(line.total, full[0]):
            whole[line.total, full[0]] = table.persons[line.total]
    for (total, part), persons in whole.items():
        k = max(threshold(total[2], policy), threshold(part[2], policy))
        if persons < 2 * k and not any(whole.get(pair, 0) >= 2 * k for pair in _wider(total, part, table)):
            yield SensitiveQuantity(part, Reason.GROUP, ((total, 1), (part, -1)), 0)


def _tells(total: Cell, part: Cell) -> bool:
    """That nobody is in a group tells less than that everybody is; nor does it tell where people live if all count in
    the area itself."""
    return not is_no_trait(part) and "!N_" not in part[2] and not (part[1] != total[1] and OWN in part[1])


def _wider(total: Cell, part: Cell, table: LinkedTable) -> Iterator[tuple[Cell, Cell]]:
    """The same sum of a wider area, or of everybody there: it shows the same already, and is protected by itself."""
    period, area, category, measure = total
    if part[1] != area:
        return
    parents = {child: parent for parent, children in table.layout.areas.children.items() for child in children}
    places = [area]
    while above := places[-1].removesuffix(OWN) if OWN in places[-1] else parents.get(places[-1], ""):
        places.append(above)
    for place in places:
        yield (period, place, category, measure), (period, place, *part[2:])
        if part[2] == category:
            yield (period, place, TOTAL, measure), (period, place, TOTAL, part[3])


def parts_of_small_margins(table: LinkedTable, policy: Policy) -> set[Cell]:
    """What is printed of every total under k, zeros too: a 0 would tell something about the few."""
    return {
        part
        for line in table.partings
        if 0 < table.persons.get(line.total, 0) < policy.k
        for part in line.parts
        if table.is_printed(part)
    }
