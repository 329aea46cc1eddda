"""The heavy steps of a release, each from plain values to plain values, so that another process can take them.

Solver, attacker and formats are loaded there, where they work: the service itself starts without them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from services.statistics.disclosure.decisions import FLOW, MARGIN, PARTS, Decision, EarlierCounts, Part, decide
from services.statistics.disclosure.linked_tables import CMF, CMP, ENR, EPR, NOT, LinkedCell, LinkedTable
from services.statistics.figures.observation import Observation, ReleaseContent
from services.statistics.figures.units import BREAKDOWNS, Unit
from services.statistics.releases.domain.hours import hours as hours_by_area
from services.statistics.releases.domain.hours import hours_hidden
from services.statistics.releases.domain.lifecycle import FrozenFile
from services.statistics.releases.domain.published_figures import STATUS_MEASURES, Context, observations


def decide_part(part: Part) -> Decision:
    """The audit has the last word on every pattern."""
    return decide(part, attack_part)


def attack_part(part: Part, table: LinkedTable, hidden: Set[LinkedCell]) -> tuple[set[LinkedCell], set[LinkedCell]]:
    from services.statistics.audit import audit_part

    openings, idle = audit_part(
        table.counts,
        table.people,
        tuple((line.total, line.parts) for line in table.sums),
        hidden,
        part.k,
        earlier={cell: count for cell, count in part.before.counts.items() if cell in table.counts},
        settled=part.settled,
    )
    return {opening.cell for opening in openings}, idle


@dataclass(frozen=True)
class Period:
    """One period with all that was decided; `hours_before` are areas whose hours a quarter of this year hides, `flow`
    what was completed in the period."""

    context: Context
    units: Sequence[Unit]
    decisions: Mapping[str, Decision]
    hours_before: frozenset[str] = frozenset()
    flow: Sequence[Unit] = ()


@dataclass(frozen=True)
class Assembled:
    """`people` are the persons in hidden cells."""

    observations: tuple[Observation, ...]
    hours_hidden: frozenset[str]
    cells: int
    primary: int
    secondary: int
    people: frozenset[str]


def assemble(period: Period) -> Assembled:
    context = period.context
    kept = hours_hidden(
        hours_by_area(period.units, context.areas),
        context.areas,
        context.policy,
        period.decisions[MARGIN].hidden,
        period.hours_before,
    )
    cells = primary = secondary = 0
    people: set[str] = set()
    for name in PARTS:
        decision = period.decisions[name]
        mine = period.flow if name == FLOW else period.units
        part = Part(name, context.areas, context.policy, mine, margin=period.decisions[MARGIN])
        for table in part.tables():
            own_cells = {cell for cell in table.counts if not part.settled(cell)} if table else set()
            cells += len(own_cells)
            primary += len(own_cells & decision.hidden & decision.primary)
            secondary += len((own_cells & decision.hidden) - decision.primary)
            for cell in (own_cells & decision.hidden) if table else ():
                people |= table.people.get(cell, frozenset()) if table else set()
    figures = tuple(observations(context, period.units, period.decisions, kept, period.flow))
    return Assembled(figures, kept, cells, primary, secondary, frozenset(people))


def earlier_counts(name: str, period: str, published: Iterable[Observation]) -> EarlierCounts:
    """What earlier releases, oldest first, say about a part's cells; a figure that any of them shows is known."""
    breakdown = BREAKDOWNS.get(name)
    codes = {label: code for code, label in breakdown.fields.items()} if breakdown else {}
    counts: dict[LinkedCell, int | None] = {}
    for figure in published:
        if figure.period != period:
            continue
        labels = {
            "sex": figure.sex,
            "age": figure.age,
            "group": figure.group,
            "domain": figure.domain,
        }
        given = [(dimension, label) for dimension, label in labels.items() if label != "_T"]
        code = "_T" if not given else codes.get(given[0], "") if len(given) == 1 else ""
        if code and figure.measure in (ENR, EPR, CMP, CMF, *STATUS_MEASURES) and (name != MARGIN or code == "_T"):
            cell = (figure.area, code, figure.measure)
            counts[cell] = int(figure.value) if figure.value is not None else counts.get(cell)
    for area, code, _ in [cell for cell in counts if cell[2] == CMP]:
        whole, part = counts.get((area, code, ENR)), counts[(area, code, CMP)]
        counts[(area, code, NOT)] = None if whole is None or part is None else whole - part
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
