"""A table of the cube as an official reads it: every number in words, or the words for why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from markupsafe import Markup

from gateway.backend.places import Places
from gateway.html.charts import Tile, Value
from gateway.language.i18n import Locale, msgid
from gateway.language.table_codes import CODES, code_title
from gateway.web.site import area_choices
from ieum.statistics.v1 import statistics_pb2 as pb

RATE = "CPR"
REACH, COMPLETERS = "COV", "PCM"
"""Columns only of tables that have them."""

MEASURES: Mapping[str, tuple[str, str]] = {
    "ENR": (
        msgid("Enrolments"),
        msgid(
            "How often people enrolled. Somebody who took three courses counts three times. "
            "Those who left before doing anything are not counted."
        ),
    ),
    "EPR": (msgid("People"), msgid("How many different people these are. Each counts once.")),
    "STR": (msgid("Started"), msgid("Enrolments in which at least one screen of the course was done.")),
    "CMP": (
        msgid("Completed"),
        msgid("Enrolments that met the course's own completion rule by the time given above."),
    ),
    "CPR": (
        msgid("Completion rate"),
        msgid("Completed divided by enrolments, as a percentage. It needs at least 10 people."),
    ),
    "COV": (
        msgid("Reach"),
        msgid("How many of every 1,000 residents took part. It is there where the number of residents was loaded."),
    ),
    "PCM": (
        msgid("People who completed"),
        msgid(
            "How many different people completed a course in the period, whenever they had begun it; over all time, "
            "how many ever did. Each counts once."
        ),
    ),
}
"""Title and meaning, in the order of the columns."""

UNITS: Mapping[str, str] = {
    "ENR": msgid("enrolments"),
    "EPR": msgid("people"),
    "STR": msgid("enrolments"),
    "CMP": msgid("enrolments"),
    "CPR": msgid("per cent"),
    "COV": msgid("per 1,000 residents"),
    "PCM": msgid("people"),
}

BY: Mapping[str, str] = {
    "REF_AREA": msgid("Area"),
    "AGE": msgid("Age"),
    "SEX": msgid("Sex"),
    "TARGET_GROUP": msgid("Target group"),
    "COURSE": msgid("Course"),
    "TIME_PERIOD": msgid("Quarter"),
    "COURSE_DOMAIN": msgid("Competence area"),
    "DELIVERY": msgid("Way of teaching"),
}

NO_ENROLMENTS = msgid("nobody enrolled")
NO_RESIDENTS = msgid("residents not known")
UNCERTAIN = msgid("%(value)s (few people)")

Link: TypeAlias = Callable[[str], str]
"""From a row's code to the address that shows more of it; "" where there is none."""


@dataclass(frozen=True)
class Cell:
    measure: str
    value: str
    """The exact decimal, as the service says it; "" where there is none."""
    status: str
    text: str | None
    """In the reader's words; None where the number may not be shown."""

    @property
    def drawn(self) -> Value:
        """For a chart: a share of one for the rate; the words where a number cannot exist."""
        if not self.value:
            return None if self.status == "Q" else self.text
        return float(self.value) / 100 if self.measure == RATE else float(self.value)

    @property
    def marked(self) -> Markup | None:
        """For the table: the words with the exact value behind them."""
        if self.text is None:
            return None
        return Markup('<data value="{}">{}</data>').format(self.value, self.text)


@dataclass(frozen=True)
class Line:
    code: str
    title: str
    href: str
    cells: Mapping[str, Cell]

    @property
    def head(self) -> Markup:
        shown = Markup('<a href="{}">{}</a>').format(self.href, self.title) if self.href else self.title
        return Markup('<span data-code="{}">{}</span>').format(self.code, shown)

    @property
    def row(self) -> list[Markup | None]:
        return [self.head, *(cell.marked for cell in self.cells.values())]


def lines(table: pb.Table, locale: Locale, places: Places, link: Link) -> list[Line]:
    shown = _measures(table)
    return [
        Line(row.code, _title(row, table, locale, places), link(row.code), cells(row, shown, locale))
        for row in table.rows
    ]


def total(table: pb.Table, locale: Locale) -> Line:
    return Line(table.total.code, locale.gettext("Total"), "", cells(table.total, _measures(table), locale))


def _measures(table: pb.Table) -> list[str]:
    there = {value.measure for row in (*table.rows, table.total) for value in row.values}
    return [measure for measure in MEASURES if measure not in (REACH, COMPLETERS) or measure in there]


def _title(row: pb.Row, table: pb.Table, locale: Locale, places: Places) -> str:
    by = pb.Dimension.Name(table.by)
    if known := code_title(locale, by, row.code):
        return known
    title = locale.pick(row.title)[0] or area_choices.title(locale, places, row.code)
    if by == "REF_AREA" and row.code == table.area and len(table.rows) > 1:
        return locale.gettext("%(area)s, no nearer place known") % {"area": title}
    return title


def cells(row: pb.Row, shown: Sequence[str], locale: Locale) -> dict[str, Cell]:
    values = {value.measure: value for value in row.values}
    return {measure: _cell(values.get(measure, pb.Value(measure=measure)), locale) for measure in shown}


def _cell(value: pb.Value, locale: Locale) -> Cell:
    return Cell(value.measure, value.value, value.obs_status, _words(value, locale))


def _words(value: pb.Value, locale: Locale) -> str | None:
    if value.obs_status == "Q":
        return None
    if not value.value:
        missing = NO_RESIDENTS if value.measure == REACH else NO_ENROLMENTS
        return locale.gettext(missing)
    text = _number(value, locale)
    return locale.gettext(UNCERTAIN) % {"value": text} if value.obs_status == "U" else text


def _number(value: pb.Value, locale: Locale) -> str:
    digits = len(value.value.partition(".")[2])
    if value.measure == RATE:
        return locale.percent(float(value.value) / 100, digits)
    return locale.number(float(value.value), digits)


def plain(marked: Markup | str) -> str:
    """A marked cell without its marks."""
    return str(marked.striptags()) if isinstance(marked, Markup) else marked


def code_words(locale: Locale, code: str) -> str:
    """A category of any dimension; the code itself where nobody gave it words."""
    return locale.gettext(CODES.get(code, code))


def tiles(rows: Sequence[Line], places: Places, measure: str) -> list[Tile]:
    """The tile map of the rows that are areas with a place of their own on it; fewer than two make no map."""
    spots = {line.code: places.areas[line.code] for line in rows if line.code in places.areas}
    parents = {area.parent for area in spots.values()}
    inside = [
        (line.title, spots[line.code].column, spots[line.code].row, line.cells[measure].drawn)
        for line in rows
        if line.code in spots and spots[line.code].name not in parents
    ]
    distinct = {(column, row) for _, column, row, _ in inside}
    return inside if len(inside) > 1 and len(distinct) == len(inside) else []
