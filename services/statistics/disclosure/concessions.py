"""What a release gives up where the last attack opens a cell: the row of the area that was named, in that breakdown and
period; where that is not enough, everybody's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from services.statistics.disclosure.decisions import Collapse, Row, row_of
from services.statistics.disclosure.opened_cells import OpenedCell

PATIENCE = 2
"""How often a part may be opened before it shows nothing."""
NAMED = 20


def given_up(rounds: Sequence[Sequence[OpenedCell]], areas: Collection[str]) -> frozenset[Row]:
    """Rows that show nothing. `areas` are all of the release."""
    opened = [{row_of((cell.period, cell.area, cell.category, cell.measure)) for cell in cells} for cells in rounds]
    rows = frozenset[Row]().union(*opened)
    often = Counter(part for cells in opened for part in {(period, part) for period, _, part in cells})
    stubborn = [part for part, times in often.items() if times > PATIENCE]
    return rows | {(period, area, part) for period, part in stubborn for area in areas}


def collapsed(rows: Iterable[Row], top: str) -> dict[tuple[str, str], Collapse]:
    """By period and part."""
    found: dict[tuple[str, str], Collapse] = {}
    for period, area, part in sorted(rows):
        worst = Collapse.NOTHING if area == top else Collapse.ROWS
        found[period, part] = Collapse.NOTHING if Collapse.NOTHING in (worst, found.get((period, part))) else worst
    return found


def years_to_repeat(opened: Iterable[OpenedCell]) -> set[str]:
    """A year is decided with its quarters."""
    return {cell.period[:4] for cell in opened}
