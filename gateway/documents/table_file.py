"""Tables that staff upload: CSV as Korean and other spreadsheets write it, and XLSX."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.documents.csv_upload import WrongLine
from gateway.documents.xlsx_reading import is_xlsx, read_xlsx
from gateway.language.i18n import msgid

_SEPARATORS = ",;\t"
_LOOKED_AT = 20
_FORMULA = "=+-@\t\r"
MOST_LINES, MOST_COLUMNS, LONGEST_CELL = 100_000, 60, 1_000


@dataclass(frozen=True)
class Table:
    header: list[str]
    rows: list[list[str]]
    """All below the header, blank ones too, so that their place is the line in the file."""
    encoding: str
    """utf-8, utf-16, cp949 or xlsx."""
    digest: str

    def filled(self, at_once: int) -> Iterator[tuple[int, list[list[str]]]]:
        """Stretches of rows that are not blank, each with the line of its first row; the header is line 1."""
        stretch: list[list[str]] = []
        for number, row in enumerate([*self.rows, []], start=2):
            if row and any(row):
                stretch.append(row)
            if stretch and (len(stretch) == at_once or not any(row)):
                blank = 0 if any(row) else 1
                yield number - blank - len(stretch) + 1, stretch
                stretch = []


async def read(content: bytes) -> Table:
    """Raises WrongLine."""
    if is_xlsx(content):
        rows, encoding = await read_xlsx(content), "xlsx"
    else:
        text, encoding = _decoded(content)
        rows = _parsed(text)
    tidy = [_tidy(number, row) for number, row in enumerate(rows, start=1)]
    while tidy and not any(tidy[-1]):
        tidy.pop()
    if not tidy or not any(tidy[0]):
        raise WrongLine(1, msgid("the first line must name the columns."))
    if len(tidy) > MOST_LINES:
        raise WrongLine(MOST_LINES, msgid("the file is too long. Cut it into files of up to 100,000 lines."))
    return Table(tidy[0], tidy[1:], encoding, hashlib.sha256(content).hexdigest())


def _decoded(content: bytes) -> tuple[str, str]:
    """By its byte order mark, else UTF-8, else CP949; nothing is guessed by how often a sign occurs."""
    has_mark = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    tries = [("utf-16", "utf-16")] if has_mark else [("utf-8-sig", "utf-8"), ("cp949", "cp949")]
    failed = 0
    for encoding, name in tries:
        try:
            return content.decode(encoding), name
        except UnicodeDecodeError as error:
            failed = error.start
    line = content[:failed].count(b"\n") + 1
    raise WrongLine(line, msgid("this cannot be read as text. Save the file as CSV UTF-8 or as XLSX."))


def _parsed(text: str) -> list[list[str]]:
    if "\0" in text:
        raise WrongLine(text[: text.index("\0")].count("\n") + 1, msgid("there is a character in it that no text has."))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error:
        raise WrongLine(len(rows) + 1, msgid("the quotation marks are not right, or a cell is too long.")) from None
    return rows


def _separator(text: str) -> str:
    """The one that cuts the first lines into the same number of columns."""
    lines = [line for line in text.split("\n", _LOOKED_AT + 1)[:_LOOKED_AT] if line.strip()]
    sample = "\n".join(lines)
    best, columns = ",", 1
    for separator in _SEPARATORS:
        try:
            widths = {len(row) for row in csv.reader(io.StringIO(sample), delimiter=separator)}
        except csv.Error:
            continue
        if len(widths) == 1 and max(widths) > columns:
            best, columns = separator, max(widths)
    return best if columns > 1 else max(_SEPARATORS, key=lines[0].count) if lines else best


def _tidy(number: int, row: Sequence[str]) -> list[str]:
    cells = [_without_escape(cell.strip()) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise WrongLine(number, msgid("there are too many columns. A line may have up to 60."))
    if any(len(cell) > LONGEST_CELL for cell in cells):
        raise WrongLine(number, msgid("a cell is too long. It may have up to 1,000 characters."))
    return cells


def _without_escape(cell: str) -> str:
    """The apostrophe that keeps a spreadsheet from running a cell, as our own files have it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in _FORMULA else cell
