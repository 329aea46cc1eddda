"""The report's results: in total and over time, by area, sex and age, target group with gaps, and competence area."""

from __future__ import annotations

from collections.abc import Sequence

from services.statistics.formats import blocks, charts, tilemap, words
from services.statistics.formats.blocks import Block, BreakdownCodes
from services.statistics.formats.charts import Mark
from services.statistics.formats.findings import Findings, cell_text

GROWTH = ("ENR", "CMP")
FURTHER = ("PTM", "CMF", "PCM", "CPR90", "DOR", "HRS_PC", "TTC_MED", "CONC")
COMPARED = ("COV", "COV_STD", "PTM", "CMF", "HRS_PC", "CONC")
"""Measures with tables of their own: over time, and by area."""
GAPS = ("GAP_PP", "GAP_RT", "GAP_IX", "GPIA")
BARS = 30
"""Most areas in one chart."""
TILES = 100
"""Most areas for which a map is readable."""
_WIDEST, _HIGHEST, _TILE = 158, 190, 24
"""Millimetres."""


def results(findings: Findings) -> list[Block]:
    return [*_total(findings), *_by_area(findings), *_sex_and_age(findings), *_groups(findings), *_domains(findings)]


def _total(findings: Findings) -> list[Block]:
    labels = [findings.when(period) for period in findings.periods]
    titles = [findings.title("TIME_PERIOD", period) for period in findings.periods]
    series = [_series(findings, code) for code in GROWTH]
    area = findings.title("REF_AREA", findings.top)
    growth = f"{' · '.join(name for name, _ in series)} ({area})"
    parts = [
        {"kind": "heading", "text": findings.phrase("results_total")},
        _over_time(findings, growth, charts.columns(labels, series), blocks.describe_series(series, titles), "NUMBER"),
    ]
    rate = _series(findings, "CPR")
    if len(findings.periods) > 1 and _drawable(rate[1]):
        title = f"{rate[0]} ({area})"
        parts.append(
            _over_time(findings, title, charts.line(labels, rate), blocks.describe_series([rate], titles), "PT")
        )
    periods = [*findings.periods, *(year for year in findings.years if year not in findings.periods)]
    return [
        *parts,
        _periods(findings, findings.phrase("results_total"), periods, blocks.measures(findings)),
        *(
            [_periods(findings, findings.phrase("further_total"), periods, further)]
            if (further := _available(findings, FURTHER))
            else []
        ),
    ]


def _available(findings: Findings, measures: Sequence[str]) -> list[str]:
    return [code for code in measures if code in findings.edition.lists["MEASURE"]]


def _periods(findings: Findings, title: str, periods: Sequence[str], measures: Sequence[str]) -> Block:
    rows = [
        [findings.title("TIME_PERIOD", period), *(cell_text(findings.cell(code, period)) for code in measures)]
        for period in periods
    ]
    head = [
        words.column("TIME_PERIOD")[findings.language],
        *(blocks.measure_heading(findings, code) for code in measures),
    ]
    return blocks.table(findings, title, head, rows, measures=measures)


def _over_time(findings: Findings, title: str, svg: str, spoken: str, unit: str) -> Block:
    chart = blocks.chart(findings, title, svg, spoken, unit, over_time=True)
    broken = any(cell.status == "B" and cell.code("REF_AREA") == findings.top for cell in findings.edition.cells)
    return chart | {"note": f"{findings.phrase('reading_break')} {chart['note']}"} if broken else chart


def _series(findings: Findings, measure: str) -> tuple[str, list[Mark]]:
    return findings.measure(measure), [
        blocks.mark(findings.cell(measure, period), period) for period in findings.periods
    ]


def _by_area(findings: Findings) -> list[Block]:
    marks = blocks.marks(findings, "CPR", "REF_AREA", [{"REF_AREA": code} for code in findings.areas])
    if not marks:
        return []
    if not _drawable(marks):
        return [{"kind": "heading", "text": findings.phrase("results_area")}, *_compared(findings)]
    title = f"{findings.measure('CPR')} · {findings.phrase('results_area')}"
    pages = [marks[start : start + BARS] for start in range(0, len(marks), BARS)]
    bars = [
        blocks.chart(
            findings, _numbered(title, number, len(pages)), charts.bars(page), blocks.describe_marks(page), "PT"
        )
        for number, page in enumerate(pages, start=1)
    ]
    plan = [_map(findings, title, marks)] if len(marks) <= TILES else []
    return [{"kind": "heading", "text": findings.phrase("results_area")}, *bars, *plan, *_compared(findings)]


