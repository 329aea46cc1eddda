"""Everything between protobuf and the domain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from google.protobuf.message import Message

from ieum.classes.v1 import classes_pb2
from ieum.classes.v1 import events_pb2 as class_events
from ieum.notices.v1 import events_pb2
from ieum.notices.v1 import notices_pb2 as pb
from services.chassis.clock import moment, stamp
from services.chassis.errors import Invalid, Missing
from services.notices.domain.calendar import Calendar, CalendarKind
from services.notices.domain.mail_state import MailStateChanged
from services.notices.domain.notice import Channel, Kind, Notice, NoticeChanged, State
from services.notices.domain.preferences import Preferences, Topic, Way, way_of

_WAYS = {Way.EMAIL: pb.BY_EMAIL, Way.SMS: pb.BY_SMS, Way.CENTRE: pb.BY_CENTRE, Way.NONE: pb.NOT_AT_ALL}
_WAYS_READ = {number: way for way, number in _WAYS.items()}
_PREFIX, _CALENDARS = "notices/", "calendars/"


def notice_announcement(event: NoticeChanged, key: str, revision: int) -> Message:
    notice = event.notice
    return events_pb2.NoticeChanged(
        source=notice.source,
        request=notice.request,
        state=events_pb2.NoticeChanged.State.Value(notice.state.name),
        attempts=notice.attempts,
        failure=notice.failure,
        due_time=stamp(notice.due_at) if notice.state is State.WAITING else None,
        send_time=stamp(notice.sent_at),
        revision=revision,
    )


def mail_announcement(event: MailStateChanged, key: str, revision: int) -> Message:
    state = event.state
    return events_pb2.MailStateChanged(
        on=state.on,
        reason=state.reason,
        trouble=state.trouble,
        trouble_since=stamp(state.trouble_since),
        sender=state.sender,
        revision=revision,
    )


def class_plan(plan: class_events.ClassPlan, changed_at: datetime | None) -> Mapping[str, Any]:
    """What is kept of a class. Its words are asked for when something is sent."""
    return {
        "area": plan.area,
        "centre": plan.centre,
        "instructors": list(plan.instructors),
        "changed_at": changed_at,
        "sessions": [
            {
                "number": session.number,
                "starts_at": moment(session.start_time),
                "held": session.state != classes_pb2.SESSION_CANCELLED,
                "version": session.changes,
            }
            for session in plan.sessions
        ],
    }


def notice_to_message(notice: Notice) -> pb.Notice:
    personal = notice.personal
    assert personal  # noqa: S101 - offices' mails are shown by statistics
    return pb.Notice(
        name=f"{_PREFIX}{notice.key}",
        person=personal.person,
        kind=kind_to_message(personal.kind),
        class_name=personal.class_,
        application=personal.application,
        channel=channel_to_message(notice.channel),
        state=pb.NoticeState.Value(f"NOTICE_{notice.state.name}"),
        failure=notice.failure,
        attempts=notice.attempts,
        create_time=stamp(notice.requested_at),
        due_time=stamp(notice.due_at) if notice.state is State.WAITING else None,
        send_time=stamp(notice.sent_at),
    )


def kind_to_message(kind: Kind) -> pb.NoticeKind.ValueType:
    return pb.NoticeKind.Value(f"KIND_{kind.name}")


def channel_to_message(channel: Channel) -> pb.Channel.ValueType:
    return pb.Channel.Value(channel.name)


def notice_key_of(name: str) -> str:
    if not name.startswith(_PREFIX):
        raise Missing("NOTICE_NOT_FOUND")
    return name.removeprefix(_PREFIX)


def preferences_to_message(preferences: Preferences, *, sms_on: bool) -> pb.Preferences:
    return pb.Preferences(
        person=preferences.person,
        telephone=preferences.telephone,
        topics=[
            pb.TopicPreference(topic=pb.Topic.Value(topic.name), way=_WAYS[way_of(preferences, topic)])
            for topic in Topic
        ],
        quiet_begin=preferences.quiet.begin,
        quiet_end=preferences.quiet.end,
        refused=[
            pb.RefusedAddress(channel=channel_to_message(each.channel), reason=each.reason, time=stamp(each.time))
            for each in preferences.bad
        ],
        sms_on=sms_on,
    )


def calendar_to_message(calendar: Calendar) -> pb.Calendar:
    return pb.Calendar(
        name=f"{_CALENDARS}{calendar.id}",
        kind=pb.CalendarKind.Value(calendar.kind.name),
        centre=calendar.centre,
        create_time=stamp(calendar.created_at),
        revoked=calendar.revoked_at is not None,
    )


def calendar_key(name: str) -> str:
    if not name.startswith(_CALENDARS):
        raise Missing("CALENDAR_NOT_FOUND")
    return name.removeprefix(_CALENDARS)


def calendar_kind(number: pb.CalendarKind.ValueType) -> CalendarKind:
    try:
        return CalendarKind[pb.CalendarKind.Name(number)]
    except (ValueError, KeyError) as error:
        raise Invalid("VALUE_UNKNOWN", field="kind") from error


def ways_from_message(message: pb.Preferences) -> dict[str, str]:
    """By topic; what is not known becomes a name that the domain refuses."""
    known = {pb.Topic.Value(topic.name): topic.value for topic in Topic}
    return {
        known.get(each.topic, "UNKNOWN"): _WAYS_READ[each.way].value if each.way in _WAYS_READ else "UNKNOWN"
        for each in message.topics
    }
