"""The report's annex: the meaning of the symbols, and every linked table of the latest period that fits on paper."""

from __future__ import annotations

from collections.abc import Sequence

from services.statistics.figures.observation import TableSpec
from services.statistics.formats import blocks, words
from services.statistics.formats.blocks import Block
from services.statistics.formats.cells import dimensions_of
from services.statistics.formats.findings import Findings, cell_text

LONGEST = 45
"""Rows of an annex table that is still printed in full."""
MOST_AREAS = 64
BREAKABLE_FROM = 10
_NARROW = 15
"""Width in millimetres of a measure beside two columns of labels."""
SIDE_BY_SIDE = 4
"""Most categories for which both measures are printed side by side."""
CROSSED = ("EPR", "CPR")


def annex(findings: Findings) -> list[Block]:
    areas = _areas(findings)
    return [
        {"kind": "text", "text": findings.phrase("annex_intro", period=findings.title("TIME_PERIOD", findings.latest))},
        {"kind": "heading", "text": findings.phrase("legend")},
        blocks.facts(findings.rows("legend_rows"), findings.phrases["legend_head"], width=20),
        {"kind": "heading", "text": findings.phrase("annex_tables")},
        *([{"kind": "text", "text": findings.phrase("fewer_areas", shown=len(areas))}] if _too_many(findings) else []),
        _long(
            blocks.place_table(
                findings, findings.phrase("results_area"), "REF_AREA", [{"REF_AREA": code} for code in areas]
            )
        ),
        *(block for table in findings.edition.release.tables for block in _table(findings, table, areas)),
    ]


def _too_many(findings: Findings) -> bool:
    return len(findings.codes("REF_AREA")) > MOST_AREAS


def _areas(findings: Findings) -> list[str]:
    """All areas, or only those directly below the top if there are too many."""
    return [findings.top, *findings.areas] if _too_many(findings) else findings.codes("REF_AREA")


def _table(findings: Findings, table: TableSpec, areas: Sequence[str]) -> list[Block]:
    dimensions, title = dimensions_of(table), table.title[findings.language]
    if len(dimensions) == 1:
        return []  # areas alone: printed first
    chosen = [cell for cell in findings.edition.table(table) if cell.code("TIME_PERIOD") == findings.latest]
    keys = list(dict.fromkeys(cell.codes(dimensions) for cell in chosen))
    if len(keys) > LONGEST and len(dimensions) > 2:
        return [{"kind": "text", "text": findings.phrase("too_long", table=title, rows=len(keys))}]
    if len(keys) > LONGEST:
        return _crossed(findings, title, dimensions[1], areas)
    rows = [blocks.row(findings, dimensions, key) for key in keys]
    heads = [words.column(name)[findings.language] for name in dimensions]
    columns, measures = [*heads, *blocks.measure_headings(findings)], blocks.measures(findings)
    block = blocks.table(findings, blocks.with_period(findings, title), columns, rows, len(dimensions), measures)
    return [_long(block | {"widths": [width and _NARROW for width in block["widths"]]})]


def _long(table: Block) -> Block:
    """Lets a long table continue on the next page, under the same head."""
    return table | {"breakable": len(table["rows"]) > BREAKABLE_FROM}


def _crossed(findings: Findings, title: str, dimension: str, areas: Sequence[str]) -> list[Block]:
    """Areas as rows and a breakdown as columns, if one row per cell would be too long.

    Without the complements of groups, which the workbook has."""
    codes = [code for code in findings.codes(dimension) if not code.startswith("N_")]
    if len(codes) <= SIDE_BY_SIDE:
        spans = [
            {"text": "", "across": 1},
            *({"text": blocks.measure_heading(findings, measure), "across": len(codes)} for measure in CROSSED),
        ]
        return [_grid(findings, title, dimension, codes, CROSSED, areas) | {"spans": spans}]
    return [
        _grid(findings, f"{title} · {blocks.measure_heading(findings, measure)}", dimension, codes, (measure,), areas)
        | {"spans": []}
        for measure in CROSSED
    ]


def _grid(
    findings: Findings, title: str, dimension: str, codes: Sequence[str], measures: Sequence[str], areas: Sequence[str]
) -> Block:
    rows = [
        [
            findings.title("REF_AREA", area),
            *(
                cell_text(findings.cell(measure, REF_AREA=area, **{dimension: code}))
                for measure in measures
                for code in codes
            ),
        ]
        for area in areas
    ]
    head = [
        words.column("REF_AREA")[findings.language],
        *(findings.title(dimension, code) for _ in measures for code in codes),
    ]
    note = findings.phrase("separator").join([blocks.units(findings, measures), findings.phrase("source")])
    table = _long(blocks.table(findings, blocks.with_period(findings, title), head, rows)) | {"note": note}
    across = len(head) - 1
    return table | {"head": head, "rows": rows, "widths": [0, *(min(24, 126 // across) for _ in range(across))]}
