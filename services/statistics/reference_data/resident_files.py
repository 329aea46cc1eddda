"""Reads and checks files of residents: an office's table of one day, months one number a line, or the registration
office's own export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from services.statistics.areas import registration_codes
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.periods import last_day
from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data import csv_reading, registration_export
from services.statistics.reference_data.command import report_progress
from services.statistics.reference_data.resident_bands import (
    ResidentRow,
    check_labels,
    check_table,
    is_age,
    label_by_order,
    span,
    tabulate,
    without_total,
)

COLUMNS = ("area", "sex", "age", "residents")
REGISTERED = ("month", "code", "name", "sex", "band", "residents")
Block = tuple[date, Sequence[ResidentRow]]
"""The rows of one area, with their day."""
ResidentCell = tuple[date, tuple[str, str, str], int]
"""Reference date, (area, sex, age), residents."""


@dataclass(frozen=True, slots=True)
class ResidentFile:
    """A checked file. `references` are its days in order; `cells` reads the file again, to save memory. `incomplete`
    are the first rows of areas and sexes whose ages are not all there, and which therefore have no total."""

    references: tuple[date, ...]
    rows: int
    areas: int
    cells: Callable[[], Iterator[ResidentCell]]
    incomplete: tuple[ResidentRow, ...] = ()


def read_resident_file(path: Path, reference: date | None, known: Set[str], *, sexes_in_order: bool) -> ResidentFile:
    """The file, checked; raises InvalidValue with the line of a contradiction or of an area that is not `known`."""
    if "month" in csv_reading.columns(path):
        return _of_months(lambda: _blocks(path, known, sexes_in_order=sexes_in_order), reference)
    if registration_export.is_registration_export(path) and not sexes_in_order:
        return _of_months(lambda: _exported(path, known), reference)
    if reference is None:
        raise InvalidValue("the file does not say of which day it is; add --reference DATE", field="reference")
    if sexes_in_order:
        raise InvalidValue("only a table of the registration office, with months, is read so", field="sexes-in-order")
    return _of_one_day(path, reference, known)


def _of_one_day(path: Path, reference: date, known: Set[str]) -> ResidentFile:
    rows = []
    for number, record in enumerate(csv_reading.records(path, COLUMNS), 1):
        area = record.read("area", csv_reading.text)
        _check_known(record, "area", area, area, known)
        sex, age = record.read("sex", _sex), record.read("age", _age)
        rows.append(ResidentRow(area, sex, age, record.read("residents", csv_reading.whole), record.number))
        report_progress(number, "rows read")
    if not rows:
        raise InvalidValue("the file has no rows")
    table = tabulate(check_table(rows))
    areas = {area for area, _, _ in table}
    return ResidentFile(
        (reference,),
        len(rows),
        len(areas),
        lambda: ((reference, *cell) for cell in table.items()),
        tuple(without_total(rows)),
    )


def _of_months(blocks: Callable[[], Iterator[Block]], reference: date | None) -> ResidentFile:
    rows, first_lines, incomplete = 0, dict[tuple[date, str], int](), list[ResidentRow]()
    for day, block in blocks():
        first = block[0]
        if (day, first.area) in first_lines:
            message = f"{first.area} on {day} is on line {first_lines[day, first.area]} already; keep its rows together"
            raise InvalidValue(message, field="code", line=first.line)
        first_lines[day, first.area] = first.line
        rows += len(block)
        incomplete += without_total(block)
        report_progress(rows, "rows read")
    references = tuple(sorted({day for day, _ in first_lines}))
    if not references:
        raise InvalidValue("the file has no rows")
    if reference not in (None, *references[: len(references) == 1]):
        message = f"the file says itself of which months it is, {references[0]} to {references[-1]}; leave it out"
        raise InvalidValue(message, field="reference")

    def cells() -> Iterator[ResidentCell]:
        for day, block in blocks():
            for key, count in tabulate(block).items():
                yield day, key, count

    return ResidentFile(references, rows, len({area for _, area in first_lines}), cells, tuple(incomplete))


def _exported(path: Path, known: Set[str]) -> Iterator[Block]:
    for day, line, area, rows in registration_export.read_blocks(path):
        if area not in known:
            name = " ".join(line.cells[:1])
            raise InvalidValue(_unknown(f"{area} ({name})"), field="행정구역", line=line.number)
        yield day, check_table(rows)


def _blocks(path: Path, known: Set[str], *, sexes_in_order: bool) -> Iterator[Block]:
    """The rows of each month and area, which must be consecutive, with the last day of the month."""
    records = csv_reading.records(path, REGISTERED)
    for (month, code), block in groupby(records, lambda record: (record.cells["month"], record.cells["code"])):
        first = next(block)
        first.read("month", csv_reading.month)
        area = first.read("code", registration_codes.short_code)
        _check_known(first, "code", area, f"{code} ({first.cells['name']})", known)
        rows = [_registered(record, area) for record in (first, *block)]
        yield last_day(month), check_table(label_by_order(rows) if sexes_in_order else check_labels(rows))


def _registered(record: csv_reading.Record, area: str) -> ResidentRow:
    sex, age = record.read("sex", _registered_sex), record.read("band", _registered_age)
    return ResidentRow(area, sex, age, record.read("residents", csv_reading.whole), record.number)


def _check_known(record: csv_reading.Record, column: str, area: str, name: str, known: Set[str]) -> None:
    if area not in known:
        raise record.error(column, _unknown(name))


def _unknown(name: str) -> str:
    return f"{name} is not a known area; load a list that has it (load-areas) first, or correct the code"


def _registered_sex(cell: str) -> str:
    if cell not in ("T", "M", "F"):
        raise InvalidValue(f'"{cell}" is not T (both together), M or F')
    return TOTAL if cell == "T" else cell


def _registered_age(cell: str) -> str:
    return TOTAL if cell == "all" else _age(cell)


def _sex(cell: str) -> str:
    if cell not in ("F", "M", TOTAL):
        raise InvalidValue(f'"{cell}" is not F, M or _T (both together)')
    return cell


def _age(cell: str) -> str:
    if not is_age(cell):
        raise InvalidValue(f'"{cell}" is not an age; write _T, one year (65), or a band (60-69, 60-64, 100+)')
    if cell != TOTAL:
        span(cell)  # refuses a band that ends before it begins
    return cell
