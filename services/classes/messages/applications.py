"""Applications and attendance as messages and back."""

from __future__ import annotations

from collections.abc import Sequence

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis.clock import stamp
from services.chassis.errors import Invalid
from services.classes.domain.application import Application, Channel, State
from services.classes.domain.attendance import Attended, Mark, MarkEntry, Total, Way, Wish
from services.classes.messages.names import application_key, application_name, class_name

_STATES = {
    State.RECEIVED: pb.RECEIVED,
    State.WAITING: pb.WAITING,
    State.OFFERED: pb.OFFERED,
    State.CONFIRMED: pb.CONFIRMED,
    State.DECLINED: pb.DECLINED,
    State.LAPSED: pb.LAPSED,
    State.REFUSED: pb.REFUSED,
    State.WITHDRAWN: pb.WITHDRAWN,
    State.CANCELLED: pb.APPLICATION_CANCELLED,
}


def state_to_message(state: State) -> pb.ApplicationState.ValueType:
    return _STATES[state]


def channel_to_message(channel: Channel) -> pb.Channel.ValueType:
    return pb.Channel.Value(channel.name)


def channel_from_message(number: pb.Channel.ValueType) -> Channel:
    """Unspecified is the web."""
    if number not in pb.Channel.values():
        raise Invalid("CHANNEL_UNKNOWN", field="channel")
    return Channel(pb.Channel.Name(number).lower()) if number else Channel.WEB


def application_to_message(application: Application, place: int) -> pb.Application:
    return pb.Application(
        name=application_name(application.id),
        class_name=class_name(application.class_),
        person=application.person,
        state=_STATES[application.state],
        channel=channel_to_message(application.channel),
        group=application.group,
        first_timer=application.first_timer,
        place=place,
        until=stamp(application.until),
        note=application.note,
        walk_in=application.walk_in,
        steps=[
            pb.Step(time=stamp(step.time), state=_STATES[step.state], by=step.by, reason=step.reason)
            for step in application.steps
        ],
    )


def attended_from_message(number: pb.Attended.ValueType) -> Attended:
    if not number or number not in pb.Attended.values():
        raise Invalid("ATTENDED_UNKNOWN", field="attended")
    return Attended(pb.Attended.Name(number).lower())


def wish_from_message(message: pb.WishedMark) -> Wish:
    minutes = message.minutes if message.HasField("minutes") else None
    return Wish(application_key(message.application), attended_from_message(message.attended), minutes, message.reason)


def way_from_message(number: pb.Way.ValueType) -> Way:
    """Nobody but the learner checks in by code."""
    return Way.SHEET if number == pb.SHEET else Way.LIST


def attended_to_message(attended: Attended) -> pb.Attended.ValueType:
    return pb.Attended.Value(attended.name)


def mark_to_message(application: Application, mark: Mark | None, total: Total) -> pb.Mark:
    message = pb.Mark(
        application=application_name(application.id),
        person=application.person,
        attended_minutes=total.attended,
        planned_minutes=total.planned,
        needed_minutes=total.needed,
        possible_minutes=total.possible,
        number=application.ticket,
    )
    if mark:
        message.attended = attended_to_message(mark.attended)
        message.minutes = mark.minutes
        message.entries.extend(_entries(mark.entries))
    return message


def _entries(entries: Sequence[MarkEntry]) -> list[pb.MarkEntry]:
    return [
        pb.MarkEntry(
            time=stamp(entry.time),
            attended=attended_to_message(entry.attended),
            minutes=entry.minutes,
            by=entry.by,
            way=pb.Way.Value(entry.way.name),
            reason=entry.reason,
        )
        for entry in entries
    ]
