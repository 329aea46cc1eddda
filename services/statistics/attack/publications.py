"""What a published release says: counts with gaps, rates, and the areas they are of. Read from its `release.json`."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

TOTAL = "_T"
COUNTS = frozenset({"ENR", "EPR", "CMP", "CMP90", "STR", "WDR", "IPR", "NST", "CMF"})
RATES: Mapping[str, tuple[str, str]] = {
    "CPR": ("CMP", "ENR"),
    "CPR90": ("CMP90", "ENR"),
    "CPS": ("CMP", "STR"),
    "DOR": ("WDR", "STR"),
}
"""Percentage -> (part, whole)."""
_DIMENSIONS = (("SEX", "sex"), ("AGE", "age"), ("TARGET_GROUP", "group"), ("COURSE_DOMAIN", "domain"))
_DOCUMENT = "release.json"


class Cell(NamedTuple):
    """A count of a period, an area and one category ("_T", "sex=F", "group=DIS"), as of a moment."""

    as_of: datetime
    universe: str
    period: str
    area: str
    category: str
    measure: str

    def of(self, **changes: Any) -> Cell:
        return self._replace(**changes)


@dataclass(frozen=True)
class Release:
    """`counts` hold None where a count is hidden; `rates` are percentages as printed, by their cell."""

    name: str
    as_of: datetime
    universe: str
    k: int
    parents: Mapping[str, str]
    counts: Mapping[Cell, int | None]
    rates: Mapping[Cell, Decimal]

    @property
    def hidden(self) -> list[Cell]:
        return [cell for cell, count in self.counts.items() if count is None]


class Unreadable(ValueError):
    """The file is no published release; the message says what is missing."""


def read(path: Path) -> Release:
    """A release from its `release.json`, from the folder that holds it, or from a zip of the release's files."""
    try:
        content = _content(path)
    except (OSError, ValueError, StopIteration, zipfile.BadZipFile) as error:
        raise Unreadable(f"{path}: this is no release.json of a published release ({error!r})") from error
    return parse(content, str(path))


def parse(content: bytes, name: str) -> Release:
    """A release from the bytes of its `release.json`."""
    try:
        return _release(json.loads(content))
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{name}: this is no release.json of a published release ({error!r})") from error


def _content(path: Path) -> bytes:
    if path.is_dir():
        return (path / _DOCUMENT).read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.rpartition("/")[2] == _DOCUMENT)
            return archive.read(name)
    return path.read_bytes()


def _release(document: Mapping[str, Any]) -> Release:
    as_of = datetime.fromisoformat(document["asOf"])
    columns = document["observations"]["columns"]
    figures = [dict(zip(columns, row, strict=True)) for row in document["observations"]["rows"]]
    counts: dict[Cell, int | None] = {}
    rates: dict[Cell, Decimal] = {}
    for cell, value, status in _cells(figures, as_of):
        if cell.measure in COUNTS and (value is not None or status == "Q"):
            counts[cell] = None if value is None else int(value)
        elif cell.measure in RATES and value is not None:
            rates[cell] = Decimal(value)
    return Release(
        name=f"{document['id']} {document['revision']}",
        as_of=as_of,
        universe=figures[0]["UNIVERSE"] if figures else "",
        k=int(document["fewestPersonsShown"]),
        parents={area["code"]: area["parent"] or "" for area in document["areas"]},
        counts=counts,
        rates=rates,
    )


def _cells(figures: list[dict[str, Any]], as_of: datetime) -> Iterator[tuple[Cell, str | None, str]]:
    for figure in figures:
        given = [f"{name}={figure[column]}" for column, name in _DIMENSIONS if figure.get(column, TOTAL) != TOTAL]
        cell = Cell(
            as_of,
            figure["UNIVERSE"],
            figure["TIME_PERIOD"],
            figure["REF_AREA"],
            " ".join(given) or TOTAL,
            figure["MEASURE"],
        )
        yield cell, figure["OBS_VALUE"], figure["OBS_STATUS"]