def _compared(findings: Findings) -> list[Block]:
    measures = _available(findings, COMPARED)
    if "COV_STD" not in measures:
        return []
    rows = [
        [findings.title("REF_AREA", area), *(cell_text(findings.cell(code, REF_AREA=area)) for code in measures)]
        for area in (findings.top, *findings.areas)
    ]
    head = [words.column("REF_AREA")[findings.language], *map(findings.measure, measures)]
    return [
        blocks.table(
            findings, blocks.with_period(findings, findings.phrase("further_area")), head, rows, measures=measures
        )
    ]


def _numbered(title: str, number: int, of: int) -> str:
    return f"{title} {number}/{of}" if of > 1 else title


def _map(findings: Findings, title: str, marks: Sequence[Mark]) -> Block:
    listed = {area.code: area.place for area in findings.edition.release.areas}
    shown = [code for code in findings.areas if findings.cell("CPR", REF_AREA=code)]
    places = tilemap.placed([listed[code] for code in shown])
    columns, rows = tilemap.size(places)
    width = min(_WIDEST, _TILE * max(4, columns), _HIGHEST * max(4, columns) / rows)
    drawn = tilemap.tiles(marks, places, {"hidden": findings.phrase("hidden_word")})
    chart = blocks.chart(
        findings, f"{title} · {findings.phrase('map')}", drawn, blocks.describe_marks(marks), "PT", width=width
    )
    return chart | {"note": f"{findings.phrase('reading_map')} {chart['note']}"}


def _sex_and_age(findings: Findings) -> list[Block]:
    parts: list[Block] = []
    for dimension in ("SEX", "AGE"):
        parts += _charted(findings, dimension, words.column(dimension)[findings.language])
    return [{"kind": "heading", "text": findings.phrase("results_sex_age")}, *parts] if parts else []


def _charted(findings: Findings, dimension: str, title: str) -> list[Block]:
    places: list[BreakdownCodes] = [{dimension: code} for code in findings.codes(dimension)]
    marks = blocks.marks(findings, "CPR", dimension, places)
    if not marks:
        return []
    table = blocks.place_table(findings, title, dimension, places)
    if not _drawable(marks):
        return [table]
    chart = blocks.chart(
        findings, f"{findings.measure('CPR')} · {title}", charts.bars(marks), blocks.describe_marks(marks), "PT"
    )
    return [chart, table]


def _drawable(marks: Sequence[Mark]) -> bool:
    """Whether any figure can be drawn; without one the table says more than the chart."""
    return any(mark.value is not None for mark in marks)


def _groups(findings: Findings) -> list[Block]:
    parts = _charted(findings, "TARGET_GROUP", findings.phrase("results_group"))
    if not parts:
        return []
    heading: Block = {"kind": "heading", "text": findings.phrase("results_group")}
    return [heading, {"kind": "text", "text": findings.phrase("group_note")}, *parts, *_gaps(findings)]


def _gaps(findings: Findings) -> list[Block]:
    groups = findings.codes("TARGET_GROUP")
    measures = [code for code in GAPS if any(findings.cell(code, TARGET_GROUP=group) for group in groups)]
    rows = [
        [
            findings.title("TARGET_GROUP", group),
            *(cell_text(findings.cell(code, TARGET_GROUP=group)) for code in measures),
        ]
        for group in groups
        if any(findings.cell(code, TARGET_GROUP=group) for code in measures)
    ]
    heads = [words.column("TARGET_GROUP")[findings.language], *map(findings.measure, measures)]
    if not rows:
        return []
    table = blocks.table(findings, blocks.with_period(findings, findings.phrase("gap")), heads, rows, measures=measures)
    return [table | {"note": f"{findings.phrase('gap_note')} {table['note']}"}]


def _domains(findings: Findings) -> list[Block]:
    parts = _charted(findings, "COURSE_DOMAIN", findings.phrase("domains"))
    heading: Block = {"kind": "heading", "text": findings.phrase("domains")}
    return [heading, {"kind": "text", "text": findings.phrase("domains_intro")}, *parts] if parts else []
