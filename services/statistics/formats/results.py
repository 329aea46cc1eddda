"""The results: in total and over time, by area, by sex and age, by target group with its gaps, by competence area."""

from __future__ import annotations

from collections.abc import Sequence

from services.statistics.formats import blocks, charts, tilemap, words
from services.statistics.formats.blocks import Block, BreakdownCodes
from services.statistics.formats.charts import Mark
from services.statistics.formats.findings import Findings, cell_text

GROWTH = ("ENR", "CMP")
FURTHER = ("PTM", "CMF", "DOR", "HRS_PC", "TTC_MED", "CONC")
COMPARED = ("COV", "COV_STD", "PTM", "CMF", "HRS_PC", "CONC")
"""What stands in tables of its own: over time, and by area."""
GAPS = ("GAP_PP", "GAP_RT", "GAP_IX", "GPIA")
BARS = 30
"""Areas in one chart."""
TILES = 100
"""Areas of which a map can still be read."""
_WIDEST, _HIGHEST, _TILE = 158, 190, 24
"""Millimetres."""


def results(it: Findings) -> list[Block]:
    return [*_total(it), *_by_area(it), *_sex_and_age(it), *_groups(it), *_domains(it)]


def _total(it: Findings) -> list[Block]:
    labels = [it.when(period) for period in it.periods]
    titles = [it.title("TIME_PERIOD", period) for period in it.periods]
    series = [_series(it, code) for code in GROWTH]
    area = it.title("REF_AREA", it.top)
    growth = f"{' · '.join(name for name, _ in series)} ({area})"
    parts = [
        {"kind": "heading", "text": it.say("results_total")},
        _over_time(it, growth, charts.columns(labels, series), blocks.spoken(series, titles), "NUMBER"),
    ]
    rate = _series(it, "CPR")
    if len(it.periods) > 1 and _drawable(rate[1]):
        title = f"{rate[0]} ({area})"
        parts.append(_over_time(it, title, charts.line(labels, rate), blocks.spoken([rate], titles), "PT"))
    periods = [*it.periods, *(year for year in it.years if year not in it.periods)]
    return [
        *parts,
        _periods(it, it.say("results_total"), periods, blocks.measures(it)),
        *([_periods(it, it.say("further_total"), periods, further)] if (further := _there(it, FURTHER)) else []),
    ]


def _there(it: Findings, measures: Sequence[str]) -> list[str]:
    return [code for code in measures if code in it.edition.lists["MEASURE"]]


def _periods(it: Findings, title: str, periods: Sequence[str], measures: Sequence[str]) -> Block:
    rows = [
        [it.title("TIME_PERIOD", period), *(cell_text(it.cell(code, period)) for code in measures)]
        for period in periods
    ]
    head = [words.column("TIME_PERIOD")[it.language], *(blocks.named(it, code) for code in measures)]
    return blocks.table(it, title, head, rows, measures=measures)


def _over_time(it: Findings, title: str, svg: str, spoken: str, unit: str) -> Block:
    chart = blocks.chart(it, title, svg, spoken, unit, over_time=True)
    broken = any(cell.status == "B" and cell.code("REF_AREA") == it.top for cell in it.edition.cells)
    return chart | {"note": f"{it.say('reading_break')} {chart['note']}"} if broken else chart


def _series(it: Findings, measure: str) -> tuple[str, list[Mark]]:
    return it.measure(measure), [blocks.mark(it.cell(measure, period), period) for period in it.periods]


def _by_area(it: Findings) -> list[Block]:
    marks = blocks.marks(it, "CPR", "REF_AREA", [{"REF_AREA": code} for code in it.areas])
    if not marks:
        return []
    if not _drawable(marks):
        return [{"kind": "heading", "text": it.say("results_area")}, *_compared(it)]
    title = f"{it.measure('CPR')} · {it.say('results_area')}"
    pages = [marks[start : start + BARS] for start in range(0, len(marks), BARS)]
    bars = [
        blocks.chart(it, _numbered(title, number, len(pages)), charts.bars(page), blocks.listed(page), "PT")
        for number, page in enumerate(pages, start=1)
    ]
    plan = [_map(it, title, marks)] if len(marks) <= TILES else []
    return [{"kind": "heading", "text": it.say("results_area")}, *bars, *plan, *_compared(it)]


