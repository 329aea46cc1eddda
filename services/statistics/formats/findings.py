"""What the findings report says, section by section, as blocks that the template knows how to set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from babel import dates

from services.statistics.domain.release import TableSpec
from services.statistics.formats import charts, words
from services.statistics.formats.cells import TOTAL, Cell, Edition, dimensions_of, top_areas
from services.statistics.formats.charts import Mark

Block: TypeAlias = dict[str, Any]
Place: TypeAlias = dict[str, str]
"""Dimension -> code, of those that are not at their total."""

SEOUL = ZoneInfo("Asia/Seoul")
HEADLINES = ("ENR", "EPR", "CMP", "CPR", "COV")
COLUMNS = ("ENR", "EPR", "STR", "CMP", "CPR", "COV")
GAPS = ("GAP_PP", "GAP_RT", "GAP_IX", "GPIA")
LONGEST = 64
"""Rows of an annex table that is still printed."""

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


def sections(it: Findings, checksum: str) -> list[Block]:
    return [
        {"title": it.say("summary"), "parts": _summary(it)},
        {"title": it.say("overview"), "parts": [_overview(it)]},
        {"title": it.say("definitions"), "parts": _definitions(it), "follows": True},
        {"title": it.say("results"), "parts": [*_total(it), *_by_area(it), *_sex_and_age(it), *_groups(it)]},
        {"title": it.say("domains"), "parts": _domains(it), "follows": True},
        {"title": it.say("annex"), "parts": _annex(it)},
        {"title": it.say("about"), "parts": _about(it, checksum)},
    ]


def _summary(it: Findings) -> list[Block]:
    period, area = it.title("TIME_PERIOD", it.latest), it.title("REF_AREA", it.top)
    found = [cell for code in HEADLINES if (cell := it.cell(code))]
    return [
        {"kind": "text", "text": it.say("summary_intro", period=period, area=area)},
        {"kind": "headlines", "rows": [_headline(it, cell) for cell in found]},
        {"kind": "notice", "text": it.say("descriptive")},
    ]


def _headline(it: Findings, cell: Cell) -> Block:
    measure = cell.code("MEASURE")
    interval = it.say("interval", low=cell.low, high=cell.high) if cell.low and cell.high else ""
    return {
        "title": it.measure(measure),
        "value": printed(cell),
        "unit": it.phrases["units"][cell.unit],
        "interval": interval,
        "change": _change(it, measure, cell),
    }


def _change(it: Findings, measure: str, cell: Cell) -> str:
    if len(it.periods) < 2:
        return ""
    earlier = it.periods[-2]
    before, name = it.cell(measure, earlier), it.title("TIME_PERIOD", earlier)
    if before is None or before.value is None or cell.value is None or cell.status == "B":
        return it.say("no_change", before=name)
    change = Decimal(cell.value) - Decimal(before.value)
    unit = it.phrases["units"]["PP" if cell.unit == "PT" else cell.unit]
    return it.say("change", before=name, change=f"{change:+,} {unit}".strip().replace("-", "−"))


def _overview(it: Findings) -> Block:
    return {"kind": "facts", "head": it.phrases["row_head"], "rows": it.rows("overview_rows")}


def _definitions(it: Findings) -> list[Block]:
    units = {cell.code("MEASURE"): it.unit(cell) for cell in it.edition.cells}
    rows = [
        [code, it.measure(code), words.meaning(code)[it.language], units[code]] for code in it.edition.lists["MEASURE"]
    ]
    title, head = it.say("definitions"), it.phrases["definition_head"]
    return [
        {"kind": "text", "text": it.say("definitions_intro")},
        _table(it, title, head, rows, labels=len(head)) | {"widths": (20, 36, 0, 24)},
    ]


def _total(it: Findings) -> list[Block]:
    series = [(it.measure(code), [_mark(it.cell(code, period), period) for period in it.periods]) for code in _GROWTH]
    labels = [it.title("TIME_PERIOD", period) for period in it.periods]
    title = f"{' · '.join(name for name, _ in series)} ({it.title('REF_AREA', it.top)})"
    rows = [
        [label, *(printed(it.cell(code, period)) for code in _columns(it))]
        for label, period in zip(labels, it.periods, strict=True)
    ]
    return [
        {"kind": "heading", "text": it.say("results_total")},
        _chart(it, title, charts.columns(labels, series), _spoken(series, labels), "NUMBER"),
        _table(it, it.say("results_total"), [words.column("TIME_PERIOD")[it.language], *_heads(it)], rows),
    ]


_GROWTH = ("ENR", "CMP")


def _by_area(it: Findings) -> list[Block]:
    areas = [code for code in it.codes("REF_AREA") if code != it.top]
    places = [{"REF_AREA": code} for code in areas]
    marks = _marks(it, "CPR", "REF_AREA", places)
    if not marks:
        return []
    title = f"{it.measure('CPR')} · {it.say('results_area')}"
    plan = _chart(it, title, charts.tiles(marks), _listed(marks), "PT", width=min(160, 22 * min(6, len(marks)) + 4))
    plan["note"] = f"{it.say('reading_map')} {plan['note']}"
    return [
        {"kind": "heading", "text": it.say("results_area")},
        _chart(it, title, charts.bars(marks), _listed(marks), "PT"),
        plan,
    ]


def _sex_and_age(it: Findings) -> list[Block]:
    parts: list[Block] = []
    for dimension in ("SEX", "AGE"):
        places = [{dimension: code} for code in it.codes(dimension)]
        marks = _marks(it, "CPR", dimension, places)
        if marks:
            title = f"{it.measure('CPR')} · {words.column(dimension)[it.language]}"
            parts.append(_chart(it, title, charts.bars(marks), _listed(marks), "PT"))
            parts.append(_place_table(it, words.column(dimension)[it.language], dimension, places))
    return [{"kind": "heading", "text": it.say("results_sex_age")}, *parts] if parts else []


def _groups(it: Findings) -> list[Block]:
    places = [{"TARGET_GROUP": code} for code in it.codes("TARGET_GROUP")]
    marks = _marks(it, "CPR", "TARGET_GROUP", places)
    if not marks:
        return []
    title = f"{it.measure('CPR')} · {it.say('results_group')}"
    return [
        {"kind": "heading", "text": it.say("results_group")},
        {"kind": "text", "text": it.say("group_note")},
        _chart(it, title, charts.bars(marks), _listed(marks), "PT"),
        _place_table(it, it.say("results_group"), "TARGET_GROUP", places),
        *_gaps(it, places),
    ]


def _gaps(it: Findings, places: Sequence[Place]) -> list[Block]:
    measures = [code for code in GAPS if any(it.cell(code, **place) for place in places)]
    rows = [
        [it.title("TARGET_GROUP", place["TARGET_GROUP"]), *(printed(it.cell(code, **place)) for code in measures)]
        for place in places
        if any(it.cell(code, **place) for code in measures)
    ]
    heads = [words.column("TARGET_GROUP")[it.language], *map(it.measure, measures)]
    return [_table(it, it.say("gap"), heads, rows)] if rows else []


def _domains(it: Findings) -> list[Block]:
    places = [{"COURSE_DOMAIN": code} for code in it.codes("COURSE_DOMAIN")]
    marks = _marks(it, "CPR", "COURSE_DOMAIN", places)
    intro: Block = {"kind": "text", "text": it.say("domains_intro")}
    if not marks:
        return [intro]
    title = f"{it.measure('CPR')} · {it.say('domains')}"
    chart = _chart(it, title, charts.bars(marks), _listed(marks), "PT")
    return [intro, chart, _place_table(it, it.say("domains"), "COURSE_DOMAIN", places)]


def _annex(it: Findings) -> list[Block]:
    intro = it.say("annex_intro", period=it.title("TIME_PERIOD", it.latest))
    legend: Block = {"kind": "facts", "head": it.phrases["legend_head"], "rows": it.rows("legend_rows")}
    areas = _place_table(it, it.say("results_area"), "REF_AREA", [{"REF_AREA": code} for code in it.codes("REF_AREA")])
    tables = [areas, *(block for table in it.edition.release.tables for block in _annex_table(it, table))]
    heading: Block = {"kind": "heading", "text": it.say("legend")}
    return [{"kind": "text", "text": intro}, *tables, heading, legend]


def _annex_table(it: Findings, table: TableSpec) -> list[Block]:
    dimensions = dimensions_of(table)
    chosen = [cell for cell in it.edition.table(table) if cell.code("TIME_PERIOD") == it.latest]
    keys = list(dict.fromkeys(cell.codes(dimensions) for cell in chosen))
    title = table.title[it.language]
    if len(keys) > LONGEST and len(dimensions) == 2:
        return [_crossed(it, title, dimensions[1], measure) for measure in ("EPR", "CPR")]
    if len(keys) > LONGEST:
        return [{"kind": "text", "text": it.say("too_long", table=title, rows=len(keys))}]
    rows = [_row(it, dimensions, key) for key in keys]
    heads = [words.column(name)[it.language] for name in dimensions]
    return [_table(it, title, [*heads, *_heads(it)], rows, labels=len(dimensions))]


def _crossed(it: Findings, title: str, dimension: str, measure: str) -> Block:
    """Areas down, a breakdown across: one measure of a table that would be too long otherwise."""
    codes = it.codes(dimension)
    rows = [
        [it.title("REF_AREA", area), *(printed(it.cell(measure, REF_AREA=area, **{dimension: code})) for code in codes)]
        for area in it.codes("REF_AREA")
    ]
    heads = [words.column("REF_AREA")[it.language], *(it.title(dimension, code) for code in codes)]
    name = f"{it.measure(measure)} (n)" if measure == "EPR" else it.measure(measure)
    table = _table(it, f"{title} · {name}", heads, rows)
    narrow = min(24, 126 // max(1, len(table["head"]) - 1))
    return table | {"widths": [0, *(narrow for _ in table["head"][1:])]}


def _row(it: Findings, dimensions: Sequence[str], key: Sequence[str]) -> list[str]:
    place = dict(zip(dimensions, key, strict=True))
    labels = [it.title(name, code) for name, code in place.items()]
    return [*labels, *(printed(it.cell(code, **place)) for code in _columns(it))]


def _about(it: Findings, checksum: str) -> list[Block]:
    release = it.edition.release
    earlier = it.say("earlier_text", earlier=", ".join(release.earlier)) if release.earlier else it.say("no_earlier")
    revision = it.say("revision_text", note=release.note.get(it.language, ""))
    return [
        {"kind": "heading", "text": it.say("sdc")},
        {"kind": "text", "text": it.say("sdc_text")},
        {"kind": "heading", "text": it.say("revisions")},
        {"kind": "text", "text": f"{revision} {earlier}"},
        {"kind": "heading", "text": it.say("quality")},
        {"kind": "facts", "head": it.phrases["row_head"], "rows": it.rows("quality_rows")},
        {"kind": "heading", "text": it.say("data")},
        {"kind": "text", "text": it.say("data_text")},
        {"kind": "code", "text": checksum},
        {"kind": "heading", "text": it.say("questionnaire")},
        {"kind": "text", "text": it.say("questionnaire_text")},
    ]


def _columns(it: Findings) -> list[str]:
    return [code for code in COLUMNS if code in it.edition.lists["MEASURE"]]


def _heads(it: Findings) -> list[str]:
    return [f"{it.measure(code)} (n)" if code == "EPR" else it.measure(code) for code in _columns(it)]


def _place_table(it: Findings, title: str, dimension: str, places: Iterable[Place]) -> Block:
    rows = [_row(it, (dimension,), (place[dimension],)) for place in places]
    return _table(it, title, [words.column(dimension)[it.language], *_heads(it)], rows)


def _table(
    it: Findings,
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    labels: int = 1,
) -> Block:
    """`labels` columns of words come first; a measure that the table has nowhere is left out."""
    kept = [place for place in range(len(head)) if place < labels or any(row[place] for row in rows)]
    return {
        "kind": "table",
        "title": title,
        "head": [head[place] for place in kept],
        "rows": [[row[place] for place in kept] for row in rows],
        "widths": [0 if place < labels else 18 for place in kept],
        "labels": labels,
        "note": it.say("source"),
    }


def _chart(it: Findings, title: str, svg: str, spoken: str, unit: str, width: float = 150) -> Block:
    persons = it.cell("EPR")
    base = it.say("n", n=printed(persons)) if persons else ""
    notes = [it.say("unit", unit=words.title("UNIT_MEASURE", unit)[it.language]), base, it.say("source")]
    return {
        "kind": "chart",
        "title": f"{title} ({it.title('TIME_PERIOD', it.latest)})" if unit == "PT" else title,
        "svg": svg,
        "alt": it.say("chart_alt", title=title, values=spoken),
        "width": width,
        "note": it.say("separator").join(filter(None, notes)),
    }


def _marks(it: Findings, measure: str, dimension: str, places: Iterable[Place]) -> list[Mark]:
    found = [(place[dimension], it.cell(measure, **place)) for place in places]
    return [_mark(cell, it.title(dimension, code)) for code, cell in found if cell]


def _mark(cell: Cell | None, label: str) -> Mark:
    if cell is None or cell.value is None:
        return Mark(label, None, printed(cell))
    low, high = (Decimal(bound) if bound else None for bound in (cell.low, cell.high))
    return Mark(label, Decimal(cell.value), printed(cell), low, high)


def _listed(marks: Sequence[Mark]) -> str:
    return ", ".join(f"{mark.label} {mark.shown}" for mark in marks)


def _spoken(series: Sequence[tuple[str, Sequence[Mark]]], labels: Sequence[str]) -> str:
    return "; ".join(
        f"{name}: " + ", ".join(f"{label} {mark.shown}" for label, mark in zip(labels, marks, strict=True))
        for name, marks in series
    )
