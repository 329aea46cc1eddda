"""The blocks that the report's template sets: numbered tables and charts with unit, n and source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from services.statistics.formats import words
from services.statistics.formats.cells import PublishedCell
from services.statistics.formats.charts import Mark
from services.statistics.formats.findings import Findings, cell_text

Block: TypeAlias = dict[str, Any]
BreakdownCodes: TypeAlias = dict[str, str]
"""Dimension -> code, without the dimensions at their total."""

COLUMNS = ("ENR", "ENR_VALID", "EPR", "STR", "CMP", "CPR", "COV")
MOST = 6
DENSE_FROM = 10
"""Rows from which a table is set with less space."""
_NOTHING = {"", "…"}


def measures(findings: Findings) -> list[str]:
    """The measures of a table, at most as many as fit on the page: without STR first."""
    codes = [code for code in COLUMNS if code in findings.edition.lists["MEASURE"]]
    return codes if len(codes) <= MOST else [code for code in codes if code != "STR"]


def measure_heading(findings: Findings, measure: str) -> str:
    return f"{findings.measure(measure)} (n)" if measure == "EPR" else findings.measure(measure)


def measure_headings(findings: Findings) -> list[str]:
    return [measure_heading(findings, code) for code in measures(findings)]


def place_table(findings: Findings, title: str, dimension: str, places: Iterable[BreakdownCodes]) -> Block:
    rows = [row(findings, (dimension,), (place[dimension],)) for place in places]
    head = [words.column(dimension)[findings.language], *measure_headings(findings)]
    return table(findings, with_period(findings, title), head, rows, measures=measures(findings))


def with_period(findings: Findings, title: str) -> str:
    return f"{title} ({findings.title('TIME_PERIOD', findings.latest)})"


def unit_name(findings: Findings, code: str) -> str:
    return findings.phrases["units"].get(code) or words.title("UNIT_MEASURE", code)[findings.language]


def units(findings: Findings, measures: Iterable[str]) -> str:
    """A table's note on units: "Unit: enrolments (Enrolments, Completed), % (Completion rate)"."""
    by_unit: dict[str, list[str]] = {}
    for code in measures:
        by_unit.setdefault(unit_name(findings, findings.units[code]), []).append(findings.measure(code))
    return findings.phrase("unit", unit=", ".join(f"{name} ({', '.join(titles)})" for name, titles in by_unit.items()))


def row(findings: Findings, dimensions: Sequence[str], key: Sequence[str]) -> list[str]:
    place = dict(zip(dimensions, key, strict=True))
    labels = [findings.title(name, code) for name, code in place.items()]
    return [*labels, *(cell_text(findings.cell(code, **place)) for code in measures(findings))]


def table(
    findings: Findings,
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    labels: int = 1,
    measures: Sequence[str] = (),
) -> Block:
    """A table without the columns that have no figure. The first `labels` columns are words; `measures` are those of
    the other columns, whose units the note then has."""
    kept = [place for place in range(len(head)) if place < labels or {row[place] for row in rows} - _NOTHING]
    with_unit = [code for place, code in enumerate(measures, start=labels) if place in kept]
    return {
        "kind": "table",
        "title": title,
        "head": [head[place] for place in kept],
        "rows": [[row[place] for place in kept] for row in rows],
        "widths": [0 if place < labels else 18 for place in kept],
        "labels": labels,
        "dense": len(rows) >= DENSE_FROM,
        "note": findings.phrase("separator").join(
            [*([units(findings, with_unit)] if with_unit else []), findings.phrase("source")]
        ),
    }


def facts(rows: Sequence[Sequence[str]], head: Sequence[str], width: int = 40) -> Block:
    return {"kind": "facts", "head": list(head), "rows": [list(row) for row in rows], "width": width}


def chart(
    findings: Findings, title: str, svg: str, spoken: str, unit: str, *, width: float = 150, over_time: bool = False
) -> Block:
    persons = findings.cell("EPR")
    base = findings.phrase("n", n=cell_text(persons)) if persons else ""
    latest = findings.title("TIME_PERIOD", findings.latest)
    base += f" ({latest})" if base and over_time else ""
    notes = [findings.phrase("unit", unit=unit_name(findings, unit)), base, findings.phrase("source")]
    return {
        "kind": "chart",
        "title": title if over_time else with_period(findings, title),
        "svg": svg,
        "alt": findings.phrase("chart_alt", title=title, values=spoken),
        "width": width,
        "note": findings.phrase("separator").join(filter(None, notes)),
    }


def marks(findings: Findings, measure: str, dimension: str, places: Iterable[BreakdownCodes]) -> list[Mark]:
    cells = [(place[dimension], findings.cell(measure, **place)) for place in places]
    return [mark(cell, findings.title(dimension, code), faint=code.startswith("N_")) for code, cell in cells if cell]


def mark(cell: PublishedCell | None, label: str, faint: bool = False) -> Mark:
    breaks = cell is not None and cell.status == "B"
    if cell is None or cell.value is None:
        return Mark(label, None, cell_text(cell), breaks=breaks, faint=faint)
    low, high = (Decimal(bound) if bound else None for bound in (cell.low, cell.high))
    return Mark(label, Decimal(cell.value), cell_text(cell), low, high, breaks, faint)


def describe_marks(marks: Sequence[Mark]) -> str:
    return ", ".join(f"{mark.label} {mark.shown}" for mark in marks)


def describe_series(series: Sequence[tuple[str, Sequence[Mark]]], labels: Sequence[str]) -> str:
    return "; ".join(
        f"{name}: " + ", ".join(f"{label} {mark.shown}" for label, mark in zip(labels, marks, strict=True))
        for name, marks in series
    )
