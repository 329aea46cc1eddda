"""Writes CSV: RFC 4180, and no cell that a spreadsheet would run as a formula (CSV injection).

`gateway/http/csv_download.py` sends it: byte order mark, file name, streaming."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

_FORMULA = frozenset("=+-@\t\r")
END = "\r\n"
Cell = str | int | None


def lines(rows: Iterable[Sequence[Cell]]) -> str:
    return "".join(each_line(rows))


def each_line(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Each line with its line end."""
    writer, inert = csv.writer(_Echo()), _Inert()
    return (str(writer.writerow([*map(inert.__getitem__, row)])) for row in rows)


class _Echo:
    """A file whose `write` returns the text, which `writerow` then returns."""

    def write(self, line: str) -> str:
        return line


class _Inert(dict[Cell, Cell]):
    """Cell to harmless cell: text that begins like a formula gets an apostrophe, numbers stay. A dict, so that words
    that a table repeats thousands of times are checked once."""

    def __missing__(self, cell: Cell) -> Cell:
        formula = isinstance(cell, str) and cell[:1] in _FORMULA and not _is_number(cell)
        self[cell] = f"'{cell}" if formula else cell
        return self[cell]


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
