"""The heavy steps of a release, each from plain values to plain values, so that another process can take them.

Solver, attacker and formats are loaded there, where they work: the service itself starts without them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from services.statistics.disclosure.decisions import Decision, EarlierCounts, YearToDecide, decide
from services.statistics.disclosure.layout import USUAL, Cell, Detail
from services.statistics.disclosure.linked_tables import LinkedTable, tabulate
from services.statistics.disclosure.nonresponse import Range, unanswered_range
from services.statistics.disclosure.person_cells import by_person, cells_of_person
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.observation import Observation, ReleaseContent
from services.statistics.figures.periods import quarters_in
from services.statistics.figures.relations import CMP, ENR, EPR, NOT
from services.statistics.figures.units import BREAKDOWNS, Unit
from services.statistics.releases.domain.hours import amounts_hidden
from services.statistics.releases.domain.lifecycle import FrozenFile
from services.statistics.releases.domain.published_figures import COUNTED, Context, observations
from services.statistics.releases.whole_year import truth_of


def decide_year(year: YearToDecide) -> Decision:
    """The audit has the last word on every pattern."""
    return decide(year, attack_pattern)


def attack_pattern(year: YearToDecide, table: LinkedTable, hidden: Set[Cell]) -> list[Cell]:
    """The cells that somebody could work out who has all else."""
    from services.statistics.audit import audit_counts

    known = {cell: None if cell in hidden else count for cell, count in table.counts.items() if table.is_printed(cell)}
    known |= {cell: table.counts[cell] for cell in year.before.unchanged(table)}
    return [disclosure.cell for disclosure in audit_counts(known, truth_of(table, year.policy))]


@dataclass(frozen=True)
class Period:
    """One period with all that was decided; `hours_before` are areas whose hours a quarter of this year hides. `begun`
    and `flow` are units by quarter."""

    context: Context
    begun: Mapping[str, Sequence[Unit]]
    decision: Decision
    hours_before: frozenset[str] = frozenset()
    flow: Mapping[str, Sequence[Unit]] = field(default_factory=dict)
    detail: Detail = USUAL


@dataclass(frozen=True)
class Assembled:
    """`people` are the persons in hidden cells."""

    observations: tuple[Observation, ...]
    hours_hidden: frozenset[str]
    cells: int
    primary: int
    secondary: int
    people: frozenset[str]
    unanswered: Range | None = None


def assemble(period: Period) -> Assembled:
    context, hidden = period.context, period.decision.hidden
    units = [unit for quarter in quarters_in(context.period) for unit in period.begun.get(quarter, ())]
    table = tabulate((context.period,), period.begun, period.flow, context.areas, period.detail)
    kept = amounts_hidden(units, context.areas, context.policy, hidden, period.hours_before, context.period)
    printed = [cell for cell in table.counts if table.is_printed(cell)]
    gone = {cell for cell in printed if cell in hidden}
    people = {
        person
        for person, own_units in by_person(units).items()
        if any(cell in gone for cells in cells_of_person(own_units, context.period, table.layout) for cell in cells)
    }
    return Assembled(
        tuple(observations(context, units, table, hidden, kept)),
        kept,
        len(printed),
        len(gone & period.decision.primary),
        len(gone - period.decision.primary),
        frozenset(people),
        _unanswered(period, units),
    )


def _unanswered(period: Period, units: Sequence[Unit]) -> Range | None:
    """Of all persons of the top area, where how many they are is shown."""
    if (period.context.period, period.context.areas.top, TOTAL, EPR) in period.decision.hidden:
        return None
    persons = {unit.person for unit in units}
    general = {unit.person for unit in units if "GEN" in BREAKDOWNS["general"].codes_of(unit)}
    return unanswered_range(len(persons), len({unit.person for unit in units if unit.flags is None}), len(general))


def earlier_counts(periods: Iterable[str], published: Iterable[Observation]) -> EarlierCounts:
    """What earlier releases, oldest first, say about a year's cells; a figure that any of them shows is known."""
    from services.statistics.audit.whole_release import cell_of

    wanted, counts = set(periods), dict[Cell, int | None]()
    for figure in published:
        if figure.period in wanted and figure.measure in COUNTED:
            cell = cell_of(figure)
            counts[cell] = int(figure.value) if figure.value is not None else counts.get(cell)
    for cell in [cell for cell in counts if cell[3] == CMP]:
        whole, part = counts.get((*cell[:3], ENR)), counts[cell]
        counts[(*cell[:3], NOT)] = None if whole is None or part is None else whole - part
    return EarlierCounts(counts)


def render_files(release: ReleaseContent) -> list[tuple[FrozenFile, bytes]]:
    from services.statistics.formats.manifest import files
    from services.statistics.formats.rendering import render

    contents = render(release)
    return [
        (_frozen(file.name, file.media_type, file.title, contents[file.name]), contents[file.name])
        for file in files(release)
    ]


def _frozen(name: str, media_type: str, title: Mapping[str, str], content: bytes) -> FrozenFile:
    return FrozenFile(name, media_type, dict(title), len(content), hashlib.sha256(content).hexdigest())
