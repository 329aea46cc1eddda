"""Facts of the domain as the events that announce them."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from ieum.enrollment.v1 import events_pb2
from services.chassis.clock import stamp
from services.enrollment.domain import (
    Enrolled,
    Fact,
    MovedToVersion,
    Withdrawn,
)
from services.enrollment.messages import resources


def announced(fact: Fact, key: str, revision: int) -> Message:
    run = fact.run
    who: dict[str, Any] = {
        "enrollment": resources.name_of(key, run.number),
        "person": fact.person,
        "course": fact.course,
        "revision": revision,
        "time": stamp(fact.time),
    }
    match fact:
        case Enrolled():
            return events_pb2.Enrolled(
                **who,
                version=run.version,
                run=run.number,
                residence=resources.residence_message(run.residence),
                delivery=resources.delivery_number(run.delivery),
                enrol_time=stamp(run.enrol_time),
            )
        case Withdrawn():
            return events_pb2.Withdrawn(**who, withdraw_time=stamp(run.withdraw_time))
        case MovedToVersion():
            return events_pb2.MovedToVersion(**who, version=run.version)
    raise TypeError(fact)
