"""The paper attendance list: a code that finds its class and session again, and the list as CSV out and in."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.documents.csv_upload import WrongLine
from gateway.language.i18n import msgid
from ieum.classes.v1 import classes_pb2 as pb

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILO", "110")
_COLUMNS = ("code", "number", "name", "attendance", "minutes")
_WORDS: Mapping[str, pb.Attended.ValueType] = {
    **dict.fromkeys(("present", "출석", "o", "○", "p"), pb.PRESENT),
    **dict.fromkeys(("late", "지각", "l"), pb.LATE),
    **dict.fromkeys(("left early", "조퇴", "e"), pb.LEFT_EARLY),
    **dict.fromkeys(("excused", "인정결석", "공결"), pb.EXCUSED),
    **dict.fromkeys(("absent", "결석", "x", "a"), pb.ABSENT),
}


@dataclass(frozen=True)
class Line:
    """`number` is that of the person on every list of the class; `minutes` "" where none are written."""

    number: int
    attended: pb.Attended.ValueType
    minutes: int | None


def code_of(class_name: str, session: int) -> str:
    """Crockford's base 32 with a check character, as certificates have: 0ABC...-3-X."""
    body = f"{class_name.removeprefix('classes/').upper()}-{session}"
    return f"{body}-{_check(body)}"


def _check(body: str) -> str:
    return _ALPHABET[sum(place * ord(letter) for place, letter in enumerate(body, start=1)) % len(_ALPHABET)]


def read_code(text: str) -> tuple[str, int] | None:
    """Class and session; None for a code that was misread."""
    parts = text.strip().upper().translate(_MISREAD).split("-")
    if len(parts) != 3 or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 4):
        return None
    body = f"{parts[0]}-{int(parts[1])}"
    return (f"classes/{parts[0].lower()}", int(parts[1])) if _check(body) == parts[2] else None


def rows(code: str, marks: Sequence[pb.Mark], names: Mapping[str, str]) -> list[Sequence[str | int]]:
    """For a spreadsheet: whoever fills in the last two columns can upload it."""
    return [_COLUMNS, *((code, mark.number, names.get(mark.person, ""), "", "") for mark in marks)]


def read_lines(text: str, code: str) -> list[Line]:
    """Lines of code, number, name, attendance, minutes; the code and the name may be left out. Raises WrongLine."""
    found: dict[int, Line] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        delimiter = next((each for each in "\t;" if each in raw), ",")
        cells = [cell.strip() for cell in next(csv.reader([raw], delimiter=delimiter), [])]
        if not any(cells) or cells[0].lower() == _COLUMNS[0]:
            continue
        if "-" in cells[0]:
            if read_code(cells[0]) != read_code(code):
                raise WrongLine(number, msgid("this line is of another list."))
            cells = cells[1:]
        line = _line(number, cells)
        if line and line.number in found:
            raise WrongLine(number, msgid("this number is there twice."))
        if line:
            found[line.number] = line
    return list(found.values())


def _line(number: int, cells: Sequence[str]) -> Line | None:
    """None for a line in which nothing is marked."""
    if not (cells and cells[0].isascii() and cells[0].isdigit() and len(cells[0]) < 7):
        raise WrongLine(number, msgid("it must begin with the number on the list."))
    # The name is for people: two may have the same.
    rest = [cell for cell in cells[1:] if cell]
    minutes = int(rest.pop()) if rest and rest[-1].isascii() and rest[-1].isdigit() and len(rest[-1]) < 5 else None
    if not rest or (len(rest) == 1 and len(cells) > 2 and rest[0] == cells[1] and minutes is None):
        return None
    attended = _WORDS.get(rest[-1].lower())
    if attended is None:
        raise WrongLine(number, msgid("write present, late, left early, excused or absent."))
    return Line(int(cells[0]), attended, minutes if attended in (pb.LATE, pb.LEFT_EARLY) else None)
