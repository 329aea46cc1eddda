"""Reads CSV as offices send it (UTF-8 or CP949, BOM, CRLF, quotes, blank lines, gzip); errors say where.

Streams the file, so that one of any length takes the memory of a line."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from services.statistics.figures.refusal import InvalidValue

T = TypeVar("T")
DATE_ALONE = len("2026-07-01")
_MONTH = re.compile(r"^\d{4}-\d{2}$", re.ASCII)
YEARS = range(1900, 2200)
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
DIGITS, DECIMALS = 15, 30
"""Most digits before and after the point: programs write 17 significant ones, and no figure of ours has more."""
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""Bytes that are not UTF-8, as Python decodes them with errors="surrogateescape"."""
THOUSANDS = "write the number without thousands separators"


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is the file's line, from 1, on which the row begins."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A line with its cells by column name, without unknown columns. `places` are the column numbers, from 1."""

    number: int
    cells: dict[str, str]
    places: dict[str, int]

    def read(self, column: str, parse: Callable[[str], T]) -> T:
        """The parsed cell; an InvalidValue that `parse` raises gets the line and the column."""
        try:
            return parse(self.cells.get(column, ""))
        except InvalidValue as error:
            raise self.error(column, error.message) from None

    def error(self, column: str, message: str) -> InvalidValue:
        return InvalidValue(message, field=column, line=self.number, column=self.places.get(column))


@contextmanager
def errors_in(path: Path) -> Iterator[None]:
    """Adds the file to every InvalidValue raised inside."""
    try:
        yield
    except InvalidValue as error:
        error.file = error.file or str(path)
        raise


def lines(path: Path) -> Iterator[Line]:
    """The rows that are not blank, with cells stripped of surrounding space."""
    before = 0
    try:
        with _opened(path) as text:
            reader = csv.reader(_checked(text), strict=True)
            for row in reader:
                cells = tuple([cell.strip() for cell in row])
                if any(cells):
                    yield Line(before + 1, cells)
                before = reader.line_num
    except csv.Error as error:
        raise InvalidValue(f"this is not CSV: {error}", line=before + 1) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InvalidValue("the compressed file is damaged or cut off; send it again", line=before + 1) from None
    except OSError as error:
        raise InvalidValue(f"cannot be read: {error.strerror}") from None


def _opened(path: Path) -> io.TextIOWrapper:
    with _bytes(path) as content:
        encoding = "cp949" if _is_cp949(content) else "utf-8-sig"
    return io.TextIOWrapper(_bytes(path), encoding, errors="surrogateescape", newline="")


def _bytes(path: Path) -> gzip.GzipFile | io.BufferedReader:
    return gzip.GzipFile(path) if path.suffix == ".gz" else path.open("rb")


def _is_cp949(content: Iterable[bytes]) -> bool:
    """Whether the first line with other than English letters is as Korean spreadsheets save it by default."""
    line = next((line for line in content if not line.isascii()), b"")
    for encoding in ("utf-8", "cp949"):
        with suppress(UnicodeDecodeError):
            line.decode(encoding)
            return encoding == "cp949"
    return False


