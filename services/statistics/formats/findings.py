"""An edition as the findings report reads it: in one language, cell by cell, from the top area's latest period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates

from services.statistics.formats import words
from services.statistics.formats.cells import TOTAL, Cell, Edition, top_areas

SEOUL = ZoneInfo("Asia/Seoul")

_SYMBOLS = {"Q": "x", "L": "…", "M": "–"}
_MARKED = {"U": "u", "B": "b"}


@dataclass(frozen=True)
class Findings:
    """An edition read in one language."""

    edition: Edition
    language: str
    phrases: dict[str, Any]

    def say(self, name: str, **filled: object) -> str:
        return str(self.phrases[name]).format(**self._filled, **filled)

    def rows(self, name: str) -> list[list[str]]:
        return [[part.format(**self._filled) for part in row] for row in self.phrases[name]]

    @cached_property
    def _filled(self) -> dict[str, object]:
        release, cells = self.edition.release, self.edition.cells
        listed = [self.title("TIME_PERIOD", period) for period in release.periods]
        return {
            "id": release.id,
            "revision": release.revision,
            "publisher": release.publisher[self.language],
            "publish": self.moment(release.publish_at),
            "as_of": self.moment(release.as_of),
            "vintage": self.day(release.area_vintage),
            "method": release.method_version,
            "contact": release.contact,
            "universe": words.title("UNIVERSE", release.universe)[self.language],
            "areas": len(release.areas),
            "k": release.k,
            "periods": ", ".join(listed),
            "cells": f"{len(cells):,}",
            "hidden": f"{sum(cell.status == 'Q' for cell in cells):,}",
        }

    def title(self, dimension: str, code: str) -> str:
        return self.edition.lists[dimension][code][self.language]

    def measure(self, code: str) -> str:
        return words.title("MEASURE", code)[self.language]

    def unit(self, cell: Cell) -> str:
        return words.title("UNIT_MEASURE", cell.unit)[self.language]

    def day(self, day: date) -> str:
        return dates.format_date(day, "long", locale=self.language)

    def moment(self, moment: datetime) -> str:
        local = moment.astimezone(SEOUL)
        return f"{self.day(local.date())} {local:%H:%M}"

    @cached_property
    def top(self) -> str:
        top = top_areas(self.edition.release)
        return next(area.code for area in self.edition.release.areas if area.code in top)

    @cached_property
    def periods(self) -> list[str]:
        """Of the finest frequency, oldest first."""
        quarters = [period for period in self.edition.lists["TIME_PERIOD"] if "-" in period]
        return quarters or list(self.edition.lists["TIME_PERIOD"])

    @property
    def latest(self) -> str:
        return self.periods[-1]

    @cached_property
    def _found(self) -> dict[tuple[str, ...], Cell]:
        return {cell.codes(_PLACED): cell for cell in self.edition.cells}

    def cell(self, measure: str, period: str = "", **place: str) -> Cell | None:
        """At the top area and the totals unless a place says otherwise."""
        codes = {"REF_AREA": self.top, **place}
        return self._found.get((measure, period or self.latest, *(codes.get(name, TOTAL) for name in _PLACED[2:])))

    def codes(self, dimension: str) -> list[str]:
        """In their order, without the total of a breakdown; the area at the top stays."""
        return [code for code in self.edition.lists[dimension] if code != TOTAL]


_PLACED = ("MEASURE", "TIME_PERIOD", "REF_AREA", "SEX", "AGE", "TARGET_GROUP", "COURSE_DOMAIN")


def printed(cell: Cell | None) -> str:
    """As it stands on paper: grouped digits, or the symbol that says why there is none."""
    if cell is None:
        return ""
    if cell.value is None:
        return _SYMBOLS[cell.status]
    return f"{Decimal(cell.value):,}" + (f" {_MARKED[cell.status]}" if cell.status in _MARKED else "")
