"""Sessions of a class: a local date and time and a length; moments in UTC follow from the class's time zone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.chassis.errors import Invalid, Missing, Refused

MOST_SESSIONS = 60
_LONGEST_MINUTES = 24 * 60


class SessionState(StrEnum):
    PLANNED = "planned"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Session:
    """`date` and `start` are local and stand as ISO 8601 text. The session's day is `date`, also past midnight."""

    number: int
    date: str
    start: str
    minutes: int
    starts_at: datetime
    ends_at: datetime
    state: SessionState = SessionState.PLANNED
    reason: str = ""
    changes: int = 0

    @property
    def planned(self) -> bool:
        return self.state is SessionState.PLANNED


def session_at(number: int, day: str, start: str, minutes: int, zone: str) -> Session:
    """Raises Invalid where the zone has no such time. Of a time that comes twice, the first is meant."""
    try:
        local = datetime.combine(date.fromisoformat(day), time.fromisoformat(start))
    except ValueError as error:
        raise Invalid("SESSION_TIME_INVALID", field="sessions") from error
    if local.tzinfo or local.second or local.microsecond or not 2000 <= local.year <= 2200:
        raise Invalid("SESSION_TIME_INVALID", field="sessions")
    if not 1 <= minutes <= _LONGEST_MINUTES:
        raise Invalid("SESSION_LENGTH_INVALID", field="sessions")
    begin = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if begin.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise Invalid("SESSION_TIME_SKIPPED", field="sessions", time=f"{day} {start}")
    return Session(number, day, local.strftime("%H:%M"), minutes, begin, begin + timedelta(minutes=minutes))


def checked_sessions(sessions: Sequence[Session]) -> tuple[Session, ...]:
    """In order of time. Raises Invalid for none, too many, or two at the same time."""
    if not 1 <= len(sessions) <= MOST_SESSIONS:
        raise Invalid("SESSIONS_NUMBER_INVALID", field="sessions", most=MOST_SESSIONS)
    if len({session.number for session in sessions}) < len(sessions):
        raise Invalid("SESSIONS_OVERLAP", field="sessions")
    ordered = sorted(sessions, key=lambda session: (session.starts_at, session.number))
    planned = [session for session in ordered if session.planned]
    if any(later.starts_at < earlier.ends_at for earlier, later in pairwise(planned)):
        raise Invalid("SESSIONS_OVERLAP", field="sessions")
    return tuple(ordered)


def session_of(sessions: Sequence[Session], number: int) -> Session:
    for session in sessions:
        if session.number == number:
            return session
    raise Missing("SESSION_NOT_FOUND")


def moved(session: Session, day: str, start: str, minutes: int, zone: str) -> Session:
    """The session at another time; itself where nothing changes."""
    if not session.planned:
        raise Refused("SESSION_CANCELLED")
    new = session_at(session.number, day, start, minutes or session.minutes, zone)
    if (new.starts_at, new.minutes) == (session.starts_at, session.minutes):
        return session
    return replace(new, changes=session.changes + 1)


def copied(
    sessions: Sequence[Session], first_day: str, zone: str, holidays: Collection[str] = ()
) -> tuple[Session, ...]:
    """The planned sessions with their local dates moved so that the first is on `first_day`. A session that would fall
    on a holiday comes a week later, and with it those that follow."""
    planned = [session for session in sessions if session.planned]
    if not planned:
        return ()
    try:
        shift = date.fromisoformat(first_day) - date.fromisoformat(planned[0].date)
    except ValueError as error:
        raise Invalid("SESSION_TIME_INVALID", field="first_day") from error
    result: list[Session] = []
    for number, session in enumerate(planned, start=1):
        day = date.fromisoformat(session.date) + shift
        while day.isoformat() in holidays:
            shift += timedelta(days=7)
            day += timedelta(days=7)
        result.append(session_at(number, day.isoformat(), session.start, session.minutes, zone))
    return tuple(result)


def overlap(left: Sequence[tuple[datetime, datetime]], right: Sequence[tuple[datetime, datetime]]) -> bool:
    return any(begin < other_end and other_begin < end for begin, end in left for other_begin, other_end in right)


def local_day(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()
