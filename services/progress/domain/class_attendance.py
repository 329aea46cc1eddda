"""Attendance of a class that teaches the course: what was heard of it, and how far it is by the rule of a plan.

The class's plan, the learner's seat and each mark have a revision; the newest of each counts, so that the same events
make the same record however they arrive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class ClassSession:
    number: int
    minutes: int
    ends_at: datetime
    cancelled: bool = False


@dataclass(frozen=True)
class SessionMark:
    """`minutes` attended of a session."""

    session: int
    minutes: int
    revision: int


@dataclass(frozen=True)
class ClassAttendance:
    """One learner in one class. `held`: they have a seat in it."""

    class_: str
    plan_revision: int = 0
    sessions: tuple[ClassSession, ...] = ()
    seat_revision: int = 0
    held: bool = False
    marks: tuple[SessionMark, ...] = ()

    @property
    def planned(self) -> tuple[ClassSession, ...]:
        return tuple(session for session in self.sessions if not session.cancelled)

    def minutes_of(self, session: ClassSession) -> int:
        """0 for a session that nobody has marked yet."""
        return next((mark.minutes for mark in self.marks if mark.session == session.number), 0)


@dataclass(frozen=True)
class Judged:
    """In minutes. `possible` are those of sessions without a mark yet; `met_time` is None while `needed` is not met."""

    attended: int
    planned: int
    needed: int
    possible: int
    met_time: datetime | None = None

    @property
    def out_of_reach(self) -> bool:
        return self.attended + self.possible < self.needed


def merge(known: Iterable[ClassAttendance], heard: ClassAttendance) -> tuple[ClassAttendance, ...]:
    """Ordered by class. Hearing the same again changes nothing."""
    classes = {each.class_: each for each in known}
    before = classes.get(heard.class_, ClassAttendance(heard.class_))
    after = before
    if heard.plan_revision > before.plan_revision:
        after = replace(after, plan_revision=heard.plan_revision, sessions=heard.sessions)
    if heard.seat_revision > before.seat_revision:
        after = replace(after, seat_revision=heard.seat_revision, held=heard.held)
    marks = {mark.session: mark for mark in before.marks}
    for mark in heard.marks:
        if mark.session not in marks or mark.revision > marks[mark.session].revision:
            marks[mark.session] = mark
    classes[heard.class_] = replace(after, marks=tuple(marks[number] for number in sorted(marks)))
    return tuple(classes[class_] for class_ in sorted(classes))


def judge(attendance: ClassAttendance, percent: int) -> Judged:
    """The rate is over all sessions that were not cancelled. It is met at the end of the session that reached it."""
    planned = sum(session.minutes for session in attendance.planned)
    needed = -(-percent * planned // 100)
    marked = {mark.session for mark in attendance.marks}
    possible = sum(session.minutes for session in attendance.planned if session.number not in marked)
    attended, met_time = 0, None
    for session in sorted(attendance.planned, key=lambda each: each.ends_at):
        attended += attendance.minutes_of(session)
        if met_time is None and attended >= needed > 0:
            met_time = session.ends_at
    return Judged(attended, planned, needed, possible, met_time)


def first_attended(attendance: ClassAttendance) -> datetime | None:
    """When the first session that they attended ended."""
    return min((each.ends_at for each in attendance.planned if attendance.minutes_of(each)), default=None)
