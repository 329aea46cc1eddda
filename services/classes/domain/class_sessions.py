"""Moving and cancelling one session of a class. Seats and applications stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.chassis.errors import Refused
from services.classes.domain.course_class import Class, ClassState, Outcome, SessionCancelled, SessionMoved
from services.classes.domain.schedule import Session, SessionState, checked_sessions, moved, session_of


def move_session(class_: Class, number: int, day: str, start: str, minutes: int, now: datetime) -> Outcome:
    """Keeps seats and applications."""
    _require_running(class_)
    earlier = session_of(class_.details.sessions, number)
    session = moved(earlier, day, start, minutes, class_.details.zone)
    if session is earlier:
        return class_, ()
    after = _with_session(class_, session, now)
    return after, (SessionMoved(after, now, session, earlier),) if after.open else ()


def cancel_session(class_: Class, number: int, reason: str, now: datetime) -> Outcome:
    """Raises Refused for the last one left: then the class is to be cancelled."""
    _require_running(class_)
    earlier = session_of(class_.details.sessions, number)
    if not earlier.planned:
        return class_, ()
    if len(class_.planned) == 1:
        raise Refused("LAST_SESSION")
    session = replace(earlier, state=SessionState.CANCELLED, reason=reason, changes=earlier.changes + 1)
    after = _with_session(class_, session, now)
    return after, (SessionCancelled(after, now, session),) if after.open else ()


def _require_running(class_: Class) -> None:
    if class_.state in (ClassState.CANCELLED, ClassState.OVER):
        raise Refused("CLASS_OVER_OR_CANCELLED")


def _with_session(class_: Class, session: Session, now: datetime) -> Class:
    sessions = (session if each.number == session.number else each for each in class_.details.sessions)
    details = replace(class_.details, sessions=checked_sessions(tuple(sessions)))
    return replace(class_, details=details, settle_at=now)
