"""A release in the words of those who make it: how far it is, what it covers, what the protection of persons costs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.backend.places import Places
from gateway.language.i18n import Locale, msgid
from gateway.language.periods import quarter
from gateway.language.problems.releases import RELEASES
from gateway.web.official import live_figures
from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1 import statistics_pb2

State = pb.Release.State

# Words, and the kind of tag that shows them.
STATES: Mapping[int, tuple[str, str]] = {
    pb.Release.PLANNED: (msgid("Planned"), "plain"),
    pb.Release.BUILDING: (msgid("Being counted"), "information"),
    pb.Release.BUILT: (msgid("Waits for approval"), "warning"),
    pb.Release.APPROVED: (msgid("Approved, no time set yet"), "warning"),
    pb.Release.SCHEDULED: (msgid("Comes out at the set time"), "information"),
    pb.Release.PUBLISHED: (msgid("Published"), ""),
    pb.Release.FAILED: (msgid("Could not be counted"), "error"),
}
UNIVERSES: Mapping[str, str] = {"RESIDENT": msgid("Residents"), "EMPLOYEE": msgid("Employees")}
TABLES: Mapping[str, str] = {
    "area": msgid("by area"),
    "sex": msgid("by area and sex"),
    "age": msgid("by area and age"),
    "group": msgid("by area and target group"),
    "domain": msgid("by area and competence area"),
}
_STEPS = (
    (msgid("Plan"), msgid("Area, people and periods are chosen.")),
    (msgid("Count and protect"), msgid("Ieum counts, hides what would point at somebody, and attacks the result.")),
    (msgid("Approve"), msgid("A second person looks at it and approves.")),
    (msgid("Set the time"), msgid("At once, or on a day that is announced.")),
    (msgid("Published"), msgid("Everybody can read it; it never changes again.")),
)
_NOW = {
    pb.Release.PLANNED: 1,
    pb.Release.BUILDING: 1,
    pb.Release.FAILED: 1,
    pb.Release.BUILT: 2,
    pb.Release.APPROVED: 3,
    pb.Release.SCHEDULED: 4,
    pb.Release.PUBLISHED: 5,
}
_PARTS: Mapping[str, str] = {
    "margin": msgid("the totals of the areas"),
    "status": msgid("started, under way and withdrawn"),
    "sex": msgid("by sex"),
    "age": msgid("by age"),
    "general": msgid("people of no target group"),
}
_EXTENTS: Mapping[int, str] = {
    pb.CollapsedTable.SOME_AREAS_GIVEN_UP: msgid("Some areas show nothing here, so that the others can be shown."),
    pb.CollapsedTable.ONLY_TOP_AREA_SHOWN: msgid("Only the whole area is shown, not the places in it."),
    pb.CollapsedTable.NOTHING_SHOWN: msgid("Nothing is shown. It waits for a release over a longer period."),
}
_ATTACKS: Mapping[int, str] = {
    pb.OpenedCell.EXACT_DISCLOSURE: msgid("can be worked out exactly"),
    pb.OpenedCell.INTERVAL_TOO_NARROW: msgid("can be worked out too closely"),
    pb.OpenedCell.PUBLISHED_PRIMARY: msgid("is shown although few people stand behind it"),
}
_WITH_EVIDENCE: Mapping[int, str] = {
    pb.OpenedCell.PUBLISHED_FIGURE: "published %s",
    pb.OpenedCell.INSIDER: "insider of %s",
}
TOTAL = "_T"
_MANY_HIDDEN = 0.5


def universe(locale: Locale, code: int) -> str:
    name = statistics_pb2.Universe.Name(statistics_pb2.Universe.ValueType(code)) if code else "RESIDENT"
    return locale.gettext(UNIVERSES.get(name, name))


def state(locale: Locale, release: pb.Release) -> tuple[str, str]:
    words, kind = STATES.get(release.state, (msgid("Planned"), "plain"))
    return locale.gettext(words), kind


def period(locale: Locale, code: str) -> str:
    """A quarter or a whole year."""
    if re.fullmatch(r"\d{4}", code):
        return locale.gettext("all of %(year)s") % {"year": code}
    return quarter(locale, code)


def periods(locale: Locale, codes: Iterable[str]) -> str:
    return ", ".join(period(locale, code) for code in codes)


def steps(locale: Locale, release: pb.Release) -> list[tuple[str, str, str]]:
    """For the macro `steps`."""
    now = _NOW.get(release.state, 0)
    marks = ["done"] * now + ["now"] + [""] * len(_STEPS)
    return [
        (locale.gettext(title), locale.gettext(text), mark) for (title, text), mark in zip(_STEPS, marks, strict=False)
    ]


def failure(locale: Locale, places: Places, release: pb.Release) -> tuple[str, list[str]]:
    """What to do, and the cells that the audit could open."""
    reason = release.build_failure.reason or release.failure
    cells = [_opened(locale, places, cell) for cell in release.build_failure.opened]
    return locale.gettext(RELEASES.get(reason, RELEASES["BUILD_FAILED"])), cells


def _opened(locale: Locale, places: Places, cell: pb.OpenedCell) -> str:
    """ "Q2 2026, Solnae, With a disability, Enrolments: can be worked out exactly"."""
    measure = live_figures.MEASURES.get(cell.measure, (cell.measure, ""))[0]
    where = [period(locale, cell.period), places.title(locale, f"areas/{cell.area}")]
    category = [] if cell.code == TOTAL else [live_figures.code_words(locale, cell.code)]
    about = ", ".join([*where, *category, locale.gettext(measure)])
    if cell.attack in _WITH_EVIDENCE:
        return f"{about}: {_WITH_EVIDENCE[cell.attack] % cell.evidence}"
    return f"{about}: {locale.gettext(_ATTACKS[cell.attack])}"


@dataclass(frozen=True)
class CostWords:
    shown: str
    """Of how many figures a reader sees how many."""
    rows: Sequence[tuple[str, str]]
    persons: str
    collapsed: Sequence[tuple[str, str]]
    much: bool


def cost(locale: Locale, counts: pb.Cost) -> CostWords:
    hidden = counts.primary + counts.secondary
    return CostWords(
        shown=locale.gettext("Nobody enrolled in these periods, so there is nothing to hide.")
        if not counts.cells
        else locale.gettext("Readers see %(shown)s of %(cells)s figures; %(hidden)s are hidden.")
        % {
            "shown": locale.number(counts.cells - hidden),
            "cells": locale.number(counts.cells),
            "hidden": _of(locale, hidden, counts.cells),
        },
        rows=[
            (locale.gettext("Few people stand behind them"), _of(locale, counts.primary, counts.cells)),
            (locale.gettext("They would give the first away"), _of(locale, counts.secondary, counts.cells)),
            (locale.gettext("Hidden together"), _of(locale, hidden, counts.cells)),
        ]
        if counts.cells
        else [],
        persons=_persons(locale, counts),
        collapsed=[_collapsed(locale, table) for table in counts.collapsed_tables],
        much=hidden > _MANY_HIDDEN * counts.cells,
    )


def _persons(locale: Locale, counts: pb.Cost) -> str:
    if not counts.persons:
        return locale.gettext("Nobody stands in a hidden figure.")
    words = msgid(
        "%(people)s of the %(everybody)s people counted (%(share)s) stand in at least one hidden figure. "
        "In the other figures they do count."
    )
    return locale.gettext(words) % {
        "people": locale.number(counts.persons),
        "everybody": locale.number(counts.everybody),
        "share": locale.percent(counts.persons / max(counts.everybody, 1)),
    }


def _of(locale: Locale, part: int, whole: int) -> str:
    if not whole:
        return locale.number(part)
    named = {"count": locale.number(part), "share": locale.percent(part / whole)}
    return locale.gettext("%(count)s (%(share)s)") % named


def _collapsed(locale: Locale, collapsed: pb.CollapsedTable) -> tuple[str, str]:
    """What the table is about, and how much of it is given up."""
    named = locale.gettext(_PARTS.get(collapsed.table, collapsed.table))
    table = live_figures.code_words(locale, collapsed.code) if collapsed.code else named
    named_period = period(locale, collapsed.period)
    about = locale.gettext("%(period)s, %(table)s") % {"period": named_period, "table": table}
    return about, locale.gettext(_EXTENTS[collapsed.extent])
