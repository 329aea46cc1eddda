"""Domain events as the protobuf messages that announce them."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from ieum.enrollment.v1 import events_pb2
from services.chassis.clock import stamp
from services.enrollment.domain import (
    Enrolled,
    Event,
    MovedToVersion,
    Withdrawn,
)
from services.enrollment.messages import resources


def announcement(event: Event, key: str, revision: int) -> Message:
    run = event.run
    who: dict[str, Any] = {
        "enrollment": resources.enrollment_name(key, run.number),
        "person": event.person,
        "course": event.course,
        "revision": revision,
        "time": stamp(event.time),
    }
    match event:
        case Enrolled():
            return events_pb2.Enrolled(
                **who,
                version=run.version,
                run=run.number,
                residence=resources.residence_to_message(run.residence),
                delivery=resources.delivery_to_message(run.delivery),
                enrol_time=stamp(run.enrol_time),
            )
        case Withdrawn():
            return events_pb2.Withdrawn(**who, withdraw_time=stamp(run.withdraw_time))
        case MovedToVersion():
            return events_pb2.MovedToVersion(**who, version=run.version)
    raise TypeError(event)
