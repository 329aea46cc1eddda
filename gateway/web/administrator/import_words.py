"""Imports of people in words: columns by their usual headings, verdicts, changes and what is wrong with a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway.backend.places import Places
from gateway.http import errors
from gateway.language.i18n import Locale, msgid
from ieum.people.v1 import imports_pb2 as pb
from services.chassis.errors import Problem
from services.chassis.search_key import search_key

FIELDS: Mapping[str, str] = {
    "display_name": msgid("Name"),
    "birth_year": msgid("Birth year"),
    "phone": msgid("Telephone"),
    "area": msgid("Where they live"),
    "organisation": msgid("Where they work"),
    "email": msgid("E-mail"),
    "login": msgid("Login"),
}
_HEADINGS: Mapping[str, Sequence[str]] = {
    "display_name": ("이름", "성명", "성함", "name", "full name", "display name"),
    "birth_year": (
        "출생연도",
        "출생년도",
        "생년",
        "생년월일",
        "출생",
        "birth year",
        "year of birth",
        "birthdate",
        "born",
    ),
    "phone": ("전화", "전화번호", "휴대전화", "휴대폰", "핸드폰", "연락처", "phone", "telephone", "mobile"),
    "area": ("주소지", "지역", "거주지", "읍면동", "동", "행정동", "사는 곳", "area", "home", "where they live"),
    "organisation": ("기관", "소속", "직장", "organisation", "organization", "office", "where they work"),
    "email": ("이메일", "메일", "전자우편", "email", "mail"),
    "login": ("아이디", "login", "id", "user name"),
}
_BY_HEADING = {search_key(heading): name for name, headings in _HEADINGS.items() for heading in headings}
# Verdicts and outcomes as pages link to them: what they are called, and for which lines.
SHOWN: Mapping[str, tuple[str, dict[str, Any]]] = {
    "new": (msgid("New"), {"verdict": pb.LINE_NEW}),
    "change": (msgid("Changes"), {"verdict": pb.LINE_CHANGE}),
    "ask": (msgid("To look at"), {"verdict": pb.LINE_ASK}),
    "error": (msgid("Errors"), {"verdict": pb.LINE_ERROR}),
    "same": (msgid("As it is"), {"verdict": pb.LINE_SAME}),
    "applied": (msgid("Done"), {"outcome": pb.LINE_APPLIED}),
    "overtaken": (msgid("Left out: changed since the plan"), {"outcome": pb.LINE_OVERTAKEN}),
    "undone": (msgid("Taken back"), {"outcome": pb.LINE_UNDONE}),
    "kept": (msgid("Not taken back: in use or changed since"), {"outcome": pb.LINE_KEPT}),
}
STATES: Mapping[int, str] = {
    pb.IMPORT_LOADING: msgid("Loaded: say what the columns are"),
    pb.IMPORT_PLANNING: msgid("Being checked"),
    pb.IMPORT_PLANNED: msgid("Checked: look at it, then approve"),
    pb.IMPORT_APPLYING: msgid("Being read in"),
    pb.IMPORT_APPLIED: msgid("Read in"),
    pb.IMPORT_UNDOING: msgid("Being taken back"),
    pb.IMPORT_UNDONE: msgid("Taken back"),
}


def guess(header: Iterable[str]) -> list[str]:
    """What each column is by its heading; each meaning once, "" where nothing fits."""
    guessed: list[str] = []
    for heading in header:
        name = _BY_HEADING.get(search_key(heading), "")
        guessed.append(name if name not in guessed else "")
    return guessed


def sentences(locale: Locale, places: Places, imported: pb.Import, line: pb.ImportLine) -> list[str]:
    """What a line would do, or did, and what is to be looked at."""
    said = [_change(locale, places, change) for change in line.changes]
    if line.verdict == pb.LINE_NEW:
        said.append(locale.gettext("Registers %(person)s") % {"person": _person(imported, line)})
    elif line.verdict == pb.LINE_SAME:
        said.append(locale.gettext("Is there already, and stays as it is"))
    said += [_fault(locale, imported, fault) for fault in line.faults]
    if line.outcome == pb.LINE_OVERTAKEN:
        said.append(locale.gettext("Left out: the person was changed or registered since the plan"))
    return said


def _person(imported: pb.Import, line: pb.ImportLine) -> str:
    cells = [cell for name, cell in zip(imported.columns, line.cells, strict=False) if name and cell]
    return ", ".join(cells)


def _change(locale: Locale, places: Places, change: pb.LineChange) -> str:
    def value(text: str) -> str:
        return places.title(locale, text) if change.field in ("area", "organisation") and text else text

    field = locale.gettext(FIELDS.get(change.field, change.field))
    if not change.before:
        return locale.gettext("%(field)s: %(after)s") % {"field": field, "after": value(change.after)}
    return locale.gettext("%(field)s: %(after)s instead of %(before)s") % {
        "field": field, "after": value(change.after), "before": value(change.before),
    }  # fmt: skip


def _fault(locale: Locale, imported: pb.Import, fault: pb.LineFault) -> str:
    words = errors.message(locale, Problem(fault.reason, **dict(fault.details)))
    if not 0 < fault.column <= len(imported.header):
        return words
    heading = imported.header[fault.column - 1]
    return locale.gettext("Column “%(column)s”: %(words)s") % {"column": heading or fault.column, "words": words}
