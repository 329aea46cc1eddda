"""A table of the cube as an official reads it: every number in words, or the words for why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from markupsafe import Markup

from gateway.backend.places import Places
from gateway.html.charts import Tile, Value
from gateway.language.i18n import Locale, msgid
from gateway.language.periods import quarter
from gateway.web.site import area_choices
from ieum.statistics.v1 import statistics_pb2 as pb

UNKNOWN = "_U"
RATE = "CPR"
REACH = "COV"
"""A column only of tables that have it."""

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
}
"""Title and meaning, in the order of the columns."""

UNITS: Mapping[str, str] = {
    "ENR": msgid("enrolments"),
    "EPR": msgid("people"),
    "STR": msgid("enrolments"),
    "CMP": msgid("enrolments"),
    "CPR": msgid("per cent"),
    "COV": msgid("per 1,000 residents"),
}

BY: Mapping[str, str] = {
    "REF_AREA": msgid("Area"),
    "AGE": msgid("Age"),
    "SEX": msgid("Sex"),
    "TARGET_GROUP": msgid("Target group"),
    "COURSE": msgid("Course"),
    "TIME_PERIOD": msgid("Quarter"),
    "COURSE_DOMAIN": msgid("Competence area"),
}

CODES: Mapping[str, str] = {
    "Y_LT15": msgid("Under 15"),
    "Y15T24": msgid("15 to 24"),
    "Y25T34": msgid("25 to 34"),
    "Y35T44": msgid("35 to 44"),
    "Y45T54": msgid("45 to 54"),
    "Y55T64": msgid("55 to 64"),
    "Y65T74": msgid("65 to 74"),
    "Y_GE75": msgid("75 and older"),
    "F": msgid("Women"),
    "M": msgid("Men"),
    "_O": msgid("Another sex"),
    "OLD": msgid("55 and older"),
    "N_OLD": msgid("Under 55"),
    "DIS": msgid("With a disability"),
    "N_DIS": msgid("Without a disability"),
    "LOW": msgid("Low income"),
    "N_LOW": msgid("Not low income"),
    "FAR": msgid("Farmers and fishers"),
    "N_FAR": msgid("Not farmers or fishers"),
    "NKD": msgid("North Korean defectors"),
    "N_NKD": msgid("Not North Korean defectors"),
    "MIG": msgid("Marriage migrants"),
    "N_MIG": msgid("Not marriage migrants"),
    "GEN": msgid("None of the groups, and under 55"),
    "DC30_1": msgid("Information search, evaluation and management"),
    "DC30_2": msgid("Communication and collaboration"),
    "DC30_3": msgid("Content creation"),
    "DC30_4": msgid("Safety, wellbeing and responsible use"),
    "DC30_5": msgid("Problem identification and solving"),
}
_UNKNOWN = {
    "AGE": msgid("Age not given"),
    "SEX": msgid("Sex not given"),
    "TARGET_GROUP": msgid("Question not answered"),
    "REF_AREA": msgid("Area not known"),
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
        Line(row.code, _title(row, table, locale, places), link(row.code), _cells(row, shown, locale))
        for row in table.rows
    ]


def total(table: pb.Table, locale: Locale) -> Line:
    return Line(table.total.code, locale.gettext("Total"), "", _cells(table.total, _measures(table), locale))


def _measures(table: pb.Table) -> list[str]:
    reached = any(value.measure == REACH for row in (*table.rows, table.total) for value in row.values)
    return [measure for measure in MEASURES if measure != REACH or reached]


def _title(row: pb.Row, table: pb.Table, locale: Locale, places: Places) -> str:
    by = pb.Dimension.Name(table.by)
    if row.code == UNKNOWN:
        return locale.gettext(_UNKNOWN.get(by, "Not known"))
    if row.code in CODES:
        return locale.gettext(CODES[row.code])
    if by == "TIME_PERIOD":
        return quarter(locale, row.code)
    title = locale.pick(row.title)[0] or area_choices.title(locale, places, row.code)
    if by == "REF_AREA" and row.code == table.area and len(table.rows) > 1:
        return locale.gettext("%(area)s, no nearer place known") % {"area": title}
    return title


def _cells(row: pb.Row, shown: Sequence[str], locale: Locale) -> dict[str, Cell]:
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
