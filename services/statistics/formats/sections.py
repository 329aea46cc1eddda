"""What the findings report says, section by section: what comes before the results, and the order of all."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from services.statistics.formats import blocks, words
from services.statistics.formats.about import about
from services.statistics.formats.annex import annex
from services.statistics.formats.blocks import Block
from services.statistics.formats.cells import PublishedCell
from services.statistics.formats.findings import Findings, cell_text
from services.statistics.formats.rankings import standings
from services.statistics.formats.results import results

HEADLINES = ("ENR", "EPR", "CMP", "CPR", "COV")


def sections(it: Findings, checksums: Mapping[str, str]) -> list[Block]:
    """`checksums` are those of the data files published beside the report."""
    return [
        {"title": it.say("summary"), "parts": _summary(it)},
        {"title": it.say("overview"), "parts": [blocks.facts(it.rows("overview_rows"), it.phrases["row_head"])]},
        {"title": it.say("definitions"), "parts": _definitions(it), "follows": True},
        {"title": it.say("results"), "parts": results(it), "follows": True},
        {"title": words.column("CAPABILITY")[it.language], "parts": standings(it), "follows": True},
        {"title": it.say("annex"), "parts": annex(it), "follows": True},
        {"title": it.say("about"), "parts": about(it, checksums)},
    ]


def _summary(it: Findings) -> list[Block]:
    period, area = it.title("TIME_PERIOD", it.latest), it.title("REF_AREA", it.top)
    found = [cell for code in HEADLINES if (cell := it.cell(code))]
    seen = _seen(it)
    return [
        {"kind": "text", "text": it.say("summary_intro", period=period, area=area)},
        {"kind": "headlines", "rows": [_headline(it, cell) for cell in found]},
        *([blocks.facts(seen, it.phrases["seen_head"])] if seen else []),
        {"kind": "notice", "text": it.say("descriptive")},
    ]


def _headline(it: Findings, cell: PublishedCell) -> Block:
    measure = cell.code("MEASURE")
    value, _, mark = cell_text(cell).partition(" ")
    return {
        "title": it.measure(measure),
        "value": value,
        "unit": f"{it.phrases['units'][cell.unit]} {mark}".strip(),
        "interval": _interval(it, cell),
        "change": _change(it, measure, cell),
    }


def _interval(it: Findings, cell: PublishedCell) -> str:
    return it.say("interval", low=cell.low, high=cell.high) if cell.low and cell.high else ""


def _change(it: Findings, measure: str, cell: PublishedCell) -> str:
    if not it.before:
        return ""
    before, name = it.cell(measure, it.before), it.title("TIME_PERIOD", it.before)
    if before is None or before.value is None or cell.value is None or cell.status == "B":
        return it.say("no_change", before=name)
    change = Decimal(cell.value) - Decimal(before.value)
    if not change:
        return it.say("same", before=name)
    unit = it.phrases["units"]["PP" if cell.unit == "PT" else cell.unit]
    return it.say("change", before=name, change=f"{change:+,} {unit}".strip().replace("-", "−"))


def _seen(it: Findings) -> list[list[str]]:
    """What a reader should notice first, in figures that the tables show as well."""
    lines = [_by_sex(it), _widest_gap(it), _range(it, "CPR"), _range(it, "COV"), _empty(it)]
    return [line for line in lines if line]


def _by_sex(it: Findings) -> list[str]:
    found = [(code, it.cell("CPR", SEX=code)) for code in ("F", "M")]
    told = [f"{it.title('SEX', code)} {_rate(it, cell)}" for code, cell in found if cell and cell.value]
    return [it.say("seen_sex"), ", ".join(told)] if len(told) == len(found) else []


def _rate(it: Findings, cell: PublishedCell) -> str:
    return f"{cell_text(cell)} % {_interval(it, cell)}".strip()


def _widest_gap(it: Findings) -> list[str]:
    general = it.cell("CPR", TARGET_GROUP="GEN")
    gaps = [(cell, code) for code in it.codes("TARGET_GROUP") if (cell := it.cell("GAP_PP", TARGET_GROUP=code))]
    known = [(Decimal(cell.value), code) for cell, code in gaps if cell.value is not None]
    if not known or general is None or general.value is None:
        return []
    gap, code = min(known)
    group = it.cell("CPR", TARGET_GROUP=code)
    told = it.say(
        "seen_gap_text",
        group=it.title("TARGET_GROUP", code),
        rate=cell_text(group),
        general=cell_text(general),
        gap=f"{gap:+}".replace("-", "−"),
    )
    return [it.say("seen_gap"), told]


def _range(it: Findings, measure: str) -> list[str]:
    cells = [(code, it.cell(measure, REF_AREA=code)) for code in it.areas]
    known = [
        (Decimal(cell.value), code) for code, cell in cells if cell and cell.value is not None and cell.status == "A"
    ]
    if len(known) < 2:
        return []
    (low, lowest), (high, highest) = min(known), max(known)
    told = it.say(
        "seen_range_text",
        lowest=it.title("REF_AREA", lowest),
        low=f"{low:,}",
        highest=it.title("REF_AREA", highest),
        high=f"{high:,}",
        known=len(known),
        all=len(it.areas),
        unit=it.phrases["units"]["PT" if measure == "CPR" else "RT_1000"],
    )
    return [it.say("seen_range", measure=it.measure(measure)), told]


def _empty(it: Findings) -> list[str]:
    empty = [code for code in it.areas if (cell := it.cell("ENR", REF_AREA=code)) and cell.value == "0"]
    return [it.say("seen_empty"), ", ".join(it.title("REF_AREA", code) for code in empty)] if empty else []


def _definitions(it: Findings) -> list[Block]:
    units = {cell.code("MEASURE"): it.unit(cell) for cell in it.edition.cells}
    rows = [
        [code, it.measure(code), words.meaning(code)[it.language], units[code]] for code in it.edition.lists["MEASURE"]
    ]
    title, head = it.say("definitions"), it.phrases["definition_head"]
    definitions = blocks.table(it, title, head, rows, labels=len(head))
    return [
        {"kind": "text", "text": it.say("definitions_intro")},
        definitions | {"widths": (20, 36, 0, 24), "dense": True, "breakable": True, "note": ""},
    ]