def _compared(it: Findings) -> list[Block]:
    measures = _there(it, COMPARED)
    if "COV_STD" not in measures:
        return []
    rows = [
        [it.title("REF_AREA", area), *(cell_text(it.cell(code, REF_AREA=area)) for code in measures)]
        for area in (it.top, *it.areas)
    ]
    head = [words.column("REF_AREA")[it.language], *map(it.measure, measures)]
    return [blocks.table(it, blocks.dated(it, it.say("further_area")), head, rows, measures=measures)]


def _numbered(title: str, number: int, of: int) -> str:
    return f"{title} {number}/{of}" if of > 1 else title


def _map(it: Findings, title: str, marks: Sequence[Mark]) -> Block:
    listed = {area.code: area.place for area in it.edition.release.areas}
    shown = [code for code in it.areas if it.cell("CPR", REF_AREA=code)]
    places = tilemap.placed([listed[code] for code in shown])
    columns, rows = tilemap.size(places)
    width = min(_WIDEST, _TILE * max(4, columns), _HIGHEST * max(4, columns) / rows)
    drawn = tilemap.tiles(marks, places, {"hidden": it.say("hidden_word")})
    chart = blocks.chart(it, f"{title} · {it.say('map')}", drawn, blocks.listed(marks), "PT", width=width)
    return chart | {"note": f"{it.say('reading_map')} {chart['note']}"}


def _sex_and_age(it: Findings) -> list[Block]:
    parts: list[Block] = []
    for dimension in ("SEX", "AGE"):
        parts += _charted(it, dimension, words.column(dimension)[it.language])
    return [{"kind": "heading", "text": it.say("results_sex_age")}, *parts] if parts else []


def _charted(it: Findings, dimension: str, title: str) -> list[Block]:
    places: list[BreakdownCodes] = [{dimension: code} for code in it.codes(dimension)]
    marks = blocks.marks(it, "CPR", dimension, places)
    if not marks:
        return []
    table = blocks.place_table(it, title, dimension, places)
    if not _drawable(marks):
        return [table]
    chart = blocks.chart(it, f"{it.measure('CPR')} · {title}", charts.bars(marks), blocks.listed(marks), "PT")
    return [chart, table]


def _drawable(marks: Sequence[Mark]) -> bool:
    """A chart of nothing but hidden figures would say less than its table."""
    return any(mark.value is not None for mark in marks)


def _groups(it: Findings) -> list[Block]:
    parts = _charted(it, "TARGET_GROUP", it.say("results_group"))
    if not parts:
        return []
    heading: Block = {"kind": "heading", "text": it.say("results_group")}
    return [heading, {"kind": "text", "text": it.say("group_note")}, *parts, *_gaps(it)]


def _gaps(it: Findings) -> list[Block]:
    groups = it.codes("TARGET_GROUP")
    measures = [code for code in GAPS if any(it.cell(code, TARGET_GROUP=group) for group in groups)]
    rows = [
        [it.title("TARGET_GROUP", group), *(cell_text(it.cell(code, TARGET_GROUP=group)) for code in measures)]
        for group in groups
        if any(it.cell(code, TARGET_GROUP=group) for code in measures)
    ]
    heads = [words.column("TARGET_GROUP")[it.language], *map(it.measure, measures)]
    if not rows:
        return []
    table = blocks.table(it, blocks.dated(it, it.say("gap")), heads, rows, measures=measures)
    return [table | {"note": f"{it.say('gap_note')} {table['note']}"}]


def _domains(it: Findings) -> list[Block]:
    parts = _charted(it, "COURSE_DOMAIN", it.say("domains"))
    heading: Block = {"kind": "heading", "text": it.say("domains")}
    return [heading, {"kind": "text", "text": it.say("domains_intro")}, *parts] if parts else []
