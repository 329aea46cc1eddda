"""Who attended a session. No mark is not the same as absent: the list is still open then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Invalid, Refused
from services.classes.domain.details import Details
from services.classes.domain.schedule import Session, session_of

MOST_ENTRIES = 20
"""How many corrections of a mark are kept on it."""
_CORRECTED_AFTER = timedelta(hours=24)
"""So long after a session a mark may be changed without a reason."""
OPEN_BEFORE = timedelta(minutes=60)


class Attended(StrEnum):
    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    EXCUSED = "excused"
    ABSENT = "absent"


class Way(StrEnum):
    LIST = "list"
    SHEET = "sheet"
    CODE = "code"
    KIT = "kit"


@dataclass(frozen=True)
class MarkEntry:
    """One recording of a mark: what it was set to, by whom, and why it was corrected. `operation` names what a kit
    recorded. `filled`: by one press for all who had no mark yet."""

    time: datetime
    attended: Attended
    minutes: int
    by: str
    way: Way
    reason: str = ""
    operation: str = ""
    filled: bool = False


@dataclass(frozen=True)
class Mark:
    """`application` stands for the person, so that a list holds nobody who was erased."""

    application: str
    attended: Attended
    minutes: int
    entries: tuple[MarkEntry, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """The attendance list of one session. `cancelled`: the session was, so its marks count for nobody. `tries`: wrong
    room codes, by application."""

    class_: str
    session: int
    lines: tuple[Mark, ...] = ()
    cancelled: bool = False
    tries: Mapping[str, int] = field(default_factory=dict)

    def mark_of(self, application: str) -> Mark | None:
        return next((mark for mark in self.lines if mark.application == application), None)


@dataclass(frozen=True)
class Wish:
    """What somebody wants to record. `minutes` None: what the state implies."""

    application: str
    attended: Attended
    minutes: int | None = None
    reason: str = ""
    filled: bool = False


@dataclass(frozen=True)
class Marked:
    """`details` are those of the class."""

    class_: str
    details: Details
    session: Session
    person: str
    mark: Mark
    time: datetime
    cancelled: bool = False


Outcome = tuple[Sheet, tuple[Marked, ...]]


def sheet_key(class_: str, session: int) -> str:
    return f"{class_}-{session}"


def minutes_of(attended: Attended, minutes: int | None, session: Session) -> int:
    """Present counts in full, excused and absent not at all; late and left early as written."""
    match attended:
        case Attended.PRESENT:
            return session.minutes
        case Attended.EXCUSED | Attended.ABSENT:
            return 0
        case _:
            if minutes is None:
                raise Invalid("MINUTES_NEEDED", field="minutes")
            if not 0 <= minutes <= session.minutes:
                raise Invalid("MINUTES_INVALID", field="minutes", most=session.minutes)
            return minutes


def record(
    sheet: Sheet,
    number: int,
    details: Details,
    people: Mapping[str, str],
    wishes: Sequence[Wish],
    others_present: bool,
    by: str,
    way: Way,
    now: datetime,
) -> Outcome:
    """`people`: of each application with a seat, or with a mark, its person. `others_present` fills what has no mark
    yet; it never changes one that somebody set. A repeat changes nothing."""
    session = session_of(details.sessions, number)
    if sheet.cancelled or not session.planned:
        raise Refused("SESSION_CANCELLED")
    if now < session.starts_at - OPEN_BEFORE:
        raise Refused("SESSION_NOT_BEGUN", starts_at=session.starts_at.isoformat())
    marks = {mark.application: mark for mark in sheet.lines}
    wanted = {wish.application: wish for wish in wishes}
    if unknown := wanted.keys() - people.keys() - marks.keys():
        raise Refused("NO_SEAT", application=min(unknown))
    if others_present:
        unmarked = [each for each in people if each not in wanted and each not in marks]
        wanted |= {each: Wish(each, Attended.PRESENT, filled=True) for each in unmarked}
    changed: list[Mark] = []
    for wish in wanted.values():
        mark = _marked(marks.get(wish.application), wish, session, by, way, now)
        if mark is not marks.get(wish.application):
            marks[wish.application] = mark
            changed.append(mark)
    after = replace(sheet, lines=tuple(marks[each] for each in sorted(marks)))
    return after, tuple(
        Marked(sheet.class_, details, session, people.get(mark.application, ""), mark, now) for mark in changed
    )


def void(sheet: Sheet, details: Details, people: Mapping[str, str], now: datetime) -> Outcome:
    """After its session was cancelled: the marks stay readable and count for nobody."""
    if sheet.cancelled:
        return sheet, ()
    session = session_of(details.sessions, sheet.session)
    return replace(sheet, cancelled=True), tuple(
        Marked(sheet.class_, details, session, people.get(mark.application, ""), mark, now, cancelled=True)
        for mark in sheet.lines
    )


def _marked(earlier: Mark | None, wish: Wish, session: Session, by: str, way: Way, now: datetime) -> Mark:
    minutes = minutes_of(wish.attended, wish.minutes, session)
    if earlier and (earlier.attended, earlier.minutes) == (wish.attended, minutes):
        return earlier
    if earlier and now > session.ends_at + _CORRECTED_AFTER and not wish.reason.strip():
        raise Invalid("REASON_MISSING", field="reason")
    entry = MarkEntry(now, wish.attended, minutes, by, way, wish.reason.strip(), filled=wish.filled)
    return Mark(
        wish.application, wish.attended, minutes, (*(earlier.entries if earlier else ()), entry)[-MOST_ENTRIES:]
    )


@dataclass(frozen=True)
class Total:
    """Of one person over all sessions, in minutes. `possible` are those of sessions without a mark."""

    attended: int
    planned: int
    needed: int
    possible: int


def total(application: str, sessions: Sequence[Session], sheets: Sequence[Sheet], percent: int) -> Total:
    """The rate is over all sessions that were not cancelled."""
    planned = {session.number: session.minutes for session in sessions if session.planned}
    marks = {sheet.session: sheet.mark_of(application) for sheet in sheets if sheet.session in planned}
    minutes = sum(planned.values())
    return Total(
        attended=sum(mark.minutes for mark in marks.values() if mark),
        planned=minutes,
        needed=-(-percent * minutes // 100),
        possible=sum(length for number, length in planned.items() if not marks.get(number)),
    )
