"""All places as one CSV file, as offices keep it: read whole or refused with the line that is wrong, and written so
that it can be read again."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.backend.places import Places
from gateway.documents import csv as table
from gateway.documents import csv_upload
from gateway.documents.csv_upload import WrongLine
from gateway.language.i18n import LANGUAGES, msgid
from ieum.people.v1.people_pb2 import Area, Centre, ImportPlacesRequest, Organisation
from services.chassis.text import one_line

_TEXTS = ("title", "address", "hours")
COLUMNS = (
    *("type", "code", "parent", "kind", "column", "row"),
    *(f"{text}_{language}" for text in _TEXTS for language in LANGUAGES),
    "phone",
)
NEEDED = ("type", "code", "parent", "kind", "title_ko")
TYPES = {"area": "areas", "organisation": "organisations", "centre": "centres"}


@dataclass(frozen=True)
class PlaceList:
    request: ImportPlacesRequest
    lines: Mapping[str, int]
    """The line of each place, by its resource name."""


def read(content: bytes) -> PlaceList:
    """Raises WrongLine for the first row that cannot be a place."""
    request, lines = ImportPlacesRequest(), dict[str, int]()
    for line, cells in _records(content):
        name = _add(request, line, cells)
        if name in lines:
            words = msgid("%(code)s is there already, in line %(before)s.")
            raise WrongLine(line, words, {"code": cells["code"], "before": str(lines[name])})
        lines[name] = line
    if not request.areas:
        raise WrongLine(1, msgid("the file names no area. Nothing would be left."))
    return PlaceList(request, lines)


def _records(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column, of every row that is not empty."""
    reader = csv_upload.reader(content)
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            if header is None:
                header = _header(cells)
            elif any(cell.strip() for cell in cells):
                yield line, _by_column(line, header, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise WrongLine(line, msgid("this is not CSV. Check the quotation marks.")) from error
    if header is None:
        raise WrongLine(1, msgid("the file is empty."))


def _header(cells: Sequence[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if missing := [name for name in NEEDED if name not in names]:
        csv_upload.check_separator(cells)
        raise WrongLine(1, msgid("the first line must name the columns; missing: %(names)s."), _named(missing))
    if unknown := [name for name in names if name and name not in COLUMNS]:
        raise WrongLine(1, msgid("these columns are not known: %(names)s."), _named(unknown))
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise WrongLine(1, msgid("these columns are there twice: %(names)s."), _named(twice))
    return names


def _named(names: Sequence[str]) -> dict[str, str]:
    return {"names": ", ".join(names)}


def _by_column(line: int, header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if len(cells) > len(header):
        raise WrongLine(line, msgid("there are more cells than columns. Put a cell that contains a comma in quotes."))
    return dict.fromkeys(COLUMNS, "") | {name: _bare(cell) for name, cell in zip(header, cells, strict=False)}


def _bare(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from calculating."""
    text = one_line(cell)
    return text[1:] if text.startswith(("'=", "'+", "'-", "'@")) else text


def _add(request: ImportPlacesRequest, line: int, cells: Mapping[str, str]) -> str:
    """The place's resource name."""
    kind = cells["type"].lower()
    if kind not in TYPES:
        words = msgid("the type is %(given)s; it must be area, organisation or centre.")
        raise WrongLine(line, words, {"given": cells["type"] or "?"})
    if not cells["code"]:
        raise WrongLine(line, msgid("the code is missing."))
    name, area = f"{TYPES[kind]}/{cells['code']}", f"areas/{cells['parent']}" if cells["parent"] else ""
    titles = _texts(cells, "title")
    if kind == "area":
        column, row = _number(line, cells, "column"), _number(line, cells, "row")
        place = Area(name=name, parent=area, kind=cells["kind"].upper(), title=titles, column=column, row=row)
        request.areas.append(place)
    elif kind == "organisation":
        request.organisations.append(Organisation(name=name, area=area, title=titles))
    else:
        address, hours = _texts(cells, "address"), _texts(cells, "hours")
        phone = cells["phone"]
        request.centres.append(Centre(name=name, area=area, title=titles, address=address, hours=hours, phone=phone))
    return name


def _texts(cells: Mapping[str, str], text: str) -> dict[str, str]:
    return {language: cell for language in LANGUAGES if (cell := cells[f"{text}_{language}"])}


def _number(line: int, cells: Mapping[str, str], column: str) -> int:
    text = cells[column] or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        words = msgid("%(column)s is %(given)s; it must be a whole number from 0 to 999.")
        raise WrongLine(line, words, {"column": column, "given": text})
    return int(text)


def write(places: Places) -> str:
    rows = [
        *(
            _row("area", each, each.parent, each.kind, str(each.column), str(each.row))
            for each in places.areas.values()
        ),
        *(_row("organisation", each, each.area) for each in places.organisations.values()),
        *(_row("centre", each, each.area) for each in places.centres.values()),
    ]
    return table.lines([COLUMNS, *([row.get(column, "") for column in COLUMNS] for row in rows)])


def _row(
    kind: str, place: Area | Organisation | Centre, parent: str, level: str = "", column: str = "", row: str = ""
) -> dict[str, str]:
    cells = {"type": kind, "code": _code(place.name), "parent": _code(parent)}
    cells |= {"kind": level, "column": column, "row": row, "phone": getattr(place, "phone", "")}
    for text in _TEXTS:
        texts: Mapping[str, str] = getattr(place, text, {})
        cells |= {f"{text}_{language}": texts.get(language, "") for language in LANGUAGES}
    return cells


def _code(name: str) -> str:
    return name.rpartition("/")[2]