def _checked(text: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(text, 1):
        if not line.isascii() and _NOT_UTF8.search(line):
            raise InvalidValue("this is neither UTF-8 nor CP949; save the file as CSV UTF-8", line=number)
        yield line


def columns(path: Path) -> tuple[str, ...]:
    """The names of the columns, by which callers recognise a layout; empty for an empty file."""
    first = next(lines(path), None)
    return first.cells if first else ()


def records(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Record]:
    """The rows by column name. Columns may be in any order; others than `required` and `optional` are ignored."""
    rows = lines(path)
    header = next(rows, None)
    if header is None:
        raise InvalidValue(f"the file is empty; its first line must name the columns {', '.join(required)}", line=1)
    places = _places(header, required, optional)
    for row in rows:
        if len(row.cells) != len(header.cells):
            raise _ragged(row, len(header.cells))
        yield Record(row.number, {name: row.cells[place - 1] for name, place in places.items()}, places)


def _places(header: Line, required: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
    missing = [name for name in required if name not in header.cells]
    if missing:
        raise InvalidValue(f"missing: {', '.join(missing)}{separated(header)}", field="header", line=header.number)
    names = [name for name in (*required, *optional) if name in header.cells]
    for name in names:
        if header.cells.count(name) > 1:
            second = len(header.cells) - header.cells[::-1].index(name)
            raise InvalidValue("this column is there twice", field=name, line=header.number, column=second)
    return {name: header.cells.index(name) + 1 for name in names}


def separated(header: Line) -> str:
    """The hint for a file that is separated by semicolons or tabs; "" for others."""
    separator = next(
        (name for sign, name in ((";", "semicolons"), ("\t", "tabs")) if sign in "".join(header.cells)), ""
    )
    return f"; the cells are separated by {separator}, save the file with commas" if separator else ""


def _ragged(row: Line, width: int) -> InvalidValue:
    given = len(row.cells)
    return InvalidValue(
        f"{given} cells where the first line has {width}; quote a cell that contains a comma",
        line=row.number,
        column=min(given, width) + 1,
    )


def text(cell: str) -> str:
    """A name, a code or an id; refuses one of many digits that a spreadsheet has shortened to 1.23457E+12."""
    if not cell:
        raise InvalidValue("must not be empty")
    if _SHORTENED.fullmatch(cell):
        raise InvalidValue(f'"{cell}" was shortened by a spreadsheet; make the column text there, and fill it in anew')
    return cell


def moment(cell: str) -> datetime:
    """A date, or a local date and time."""
    separator = cell[DATE_ALONE : DATE_ALONE + 1]
    try:
        parsed = datetime.fromisoformat(cell)
    except ValueError:
        parsed = None
    if parsed is None or cell[4:5] != "-" or cell[7:8] != "-" or separator not in ("", "T", " "):
        raise InvalidValue(f'"{cell}" is not a date; write it as 2026-07-01')
    if parsed.tzinfo:
        raise InvalidValue(f'"{cell}" has a time zone; write the local date, as 2026-07-01')
    if parsed.year not in YEARS:
        raise InvalidValue(f'"{cell}" cannot be: its year is not from {YEARS[0]} to {YEARS[-1]}')
    return parsed


def month(cell: str) -> date:
    """The first day of 2026-07."""
    if not _MONTH.match(cell):
        raise InvalidValue(f'"{cell}" is not a month; write it as 2026-07')
    return moment(f"{cell}-01").date()


def moment_or_none(cell: str) -> datetime | None:
    return moment(cell) if cell else None


def whole(cell: str) -> int:
    """A count: digits only."""
    if cell.isascii() and cell.isdigit() and len(cell) <= DIGITS:
        return int(cell)
    if not cell:
        raise InvalidValue("must not be empty; write 0 for none")
    parsed = number(cell)
    if parsed < 0:
        raise InvalidValue(f"{cell} is negative; a count is 0 or more")
    raise InvalidValue(f"{cell} is not a whole number")


def whole_or_none(cell: str) -> int | None:
    return whole(cell) if cell else None


def positive(cell: str) -> int:
    count = whole(cell)
    if not count:
        raise InvalidValue("must be 1 or more")
    return count


def number(cell: str) -> Decimal:
    """An exact decimal."""
    if "," in cell:
        raise InvalidValue(f'"{cell}" is not a number; {THOUSANDS}')
    try:
        parsed = Decimal(cell)
    except InvalidOperation:
        parsed = Decimal("NaN")
    if not cell.isascii() or "_" in cell or not parsed.is_finite():
        raise InvalidValue(f'"{cell}" is not a number')
    if parsed.adjusted() >= DIGITS or abs(int(parsed.as_tuple().exponent)) > DECIMALS:
        raise InvalidValue(f'"{_short(cell)}" has more than {DIGITS} digits before its point or {DECIMALS} after it')
    return parsed


def _short(cell: str) -> str:
    return cell if len(cell) <= 2 * DIGITS else f"{cell[:DIGITS]}…"


def amount(cell: str) -> Decimal:
    """A decimal of 0 or more."""
    parsed = number(cell)
    if parsed < 0:
        raise InvalidValue(f"{cell} is negative")
    return parsed


def amount_or_none(cell: str) -> Decimal | None:
    return amount(cell) if cell else None


def yes(cell: str) -> bool:
    if cell.lower() not in ("", "0", "1", "false", "true", "no", "yes"):
        raise InvalidValue(f'"{cell}" is neither yes nor no')
    return cell.lower() in ("1", "true", "yes")
