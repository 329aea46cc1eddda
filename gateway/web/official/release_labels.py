"""A release in the words of those who make it: how far it is, what it covers, what the protection of persons costs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.backend.places import Places
from gateway.language.i18n import Locale, msgid
from gateway.language.periods import quarter
from gateway.language.releases import RELEASES
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
_COLLAPSED: Mapping[str, str] = {
    "some areas given up": msgid("Some areas show nothing here, so that the others can be shown."),
    "only the top area shown": msgid("Only the whole area is shown, not the places in it."),
    "nothing shown": msgid("Nothing is shown. It waits for a release over a longer period."),
}
_COLLAPSED_LINE = re.compile(r"^(\S+) (\S+): (.+)$")
_CELL = re.compile(r"^(\S+) (\S+) (\S+) (\S+): (.+)$")
_ATTACKS: Mapping[str, str] = {
    "exact disclosure": msgid("can be worked out exactly"),
    "interval too narrow": msgid("can be worked out too closely"),
    "published primary": msgid("is shown although few people stand behind it"),
}
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
        return locale.gettext(msgid("all of %(year)s")) % {"year": code}
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
    """What to do, and the cells that opened: behind the reason's colon stands what the audit names."""
    reason, _, where = release.failure.partition(":")
    cells = [_opened(locale, places, cell.strip()) for cell in where.split(";") if cell.strip()]
    return locale.gettext(RELEASES.get(reason, RELEASES["BUILD_FAILED"])), cells


def _opened(locale: Locale, places: Places, cell: str) -> str:
    """ "2026-Q2 HB0101 group=DIS ENR: exact disclosure" in words, as far as there are any."""
    found = _CELL.match(cell)
    if not found:
        return cell
    code = found[3].rpartition("=")[2].removeprefix("!")
    measure = live_figures.MEASURES.get(found[4], (found[4], ""))[0]
    said = [period(locale, found[1]), places.title(locale, f"areas/{found[2]}"), live_figures.code_words(locale, code)]
    words = [*(each for each in said if each != "_T"), locale.gettext(measure)]
    return f"{', '.join(words)}: {locale.gettext(_ATTACKS.get(found[5], found[5]))}"


@dataclass(frozen=True)
class CostWords:
    shown: str
    """Of how many figures a reader sees how many."""
    rows: Sequence[tuple[str, str]]
    persons: str
    collapsed: Sequence[tuple[str, str]]
    much: bool


def cost(locale: Locale, found: pb.Cost) -> CostWords:
    hidden = found.primary + found.secondary
    return CostWords(
        shown=locale.gettext(msgid("Nobody enrolled in these periods, so there is nothing to hide."))
        if not found.cells
        else locale.gettext(msgid("Readers see %(shown)s of %(cells)s figures; %(hidden)s are hidden."))
        % {
            "shown": locale.number(found.cells - hidden),
            "cells": locale.number(found.cells),
            "hidden": _of(locale, hidden, found.cells),
        },
        rows=[
            (locale.gettext(msgid("Few people stand behind them")), _of(locale, found.primary, found.cells)),
            (locale.gettext(msgid("They would give the first away")), _of(locale, found.secondary, found.cells)),
            (locale.gettext(msgid("Hidden together")), _of(locale, hidden, found.cells)),
        ]
        if found.cells
        else [],
        persons=_persons(locale, found),
        collapsed=[_collapsed(locale, line) for line in found.collapsed],
        much=hidden > _MANY_HIDDEN * found.cells,
    )


def _persons(locale: Locale, found: pb.Cost) -> str:
    if not found.persons:
        return locale.gettext(msgid("Nobody stands in a hidden figure."))
    words = msgid(
        "%(people)s of the %(everybody)s people counted (%(share)s) stand in at least one hidden figure. "
        "In the other figures they do count."
    )
    return locale.gettext(words) % {
        "people": locale.number(found.persons),
        "everybody": locale.number(found.everybody),
        "share": locale.percent(found.persons / max(found.everybody, 1)),
    }


def _of(locale: Locale, part: int, whole: int) -> str:
    if not whole:
        return locale.number(part)
    named = {"count": locale.number(part), "share": locale.percent(part / whole)}
    return locale.gettext(msgid("%(count)s (%(share)s)")) % named


def _collapsed(locale: Locale, line: str) -> tuple[str, str]:
    """ "2026-Q3 flag:NKD: nothing shown" as what it is about and what became of it."""
    found = _COLLAPSED_LINE.match(line)
    if not found:
        return line, ""
    kind, _, code = found[2].partition(":")
    what = live_figures.code_words(locale, code) if code else locale.gettext(_PARTS.get(kind, kind))
    about = locale.gettext(msgid("%(period)s, %(table)s")) % {"period": period(locale, found[1]), "table": what}
    return about, locale.gettext(_COLLAPSED.get(found[3], found[3]))
