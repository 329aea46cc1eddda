"""A year of a release as it will be read, and the attack on all of it at once.

The attacker is loaded where it works, in a process of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.concessions import label
from services.statistics.disclosure.linked_tables import (
    CORE,
    STATUSES,
    LinkedTable,
    tabulate_completions,
    tabulate_enrolments,
    tabulate_persons,
)
from services.statistics.disclosure.opened_cells import Attack, OpenedCell
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.observation import Observation
from services.statistics.figures.periods import quarters_in
from services.statistics.figures.units import BREAKDOWNS, SENSITIVE_K, Breakdown, Unit

if TYPE_CHECKING:
    from services.statistics.audit import Codes, Disclosure, Truth


@dataclass(frozen=True)
class YearUnderAttack:
    """A year, or the quarters of one, as it will be read. `units` are those begun in each of its quarters, `flow` those
    completed."""

    areas: ReleaseAreas
    policy: Policy
    periods: tuple[str, ...]
    units: Mapping[str, Sequence[Unit]]
    release: Sequence[Observation]
    earlier: Sequence[Observation]
    flow: Mapping[str, Sequence[Unit]] = field(default_factory=dict)


def attack_year(year: YearUnderAttack) -> list[OpenedCell]:
    """The final audit: the cells that an attacker could work out.

    What earlier releases open by themselves, none can close any more."""
    from services.statistics.audit import audit_release

    codes, truth = _codes(year), _truth(year)
    disclosures = audit_release(year.release, year.earlier, codes, truth)
    if disclosures and year.earlier:
        silent = [replace(figure, value=None) for figure in year.release]
        cells = {disclosure.cell for disclosure in disclosures}
        open_before = {disclosure.cell for disclosure in audit_release(silent, year.earlier, codes, truth, cells)}
        disclosures = [disclosure for disclosure in disclosures if disclosure.cell not in open_before]
    return [_opened_cell(opening) for opening in disclosures]


def _opened_cell(opening: Disclosure) -> OpenedCell:
    period, area, category, measure = opening.cell
    return OpenedCell(period, area, category, measure, Attack(opening.attack.value), opening.evidence)


def _codes(year: YearUnderAttack) -> Codes:
    from services.statistics.audit import Codes

    splits = [
        {
            label(breakdown, parent): [label(breakdown, code) for code in kids]
            for parent, kids in breakdown.parts.items()
        }
        for breakdown in BREAKDOWNS.values()
    ]
    return Codes(year.areas.children, splits)


def _truth(year: YearUnderAttack) -> Truth:
    """A margin is that of the tables without a breakdown: of a domain, persons stand elsewhere where they moved."""
    from services.statistics.audit import Truth

    counts: dict[Any, int] = {}
    people: dict[Any, Set[str]] = {}
    for period in year.periods:
        for breakdown, table in _tables(year, period):
            at = {cell: (period, _beside(cell[0]), label(breakdown, cell[1]), cell[2]) for cell in table.counts}
            counts = {at[cell]: count for cell, count in table.counts.items()} | counts
            people = {at[cell]: behind for cell, behind in table.people.items()} | people
    least = {
        label(breakdown, code): SENSITIVE_K
        for breakdown in BREAKDOWNS.values()
        if breakdown.sensitive
        for kids in breakdown.parts.values()
        for code in kids
    }
    return Truth(counts, people, least, year.policy.k)


def _tables(year: YearUnderAttack, period: str) -> Iterator[tuple[Breakdown | None, LinkedTable]]:
    begun, completed = (
        [unit for quarter in quarters_in(period) for unit in units.get(quarter, ())]
        for units in (year.units, year.flow)
    )
    yield None, tabulate_completions(completed, year.areas)
    for breakdown in (None, *BREAKDOWNS.values()):
        yield breakdown, tabulate_enrolments(begun, year.areas, breakdown, CORE if breakdown else STATUSES)
        yield breakdown, tabulate_persons(begun, year.areas, breakdown)


def _beside(area: str) -> str:
    from services.statistics.audit import OUTSIDE_PARTS

    return area.replace(":own", OUTSIDE_PARTS)
