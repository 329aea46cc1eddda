"""The attack that anybody may make on published releases, made before they are: `attack` reads what will be printed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from services.chassis.observability import trace
from services.statistics.areas.geography import Geography
from services.statistics.disclosure.layout import Cell
from services.statistics.disclosure.opened_cells import Attack, OpenedCell
from services.statistics.figures.observation import Observation

if TYPE_CHECKING:
    from services.statistics.attack.publications import Release

SECONDS = 240.0
"""How long the search by programming may take. What it has not asked by then was still asked by the final audit."""


@dataclass(frozen=True)
class Edition:
    """A release as it is or will be printed."""

    name: str
    as_of: datetime
    k: int
    geography: Geography
    observations: Sequence[Observation]


def attack_edition(edition: Edition, earlier: Sequence[Edition], sensitive: Collection[Cell]) -> list[OpenedCell]:
    """The sensitive cells of the edition that its own figures give away, or they with those of earlier ones."""
    from services.statistics.attack.report import Contradiction, open_cells

    releases = [_publication(each) for each in (edition, *earlier)]
    opened: dict[Cell, OpenedCell] = {}
    for together in [releases[:1], releases] if earlier else [releases]:
        try:
            exact, narrow, unasked = open_cells(together, SECONDS)
        except Contradiction:
            if len(together) == 1:
                raise
            trace.log().warning("earlier releases contradict", release=edition.name, exc_info=True)
            continue
        if unasked:
            trace.log().warning("attack ran out of time", release=edition.name, cells=len(unasked))
        for cells, attack in ((exact, Attack.EXACT), (narrow, Attack.INTERVAL)):
            for cell in cells:
                key = (cell.period, cell.area, cell.category, cell.measure)
                if key in sensitive and cell.as_of == edition.as_of:
                    opened.setdefault(key, OpenedCell(*key, attack))
    return list(opened.values())


def _publication(edition: Edition) -> Release:
    from services.statistics.attack import publications

    counts: dict[publications.Cell, int | None] = {}
    rates: dict[publications.Cell, Decimal] = {}
    for figure in edition.observations:
        given = (("sex", figure.sex), ("age", figure.age), ("group", figure.group), ("domain", figure.domain))
        category = " ".join(f"{name}={code}" for name, code in given if code != publications.TOTAL)
        cell = publications.Cell(
            edition.as_of,
            figure.universe,
            figure.period,
            figure.area,
            category or publications.TOTAL,
            figure.measure,
        )
        if figure.measure in publications.COUNTS:
            counts[cell] = None if figure.value is None else int(figure.value)
        elif figure.measure in publications.RATES and figure.value is not None:
            rates[cell] = Decimal(figure.value)
    parents = {area.code: area.parent for area in edition.geography.codes}
    universe = edition.observations[0].universe if edition.observations else ""
    return publications.Release(edition.name, edition.as_of, universe, edition.k, parents, counts, rates)
