"""One period of a release, put together, and what all of them hide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.statistics.disclosure.decisions import Collapse, Decision
from services.statistics.figures.observation import Denominator, Observation
from services.statistics.releases.domain.lifecycle import CollapsedTable, Cost


@dataclass(frozen=True)
class Assembly:
    """A period's figures and what hiding cost; `people` are pseudonyms, dropped when the release is built."""

    observations: tuple[Observation, ...]
    hours_hidden: tuple[str, ...]
    cells: int
    primary: int
    secondary: int
    people: tuple[str, ...]
    denominator: Denominator | None = None


def add_cost(cost: Cost, assembly: Assembly, decisions: Mapping[str, Decision], period: str, persons: int) -> Cost:
    collapsed = [
        CollapsedTable(period, name, decision.collapsed)
        for name, decision in decisions.items()
        if decision.collapsed is not Collapse.WHOLE
    ]
    return Cost(
        cells=cost.cells + assembly.cells,
        primary=cost.primary + assembly.primary,
        secondary=cost.secondary + assembly.secondary,
        persons=persons,
        collapsed_tables=(*cost.collapsed_tables, *collapsed),
    )


def flow_of(period: str) -> str:
    """Where the units are that were completed in a period, beside those that were begun in it."""
    return f"{period}-flow"
