"""The facts as the events that announce them."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from ieum.progress.v1 import events_pb2
from services.chassis.clock import stamp
from services.progress.domain.facts import (
    CertificateIssued,
    CertificateRevoked,
    CourseCompleted,
    Fact,
    LearningStarted,
    LessonCompleted,
)
from services.progress.messages.resources import enrollment_name, reason_message


def announced(fact: Fact, key: str, revision: int) -> Message:
    record = fact.record
    about: dict[str, Any] = {
        "enrollment": enrollment_name(record),
        "revision": revision,
        "time": stamp(fact.time),
    }
    who = {**about, "person": record.person, "course": record.course}
    match fact:
        case LearningStarted():
            return events_pb2.LearningStarted(**who, start_time=stamp(fact.start_time))
        case LessonCompleted():
            return events_pb2.LessonCompleted(
                **who, lesson=fact.lesson, minutes=fact.minutes, complete_time=stamp(fact.complete_time)
            )
        case CourseCompleted():
            return events_pb2.CourseCompleted(
                **who,
                version=fact.completion.version,
                reason=reason_message(fact.completion),
                complete_time=stamp(fact.completion.time),
            )
        case CertificateIssued():
            return events_pb2.CertificateIssued(**who, certificate=f"certificates/{fact.number}")
        case CertificateRevoked():
            # Without the reason: what somebody typed stays where it can be erased.
            return events_pb2.CertificateRevoked(**about, certificate=f"certificates/{fact.number}")
    raise TypeError(fact)
