"""What the report is made of, as the template sets it: numbered tables and charts with unit, n and source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from services.statistics.formats import words
from services.statistics.formats.cells import Cell
from services.statistics.formats.charts import Mark
from services.statistics.formats.findings import Findings, printed

Block: TypeAlias = dict[str, Any]
Place: TypeAlias = dict[str, str]
"""Dimension -> code, of those that are not at their total."""

COLUMNS = ("ENR", "ENR_VALID", "EPR", "STR", "CMP", "CPR", "COV")
MOST = 6
DENSE_FROM = 10
"""Rows from which a table is set closer."""
_NOTHING = {"", "…"}


def measures(it: Findings) -> list[str]:
    """As many as the page is wide: those who started give way first."""
    found = [code for code in COLUMNS if code in it.edition.lists["MEASURE"]]
    return found if len(found) <= MOST else [code for code in found if code != "STR"]


def named(it: Findings, measure: str) -> str:
    return f"{it.measure(measure)} (n)" if measure == "EPR" else it.measure(measure)


def heads(it: Findings) -> list[str]:
    return [named(it, code) for code in measures(it)]


def place_table(it: Findings, title: str, dimension: str, places: Iterable[Place]) -> Block:
    rows = [row(it, (dimension,), (place[dimension],)) for place in places]
    return table(it, title, [words.column(dimension)[it.language], *heads(it)], rows)


def row(it: Findings, dimensions: Sequence[str], key: Sequence[str]) -> list[str]:
    place = dict(zip(dimensions, key, strict=True))
    labels = [it.title(name, code) for name, code in place.items()]
    return [*labels, *(printed(it.cell(code, **place)) for code in measures(it))]


def table(it: Findings, title: str, head: Sequence[str], rows: Sequence[Sequence[str]], labels: int = 1) -> Block:
    """`labels` columns of words come first; a measure that the table has nowhere is left out."""
    kept = [place for place in range(len(head)) if place < labels or {row[place] for row in rows} - _NOTHING]
    return {
        "kind": "table",
        "title": title,
        "head": [head[place] for place in kept],
        "rows": [[row[place] for place in kept] for row in rows],
        "widths": [0 if place < labels else 18 for place in kept],
        "labels": labels,
        "dense": len(rows) >= DENSE_FROM,
        "note": it.say("source"),
    }


def facts(rows: Sequence[Sequence[str]], head: Sequence[str], width: int = 40) -> Block:
    return {"kind": "facts", "head": list(head), "rows": [list(row) for row in rows], "width": width}


def chart(
    it: Findings, title: str, svg: str, spoken: str, unit: str, *, width: float = 150, over_time: bool = False
) -> Block:
    persons = it.cell("EPR")
    base = it.say("n", n=printed(persons)) if persons else ""
    latest = it.title("TIME_PERIOD", it.latest)
    base += f" ({latest})" if base and over_time else ""
    notes = [it.say("unit", unit=words.title("UNIT_MEASURE", unit)[it.language]), base, it.say("source")]
    return {
        "kind": "chart",
        "title": title if over_time else f"{title} ({latest})",
        "svg": svg,
        "alt": it.say("chart_alt", title=title, values=spoken),
        "width": width,
        "note": it.say("separator").join(filter(None, notes)),
    }


def marks(it: Findings, measure: str, dimension: str, places: Iterable[Place]) -> list[Mark]:
    found = [(place[dimension], it.cell(measure, **place)) for place in places]
    return [mark(cell, it.title(dimension, code), faint=code.startswith("N_")) for code, cell in found if cell]


def mark(cell: Cell | None, label: str, faint: bool = False) -> Mark:
    breaks = cell is not None and cell.status == "B"
    if cell is None or cell.value is None:
        return Mark(label, None, printed(cell), breaks=breaks, faint=faint)
    low, high = (Decimal(bound) if bound else None for bound in (cell.low, cell.high))
    return Mark(label, Decimal(cell.value), printed(cell), low, high, breaks, faint)


def listed(marks: Sequence[Mark]) -> str:
    return ", ".join(f"{mark.label} {mark.shown}" for mark in marks)


def spoken(series: Sequence[tuple[str, Sequence[Mark]]], labels: Sequence[str]) -> str:
    return "; ".join(
        f"{name}: " + ", ".join(f"{label} {mark.shown}" for label, mark in zip(labels, marks, strict=True))
        for name, marks in series
    )
