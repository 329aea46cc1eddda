"""What the report is made of, as the template sets it: numbered tables and charts with unit, n and source."""

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
"""Dimension -> code, of those that are not at their total."""

COLUMNS = ("ENR", "ENR_VALID", "EPR", "STR", "CMP", "CPR", "COV")
MOST = 6
DENSE_FROM = 10
"""Rows from which a table is set closer."""
_NOTHING = {"", "…"}


def measures(findings: Findings) -> list[str]:
    """As many as the page is wide: those who started give way first."""
    found = [code for code in COLUMNS if code in findings.edition.lists["MEASURE"]]
    return found if len(found) <= MOST else [code for code in found if code != "STR"]


def named(findings: Findings, measure: str) -> str:
    return f"{findings.measure(measure)} (n)" if measure == "EPR" else findings.measure(measure)


def heads(findings: Findings) -> list[str]:
    return [named(findings, code) for code in measures(findings)]


def place_table(findings: Findings, title: str, dimension: str, places: Iterable[BreakdownCodes]) -> Block:
    rows = [row(findings, (dimension,), (place[dimension],)) for place in places]
    head = [words.column(dimension)[findings.language], *heads(findings)]
    return table(findings, dated(findings, title), head, rows, measures=measures(findings))


def dated(findings: Findings, title: str) -> str:
    return f"{title} ({findings.title('TIME_PERIOD', findings.latest)})"


def named_unit(findings: Findings, code: str) -> str:
    return findings.phrases["units"].get(code) or words.title("UNIT_MEASURE", code)[findings.language]


def units(findings: Findings, measures: Iterable[str]) -> str:
    """Of a table, unit by unit: "Unit: enrolments (Enrolments, Completed), % (Completion rate)"."""
    found: dict[str, list[str]] = {}
    for code in measures:
        found.setdefault(named_unit(findings, findings.units[code]), []).append(findings.measure(code))
    return findings.say("unit", unit=", ".join(f"{name} ({', '.join(titles)})" for name, titles in found.items()))


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
    """`labels` columns of words come first; a measure that the table has nowhere is left out. `measures` are those of
    the other columns, whose units are then told."""
    kept = [place for place in range(len(head)) if place < labels or {row[place] for row in rows} - _NOTHING]
    told = [code for place, code in enumerate(measures, start=labels) if place in kept]
    return {
        "kind": "table",
        "title": title,
        "head": [head[place] for place in kept],
        "rows": [[row[place] for place in kept] for row in rows],
        "widths": [0 if place < labels else 18 for place in kept],
        "labels": labels,
        "dense": len(rows) >= DENSE_FROM,
        "note": findings.say("separator").join([*([units(findings, told)] if told else []), findings.say("source")]),
    }


def facts(rows: Sequence[Sequence[str]], head: Sequence[str], width: int = 40) -> Block:
    return {"kind": "facts", "head": list(head), "rows": [list(row) for row in rows], "width": width}


def chart(
    findings: Findings, title: str, svg: str, spoken: str, unit: str, *, width: float = 150, over_time: bool = False
) -> Block:
    persons = findings.cell("EPR")
    base = findings.say("n", n=cell_text(persons)) if persons else ""
    latest = findings.title("TIME_PERIOD", findings.latest)
    base += f" ({latest})" if base and over_time else ""
    notes = [findings.say("unit", unit=named_unit(findings, unit)), base, findings.say("source")]
    return {
        "kind": "chart",
        "title": title if over_time else dated(findings, title),
        "svg": svg,
        "alt": findings.say("chart_alt", title=title, values=spoken),
        "width": width,
        "note": findings.say("separator").join(filter(None, notes)),
    }


def marks(findings: Findings, measure: str, dimension: str, places: Iterable[BreakdownCodes]) -> list[Mark]:
    found = [(place[dimension], findings.cell(measure, **place)) for place in places]
    return [mark(cell, findings.title(dimension, code), faint=code.startswith("N_")) for code, cell in found if cell]


def mark(cell: PublishedCell | None, label: str, faint: bool = False) -> Mark:
    breaks = cell is not None and cell.status == "B"
    if cell is None or cell.value is None:
        return Mark(label, None, cell_text(cell), breaks=breaks, faint=faint)
    low, high = (Decimal(bound) if bound else None for bound in (cell.low, cell.high))
    return Mark(label, Decimal(cell.value), cell_text(cell), low, high, breaks, faint)


def listed(marks: Sequence[Mark]) -> str:
    return ", ".join(f"{mark.label} {mark.shown}" for mark in marks)


def spoken(series: Sequence[tuple[str, Sequence[Mark]]], labels: Sequence[str]) -> str:
    return "; ".join(
        f"{name}: " + ", ".join(f"{label} {mark.shown}" for label, mark in zip(labels, marks, strict=True))
        for name, marks in series
    )
