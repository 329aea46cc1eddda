"""The figures of a published release, read off the one file that its checksum stands for.

Every page and every answer of the API that shows a figure of a release looks it up here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

TOTAL = "_T"
HIDDEN = "Q"
BREAKDOWNS = ("SEX", "AGE", "TARGET_GROUP", "COURSE_DOMAIN")
KEY = ("MEASURE", "TIME_PERIOD", "REF_AREA", *BREAKDOWNS)
"""What tells the cells of a release apart."""

Titles = Mapping[str, str]
"""Language -> text."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`key` has the codes of KEY; numbers are exact decimals as text, `low` to `high` is the 95 % interval."""

    key: tuple[str, ...]
    freq: str
    value: str | None
    unit: str
    low: str | None
    high: str | None
    status: str
    confidentiality: str


@dataclass(frozen=True)
class Area:
    """`parent` is "" at the top; codes are without "areas/"; `place` is column and row on the map of tiles."""

    code: str
    parent: str
    title: Titles
    place: tuple[int, int] | None = None


@dataclass(frozen=True)
class ReleaseFigures:
    """`said` is what the release says of itself; cells stand in the order in which every format has them, and so do
    the codes that occur in them."""

    said: Mapping[str, Any]
    titles: Mapping[str, Mapping[str, Titles]]
    areas: Mapping[str, Area]
    cells: Mapping[tuple[str, ...], Cell]

    def cell(self, measure: str, period: str, area: str, **codes: str) -> Cell | None:
        return self.cells.get((measure, period, area, *(codes.get(name, TOTAL) for name in BREAKDOWNS)))

    def codes(self, dimension: str) -> Mapping[str, Titles]:
        return self.titles[dimension]

    def moment(self, name: str) -> datetime:
        return datetime.fromisoformat(self.said[name])

    @property
    def vintage(self) -> date:
        return date.fromisoformat(self.said["areaVintage"])

    @cached_property
    def statuses(self) -> frozenset[str]:
        return frozenset(cell.status for cell in self.cells.values())

    @cached_property
    def top(self) -> Area:
        return next(area for area in self.areas.values() if area.parent not in self.areas)

    def below(self, area: str) -> Sequence[Area]:
        return [each for each in self.areas.values() if each.parent == area]

    @cached_property
    def quarters(self) -> Sequence[str]:
        """Oldest first; the years where it has no quarters."""
        periods = sorted(self.codes("TIME_PERIOD"))
        return [period for period in periods if "-" in period] or periods


def read_figures(content: bytes) -> ReleaseFigures:
    """Takes a second for a large release: call it in a thread."""
    said: dict[str, Any] = json.loads(content)
    observations = said.pop("observations")
    columns = {name: place for place, name in enumerate(observations["columns"])}
    cells = [_cell(row, columns) for row in observations["rows"]]
    titles = {name: _ordered(name, codes, cells) for name, codes in said.pop("codes").items()}
    areas = [_area(each) for each in said["areas"]]
    return ReleaseFigures(said, titles, {area.code: area for area in areas}, {cell.key: cell for cell in cells})


def _area(said: Mapping[str, Any]) -> Area:
    place = said.get("place")  # releases of before do not say
    return Area(said["code"], said["parent"], said["title"], (place[0], place[1]) if place else None)


def _ordered(dimension: str, titles: Mapping[str, Titles], cells: Sequence[Cell]) -> Mapping[str, Titles]:
    """By first appearance, as the file has codes by their letters; then those without a cell."""
    if dimension not in KEY:
        return titles
    place = KEY.index(dimension)
    occurring = dict.fromkeys(cell.key[place] for cell in cells)
    return {code: titles[code] for code in (*occurring, *titles) if code in titles}


def _cell(row: Sequence[str | None], columns: Mapping[str, int]) -> Cell:
    def code(name: str) -> str:
        return sys.intern(row[columns[name]] or "")

    value, low, high = (row[columns[name]] for name in ("OBS_VALUE", "CI_LOW", "CI_HIGH"))
    key = tuple(code(name) for name in KEY)
    unit, status, confidentiality = code("UNIT_MEASURE"), code("OBS_STATUS"), code("CONF_STATUS")
    return Cell(key, code("FREQ"), value, unit, low, high, status, confidentiality)
