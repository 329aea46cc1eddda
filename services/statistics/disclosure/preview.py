"""What a plan would hide, estimated in seconds before anything is built: which share of each table, and which gaps are
seen. The decision itself hides somewhat more, because it also keeps intervals wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from services.statistics.disclosure.cell_costs import price
from services.statistics.disclosure.decisions import YearToDecide
from services.statistics.disclosure.layout import SPLIT, Cell, table_of
from services.statistics.disclosure.linked_tables import LinkedTable
from services.statistics.disclosure.policy import Policy
from services.statistics.disclosure.sensitive_cells import parts_of_small_margins, sensitive_quantities
from services.statistics.figures.periods import is_year
from services.statistics.figures.relations import CMP, ENR, EPR
from services.statistics.figures.units import BREAKDOWNS, GENERAL

GROUPS = tuple(
    code
    for breakdown in BREAKDOWNS.values()
    for dimension, code in breakdown.fields.values()
    if dimension == "group" and code != GENERAL and not code.startswith("N_")
)


@dataclass(frozen=True, slots=True)
class TableCost:
    """Of one table, of years or quarters, of the top area or the areas in it: its counts, and those to be hidden."""

    table: str
    year: bool
    top: bool
    cells: int = 0
    hidden: int = 0

    @property
    def place(self) -> tuple[str, bool, bool]:
        return self.table, self.year, self.top


@dataclass(frozen=True, slots=True)
class GapCost:
    """Of a group's gaps to the general public, how many there would be and how many are seen."""

    group: str
    year: bool
    top: bool
    gaps: int
    seen: int


@dataclass(frozen=True)
class Preview:
    tables: tuple[TableCost, ...]
    gaps: tuple[GapCost, ...]


def preview(years: Iterable[YearToDecide]) -> Preview:
    tables: dict[tuple[str, bool, bool], list[int]] = {}
    gaps: dict[tuple[str, bool, bool], list[int]] = {}
    for year in years:
        table = year.table()
        hidden = estimate_hidden(year, table)
        top = year.areas.top
        for cell in table.counts:
            if cell[3] in SPLIT and table.is_printed(cell):
                _add(tables, (table_of(cell[2]), is_year(cell[0]), cell[1] == top), cell in hidden)
        for period, area, group, seen in _gaps(table, hidden, year.policy):
            _add(gaps, (group, is_year(period), area == top), seen)
    return Preview(
        tuple(TableCost(*place, *counts) for place, counts in sorted(tables.items())),
        tuple(GapCost(*place, *counts) for place, counts in sorted(gaps.items())),
    )


def _add(counts: dict[tuple[str, bool, bool], list[int]], place: tuple[str, bool, bool], matches: bool) -> None:
    mine = counts.setdefault(place, [0, 0])
    mine[0] += 1
    mine[1] += matches


def estimate_hidden(year: YearToDecide, table: LinkedTable) -> Set[Cell]:
    """Hides the sensitive cells, then the cheapest second one of every sum in which a single one is unknown, until
    there is none."""
    printed = {cell for cell in table.counts if table.is_printed(cell)}
    sensitive = {quantity.cell for quantity in sensitive_quantities(table, year.policy)}
    hidden = (sensitive | parts_of_small_margins(table, year.policy)) & printed
    prices = {cell: price(cell, table.counts[cell], year.areas) for cell in printed}
    changed = True
    while changed:
        changed = False
        for line in table.sums:
            cells = (line.total, *line.parts)
            unknown = [cell for cell in cells if cell in hidden or cell not in printed]
            known = [cell for cell in cells if cell in printed and cell not in hidden and table.counts[cell]]
            if len(unknown) == 1 and unknown[0] in hidden and known:
                hidden.add(min(known, key=lambda cell: (prices[cell], cell)))
                changed = True
    return hidden


def _gaps(table: LinkedTable, hidden: Set[Cell], policy: Policy) -> Iterator[tuple[str, str, str, bool]]:
    """Period, area, group, and whether both rates are seen."""
    rows: Mapping[tuple[str, str], None] = dict.fromkeys((cell[0], cell[1]) for cell in table.counts)
    for period, area in rows:
        if not table.is_printed((period, area, f"group={GENERAL}", ENR)):
            continue
        general = _rate_is_seen(table, hidden, (period, area, f"group={GENERAL}"), policy)
        for group in GROUPS:
            cell = (period, area, f"group={group}")
            yield period, area, group, general and _rate_is_seen(table, hidden, cell, policy)


def _rate_is_seen(table: LinkedTable, hidden: Set[Cell], row: tuple[str, str, str], policy: Policy) -> bool:
    shown = not any((*row, measure) in hidden for measure in (ENR, EPR, CMP))
    return shown and table.persons.get((*row, ENR), 0) >= policy.least_denominator
