"""A class: a course taught in a room, with sessions and seats. Staff create, publish, change and cancel it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.chassis.errors import Conflict, Invalid, Refused
from services.classes.domain.draw import Draw, commitment_of
from services.classes.domain.schedule import Session, SessionState, checked_sessions, moved, session_of

MOST_SEATS = 1_000
_LONGEST_TEXT = 1_000


class ClassState(StrEnum):
    NEW = "new"  # not stored
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    OVER = "over"


class Rule(StrEnum):
    FIRST_COME = "first_come"
    GROUPS = "groups"
    LOT = "lot"


class Delivery(StrEnum):
    FACE_TO_FACE = "face_to_face"
    BLENDED = "blended"
    OUTREACH = "outreach"


class Feature(StrEnum):
    STEP_FREE = "step_free"
    LIFT = "lift"
    ACCESSIBLE_TOILET = "accessible_toilet"
    HEARING_LOOP = "hearing_loop"
    COMPUTERS = "computers"
    TABLETS = "tablets"


@dataclass(frozen=True)
class Place:
    """`area` is "areas/{code}", `centre` "centres/{code}" or empty where the class meets elsewhere."""

    area: str
    centre: str = ""
    address: str = ""
    room: str = ""
    features: tuple[Feature, ...] = ()


@dataclass(frozen=True)
class Audience:
    """Empty fields admit everybody. `text` says in words for whom the class is meant."""

    area: str = ""
    organisation: str = ""
    text: str = ""


@dataclass(frozen=True)
class Admission:
    """How one comes to a seat. `groups` are the names of priority groups, the first before the second.

    `public_word` says which public value, not known yet when the class is published, joins the seed of the lot.
    """

    rule: Rule = Rule.FIRST_COME
    first_timers_first: bool = False
    groups: tuple[str, ...] = ()
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    minimum: int = 0
    decided_at: datetime | None = None
    most_in_term: int = 0
    requires_all: tuple[str, ...] = ()
    requires_any: tuple[str, ...] = ()
    public_word: str = ""


@dataclass(frozen=True)
class Details:
    """What staff write."""

    course: str
    place: Place
    zone: str
    sessions: tuple[Session, ...]
    seats: int
    reserved: int = 0
    title: str = ""
    term: str = ""
    delivery: Delivery = Delivery.FACE_TO_FACE
    languages: tuple[str, ...] = ()
    instructors: tuple[str, ...] = ()
    supporters: tuple[str, ...] = ()
    audience: Audience = Audience()
    admission: Admission = Admission()


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


def checked(details: Details, *, published: bool = False) -> Details:
    """Raises Invalid, with what to write instead. How people are admitted was checked when it was published."""
    if not 1 <= details.seats <= MOST_SEATS:
        raise Invalid("SEATS_INVALID", field="seats", most=MOST_SEATS)
    if not 0 <= details.reserved <= details.seats:
        raise Invalid("RESERVED_INVALID", field="reserved", most=details.seats)
    texts = (details.title, details.term, details.place.address, details.place.room, details.audience.text)
    if any(len(text) > _LONGEST_TEXT for text in texts):
        raise Invalid("TEXT_TOO_LONG", field="title", limit=_LONGEST_TEXT)
    if not details.place.area:
        raise Invalid("CLASS_AREA_MISSING", field="area")
    if not published:
        _check_admission(details.admission, details)
    return replace(details, sessions=checked_sessions(details.sessions))


def _check_admission(admission: Admission, details: Details) -> None:
    opens, closes, start = admission.opens_at, admission.closes_at, min(each.starts_at for each in details.sessions)
    if opens and closes and closes <= opens:
        raise Invalid("WINDOW_REVERSED", field="closes_at")
    if closes and closes > start:
        raise Invalid("WINDOW_AFTER_START", field="closes_at")
    if admission.rule is not Rule.FIRST_COME and not closes:
        raise Invalid("WINDOW_NEEDED", field="closes_at")
    if admission.rule is Rule.GROUPS and not 1 <= len(admission.groups) <= 9:
        raise Invalid("GROUPS_NEEDED", field="groups")
    if not 0 <= admission.minimum <= details.seats:
        raise Invalid("MINIMUM_INVALID", field="minimum", most=details.seats)
    if details.course in (*admission.requires_all, *admission.requires_any):
        raise Invalid("PREREQUISITE_CYCLE", field="requires_all")


def first_start(details: Details) -> datetime:
    return min((each.starts_at for each in details.sessions if each.planned), default=details.sessions[0].starts_at)


def later(admission: Admission, by: timedelta | None) -> Admission:
    """The window and the day of decision of a copy, as far from its start as those of the original."""
    if by is None:
        return admission
    opens, closes, decided = (
        each + by if each else None for each in (admission.opens_at, admission.closes_at, admission.decided_at)
    )
    return replace(admission, opens_at=opens, closes_at=closes, decided_at=decided)


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


def etag_of(details: Details) -> str:
    return hashlib.sha256(repr(details).encode()).hexdigest()[:16]


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


def local_day(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()


def _require_running(class_: Class) -> None:
    if class_.state in (ClassState.CANCELLED, ClassState.OVER):
        raise Refused("CLASS_OVER_OR_CANCELLED")


def _with_session(class_: Class, session: Session, now: datetime) -> Class:
    sessions = (session if each.number == session.number else each for each in class_.details.sessions)
    details = replace(class_.details, sessions=checked_sessions(tuple(sessions)))
    return replace(class_, details=details, settle_at=now)
