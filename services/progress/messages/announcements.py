"""Domain events as the protobuf messages that announce them."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from ieum.progress.v1 import events_pb2
from services.chassis.clock import stamp
from services.progress.domain.events import (
    CertificateIssued,
    CertificateRevoked,
    CompletedByHand,
    CourseCompleted,
    Event,
    HelpOffered,
    LearningStarted,
    LessonCompleted,
    QuizReset,
)
from services.progress.messages.resources import enrollment_name, reason_to_message


def announcement(event: Event, key: str, revision: int) -> Message:
    record = event.record
    about: dict[str, Any] = {
        "enrollment": enrollment_name(record),
        "revision": revision,
        "time": stamp(event.time),
    }
    who = {**about, "person": record.person, "course": record.course}
    match event:
        case LearningStarted():
            return events_pb2.LearningStarted(**who, start_time=stamp(event.start_time))
        case LessonCompleted():
            return events_pb2.LessonCompleted(
                **who, lesson=event.lesson, minutes=event.minutes, complete_time=stamp(event.complete_time)
            )
        case CourseCompleted():
            return events_pb2.CourseCompleted(
                **who,
                version=event.completion.version,
                reason=reason_to_message(event.completion),
                complete_time=stamp(event.completion.time),
            )
        case QuizReset() | CompletedByHand():
            change = events_pb2.RecordChangedByHand
            is_reset = isinstance(event, QuizReset)
            return change(
                **who,
                id=f"{key}-{revision}",
                actor=event.by,
                change=change.QUIZ_RESET if is_reset else change.COMPLETED,
                quiz=event.quiz if isinstance(event, QuizReset) else "",
            )
        case HelpOffered():
            return events_pb2.HelpOffered(**who)
        case CertificateIssued():
            return events_pb2.CertificateIssued(**who, certificate=f"certificates/{event.number}")
        case CertificateRevoked():
            # Without the reason: what somebody typed stays where it can be erased.
            return events_pb2.CertificateRevoked(**about, certificate=f"certificates/{event.number}")
    raise TypeError(event)
