"""Domain events about a learner; each happens at most once in a run, but for offers of help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.progress.domain.record import Completion, Record


@dataclass(frozen=True)
class Event:
    record: Record
    time: datetime


@dataclass(frozen=True)
class LearningStarted(Event):
    start_time: datetime


@dataclass(frozen=True)
class LessonCompleted(Event):
    lesson: str
    minutes: int
    complete_time: datetime


@dataclass(frozen=True)
class CourseCompleted(Event):
    completion: Completion


@dataclass(frozen=True)
class QuizReset(Event):
    """A teacher set the attempts at a quiz aside; may happen more than once."""

    by: str
    quiz: str


@dataclass(frozen=True)
class CompletedByHand(Event):
    by: str


@dataclass(frozen=True)
class HelpOffered(Event):
    """A teacher would like to help; may happen more than once."""


@dataclass(frozen=True)
class CertificateIssued(Event):
    number: str


@dataclass(frozen=True)
class CertificateRevoked(Event):
    number: str
