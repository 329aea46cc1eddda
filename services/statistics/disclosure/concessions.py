"""What a release gives up where an attack on all of its parts together opens a cell that no part alone does.

The area that was named shows nothing but its margin in that breakdown; where that is not enough, nobody does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from services.statistics.disclosure.decisions import FLOW, MARGIN, STATUS
from services.statistics.disclosure.linked_tables import CMF, IPR, NST, STR, WDR
from services.statistics.disclosure.opened_cells import OpenedCell
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.units import BREAKDOWNS, Breakdown

ROUNDS = 6
"""After so many attempts a release is refused."""
PATIENCE = 2
"""How often a part may be opened before it shows nothing."""
NAMED = 20


def label(breakdown: Breakdown | None, code: str) -> str:
    if breakdown is None or code == TOTAL:
        return TOTAL
    dimension, shown = breakdown.fields.get(code, (breakdown.id, f"!{code}"))
    return f"{dimension}={shown}"


def given_up(rounds: Sequence[Sequence[OpenedCell]], period: str, part: str, top: str) -> frozenset[str]:
    """Areas that show nothing; if the top one is among them, the part shows nothing in this period."""
    by_round = [{_area(cell) for cell in opened if cell.period == period and part in _parts(cell)} for opened in rounds]
    areas = frozenset[str]().union(*by_round)
    return areas | {top} if sum(map(bool, by_round)) > PATIENCE else areas


def periods_to_repeat(opened: Sequence[OpenedCell], periods: Sequence[str]) -> set[str]:
    """A year is decided again with its quarter, because it hides what its quarters hide."""
    named = {cell.period for cell in opened}
    return named | {year for year in periods if any(period.startswith(f"{year}-") for period in named)}


def _area(cell: OpenedCell) -> str:
    """People beside an area's parts ("HN03:beside") are printed nowhere: they belong to the area."""
    return cell.area.partition(":")[0]


def _parts(cell: OpenedCell) -> tuple[str, ...]:
    if cell.category == TOTAL:
        return (FLOW,) if cell.measure == CMF else (STATUS,) if cell.measure in (STR, WDR, IPR, NST) else (MARGIN,)
    return _breakdowns_by_category().get(cell.category, ())


@cache
def _breakdowns_by_category() -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for name, breakdown in BREAKDOWNS.items():
        for code in {*breakdown.parts, *(kid for kids in breakdown.parts.values() for kid in kids)} - {TOTAL}:
            category = label(breakdown, code)
            names[category] = (*names.get(category, ()), name)
    return names
