"""What the findings report says, section by section: what comes before the results, and the order of all."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from services.statistics.figures.differences import Verdict, change_of_counts, difference_between
from services.statistics.formats import blocks, words
from services.statistics.formats.about import about
from services.statistics.formats.annex import annex
from services.statistics.formats.blocks import Block
from services.statistics.formats.cells import PublishedCell
from services.statistics.formats.findings import Findings, cell_text
from services.statistics.formats.rankings import rankings
from services.statistics.formats.results import results

_CLEAR = (Verdict.MORE, Verdict.LESS)
HEADLINES = ("ENR", "EPR", "CMP", "CPR", "COV")


def sections(findings: Findings, checksums: Mapping[str, str]) -> list[Block]:
    """`checksums` are those of the data files published beside the report."""
    return [
        {"title": findings.phrase("summary"), "parts": _summary(findings)},
        {
            "title": findings.phrase("overview"),
            "parts": [blocks.facts(findings.rows("overview_rows"), findings.phrases["row_head"])],
        },
        {"title": findings.phrase("definitions"), "parts": _definitions(findings), "follows": True},
        {"title": findings.phrase("results"), "parts": results(findings), "follows": True},
        {"title": words.column("CAPABILITY")[findings.language], "parts": rankings(findings), "follows": True},
        {"title": findings.phrase("annex"), "parts": annex(findings), "follows": True},
        {"title": findings.phrase("about"), "parts": about(findings, checksums)},
    ]


def _summary(findings: Findings) -> list[Block]:
    period, area = findings.title("TIME_PERIOD", findings.latest), findings.title("REF_AREA", findings.top)
    cells = [cell for code in HEADLINES if (cell := findings.cell(code))]
    seen = _seen(findings)
    return [
        {"kind": "text", "text": findings.phrase("summary_intro", period=period, area=area)},
        {"kind": "headlines", "rows": [_headline(findings, cell) for cell in cells]},
        *([blocks.facts(seen, findings.phrases["seen_head"])] if seen else []),
        {"kind": "notice", "text": findings.phrase("descriptive")},
    ]


def _headline(findings: Findings, cell: PublishedCell) -> Block:
    measure = cell.code("MEASURE")
    value, _, mark = cell_text(cell).partition(" ")
    return {
        "title": findings.measure(measure),
        "value": value,
        "unit": f"{findings.phrases['units'][cell.unit]} {mark}".strip(),
        "interval": _interval(findings, cell),
        "change": _change(findings, measure, cell),
    }


def _interval(findings: Findings, cell: PublishedCell) -> str:
    return findings.phrase("interval", low=cell.low, high=cell.high) if cell.low and cell.high else ""


def _change(findings: Findings, measure: str, cell: PublishedCell) -> str:
    """Against the period before and the same quarter of the year before, with whether it could be chance."""
    periods = dict.fromkeys(filter(None, (findings.year_before, findings.before)))
    return ", ".join(_change_from(findings, measure, cell, period) for period in periods)


def _change_from(findings: Findings, measure: str, cell: PublishedCell, period: str) -> str:
    before, name = findings.cell(measure, period), findings.title("TIME_PERIOD", period)
    if before is None or before.value is None or cell.value is None or cell.status == "B":
        return findings.phrase("no_change", before=name)
    in_time = findings.cell("CPR90")
    if measure in ("CMP", "CPR") and in_time and in_time.status == "P":
        return findings.phrase("too_young", before=name)
    change = Decimal(cell.value) - Decimal(before.value)
    if not change:
        return findings.phrase("same", before=name)
    unit = findings.phrases["units"]["PP" if cell.unit == "PT" else cell.unit]
    words = f"{change:+,} {unit}".strip().replace("-", "−")
    return findings.phrase("change" if _is_clear(cell, before) else "unclear", before=name, change=words)


def _is_clear(cell: PublishedCell, before: PublishedCell) -> bool:
    """Rates by their printed intervals, counts as counts."""
    now, then = Fraction(cell.value or 0), Fraction(before.value or 0)
    limits = [Fraction(limit) for each in (cell, before) for limit in (each.low, each.high) if limit]
    if len(limits) == 4:
        low, high, earlier_low, earlier_high = limits
        return difference_between(now, (low, high), then, (earlier_low, earlier_high)).verdict in _CLEAR
    difference = change_of_counts(int(now), int(then)) if now.denominator == then.denominator == 1 else None
    return difference is None or difference.verdict in _CLEAR


def _seen(findings: Findings) -> list[list[str]]:
    """What a reader should notice first, in figures that the tables show as well."""
    lines = [
        _by_sex(findings),
        _widest_gap(findings),
        _range(findings, "CPR"),
        _range(findings, "COV"),
        _empty(findings),
    ]
    return [line for line in lines if line]


def _by_sex(findings: Findings) -> list[str]:
    rates = [(code, findings.cell("CPR", SEX=code)) for code in ("F", "M")]
    parts = [f"{findings.title('SEX', code)} {_rate(findings, cell)}" for code, cell in rates if cell and cell.value]
    return [findings.phrase("seen_sex"), ", ".join(parts)] if len(parts) == len(rates) else []


def _rate(findings: Findings, cell: PublishedCell) -> str:
    return f"{cell_text(cell)} % {_interval(findings, cell)}".strip()


def _widest_gap(findings: Findings) -> list[str]:
    general = findings.cell("CPR", TARGET_GROUP="GEN")
    gaps = [
        (cell, code) for code in findings.codes("TARGET_GROUP") if (cell := findings.cell("GAP_PP", TARGET_GROUP=code))
    ]
    known = [(Decimal(cell.value), code) for cell, code in gaps if cell.value is not None]
    if not known or general is None or general.value is None:
        return []
    gap, code = min(known)
    group = findings.cell("CPR", TARGET_GROUP=code)
    sentence = findings.phrase(
        "seen_gap_text",
        group=findings.title("TARGET_GROUP", code),
        rate=cell_text(group),
        general=cell_text(general),
        gap=f"{gap:+}".replace("-", "−"),
    )
    return [findings.phrase("seen_gap"), sentence]


def _range(findings: Findings, measure: str) -> list[str]:
    cells = [(code, findings.cell(measure, REF_AREA=code)) for code in findings.areas]
    known = [
        (Decimal(cell.value), code) for code, cell in cells if cell and cell.value is not None and cell.status == "A"
    ]
    if len(known) < 2:
        return []
    (low, lowest), (high, highest) = min(known), max(known)
    sentence = findings.phrase(
        "seen_range_text",
        lowest=findings.title("REF_AREA", lowest),
        low=f"{low:,}",
        highest=findings.title("REF_AREA", highest),
        high=f"{high:,}",
        known=len(known),
        all=len(findings.areas),
        unit=findings.phrases["units"]["PT" if measure == "CPR" else "RT_1000"],
    )
    return [findings.phrase("seen_range", measure=findings.measure(measure)), sentence]


def _empty(findings: Findings) -> list[str]:
    empty = [code for code in findings.areas if (cell := findings.cell("ENR", REF_AREA=code)) and cell.value == "0"]
    return (
        [findings.phrase("seen_empty"), ", ".join(findings.title("REF_AREA", code) for code in empty)] if empty else []
    )


def _definitions(findings: Findings) -> list[Block]:
    units = {cell.code("MEASURE"): findings.unit(cell) for cell in findings.edition.cells}
    rows = [
        [code, findings.measure(code), words.meaning(code)[findings.language], units[code]]
        for code in findings.edition.lists["MEASURE"]
    ]
    title, head = findings.phrase("definitions"), findings.phrases["definition_head"]
    definitions = blocks.table(findings, title, head, rows, labels=len(head))
    return [
        {"kind": "text", "text": findings.phrase("definitions_intro")},
        definitions | {"widths": (20, 36, 0, 24), "dense": True, "breakable": True, "note": ""},
    ]
