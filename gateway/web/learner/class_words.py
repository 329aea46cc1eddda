"""Classes and applications in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.backend.classes import next_session
from gateway.backend.names import id_of
from gateway.backend.places import Places
from gateway.language.i18n import Locale, msgid
from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import clock

FEATURES: Mapping[int, str] = {
    pb.STEP_FREE: msgid("No steps on the way in"),
    pb.LIFT: msgid("Lift"),
    pb.ACCESSIBLE_TOILET: msgid("Accessible toilet"),
    pb.HEARING_LOOP: msgid("Hearing loop"),
    pb.COMPUTERS: msgid("Computers in the room"),
    pb.TABLETS: msgid("Tablets in the room"),
}
RULES: Mapping[int, str] = {
    pb.FIRST_COME: msgid("First come, first served"),
    pb.GROUPS: msgid("Priority groups first, then by time"),
    pb.LOT: msgid("By lot when applications close"),
}
DELIVERIES: Mapping[int, str] = {
    pb.FACE_TO_FACE: msgid("In a room"),
    pb.BLENDED: msgid("Partly in a room, partly at home"),
    pb.OUTREACH: msgid("Where people are: a hall, a village, a bus"),
}
CLASS_STATES: Mapping[int, str] = {
    pb.DRAFT: msgid("Draft"),
    pb.PUBLISHED: msgid("Open for applications"),
    pb.CLOSED: msgid("Applications are closed"),
    pb.CLASS_CANCELLED: msgid("Cancelled"),
    pb.OVER: msgid("Over"),
}
STATES: Mapping[int, str] = {
    pb.RECEIVED: msgid("Received"),
    pb.WAITING: msgid("On the waiting list"),
    pb.OFFERED: msgid("A seat is offered"),
    pb.CONFIRMED: msgid("Seat confirmed"),
    pb.DECLINED: msgid("Offer declined"),
    pb.LAPSED: msgid("Offer not taken in time"),
    pb.REFUSED: msgid("Not accepted"),
    pb.WITHDRAWN: msgid("Withdrawn"),
    pb.APPLICATION_CANCELLED: msgid("The class was cancelled"),
}
CHANNELS: Mapping[int, str] = {
    pb.WEB: msgid("Online"),
    pb.COUNTER: msgid("At the counter"),
    pb.TELEPHONE: msgid("By telephone"),
}
ATTENDED: Mapping[int, str] = {
    pb.PRESENT: msgid("Present"),
    pb.LATE: msgid("Late"),
    pb.LEFT_EARLY: msgid("Left early"),
    pb.EXCUSED: msgid("Excused"),
    pb.ABSENT: msgid("Absent"),
}
REASONS: Mapping[str, str] = {
    "CLASS_FULL": msgid("The class is full."),
    "NOT_FOR_THIS_GROUP": msgid("The class is meant for other people."),
    "NEEDS_HELP": msgid("This person needs this class most."),
    "WALK_IN": msgid("Came to the class without an application."),
    "CORRECTION": msgid("A mistake was corrected."),
    "TEACHER_ILL": msgid("The instructor is ill."),
    "ROOM_CLOSED": msgid("The room cannot be used."),
    "TOO_FEW": msgid("Too few people applied."),
    "CANNOT_COME": msgid("Cannot come."),
    "PERSON_ERASED": msgid("The account was deleted."),
    "OTHER": msgid("Another reason."),
}


def reason_in_words(locale: Locale, code: str) -> str:
    return locale.gettext(REASONS[code]) if code in REASONS else code


@dataclass(frozen=True)
class ShownClass:
    """A class as lists and its own page show it."""

    name: str
    href: str
    title: str
    course: str
    place: str
    details: Sequence[str]
    features: Sequence[str]
    next: datetime | None
    seats: int
    left: int
    waiting: int
    state: str
    open: bool
    rule: str
    audience: str
    opens: datetime | None
    closes: datetime | None


@dataclass(frozen=True)
class ShownSession:
    number: int
    start: datetime | None
    end: datetime | None
    date: str
    time: str
    minutes: int
    cancelled: str
    """Why it was cancelled, in words; empty if it was not."""


def shown(locale: Locale, places: Places, class_: pb.Class) -> ShownClass:
    details = class_.details
    centre = places.centres.get(details.place.centre)
    session = next_session(class_)
    where = [locale.pick(centre.title)[0]] if centre else []
    address = details.place.address or (locale.pick(centre.address)[0] if centre else "")
    return ShownClass(
        name=class_.name,
        href=f"/{class_.name}",
        title=details.title or id_of(details.course),
        course=details.course,
        place=", ".join([*where, places.title(locale, details.place.area)]),
        details=[text for text in (address, details.place.room) if text],
        features=[locale.gettext(FEATURES[each]) for each in details.place.features if each in FEATURES],
        next=clock.moment(session.start_time) if session else None,
        seats=details.seats,
        left=class_.seats_left,
        waiting=class_.waiting,
        state=locale.gettext(CLASS_STATES[class_.state]) if class_.state in CLASS_STATES else "",
        open=class_.state == pb.PUBLISHED,
        rule=locale.gettext(RULES[details.admission.rule]) if details.admission.rule in RULES else "",
        audience=details.audience.text,
        opens=clock.moment(details.admission.open_time),
        closes=clock.moment(details.admission.close_time),
    )


def sessions_of(locale: Locale, class_: pb.Class) -> list[ShownSession]:
    return [
        ShownSession(
            number=session.number,
            start=clock.moment(session.start_time),
            end=clock.moment(session.end_time),
            date=session.date,
            time=session.start,
            minutes=session.minutes,
            cancelled=(reason_in_words(locale, session.reason) or locale.gettext("Cancelled"))
            if session.state == pb.SESSION_CANCELLED
            else "",
        )
        for session in class_.details.sessions
    ]


def steps_of(locale: Locale, application: pb.Application) -> list[tuple[str, str, str]]:
    """For the list of steps: what happened, when and why, and where the application stands now."""
    rows: list[tuple[str, str, str]] = []
    for place, step in enumerate(application.steps):
        time = clock.moment(step.time)
        parts = [locale.datetime(time) if time else "", reason_in_words(locale, step.reason)]
        last = place == len(application.steps) - 1
        state = locale.gettext(STATES[step.state]) if step.state in STATES else ""
        rows.append((state, " · ".join(filter(None, parts)), "now" if last else "done"))
    return rows
