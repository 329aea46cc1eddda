"""What a release gives up where an attack on all of its parts together opens a cell that no part alone does.

The area that was named shows nothing but its margin in that breakdown; where that is not enough, nobody does. An opened
cell is told as the audit writes it: "2024-Q1 HN03 sex=F CMP: exact disclosure".
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from services.statistics.disclosure.decisions import FLOW, MARGIN, STATUS
from services.statistics.disclosure.linked_tables import CMF, IPR, NST, STR, WDR
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


def given_up(rounds: Sequence[Sequence[str]], period: str, part: str, top: str) -> frozenset[str]:
    """Areas; with the top one among them, the part shows nothing in this period."""
    named = [{_area(cell) for cell in opened if _period(cell) == period and part in _parts(cell)} for opened in rounds]
    areas = {area for found in named for area in found}
    return frozenset(areas | {top} if sum(map(bool, named)) > PATIENCE else areas)


def touched(opened: Sequence[str], periods: Sequence[str]) -> set[str]:
    """Periods to be decided again: a year hides what its quarters hide."""
    found = {_period(cell) for cell in opened}
    return found | {year for year in periods if any(period.startswith(f"{year}-") for period in found)}


def _period(cell: str) -> str:
    return cell.split(" ", 1)[0]


def _area(cell: str) -> str:
    """Those beside an area's parts are printed nowhere, and are their area's."""
    return cell.split(" ", 2)[1].partition(":")[0]


def _parts(cell: str) -> tuple[str, ...]:
    _, _, category, measure = cell.partition(": ")[0].split(" ")
    if category == TOTAL:
        return (FLOW,) if measure == CMF else (STATUS,) if measure in (STR, WDR, IPR, NST) else (MARGIN,)
    return _homes().get(category, ())


@cache
def _homes() -> dict[str, tuple[str, ...]]:
    """Of each category the breakdowns that show it."""
    found: dict[str, tuple[str, ...]] = {}
    for name, one in BREAKDOWNS.items():
        for code in {*one.parts, *(kid for kids in one.parts.values() for kid in kids)} - {TOTAL}:
            found[label(one, code)] = (*found.get(label(one, code), ()), name)
    return found
