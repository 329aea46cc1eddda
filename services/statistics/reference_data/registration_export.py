"""Reads the registration office's own export of residents by age: one line for each area, a column for each month, sex
and age, named in one line ("2024년01월_계_0~9세") or in two ("2024년 01월 계" above "0~9세"), with notes around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from services.statistics.areas import registration_codes
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.periods import last_day
from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data import csv_reading
from services.statistics.reference_data.csv_reading import Line
from services.statistics.reference_data.resident_bands import ResidentRow

_SEARCHED = 10
"""Lines in which the names of the columns are looked for."""
_AREA_WORDS = ("행정구역", "행정기관")
_NATION = "1000000000"
"""The whole country, which is no area of the list."""
_CODE = re.compile(r"\b(\d{10})\b")
_MONTH = re.compile(r"(\d{4})\s*년\s*(\d{1,2})\s*월")
_SEX = re.compile(r"(?:^|[\s_])(계|남자?|여자?)(?=$|[\s_])")
_SEXES = {"계": TOTAL, "남": "M", "여": "F"}
_AGE = re.compile(r"(\d+)\s*세?\s*(?:[~-]\s*(\d+)\s*세|세\s*(이상)|세)")
_EVERYBODY = re.compile(r"총\s*인구\s*수")


@dataclass(frozen=True, slots=True)
class Column:
    """What the numbers of one column are of; `place` is its index."""

    place: int
    day: date
    sex: str
    age: str


def is_registration_export(path: Path) -> bool:
    return _names(list(islice(csv_reading.lines(path), _SEARCHED))) is not None


def read_blocks(path: Path) -> Iterator[tuple[date, Line, str, Sequence[ResidentRow]]]:
    """The last day of the month, the line, the area's code and the rows of each month and area."""
    columns = _columns(list(islice(csv_reading.lines(path), _SEARCHED)))
    days = list(dict.fromkeys(column.day for column in columns))
    begun = False
    for line in csv_reading.lines(path):
        code = _code(line)
        if begun and not code and len([*filter(None, line.cells)]) > 1:
            raise InvalidValue("numbers without the ten-digit code of an area", field="행정구역", line=line.number)
        begun = begun or bool(code)
        if code in ("", _NATION):
            continue
        area = registration_codes.short_code(code)
        for day in days:
            here = [column for column in columns if column.day == day]
            yield day, line, area, [_row(line, area, column) for column in here]


def _columns(first: Sequence[Line]) -> Sequence[Column]:
    names = _names(first) or []
    notes = " ".join(cell for line in first for cell in line.cells)
    columns = []
    for place, name in enumerate(names):
        age = TOTAL if _EVERYBODY.search(name) else _age(name)
        if age:
            columns.append(Column(place, _day(name) or _day(notes) or _without_month(), _sex(name), age))
    seen = {(column.day, column.sex, column.age) for column in columns}
    if not columns or len(seen) < len(columns):
        message = "two columns are of the same month, sex and age" if columns else "no column is of an age"
        raise InvalidValue(f"{message}; take the table by age (연령별 인구현황) as CSV, as it is", line=first[0].number)
    return columns


def _names(first: Sequence[Line]) -> Sequence[str] | None:
    """Of each column, all that stands above its numbers; None if these are not the lines of such a table."""
    data = next((place for place, line in enumerate(first) if _code(line)), None)
    head = next((p for p, line in enumerate(first) if any(word in line.cells[0] for word in _AREA_WORDS)), None)
    if data is None or head is None or head >= data:
        return None
    width = len(first[data].cells)
    above = [_filled(line.cells, width) for line in first[:data] if len([*filter(None, line.cells)]) > 1]
    return [" ".join(parts) for parts in zip(*above, strict=True)]


def _filled(cells: Sequence[str], width: int) -> Sequence[str]:
    """A cell that reaches over several columns is written in the first of them."""
    filled = list[str]()
    for cell in (*cells, *[""] * (width - len(cells))):
        filled.append(cell or (filled[-1] if filled else ""))
    return filled[:width]


def _code(line: Line) -> str:
    """In a cell of its own, or in brackets behind the area's name."""
    found = [match[1] for cell in line.cells[:2] if (match := _CODE.search(cell))]
    return found[0] if found else ""


def _day(text: str) -> date | None:
    match = _MONTH.search(text)
    return last_day(f"{match[1]}-{int(match[2]):02}") if match and 1 <= int(match[2]) <= 12 else None


def _without_month() -> date:
    raise InvalidValue("no line above the numbers names the month, as 2024년 01월", field="month")


def _sex(name: str) -> str:
    match = _SEX.search(name)
    return _SEXES[match[1][0]] if match else TOTAL


def _age(name: str) -> str:
    match = _AGE.search(_MONTH.sub("", name))
    if not match:
        return ""
    return f"{match[1]}+" if match[3] else f"{match[1]}-{match[2]}" if match[2] else match[1]


def _row(line: Line, area: str, column: Column) -> ResidentRow:
    cell = line.cells[column.place] if column.place < len(line.cells) else ""
    try:
        count = csv_reading.whole(cell.replace(",", ""))
    except InvalidValue as error:
        raise InvalidValue(error.message, field="residents", line=line.number, column=column.place + 1) from None
    return ResidentRow(area, column.sex, column.age, count, line.number)
