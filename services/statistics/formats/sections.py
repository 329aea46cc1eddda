"""What the findings report says, section by section."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from services.statistics.domain.release import TableSpec
from services.statistics.formats import blocks, charts, words
from services.statistics.formats.blocks import Block, Place
from services.statistics.formats.cells import Cell, dimensions_of
from services.statistics.formats.findings import Findings, printed

HEADLINES = ("ENR", "EPR", "CMP", "CPR", "COV")
GROWTH = ("ENR", "CMP")
GAPS = ("GAP_PP", "GAP_RT", "GAP_IX", "GPIA")
LONGEST = 64
"""Rows of an annex table that is still printed in full."""


def sections(it: Findings, checksum: str) -> list[Block]:
    return [
        {"title": it.say("summary"), "parts": _summary(it)},
        {"title": it.say("overview"), "parts": [_overview(it)]},
        {"title": it.say("definitions"), "parts": _definitions(it), "follows": True},
        {"title": it.say("results"), "parts": [*_total(it), *_by_area(it), *_sex_and_age(it), *_groups(it)]},
        {"title": it.say("domains"), "parts": _domains(it), "follows": True},
        {"title": it.say("annex"), "parts": _annex(it)},
        {"title": it.say("about"), "parts": _about(it, checksum)},
    ]


def _summary(it: Findings) -> list[Block]:
    period, area = it.title("TIME_PERIOD", it.latest), it.title("REF_AREA", it.top)
    found = [cell for code in HEADLINES if (cell := it.cell(code))]
    return [
        {"kind": "text", "text": it.say("summary_intro", period=period, area=area)},
        {"kind": "headlines", "rows": [_headline(it, cell) for cell in found]},
        {"kind": "notice", "text": it.say("descriptive")},
    ]


def _headline(it: Findings, cell: Cell) -> Block:
    measure = cell.code("MEASURE")
    interval = it.say("interval", low=cell.low, high=cell.high) if cell.low and cell.high else ""
    return {
        "title": it.measure(measure),
        "value": printed(cell),
        "unit": it.phrases["units"][cell.unit],
        "interval": interval,
        "change": _change(it, measure, cell),
    }


def _change(it: Findings, measure: str, cell: Cell) -> str:
    if len(it.periods) < 2:
        return ""
    earlier = it.periods[-2]
    before, name = it.cell(measure, earlier), it.title("TIME_PERIOD", earlier)
    if before is None or before.value is None or cell.value is None or cell.status == "B":
        return it.say("no_change", before=name)
    change = Decimal(cell.value) - Decimal(before.value)
    unit = it.phrases["units"]["PP" if cell.unit == "PT" else cell.unit]
    return it.say("change", before=name, change=f"{change:+,} {unit}".strip().replace("-", "−"))


def _overview(it: Findings) -> Block:
    return {"kind": "facts", "head": it.phrases["row_head"], "rows": it.rows("overview_rows")}


def _definitions(it: Findings) -> list[Block]:
    units = {cell.code("MEASURE"): it.unit(cell) for cell in it.edition.cells}
    rows = [
        [code, it.measure(code), words.meaning(code)[it.language], units[code]] for code in it.edition.lists["MEASURE"]
    ]
    title, head = it.say("definitions"), it.phrases["definition_head"]
    return [
        {"kind": "text", "text": it.say("definitions_intro")},
        blocks.table(it, title, head, rows, labels=len(head)) | {"widths": (20, 36, 0, 24)},
    ]


def _total(it: Findings) -> list[Block]:
    series = [
        (it.measure(code), [blocks.mark(it.cell(code, period), period) for period in it.periods]) for code in GROWTH
    ]
    labels = [it.title("TIME_PERIOD", period) for period in it.periods]
    title = f"{' · '.join(name for name, _ in series)} ({it.title('REF_AREA', it.top)})"
    rows = [
        [label, *(printed(it.cell(code, period)) for code in blocks.measures(it))]
        for label, period in zip(labels, it.periods, strict=True)
    ]
    return [
        {"kind": "heading", "text": it.say("results_total")},
        blocks.chart(it, title, charts.columns(labels, series), blocks.spoken(series, labels), "NUMBER"),
        blocks.table(it, it.say("results_total"), [words.column("TIME_PERIOD")[it.language], *blocks.heads(it)], rows),
    ]


def _by_area(it: Findings) -> list[Block]:
    areas = [code for code in it.codes("REF_AREA") if code != it.top]
    places = [{"REF_AREA": code} for code in areas]
    marks = blocks.marks(it, "CPR", "REF_AREA", places)
    if not marks:
        return []
    title = f"{it.measure('CPR')} · {it.say('results_area')}"
    plan = blocks.chart(
        it, title, charts.tiles(marks), blocks.listed(marks), "PT", width=min(160, 22 * min(6, len(marks)) + 4)
    )
    plan["note"] = f"{it.say('reading_map')} {plan['note']}"
    return [
        {"kind": "heading", "text": it.say("results_area")},
        blocks.chart(it, title, charts.bars(marks), blocks.listed(marks), "PT"),
        plan,
    ]


def _sex_and_age(it: Findings) -> list[Block]:
    parts: list[Block] = []
    for dimension in ("SEX", "AGE"):
        places = [{dimension: code} for code in it.codes(dimension)]
        marks = blocks.marks(it, "CPR", dimension, places)
        if marks:
            title = f"{it.measure('CPR')} · {words.column(dimension)[it.language]}"
            parts.append(blocks.chart(it, title, charts.bars(marks), blocks.listed(marks), "PT"))
            parts.append(blocks.place_table(it, words.column(dimension)[it.language], dimension, places))
    return [{"kind": "heading", "text": it.say("results_sex_age")}, *parts] if parts else []


def _groups(it: Findings) -> list[Block]:
    places = [{"TARGET_GROUP": code} for code in it.codes("TARGET_GROUP")]
    marks = blocks.marks(it, "CPR", "TARGET_GROUP", places)
    if not marks:
        return []
    title = f"{it.measure('CPR')} · {it.say('results_group')}"
    return [
        {"kind": "heading", "text": it.say("results_group")},
        {"kind": "text", "text": it.say("group_note")},
        blocks.chart(it, title, charts.bars(marks), blocks.listed(marks), "PT"),
        blocks.place_table(it, it.say("results_group"), "TARGET_GROUP", places),
        *_gaps(it, places),
    ]


def _gaps(it: Findings, places: Sequence[Place]) -> list[Block]:
    measures = [code for code in GAPS if any(it.cell(code, **place) for place in places)]
    rows = [
        [it.title("TARGET_GROUP", place["TARGET_GROUP"]), *(printed(it.cell(code, **place)) for code in measures)]
        for place in places
        if any(it.cell(code, **place) for code in measures)
    ]
    heads = [words.column("TARGET_GROUP")[it.language], *map(it.measure, measures)]
    return [blocks.table(it, it.say("gap"), heads, rows)] if rows else []


def _domains(it: Findings) -> list[Block]:
    places = [{"COURSE_DOMAIN": code} for code in it.codes("COURSE_DOMAIN")]
    marks = blocks.marks(it, "CPR", "COURSE_DOMAIN", places)
    intro: Block = {"kind": "text", "text": it.say("domains_intro")}
    if not marks:
        return [intro]
    title = f"{it.measure('CPR')} · {it.say('domains')}"
    chart = blocks.chart(it, title, charts.bars(marks), blocks.listed(marks), "PT")
    return [intro, chart, blocks.place_table(it, it.say("domains"), "COURSE_DOMAIN", places)]


def _annex(it: Findings) -> list[Block]:
    intro = it.say("annex_intro", period=it.title("TIME_PERIOD", it.latest))
    legend: Block = {"kind": "facts", "head": it.phrases["legend_head"], "rows": it.rows("legend_rows")}
    areas = blocks.place_table(
        it, it.say("results_area"), "REF_AREA", [{"REF_AREA": code} for code in it.codes("REF_AREA")]
    )
    tables = [areas, *(block for table in it.edition.release.tables for block in _annex_table(it, table))]
    heading: Block = {"kind": "heading", "text": it.say("legend")}
    return [{"kind": "text", "text": intro}, *tables, heading, legend]


def _annex_table(it: Findings, table: TableSpec) -> list[Block]:
    dimensions = dimensions_of(table)
    if len(dimensions) == 1:
        return []  # areas alone: printed first
    chosen = [cell for cell in it.edition.table(table) if cell.code("TIME_PERIOD") == it.latest]
    keys = list(dict.fromkeys(cell.codes(dimensions) for cell in chosen))
    title = table.title[it.language]
    if len(keys) > LONGEST and len(dimensions) == 2:
        return [_crossed(it, title, dimensions[1], measure) for measure in ("EPR", "CPR")]
    if len(keys) > LONGEST:
        return [{"kind": "text", "text": it.say("too_long", table=title, rows=len(keys))}]
    rows = [blocks.row(it, dimensions, key) for key in keys]
    heads = [words.column(name)[it.language] for name in dimensions]
    return [blocks.table(it, title, [*heads, *blocks.heads(it)], rows, labels=len(dimensions))]


def _crossed(it: Findings, title: str, dimension: str, measure: str) -> Block:
    """Areas down, a breakdown across: one measure of a table that would be too long otherwise."""
    codes = it.codes(dimension)
    rows = [
        [it.title("REF_AREA", area), *(printed(it.cell(measure, REF_AREA=area, **{dimension: code})) for code in codes)]
        for area in it.codes("REF_AREA")
    ]
    heads = [words.column("REF_AREA")[it.language], *(it.title(dimension, code) for code in codes)]
    name = f"{it.measure(measure)} (n)" if measure == "EPR" else it.measure(measure)
    table = blocks.table(it, f"{title} · {name}", heads, rows)
    narrow = min(24, 126 // max(1, len(table["head"]) - 1))
    return table | {"widths": [0, *(narrow for _ in table["head"][1:])]}


def _about(it: Findings, checksum: str) -> list[Block]:
    release = it.edition.release
    earlier = it.say("earlier_text", earlier=", ".join(release.earlier)) if release.earlier else it.say("no_earlier")
    revision = it.say("revision_text", note=release.note.get(it.language, ""))
    return [
        {"kind": "heading", "text": it.say("sdc")},
        {"kind": "text", "text": it.say("sdc_text")},
        {"kind": "heading", "text": it.say("revisions")},
        {"kind": "text", "text": f"{revision} {earlier}"},
        {"kind": "heading", "text": it.say("quality")},
        {"kind": "facts", "head": it.phrases["row_head"], "rows": it.rows("quality_rows")},
        {"kind": "heading", "text": it.say("data")},
        {"kind": "text", "text": it.say("data_text")},
        {"kind": "code", "text": checksum},
        {"kind": "heading", "text": it.say("questionnaire")},
        {"kind": "text", "text": it.say("questionnaire_text")},
    ]
