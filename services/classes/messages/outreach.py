"""Visits and desk help as messages and back, and the events that announce them."""

from __future__ import annotations

from google.protobuf.message import Message

from ieum.classes.v1 import classes_pb2 as pb
from ieum.classes.v1 import events_pb2
from services.chassis.clock import stamp
from services.chassis.errors import Invalid
from services.classes.domain.centre_use import Use
from services.classes.domain.desk_help import Help, HelpGiven, Topic
from services.classes.domain.visits import Visit, VisitChanged, VisitState, VisitWish
from services.classes.messages.names import checked_names, class_name


def _state(state: VisitState) -> pb.VisitState.ValueType:
    return pb.VisitState.Value(f"VISIT_{state.name}")


def wish_from_message(message: pb.VisitWish) -> VisitWish:
    course = checked_names([message.course], "courses", "course")[0] if message.course else ""
    area = checked_names([message.area], "areas", "area")[0] if message.area else ""
    return VisitWish(area, message.address.strip(), message.people, course, message.text.strip())


def visit_to_message(visit: Visit) -> pb.Visit:
    wish = visit.wish
    return pb.Visit(
        name=f"visits/{visit.id}",
        person=visit.person,
        wish=pb.VisitWish(area=wish.area, address=wish.address, people=wish.people, course=wish.course, text=wish.text),
        state=_state(visit.state),
        class_name=class_name(visit.class_) if visit.class_ else "",
        note=visit.note,
        steps=[
            pb.VisitStep(time=stamp(step.time), state=_state(step.state), by=step.by, reason=step.reason)
            for step in visit.steps
        ],
    )


def visit_announcement(event: VisitChanged, key: str, revision: int) -> Message:
    visit = event.visit
    return events_pb2.VisitChanged(
        visit=f"visits/{key}",
        person=visit.person,
        area=visit.wish.area,
        state=_state(visit.state),
        class_name=class_name(visit.class_) if visit.class_ else "",
        reason=visit.steps[-1].reason,
        revision=revision,
        time=stamp(event.time),
    )


def topic_from_message(number: pb.HelpTopic.ValueType) -> Topic:
    if not number or number not in pb.HelpTopic.values():
        raise Invalid("TOPIC_UNKNOWN", field="topic")
    return Topic(pb.HelpTopic.Name(number).lower())


def topic_to_message(topic: Topic) -> pb.HelpTopic.ValueType:
    return pb.HelpTopic.Value(topic.name)


def help_to_message(help_: Help) -> pb.Help:
    return pb.Help(
        name=f"help/{help_.id}",
        centre=help_.centre,
        area=help_.area,
        date=help_.date,
        minutes=help_.minutes,
        topic=topic_to_message(help_.topic),
        helper=help_.helper,
    )


def help_announcement(event: HelpGiven, key: str, revision: int) -> Message:
    given = event.help
    return events_pb2.HelpGiven(
        help=f"help/{key}",
        centre=given.centre,
        place_area=given.place_area,
        area=given.area,
        date=given.date,
        minutes=given.minutes,
        topic=topic_to_message(given.topic),
        revision=revision,
        time=stamp(event.time),
    )


def use_to_message(use: Use) -> pb.CentreUse:
    """People who may not be shown stay unset."""
    return pb.CentreUse(
        area=use.where.area,
        centre=use.where.centre,
        classes=use.classes,
        sessions=use.sessions,
        cancelled_sessions=use.cancelled_sessions,
        seats=use.seats,
        taken=use.taken,
        offered_minutes=use.offered_minutes,
        attended_minutes=use.attended_minutes,
        visits=use.visits,
        people=use.people,
        first_timers=use.first_timers,
        residents=use.residents,
        help_times=use.help_times,
        help_minutes=use.help_minutes,
    )
