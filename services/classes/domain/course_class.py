"""A class: a course taught in a room, with sessions and seats. Staff create, publish, change and cancel it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.chassis.errors import Conflict, Refused
from services.classes.domain.details import Details, Rule, checked, etag_of
from services.classes.domain.draw import Draw, commitment_of
from services.classes.domain.schedule import Session, SessionState


class ClassState(StrEnum):
    NEW = "new"  # not stored
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    OVER = "over"


@dataclass(frozen=True)
class Counts:
    received: int = 0
    waiting: int = 0
    offered: int = 0
    confirmed: int = 0

    @property
    def active(self) -> int:
        return self.received + self.waiting + self.offered + self.confirmed


@dataclass(frozen=True)
class Class:
    """`settle_at` is when the sweep has to look at it next. `filling`: the first seats of a lot or of priority groups
    are being given, so nobody has to accept. `room_secret`: of the code that is shown in the room."""

    id: str
    details: Details
    state: ClassState = ClassState.NEW
    reason: str = ""
    counts: Counts = field(default_factory=Counts)
    next_ticket: int = 1
    secret: str = ""
    draw: Draw | None = None
    filling: bool = False
    decided: bool = False
    created_by: str = ""
    created_at: datetime | None = None
    settle_at: datetime | None = None
    room_secret: str = ""

    @property
    def free(self) -> int:
        """Seats that nobody holds, whoever waits."""
        return max(0, self.details.seats - self.details.reserved - self.counts.confirmed - self.counts.offered)

    @property
    def seats_left(self) -> int:
        """Seats that somebody new could still get."""
        return 0 if self.counts.waiting else self.free

    @property
    def open(self) -> bool:
        return self.state in (ClassState.PUBLISHED, ClassState.CLOSED)

    @property
    def planned(self) -> Sequence[Session]:
        return [session for session in self.details.sessions if session.planned]

    @property
    def starts_at(self) -> datetime | None:
        return self.planned[0].starts_at if self.planned else None

    @property
    def ends_at(self) -> datetime:
        return max(session.ends_at for session in self.details.sessions)

    @property
    def times(self) -> tuple[tuple[datetime, datetime], ...]:
        return tuple((session.starts_at, session.ends_at) for session in self.planned)

    @property
    def commitment(self) -> str:
        return commitment_of(self.secret) if self.secret else ""


@dataclass(frozen=True)
class ClassEvent:
    class_: Class
    time: datetime


class ClassPublished(ClassEvent): ...


class ClassChanged(ClassEvent): ...


class ClassCancelled(ClassEvent): ...


@dataclass(frozen=True)
class SessionMoved(ClassEvent):
    session: Session
    earlier: Session


@dataclass(frozen=True)
class SessionCancelled(ClassEvent):
    session: Session


Outcome = tuple[Class, tuple[ClassEvent, ...]]


def create(class_: Class, details: Details, person: str, now: datetime) -> Outcome:
    """A repeat changes nothing; the same id for something else is refused."""
    details = checked(details)
    if class_.state is ClassState.NEW:
        return replace(class_, details=details, state=ClassState.DRAFT, created_by=person, created_at=now), ()
    if class_.created_by != person or class_.details.course != details.course:
        raise Refused("REQUEST_ID_USED", field="class_id")
    return class_, ()


def publish(class_: Class, secret: str, now: datetime, *, past: bool = False) -> Outcome:
    """`secret`: 32 random bytes in hex, whose hash is published at once. A published class keeps its first. `past`: it
    may be over, because it is entered later."""
    if class_.open or (past and class_.state is ClassState.OVER):
        return class_, ()
    if class_.state is not ClassState.DRAFT:
        raise Refused("CLASS_OVER_OR_CANCELLED")
    if (class_.ends_at <= now and not past) or not class_.planned:
        raise Refused("CLASS_IN_PAST", field="sessions")
    secret = secret if class_.details.admission.rule is Rule.LOT else ""
    after = replace(class_, state=ClassState.PUBLISHED, secret=secret, settle_at=now)
    return after, (ClassPublished(after, now),)


def update(class_: Class, details: Details, now: datetime, etag: str = "") -> Outcome:
    """Of a published class, its course, rule and window stay, because people have applied under them. Its sessions are
    moved or cancelled one by one. Raises Conflict where the details are no longer those of `etag`."""
    if class_.state in (ClassState.CANCELLED, ClassState.OVER):
        raise Refused("CLASS_OVER_OR_CANCELLED")
    if class_.open:
        kept = replace(
            class_.details.admission, minimum=details.admission.minimum, decided_at=details.admission.decided_at
        )
        earlier = class_.details
        details = replace(details, course=earlier.course, admission=kept, sessions=earlier.sessions, zone=earlier.zone)
    details = checked(details, published=class_.open)
    if details == class_.details:
        return class_, ()
    if etag and etag != etag_of(class_.details):
        raise Conflict("CLASS_CHANGED")
    taken = class_.counts.confirmed + class_.counts.offered
    if details.seats - details.reserved < taken:
        raise Refused("SEATS_TAKEN", field="seats", taken=taken, reserved=details.reserved)
    after = replace(class_, details=details, settle_at=now)
    return after, (ClassChanged(after, now),) if after.open else ()


def close(class_: Class, now: datetime) -> Outcome:
    """Ends applications before their window does. Who waits keeps the place."""
    if class_.state is not ClassState.PUBLISHED:
        return class_, ()
    after = replace(class_, state=ClassState.CLOSED, settle_at=now)
    return after, (ClassChanged(after, now),)


def cancel(class_: Class, reason: str, now: datetime) -> Outcome:
    """Also cancels its sessions that have not ended; what was taught stays."""
    if class_.state is ClassState.CANCELLED:
        return class_, ()
    if class_.state is ClassState.OVER:
        raise Refused("CLASS_OVER_OR_CANCELLED")
    sessions = tuple(
        replace(session, state=SessionState.CANCELLED, reason=reason, changes=session.changes + 1)
        if session.planned and session.ends_at > now
        else session
        for session in class_.details.sessions
    )
    details = replace(class_.details, sessions=sessions)
    after = replace(class_, state=ClassState.CANCELLED, reason=reason, details=details, settle_at=now)
    return after, (ClassCancelled(after, now),) if class_.open else ()
