"""What staff write of a class: where, when, for whom, how people are admitted; and what is wrong with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Invalid
from services.classes.domain.schedule import Session, checked_sessions

MOST_SEATS = 1_000
_LONGEST_TEXT = 1_000


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


def etag_of(details: Details) -> str:
    return hashlib.sha256(repr(details).encode()).hexdigest()[:16]
