"""What becomes true of a learner, each at most once in a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.progress.domain.record import Completion, Record


@dataclass(frozen=True)
class Fact:
    record: Record
    time: datetime


@dataclass(frozen=True)
class LearningStarted(Fact):
    start_time: datetime


@dataclass(frozen=True)
class LessonCompleted(Fact):
    lesson: str
    minutes: int
    complete_time: datetime


@dataclass(frozen=True)
class CourseCompleted(Fact):
    completion: Completion


@dataclass(frozen=True)
class CertificateIssued(Fact):
    number: str


@dataclass(frozen=True)
class CertificateRevoked(Fact):
    number: str
