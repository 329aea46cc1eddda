"""One release on a page, for the area and the period that a reader chose: headline figures, charts, and a table for
every figure there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from markupsafe import Markup

from gateway.backend.release_figures import BREAKDOWNS, TOTAL, Area, Cell, ReleaseFigures
from gateway.html.charts import Tile, Value
from gateway.language.i18n import Locale, msgid
from gateway.web.public_data.cells import change, drawn, written

HEADLINES = ("EPR", "ENR", "CMP", "CPR", "COV")
SHOWN = ("CPR", "EPR", "ENR", "CMP", "COV")
"""What a chart can show, the usual first."""

SHEETS: Sequence[tuple[str, str, Sequence[str]]] = (
    ("part", msgid("Taking part and completing"), ("EPR", "ENR", "CMP", "CPR", "COV", "COV_STD")),
    ("gap", msgid("Gaps"), ("GAP_PP", "GAP_RT", "GAP_IX", "GPIA", "CONC")),
    (
        "way",
        msgid("How far the enrolments got"),
        ("ENR_VALID", "PTM", "STR", "WDR", "IPR", "NST", "CMP90", "CPR90", "CPS", "DOR", "CMF", "PCM"),
    ),
    ("time", msgid("Time spent"), ("HRS", "HRS_PC", "TTC_MED", "TTC_P90")),
)
"""Measures that stand in one table; what is in none of these stands in a last one."""
_SAID_BY_THE_TITLE = ("PT", "RATIO", "IX", "PS", "NUMBER")
_REST = ("rest", msgid("Other numbers"))

COLUMNS: Mapping[str, str] = {
    "TIME_PERIOD": msgid("Period"),
    "REF_AREA": msgid("Area"),
    "SEX": msgid("Sex"),
    "AGE": msgid("Age"),
    "TARGET_GROUP": msgid("Target group"),
    "COURSE_DOMAIN": msgid("Competence area"),
}
HEADS: Mapping[str, str] = {
    "SEX": msgid("By sex"),
    "AGE": msgid("By age"),
    "TARGET_GROUP": msgid("By target group"),
    "COURSE_DOMAIN": msgid("By competence area"),
}
NOTES: Mapping[str, str] = {
    "TARGET_GROUP": msgid(
        "One person can belong to several groups, for example an older farmer. Do not add the groups up: compare each "
        "with the people who are not in it."
    ),
    "COURSE_DOMAIN": msgid("A course can teach several competence areas and counts in each. Do not add them up."),
}

Row = tuple[str, str, Callable[[str], Cell | None]]
"""Code, title, and the cell of a measure in it."""


@dataclass(frozen=True)
class Sheet:
    """A table; the first column is words."""

    name: str
    title: str
    columns: Sequence[Markup | str]
    rows: Sequence[Sequence[Markup | str]]
    foot: Sequence[Markup | str] | None


@dataclass(frozen=True)
class Section:
    """`kind` of the chart is bars or lines; no labels, no chart."""

    name: str
    title: str
    note: str
    kind: str
    labels: Sequence[str]
    drawn: Sequence[Value]
    tiles: Sequence[Tile]
    sheets: Sequence[Sheet]
    cells: Sequence[Cell | None] = ()
    """Those that are drawn."""


@dataclass(frozen=True)
class Look:
    figures: ReleaseFigures
    locale: Locale
    area: Area
    period: str
    show: str

    def title(self, dimension: str, code: str) -> str:
        return self.locale.pick(self.figures.codes(dimension)[code])[0]

    def place(self, area: Area) -> str:
        return self.locale.pick(area.title)[0]

    @property
    def measures(self) -> Sequence[str]:
        return list(self.figures.codes("MEASURE"))

    def cell(self, measure: str, **codes: str) -> Cell | None:
        return self.figures.cell(measure, self.period, self.area.code, **codes)

    def headlines(self) -> list[dict[str, Any]]:
        earlier = self.before
        return [
            {
                "code": measure,
                "title": self.title("MEASURE", measure),
                "unit": self.unit(cell.unit),
                "written": written(cell, self.locale),
                "change": change(cell, self.figures.cell(measure, earlier, self.area.code), self.locale),
            }
            for measure in HEADLINES
            if (cell := self.cell(measure))
        ]

    @property
    def before(self) -> str:
        """The period before, of the same length; "" for the first."""
        same = [one for one in sorted(self.figures.codes("TIME_PERIOD")) if ("-" in one) == ("-" in self.period)]
        return same[at - 1] if (at := same.index(self.period)) else ""

    def sections(self, spots: Mapping[str, tuple[int, int]]) -> list[Section]:
        found = [self._over_time(), self._areas(spots), *map(self._breakdown, self._tables())]
        return [section for section in found if section.sheets]

    def _over_time(self) -> Section:
        def row(period: str) -> Row:
            return period, self.title("TIME_PERIOD", period), lambda it: self.figures.cell(it, period, self.area.code)

        quarters = self.figures.quarters
        years = [period for period in self.figures.codes("TIME_PERIOD") if period not in quarters]
        sheets = self._sheets("time", "TIME_PERIOD", [row(period) for period in (*quarters, *years)], None)
        charted = [row(period) for period in quarters]
        labels = [title.replace(" ", "\n") for _, title, _ in charted]
        words = self.locale.gettext("Over time")
        return _section("over-time", words, "", "lines", labels, self._drawn(charted), (), sheets, self._shown(charted))

    def _areas(self, spots: Mapping[str, tuple[int, int]]) -> Section:
        def row(area: Area) -> Row:
            return area.code, self.place(area), lambda it: self.figures.cell(it, self.period, area.code)

        below = self.figures.below(self.area.code)
        rows = [row(area) for area in below]
        sheets = self._sheets("area", "REF_AREA", rows, row(self.area)) if rows else ()
        values = self._drawn(rows)
        found = [spots.get(area.code) for area in below]
        places = {spot for spot in found if spot}
        tiles = (
            [(title, *spot, value) for (_, title, _), spot, value in zip(rows, found, values, strict=True) if spot]
            if len(places) == len(below) > 1
            else ()
        )
        words = self.locale.gettext("By area")
        return _section(
            "areas", words, "", "bars", [title for _, title, _ in rows], values, tiles, sheets, self._shown(rows)
        )

    def _tables(self) -> Iterator[tuple[str, Sequence[str], str]]:
        """Name, dimensions and title of each table that divides more than areas."""
        for table in self.figures.said["tables"]:
            dimensions = [name for name in table["dimensions"] if name in BREAKDOWNS]
            if dimensions:
                yield table["id"], dimensions, self.locale.pick(table["title"])[0]

    def _breakdown(self, table: tuple[str, Sequence[str], str]) -> Section:
        name, dimensions, title = table
        alone = dimensions[0] if len(dimensions) == 1 else ""

        def row(codes: Mapping[str, str]) -> Row:
            words = [self.title(dimension, code) for dimension, code in codes.items() if code != TOTAL]
            return ".".join(codes.values()), ", ".join(words), lambda it: self.cell(it, **codes)

        every = [dict(zip(dimensions, codes, strict=True)) for codes in product(*map(self.figures.codes, dimensions))]
        rows = [row(codes) for codes in every if set(codes.values()) != {TOTAL}]
        rows = [one for one in rows if any(one[2](measure) for measure in self.measures)]
        total = ("", self.locale.gettext("Total"), self.cell)
        sheets = self._sheets(name, dimensions[0], rows, total)
        words = self.locale.gettext(HEADS[alone]) if alone else title
        note = self.locale.gettext(NOTES[alone]) if alone in NOTES else ""
        return _section(
            name, words, note, "bars", [title for _, title, _ in rows], self._drawn(rows), (), sheets, self._shown(rows)
        )

    def _drawn(self, rows: Sequence[Row]) -> list[Value]:
        return [drawn(cell, self.locale) for cell in self._shown(rows)]

    def _shown(self, rows: Sequence[Row]) -> list[Cell | None]:
        return [cell(self.show) for _, _, cell in rows]

    def _sheets(self, name: str, dimension: str, rows: Sequence[Row], total: Row | None) -> list[Sheet]:
        named = {measure for _, _, measures in SHEETS for measure in measures}
        rest = [measure for measure in self.measures if measure not in named]
        found = []
        for sheet, title, wanted in (*SHEETS, (*_REST, rest)):
            measures = [each for each in wanted if each in self.measures and any(cell(each) for _, _, cell in rows)]
            if measures:
                found.append(
                    self._sheet(f"{name}-{sheet}", self.locale.gettext(title), dimension, measures, rows, total)
                )
        return found

    def _sheet(
        self, name: str, title: str, dimension: str, measures: Sequence[str], rows: Sequence[Row], total: Row | None
    ) -> Sheet:
        def line(row: Row) -> list[Markup | str]:
            return [_head(*row[:2]), *(written(row[2](measure), self.locale) for measure in measures)]

        units = {cell.key[0]: cell.unit for _, _, read in rows for measure in measures if (cell := read(measure))}
        head = self.locale.gettext(COLUMNS[dimension])
        columns = [head, *(self._head(measure, units[measure]) for measure in measures)]
        foot = line(total) if total and any(total[2](measure) for measure in measures) else None
        return Sheet(name, title, columns, [line(row) for row in rows], foot)

    def _head(self, measure: str, unit: str) -> Markup:
        return _head(measure, self.title("MEASURE", measure)) + self.unit(unit)

    def unit(self, code: str) -> Markup:
        if code in _SAID_BY_THE_TITLE:
            return Markup("")
        words = self.locale.pick(self.figures.said["units"][code])[0]
        return Markup(' <span class="unit">{}</span>').format(words)


def _section(
    name: str,
    title: str,
    note: str,
    kind: str,
    labels: Sequence[str],
    values: Sequence[Value],
    tiles: Sequence[Tile],
    sheets: Sequence[Sheet],
    cells: Sequence[Cell | None],
) -> Section:
    """A chart of nothing but hidden numbers would say less than its table, and more slowly."""
    if not any(isinstance(value, float) for value in values):
        labels, values, tiles, cells = (), (), (), ()
    return Section(name, title, note, kind, labels, values, tiles, sheets, cells)


def _head(code: str, title: str) -> Markup:
    return Markup('<span data-code="{}">{}</span>').format(code, title) if code else Markup("{}").format(title)
