"""One period of a release, put together, and what all of them hide."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.statistics.disclosure.concessions import collapsed
from services.statistics.disclosure.decisions import Decision
from services.statistics.disclosure.nonresponse import Range
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
    unanswered: Range | None = None


def add_cost(cost: Cost, assembly: Assembly, persons: int) -> Cost:
    return replace(
        cost,
        cells=cost.cells + assembly.cells,
        primary=cost.primary + assembly.primary,
        secondary=cost.secondary + assembly.secondary,
        persons=persons,
    )


def collapsed_tables(decision: Decision, top: str) -> tuple[CollapsedTable, ...]:
    extents = collapsed(decision.given_up, top)
    return tuple(CollapsedTable(period, part, extent) for (period, part), extent in extents.items())


def flow_of(period: str) -> str:
    """Where the units are that were completed in a period, beside those that were begun in it."""
    return f"{period}-flow"
