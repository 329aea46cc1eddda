"""The disclosure commands: suppress cells of a two-way table, and audit a table that is to be published."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from services.statistics.audit import Published, audit
from services.statistics.commands.crosstab import Crosstab, read_published, read_true
from services.statistics.disclosure.policy import Policy, primary_suppressions
from services.statistics.disclosure.suppression import Infeasible, suppress
from services.statistics.disclosure.tables import AdditiveTable, two_way
from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data.csv_reading import errors_in

CommandResult = dict[str, Any]
Place = tuple[int, int]
"""A cell of the table: row and column from 0."""

_CELL = re.compile(r"\((\d+), (\d+)\)")


class Open(RuntimeError):
    """The audit can compute cells that our own pattern hides: a defect to report, and nothing may be published."""


def protect(path: Path, k: int) -> CommandResult:
    """Suppresses the table and audits the result. Raises InvalidValue if nothing protects it."""
    table, counts = read_true(path)
    cells, policy = two_way(counts), Policy(k=k)
    try:
        pattern = suppress(cells, policy)
    except Infeasible as infeasible:
        raise InvalidValue(str(infeasible)) from None
    shown = {cell: None if cell in pattern.hidden else count for cell, count in cells.counts.items()}
    report = audit(_published(cells, shown), cells.counts, k)
    if report.openings:
        raise Open(f"the pattern chosen for {path} can be opened: {report.openings}")
    reasons: dict[Place, list[str]] = {}
    for quantity in primary_suppressions(cells, policy):
        if quantity.reason.value not in reasons.setdefault(quantity.cell, []):
            reasons[quantity.cell].append(quantity.reason.value)
    return {
        "k": k,
        "table": _rows(table, shown),
        "cost": pattern.persons,
        "optimal": pattern.optimal,
        "cells": len(cells.counts),
        "primary": len(pattern.primary),
        "secondary": len(pattern.secondary),
        "suppressed": [
            {**_where(table, cell), "low": low, "high": high, "reasons": reasons.get(cell, ["secondary"])}
            for cell, (low, high) in sorted(report.ranges.items(), key=lambda item: item[0])
        ],
    }


def attack(path: Path, published_path: Path, k: int, earlier: Sequence[Path] = ()) -> CommandResult:
    """Audits the published table; `opens` is true if it must not be published."""
    table, counts = read_true(path)
    cells = two_way(counts)
    published = _shown(_read_named(published_path, table))
    before = [_published(cells, _shown(_read_named(one, table))) for one in earlier]
    report = audit(_published(cells, published), cells.counts, k, earlier=before)
    return {
        "k": k,
        "opens": bool(report.openings),
        "openings": [
            {**_where(table, one.cell), "attack": _named(table, one.attack)}
            | {"low": one.low, "high": one.high, "of": _named(table, one.says)}
            for one in sorted(report.openings, key=lambda one: one.cell)
        ],
        "suppressed": [
            {**_where(table, cell), "low": low, "high": high}
            for cell, (low, high) in sorted(report.ranges.items(), key=lambda item: item[0])
        ],
    }


def _read_named(path: Path, truth: Crosstab) -> Crosstab:
    with errors_in(path):
        return read_published(path, truth)


def _where(table: Crosstab, cell: Place) -> CommandResult:
    row, column = cell
    line, place = table.place(row, column)
    return {"row": table.rows[row], "column": table.columns[column], "line": line, "place": place}


def _named(table: Crosstab, said: str) -> str:
    """Replaces the audit's (row, column) numbers by names."""
    return _CELL.sub(lambda cell: f"({table.rows[int(cell[1])]}, {table.columns[int(cell[2])]})", said)


def _shown(table: Crosstab) -> dict[Place, int | None]:
    return {(r, c): count for r, row in enumerate(table.counts) for c, count in enumerate(row)}


def _published(cells: AdditiveTable, shown: Mapping[Place, int | None]) -> Published:
    return Published(shown, tuple((total.total, total.parts) for total in cells.sums))


def _rows(table: Crosstab, shown: Mapping[Place, int | None]) -> list[list[str | int | None]]:
    body = [[name, *(shown[(r, c)] for c in range(len(table.columns)))] for r, name in enumerate(table.rows)]
    return [[table.corner, *table.columns], *body]
