"""Access to a release for the findings report: cells, titles and phrases in one language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from babel import dates

from services.statistics.figures.periods import is_year, last_day, quarters_of
from services.statistics.figures.rounding import round_half_up
from services.statistics.formats import licence, words
from services.statistics.formats.cells import TOTAL, PublicRelease, PublishedCell, top_areas

_SYMBOLS = {"Q": "x", "L": "…", "M": "–"}
_MARKED = {"U": "u", "B": "b", "P": "p"}


@dataclass(frozen=True)
class Findings:
    """A release in one language; cells are of the top area's latest period unless asked otherwise."""

    edition: PublicRelease
    language: str
    phrases: dict[str, Any]

    def phrase(self, name: str, **filled: object) -> str:
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
            "contact": release.contact or str(self.phrases["not_given"]),
            "legal_basis": release.legal_basis or str(self.phrases["not_given"]),
            "residents": self._residents,
            "history": self._history,
            "span": listed[0] if len(listed) == 1 else f"{listed[0]} ~ {listed[-1]}",
            "days": (release.publish_at.astimezone(release.zone).date() - last_day(self.latest)).days,
            "unknown_sex": self._unknown("SEX"),
            "unknown_age": self._unknown("AGE"),
            "breaks": sum(cell.status == "B" for cell in cells),
            "unreliable": f"{sum(cell.status == 'U' for cell in cells):,}",
            "hidden_share": _share(sum(cell.status == "Q" for cell in cells), len(cells)),
            "licence": licence.name(release.licence),
            "universe": words.title("UNIVERSE", release.universe)[self.language],
            "areas": len(release.areas),
            "k": release.k,
            "latest_title": self.title("TIME_PERIOD", self.latest),
            "periods": ", ".join(listed),
            "cells": f"{len(cells):,}",
            "hidden": f"{sum(cell.status == 'Q' for cell in cells):,}",
        }

    @property
    def _residents(self) -> str:
        given = [
            str(self.phrases["residents_line"]).format(
                source=denominator.source,
                day=self.day(denominator.reference),
                licence=licence.name(denominator.licence),
            )
            for denominator in self.edition.release.denominators
        ]
        return " ".join(given) or str(self.phrases["no_residents"])

    @property
    def _history(self) -> str:
        earlier = [(revision.revision, revision.published, revision.note) for revision in self.edition.release.history]
        release = self.edition.release
        editions = [*earlier, (release.revision, release.publish_at, release.note)]
        line = str(self.phrases["edition_line"])
        return " ".join(
            line.format(
                revision=number, day=self.day(at.astimezone(release.zone).date()), note=words.full(note)[self.language]
            ).strip()
            for number, at, note in editions
        )

    def _unknown(self, dimension: str) -> str:
        """The share of the latest period's persons without an answer, where all answers are shown; else the symbol."""
        answers = {
            "SEX": [{"SEX": code} for code in ("F", "M", "_O")],
            "AGE": [{"TARGET_GROUP": "OLD"}, {"TARGET_GROUP": "N_OLD"}],
        }
        cells = [self.cell("EPR"), *(self.cell("EPR", **place) for place in answers[dimension])]
        if None in cells:
            return "–"
        values = [cell.value for cell in cells if cell]
        if None in values:
            return "x"
        whole, *answered = (int(value) for value in values if value is not None)
        return _share(whole - sum(answered), whole)

    def title(self, dimension: str, code: str) -> str:
        return self.edition.lists[dimension][code][self.language]

    def measure(self, code: str) -> str:
        return words.title("MEASURE", code)[self.language]

    def when(self, period: str) -> str:
        """The period's title in two lines, for an axis."""
        return self.title("TIME_PERIOD", period).replace(" ", "\n", 1)

    @cached_property
    def units(self) -> dict[str, str]:
        """Measure -> code of its unit."""
        return {cell.code("MEASURE"): cell.unit for cell in self.edition.cells}

    def unit(self, cell: PublishedCell) -> str:
        return words.title("UNIT_MEASURE", cell.unit)[self.language]

    def day(self, day: date) -> str:
        return dates.format_date(day, "long", locale=self.language)

    def moment(self, moment: datetime) -> str:
        local = moment.astimezone(self.edition.release.zone)
        return f"{self.day(local.date())} {local:%H:%M}"

    @cached_property
    def top(self) -> str:
        top = top_areas(self.edition.release)
        return next(area.code for area in self.edition.release.areas if area.code in top)

    @cached_property
    def periods(self) -> list[str]:
        """The periods of the finest frequency, oldest first."""
        quarters = [period for period in self.edition.lists["TIME_PERIOD"] if "-" in period]
        return quarters or list(self.edition.lists["TIME_PERIOD"])

    @cached_property
    def years(self) -> list[str]:
        """The complete years: those with all four quarters, or all if the release has years only."""
        years = [period for period in self.edition.lists["TIME_PERIOD"] if is_year(period)]
        whole = [year for year in years if set(quarters_of(year)) <= set(self.periods)]
        return years if self.periods == years else whole

    @property
    def latest(self) -> str:
        """The report's period: the newest year if it ends with the newest quarter, else that quarter."""
        if self.years and last_day(self.years[-1]) == last_day(self.periods[-1]):
            return self.years[-1]
        return self.periods[-1]

    @property
    def before(self) -> str:
        """The previous period of the same length; "" without one."""
        series = self.years if self.latest in self.years else self.periods
        place = series.index(self.latest)
        return series[place - 1] if place else ""

    @property
    def year_before(self) -> str:
        """The same quarter of the year before; "" without one."""
        earlier = f"{int(self.latest[:4]) - 1}{self.latest[4:]}"
        return earlier if earlier in (*self.periods, *self.years) else ""

    @cached_property
    def areas(self) -> list[str]:
        """The areas directly below the top."""
        return [area.code for area in self.edition.release.areas if area.parent == self.top]

    @cached_property
    def _found(self) -> dict[tuple[str, ...], PublishedCell]:
        return {cell.codes(_PLACED): cell for cell in self.edition.cells}

    def cell(self, measure: str, period: str = "", **place: str) -> PublishedCell | None:
        """The cell of a measure; at the top area and the totals, unless `place` has another code for a dimension."""
        codes = {"REF_AREA": self.top, **place}
        return self._found.get((measure, period or self.latest, *(codes.get(name, TOTAL) for name in _PLACED[2:])))

    def codes(self, dimension: str) -> list[str]:
        """The codes of a dimension in order, without the total; the top area is included."""
        return [code for code in self.edition.lists[dimension] if code != TOTAL]


def _share(part: int, whole: int) -> str:
    return f"{round_half_up(Fraction(100 * part, whole), 1)}" if whole else "–"


_PLACED = ("MEASURE", "TIME_PERIOD", "REF_AREA", "SEX", "AGE", "TARGET_GROUP", "COURSE_DOMAIN")


def cell_text(cell: PublishedCell | None) -> str:
    """The cell as printed: grouped digits, or the symbol that shows why there are none."""
    if cell is None:
        return ""
    if cell.value is None:
        return _SYMBOLS[cell.status]
    return f"{Decimal(cell.value):,}" + (f" {_MARKED[cell.status]}" if cell.status in _MARKED else "")
