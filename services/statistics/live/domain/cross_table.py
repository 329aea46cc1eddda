"""Several areas, periods and categories in one table. Each of its cells is one of the lattice, so nothing is asked that
is not protected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.chassis.errors import Invalid
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.periods import is_period, is_year
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.lattice import ALL, ROWS, code, own
from services.statistics.live.domain.protection import ShownCell
from services.statistics.live.domain.questions import LiveState

MOST_CELLS = 6_000
MOST_PERIODS = 12


@dataclass(frozen=True, slots=True)
class CrossQuestion:
    """`by` is a dimension of `ROWS` or "" for totals alone; `periods` years and quarters, none for all time; with
    `parts` also the areas directly below."""

    area: str
    universe: Universe
    by: str
    periods: tuple[str, ...] = ()
    parts: bool = False

    def check(self) -> None:
        if self.by and self.by not in ROWS:
            raise Invalid("CROSS_BY", field="by", known=", ".join(ROWS))
        if len(self.periods) > MOST_PERIODS:
            raise Invalid("CROSS_PERIODS", field="periods", max=MOST_PERIODS)
        for period in self.periods:
            if not is_period(period) or not (is_year(period) or "Q" in period):
                raise Invalid("PERIOD_INVALID", field="periods", period=period)


@dataclass(frozen=True, slots=True)
class CrossCell:
    area: str
    period: str
    code: str
    shown: ShownCell


def areas_of(state: LiveState, asked: CrossQuestion) -> list[str]:
    """The area itself, then those directly below that have a name."""
    place = state.world.place(asked.area)
    parts = state.world.parts(place) if asked.parts else []
    return [asked.area, *(each for each in parts if each != own(place) and each in state.world.tree.titles)]


def codes_of(by: str) -> tuple[str, ...]:
    """The total first."""
    return (TOTAL, *ROWS.get(by, ()))


def cross_cells(state: LiveState, asked: CrossQuestion) -> Iterator[CrossCell]:
    """Area by area, period by period. Raises Invalid where there are too many."""
    areas, periods, codes = areas_of(state, asked), asked.periods or (ALL,), codes_of(asked.by)
    if len(areas) * len(periods) * len(codes) > MOST_CELLS:
        raise Invalid("CROSS_TOO_LARGE", field="periods", max=MOST_CELLS)
    for area in areas:
        for period in periods:
            for each in codes:
                key = TOTAL if each == TOTAL else code(asked.by, each)
                yield CrossCell(area, period, each, state.cell(area, period, key))
