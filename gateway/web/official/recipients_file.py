"""The offices that get releases by mail as one CSV file: written so that it can be changed and read in again."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence

from gateway.documents import csv as table
from gateway.documents import csv_upload
from gateway.documents.csv_upload import WrongLine
from gateway.language.i18n import msgid
from ieum.statistics.v1.distribution_pb2 import Recipient
from services.chassis.text import one_line

COLUMNS = ("area", "office", "address", "language")


def read(content: bytes) -> tuple[list[Recipient], list[int]]:
    """The offices, and the line on which each stands. Raises WrongLine for what is no such list."""
    reader = csv_upload.reader(content)
    offices: list[Recipient] = []
    lines: list[int] = []
    header: Sequence[str] = ()
    line = 1
    try:
        for cells in reader:
            if not header:
                header = _header(cells)
            elif any(cell.strip() for cell in cells):
                offices.append(_office(line, header, cells))
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise WrongLine(line, msgid("this is not CSV. Check the quotation marks.")) from error
    if not offices:
        raise WrongLine(line, msgid("the file names no office."))
    return offices, lines


def _header(cells: Sequence[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if missing := [name for name in COLUMNS if name not in names]:
        csv_upload.check_separator(cells)
        words = msgid("the first line must name the columns; missing: %(names)s.")
        raise WrongLine(1, words, {"names": ", ".join(missing)})
    return names


def _office(line: int, header: Sequence[str], cells: Sequence[str]) -> Recipient:
    if len(cells) > len(header):
        raise WrongLine(line, msgid("there are more cells than columns. Put a cell that contains a comma in quotes."))
    given = {name: one_line(cell) for name, cell in zip(header, cells, strict=False)}
    code = given.get("area", "").removeprefix("areas/")
    return Recipient(
        area=f"areas/{code}" if code else "",
        office=given.get("office", "").removeprefix("'"),
        address=given.get("address", "").removeprefix("'"),
        language=given.get("language", "").lower() or "ko",
    )


def write(offices: Iterable[Recipient]) -> str:
    rows = [(office.area.removeprefix("areas/"), office.office, office.address, office.language) for office in offices]
    return table.lines([COLUMNS, *rows])
