"""Attendance that devices recorded without network, joined with what is on the list.

A mark is the strongest of its entries, and joining keeps the strongest of both sides. So the order in which devices
send, and how often, changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.errors import Problem, Refused
from services.classes.domain.attendance import (
    MOST_ENTRIES,
    OPEN_BEFORE,
    Attended,
    Mark,
    Marked,
    MarkEntry,
    Outcome,
    Sheet,
    Way,
    minutes_of,
)
from services.classes.domain.details import Details
from services.classes.domain.schedule import Session, session_of


@dataclass(frozen=True)
class KitMark:
    """`operation` names what was pressed, on which device. `filled`: by one press for all who had no mark yet."""

    operation: str
    application: str
    attended: Attended
    minutes: int | None
    filled: bool
    time: datetime


def join(
    sheet: Sheet,
    number: int,
    details: Details,
    people: Mapping[str, str],
    marks: Sequence[KitMark],
    by: str,
    now: datetime,
) -> tuple[Outcome, dict[str, str]]:
    """The list with these marks, and of each refused operation the reason. `people`: of each application that has or
    had a seat, its person."""
    refused: dict[str, str] = {}
    lines = {mark.application: mark for mark in sheet.lines}
    for each in marks:
        try:
            session = _open_session(sheet, number, details, now)
            entry = _entry(each, people, session, by)
        except Problem as problem:
            refused[each.operation] = problem.reason
            continue
        lines[each.application] = _joined(lines.get(each.application), each.application, entry)
    before = {mark.application: (mark.attended, mark.minutes) for mark in sheet.lines}
    changed = [mark for key, mark in lines.items() if before.get(key) != (mark.attended, mark.minutes)]
    after = replace(sheet, lines=tuple(lines[key] for key in sorted(lines)))
    events = tuple(
        Marked(sheet.class_, details, session_of(details.sessions, number), people[mark.application], mark, now)
        for mark in changed
    )
    return (after, events), refused


def _open_session(sheet: Sheet, number: int, details: Details, now: datetime) -> Session:
    session = session_of(details.sessions, number)
    if sheet.cancelled or not session.planned:
        raise Refused("SESSION_CANCELLED")
    if now < session.starts_at - OPEN_BEFORE:
        raise Refused("SESSION_NOT_BEGUN", starts_at=session.starts_at.isoformat())
    return session


def _entry(mark: KitMark, people: Mapping[str, str], session: Session, by: str) -> MarkEntry:
    if not people.get(mark.application):
        raise Refused("NO_SEAT", application=mark.application)
    minutes = minutes_of(mark.attended, mark.minutes, session)
    return MarkEntry(mark.time, mark.attended, minutes, by, Way.KIT, operation=mark.operation, filled=mark.filled)


def _joined(before: Mark | None, application: str, entry: MarkEntry) -> Mark:
    entries = before.entries if before else ()
    if any(each.operation == entry.operation for each in entries):
        assert before  # noqa: S101 - it has entries
        return before
    # The strongest are kept, whatever arrives first, so that the last of them is always the mark.
    kept = tuple(sorted((*entries, entry), key=_strength)[-MOST_ENTRIES:])
    return Mark(application, kept[-1].attended, kept[-1].minutes, kept)


def _strength(entry: MarkEntry) -> tuple[bool, datetime, str]:
    """Somebody's own mark before one for everybody; then the later."""
    return not entry.filled, entry.time, entry.operation
