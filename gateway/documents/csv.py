"""CSV as people and programs take it: RFC 4180, UTF-8, and no cell that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

_FORMULA = frozenset("=+-@\t\r")
END = "\r\n"
Cell = str | int | None


def lines(rows: Iterable[Sequence[Cell]]) -> str:
    return "".join(each_line(rows))


def each_line(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """With its end."""
    writer, inert = csv.writer(_Echo()), _Inert()
    return (str(writer.writerow([*map(inert.__getitem__, row)])) for row in rows)


class _Echo:
    """What is written to it is what `writerow` answers."""

    def write(self, line: str) -> str:
        return line


class _Inert(dict[Cell, Cell]):
    """Text that begins like a formula gets an apostrophe before it; numbers are left alone. In a table of thousands the
    same words come again and again: each is looked at once."""

    def __missing__(self, cell: Cell) -> Cell:
        formula = isinstance(cell, str) and cell[:1] in _FORMULA and not _is_number(cell)
        self[cell] = f"'{cell}" if formula else cell
        return self[cell]


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
