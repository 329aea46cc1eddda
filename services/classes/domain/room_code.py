"""A one-time code (as TOTP) that is shown in the room and changes every minute: who types it in is present.

Nothing stops somebody from sending it to a friend within two minutes; the instructor sees heads and marks on one page.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from services.chassis.errors import Refused
from services.classes.domain.attendance import Attended, Outcome, Sheet, Way, Wish, record
from services.classes.domain.course_class import Class, ClassEvent
from services.classes.domain.details import Details
from services.classes.domain.schedule import Session

MOST_TRIES = 5
_MINUTE = 60
_OPENS_BEFORE = timedelta(minutes=15)


@dataclass(frozen=True)
class RoomCode:
    code: str
    until: datetime


def with_room_secret(class_: Class, secret: str) -> tuple[Class, tuple[ClassEvent, ...]]:
    """32 random bytes in hex, kept once they are there."""
    return (class_ if class_.room_secret else replace(class_, room_secret=secret)), ()


def is_open(session: Session, now: datetime) -> bool:
    return session.planned and session.starts_at - _OPENS_BEFORE <= now <= session.ends_at


def code_at(class_: Class, session: Session, now: datetime) -> RoomCode:
    """Computed from the secret and the minute, so that showing it twice or restarting changes nothing."""
    if not session.planned:
        raise Refused("SESSION_CANCELLED")
    if not is_open(session, now):
        raise Refused("CODE_NOT_NOW")
    minute = int(now.timestamp()) // _MINUTE
    return RoomCode(_digits(class_, session, minute), datetime.fromtimestamp((minute + 1) * _MINUTE, UTC))


def _digits(class_: Class, session: Session, minute: int) -> str:
    text = f"{class_.id}|{session.number}|{minute}".encode()
    digest = hmac.digest(bytes.fromhex(class_.room_secret), text, hashlib.sha256)
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def is_right(class_: Class, session: Session, typed: str, now: datetime) -> bool:
    """Also the code of the minute before: people type slowly."""
    minute = int(now.timestamp()) // _MINUTE
    return any(hmac.compare_digest(_digits(class_, session, each), typed) for each in (minute, minute - 1))


def check_in(
    sheet: Sheet, class_: Class, session: Session, application: str, person: str, typed: str, now: datetime
) -> Outcome:
    """Present, once. A wrong code counts as a try; the caller sees by the mark whether it was right."""
    details: Details = class_.details
    if sheet.mark_of(application):
        return sheet, ()
    if not class_.room_secret or not is_open(session, now):
        raise Refused("CODE_NOT_NOW")
    tries: Mapping[str, int] = dict(sheet.tries)
    if tries.get(application, 0) >= MOST_TRIES:
        raise Refused("TOO_MANY_TRIES")
    if not (typed.isascii() and is_right(class_, session, typed, now)):
        return replace(sheet, tries={**tries, application: tries.get(application, 0) + 1}), ()
    people, wish = {application: person}, Wish(application, Attended.PRESENT)
    return record(sheet, session.number, details, people, [wish], False, person, Way.CODE, now)
