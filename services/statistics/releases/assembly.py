"""One period of a release, put together, and what all of them hide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.statistics.disclosure.decisions import WHOLE, Decision
from services.statistics.figures.observation import Denominator, Observation
from services.statistics.releases.domain.lifecycle import Cost


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


def added_up(cost: Cost, made: Assembly, decisions: Mapping[str, Decision], period: str, persons: int) -> Cost:
    collapsed = tuple(f"{period} {name}: {one.collapsed}" for name, one in decisions.items() if one.collapsed != WHOLE)
    return Cost(
        cost.cells + made.cells,
        cost.primary + made.primary,
        cost.secondary + made.secondary,
        persons,
        (*cost.collapsed, *collapsed),
    )


def flow_of(period: str) -> str:
    """Where the units are that were completed in a period, beside those that were begun in it."""
    return f"{period}-flow"
