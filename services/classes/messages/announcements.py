"""Domain events as the protobuf events that announce them."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from ieum.classes.v1 import events_pb2
from services.chassis.clock import stamp
from services.classes.domain.application import Universe
from services.classes.domain.application_events import ApplicationChanged, ApplicationEvent, SeatFreed, SeatGiven
from services.classes.domain.attendance import Marked
from services.classes.domain.course_class import (
    Class,
    ClassCancelled,
    ClassChanged,
    ClassEvent,
    ClassPublished,
    SessionCancelled,
    SessionMoved,
)
from services.classes.messages import applications, resources
from services.classes.messages.names import application_name, class_name


def class_announcement(event: ClassEvent, key: str, revision: int) -> Message:
    what: dict[str, Any] = {
        "class_name": class_name(key),
        "plan": _plan(event.class_),
        "revision": revision,
        "time": stamp(event.time),
    }
    match event:
        case ClassPublished():
            return events_pb2.ClassPublished(**what)
        case ClassChanged():
            return events_pb2.ClassChanged(**what)
        case ClassCancelled():
            return events_pb2.ClassCancelled(**what, reason=event.class_.reason)
        case SessionMoved():
            session, earlier = map(resources.session_to_message, (event.session, event.earlier))
            return events_pb2.SessionMoved(**what, session=session, earlier=earlier)
        case SessionCancelled():
            return events_pb2.SessionCancelled(**what, session=resources.session_to_message(event.session))
    raise TypeError(event)


def _plan(class_: Class) -> events_pb2.ClassPlan:
    details = class_.details
    return events_pb2.ClassPlan(
        course=details.course,
        term=details.term,
        area=details.place.area,
        centre=details.place.centre,
        delivery=resources.delivery_to_message(details.delivery),
        seats=details.seats,
        rule=resources.rule_to_message(details.admission.rule),
        state=resources.state_to_message(class_.state),
        sessions=[resources.session_to_message(session) for session in details.sessions],
        instructors=details.instructors,
    )


def application_announcement(event: ApplicationEvent, key: str, revision: int) -> Message:
    application = event.application
    who: dict[str, Any] = {
        "application": application_name(key),
        "class_name": class_name(application.class_),
        "person": event.person,
        "course": event.class_.details.course,
        "revision": revision,
        "time": stamp(event.time),
    }
    match event:
        case ApplicationChanged():
            last = application.steps[-1]
            return events_pb2.ApplicationChanged(
                **who,
                state=applications.state_to_message(application.state),
                until=stamp(application.until),
                reason=last.reason,
                channel=applications.channel_to_message(application.channel),
            )
        case SeatGiven():
            return events_pb2.SeatGiven(
                **who,
                delivery=resources.delivery_to_message(event.class_.details.delivery),
                area=application.area,
                organisation=application.organisation,
                employee=application.universe is Universe.EMPLOYEE,
                seat_time=stamp(application.seat_time),
                centre=event.class_.details.place.centre,
                class_area=event.class_.details.place.area,
            )
        case SeatFreed():
            return events_pb2.SeatFreed(**who, seat_time=stamp(event.seat_time))
    raise TypeError(event)


def attendance_announcement(event: Marked, key: str, revision: int) -> Message:
    details = event.details
    return events_pb2.AttendanceMarked(
        class_name=class_name(event.class_),
        course=details.course,
        session=event.session.number,
        date=event.session.date,
        application=application_name(event.mark.application),
        person=event.person,
        attended=applications.attended_to_message(event.mark.attended),
        minutes=0 if event.cancelled else event.mark.minutes,
        revision=revision,
        time=stamp(event.time),
        planned_minutes=event.session.minutes,
        delivery=resources.delivery_to_message(details.delivery),
        centre=details.place.centre,
        area=details.place.area,
        cancelled=event.cancelled,
    )
