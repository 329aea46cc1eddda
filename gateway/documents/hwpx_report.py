"""A short report as HWPX, which Korean offices edit: sentences, tables, a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hwpx import HwpxDocument

MEDIA_TYPE = "application/hwp+zip"
_PICTURE_WIDTH = 150
"""Millimetres."""
_HEAD = "#E7F2EF"


@dataclass(frozen=True)
class ReportTable:
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Report:
    title: str
    subtitle: str
    sentences: Sequence[str]
    tables: Sequence[ReportTable]
    picture: bytes
    """PNG."""
    notes: Sequence[str]


def hwpx(report: Report) -> bytes:
    document = HwpxDocument.new()
    document.add_heading(_line(report.title), level=1)
    document.add_paragraph(_line(report.subtitle), inherit_style=False)
    for sentence in report.sentences:
        document.add_paragraph(f"○ {_line(sentence)}", inherit_style=False)
    for table in report.tables:
        _add(document, table)
    if report.picture:
        document.add_picture(report.picture, "png", width_mm=_PICTURE_WIDTH)
    for note in report.notes:
        document.add_paragraph(f"※ {_line(note)}", inherit_style=False)
    return document.to_bytes()


def _add(document: HwpxDocument, table: ReportTable) -> None:
    document.add_paragraph(f"□ {_line(table.caption)}", inherit_style=False)
    made = document.add_table(len(table.rows) + 1, len(table.head))
    for line, row in enumerate((table.head, *table.rows)):
        for column, text in enumerate(row):
            made.set_cell_text(line, column, _line(text))
            if line == 0:
                made.set_cell_shading(line, column, _HEAD)


def _line(text: str) -> str:
    """Without line breaks and control characters, which the format has no place for."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
