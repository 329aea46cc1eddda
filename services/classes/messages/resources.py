"""Classes as messages and back."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis.clock import moment, stamp
from services.chassis.errors import Invalid
from services.classes.domain.course_class import Class, ClassState
from services.classes.domain.details import Admission, Audience, Delivery, Details, Feature, Place, Rule, etag_of
from services.classes.domain.draw import Draw
from services.classes.domain.schedule import Session, SessionState, session_at
from services.classes.messages.names import checked_names, class_name

_STATES = {
    ClassState.DRAFT: pb.DRAFT,
    ClassState.PUBLISHED: pb.PUBLISHED,
    ClassState.CLOSED: pb.CLOSED,
    ClassState.CANCELLED: pb.CLASS_CANCELLED,
    ClassState.OVER: pb.OVER,
}
_SESSION_STATES = {SessionState.PLANNED: pb.PLANNED, SessionState.CANCELLED: pb.SESSION_CANCELLED}


def details_from_message(message: pb.ClassDetails, usual_zone: str) -> Details:
    zone = _zone(message.zone or usual_zone)
    sessions = tuple(
        session_at(number, each.date, each.start, each.minutes, zone)
        for number, each in enumerate(message.sessions, start=1)
    )
    return Details(
        course=checked_names([message.course], "courses", "course")[0],
        place=_place(message.place),
        zone=zone,
        sessions=sessions,
        seats=message.seats,
        reserved=message.reserved,
        title=message.title.strip(),
        term=message.term.strip(),
        delivery=Delivery(pb.Delivery.Name(message.delivery).lower()) if message.delivery else Delivery.FACE_TO_FACE,
        languages=tuple(message.languages),
        instructors=checked_names(list(message.instructors), "people", "instructors"),
        supporters=checked_names(list(message.supporters), "people", "supporters"),
        audience=Audience(message.audience.area, message.audience.organisation, message.audience.text.strip()),
        admission=_admission(message.admission),
    )


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("ZONE_UNKNOWN", field="zone") from error


def _place(message: pb.Place) -> Place:
    features = (Feature(pb.Feature.Name(each).lower()) for each in message.features if each)
    return Place(message.area, message.centre, message.address.strip(), message.room.strip(), tuple(features))


def _admission(message: pb.Admission) -> Admission:
    return Admission(
        rule=Rule(pb.Rule.Name(message.rule).lower()) if message.rule else Rule.FIRST_COME,
        first_timers_first=message.first_timers_first,
        groups=tuple(group.strip() for group in message.groups if group.strip()),
        opens_at=moment(message.open_time),
        closes_at=moment(message.close_time),
        minimum=message.minimum,
        decided_at=moment(message.decide_time),
        most_in_term=message.most_in_term,
        requires_all=checked_names(list(message.requires_all), "courses", "requires_all"),
        requires_any=checked_names(list(message.requires_any), "courses", "requires_any"),
        public_word=message.public_word.strip(),
    )


def class_to_message(class_: Class, *, managed: bool = False) -> pb.Class:
    return pb.Class(
        name=class_name(class_.id),
        details=_details_to_message(class_.details),
        state=_STATES[class_.state],
        reason=class_.reason,
        received=class_.counts.received,
        waiting=class_.counts.waiting,
        offered=class_.counts.offered,
        confirmed=class_.counts.confirmed,
        seats_left=class_.seats_left,
        commitment=class_.commitment,
        draw=_draw_to_message(class_.draw) if class_.draw else None,
        create_time=stamp(class_.created_at),
        managed=managed,
        etag=etag_of(class_.details),
    )


def state_to_message(state: ClassState) -> pb.ClassState.ValueType:
    return _STATES[state]


def delivery_to_message(delivery: Delivery) -> pb.Delivery.ValueType:
    return pb.Delivery.Value(delivery.name)


def rule_to_message(rule: Rule) -> pb.Rule.ValueType:
    return pb.Rule.Value(rule.name)


def session_to_message(session: Session) -> pb.Session:
    return pb.Session(
        number=session.number,
        date=session.date,
        start=session.start,
        minutes=session.minutes,
        start_time=stamp(session.starts_at),
        end_time=stamp(session.ends_at),
        state=_SESSION_STATES[session.state],
        reason=session.reason,
        changes=session.changes,
    )


def _details_to_message(details: Details) -> pb.ClassDetails:
    place, audience = details.place, details.audience
    return pb.ClassDetails(
        course=details.course,
        title=details.title,
        term=details.term,
        place=pb.Place(
            area=place.area,
            centre=place.centre,
            address=place.address,
            room=place.room,
            features=[pb.Feature.Value(feature.name) for feature in place.features],
        ),
        zone=details.zone,
        sessions=[session_to_message(session) for session in details.sessions],
        seats=details.seats,
        reserved=details.reserved,
        delivery=delivery_to_message(details.delivery),
        languages=details.languages,
        instructors=details.instructors,
        supporters=details.supporters,
        audience=pb.ClassAudience(area=audience.area, organisation=audience.organisation, text=audience.text),
        admission=_admission_to_message(details.admission),
    )


def _admission_to_message(admission: Admission) -> pb.Admission:
    return pb.Admission(
        rule=rule_to_message(admission.rule),
        first_timers_first=admission.first_timers_first,
        groups=admission.groups,
        open_time=stamp(admission.opens_at),
        close_time=stamp(admission.closes_at),
        minimum=admission.minimum,
        decide_time=stamp(admission.decided_at),
        most_in_term=admission.most_in_term,
        requires_all=admission.requires_all,
        requires_any=admission.requires_any,
        public_word=admission.public_word,
    )


def _draw_to_message(draw: Draw) -> pb.Draw:
    return pb.Draw(secret=draw.secret, list_hash=draw.list_hash, word=draw.word, seed=draw.seed, time=stamp(draw.time))
