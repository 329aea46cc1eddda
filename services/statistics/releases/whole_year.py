"""A year of a release as it will be read, and the attack on all of it at once.

The attacker is loaded where it works, in a process of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.layout import NOTHING, USUAL, Detail
from services.statistics.disclosure.linked_tables import LinkedTable, tabulate
from services.statistics.disclosure.opened_cells import Attack, OpenedCell
from services.statistics.disclosure.policy import Policy, Reason
from services.statistics.disclosure.sensitive_cells import sensitive_quantities, threshold
from services.statistics.figures.observation import Observation
from services.statistics.figures.units import Unit
from services.statistics.releases.public_attack import Edition, attack_edition

if TYPE_CHECKING:
    from services.statistics.audit import Disclosure, Truth


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
    edition: Edition | None = None
    editions_before: tuple[Edition, ...] = ()
    detail: Detail = USUAL
    printed: tuple[str, ...] = ()
    known: Detail = NOTHING


def attack_year(year: YearUnderAttack) -> list[OpenedCell]:
    """The final audit: the cells that an attacker could work out; then the attack that anybody may make.

    What earlier releases open by themselves, none can close any more."""
    from services.statistics.audit import audit_release

    truth = truth_of(
        tabulate(year.periods, year.units, year.flow, year.areas, year.detail, year.printed, year.known), year.policy
    )
    disclosures = audit_release(year.release, year.earlier, truth)
    if disclosures and year.earlier:
        silent = [replace(figure, value=None) for figure in year.release]
        cells = {disclosure.cell for disclosure in disclosures}
        open_before = {disclosure.cell for disclosure in audit_release(silent, year.earlier, truth, cells)}
        disclosures = [disclosure for disclosure in disclosures if disclosure.cell not in open_before]
    if disclosures or year.edition is None:
        return [_opened_cell(opening) for opening in disclosures]
    return attack_edition(year.edition, year.editions_before, {secret.cell for secret in truth.secrets})


def truth_of(table: LinkedTable, policy: Policy) -> Truth:
    """What the audit compares with: the true counts, what ties them, and what must stay open."""
    from services.statistics.audit import Secret, Truth

    secrets = [
        Secret(
            quantity.cell,
            dict(quantity.quantity),
            threshold(quantity.cell[2], policy) if quantity.reason is Reason.SMALL else policy.k,
            str(quantity.reason),
        )
        for quantity in sensitive_quantities(table, policy)
    ]
    alone = [cell for cell, persons in table.persons.items() if persons == table.counts[cell] == 1]
    return Truth(table.counts, tuple((line.total, line.parts) for line in table.sums), secrets, alone)


def _opened_cell(opening: Disclosure) -> OpenedCell:
    period, area, category, measure = opening.cell
    return OpenedCell(period, area, category, measure, Attack(opening.attack.value), opening.evidence)
