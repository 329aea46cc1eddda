"""The annex: what the symbols mean, and every linked table of the latest period as far as paper goes."""

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
"""Millimetres of a measure beside two columns of words."""
SIDE_BY_SIDE = 4
"""Categories of which two measures stand beside each other."""
CROSSED = ("EPR", "CPR")


def annex(findings: Findings) -> list[Block]:
    areas = _areas(findings)
    return [
        {"kind": "text", "text": findings.say("annex_intro", period=findings.title("TIME_PERIOD", findings.latest))},
        {"kind": "heading", "text": findings.say("legend")},
        blocks.facts(findings.rows("legend_rows"), findings.phrases["legend_head"], width=20),
        {"kind": "heading", "text": findings.say("annex_tables")},
        *([{"kind": "text", "text": findings.say("fewer_areas", shown=len(areas))}] if _too_many(findings) else []),
        _long(
            blocks.place_table(
                findings, findings.say("results_area"), "REF_AREA", [{"REF_AREA": code} for code in areas]
            )
        ),
        *(block for table in findings.edition.release.tables for block in _table(findings, table, areas)),
    ]


def _too_many(findings: Findings) -> bool:
    return len(findings.codes("REF_AREA")) > MOST_AREAS


def _areas(findings: Findings) -> list[str]:
    """All, or those right below the top where all would fill a book."""
    return [findings.top, *findings.areas] if _too_many(findings) else findings.codes("REF_AREA")


def _table(findings: Findings, table: TableSpec, areas: Sequence[str]) -> list[Block]:
    dimensions, title = dimensions_of(table), table.title[findings.language]
    if len(dimensions) == 1:
        return []  # areas alone: printed first
    chosen = [cell for cell in findings.edition.table(table) if cell.code("TIME_PERIOD") == findings.latest]
    keys = list(dict.fromkeys(cell.codes(dimensions) for cell in chosen))
    if len(keys) > LONGEST and len(dimensions) > 2:
        return [{"kind": "text", "text": findings.say("too_long", table=title, rows=len(keys))}]
    if len(keys) > LONGEST:
        return _crossed(findings, title, dimensions[1], areas)
    rows = [blocks.row(findings, dimensions, key) for key in keys]
    heads = [words.column(name)[findings.language] for name in dimensions]
    columns, measures = [*heads, *blocks.heads(findings)], blocks.measures(findings)
    made = blocks.table(findings, blocks.dated(findings, title), columns, rows, len(dimensions), measures)
    return [_long(made | {"widths": [width and _NARROW for width in made["widths"]]})]


def _long(table: Block) -> Block:
    """May go on overleaf, under the same head: kept whole, each would leave half a page white."""
    return table | {"breakable": len(table["rows"]) > BREAKABLE_FROM}


def _crossed(findings: Findings, title: str, dimension: str, areas: Sequence[str]) -> list[Block]:
    """Areas down, a breakdown across, where a row for each cell would be too long.

    Of a group and those who are not in it, the group: the workbook has both."""
    codes = [code for code in findings.codes(dimension) if not code.startswith("N_")]
    if len(codes) <= SIDE_BY_SIDE:
        spans = [
            {"text": "", "across": 1},
            *({"text": blocks.named(findings, one), "across": len(codes)} for one in CROSSED),
        ]
        return [_grid(findings, title, dimension, codes, CROSSED, areas) | {"spans": spans}]
    return [
        _grid(findings, f"{title} · {blocks.named(findings, one)}", dimension, codes, (one,), areas) | {"spans": []}
        for one in CROSSED
    ]


def _grid(
    findings: Findings, title: str, dimension: str, codes: Sequence[str], measures: Sequence[str], areas: Sequence[str]
) -> Block:
    rows = [
        [
            findings.title("REF_AREA", area),
            *(cell_text(findings.cell(one, REF_AREA=area, **{dimension: code})) for one in measures for code in codes),
        ]
        for area in areas
    ]
    head = [
        words.column("REF_AREA")[findings.language],
        *(findings.title(dimension, code) for _ in measures for code in codes),
    ]
    told = findings.say("separator").join([blocks.units(findings, measures), findings.say("source")])
    table = _long(blocks.table(findings, blocks.dated(findings, title), head, rows)) | {"note": told}
    across = len(head) - 1
    return table | {"head": head, "rows": rows, "widths": [0, *(min(24, 126 // across) for _ in range(across))]}
