"""What one learner did in one run of a course.

Lessons, screens, quizzes and answers are kept in order of their ids, so that the same steps make the same record
however they arrive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from services.progress.domain.class_attendance import ClassAttendance
from services.progress.domain.grading import Answer

T = TypeVar("T")


class Standing(StrEnum):
    # A later event came before the enrolment itself.
    AWAITED = "awaited"
    ENROLLED = "enrolled"
    STARTED = "started"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Given:
    item: str
    correct: bool
    answer: Answer
    time: datetime


@dataclass(frozen=True)
class Attempt:
    """Finished when every item of the quiz is answered; from then on it has a score (percent of points) and a time."""

    answers: tuple[Given, ...] = ()
    score: int | None = None
    finish_time: datetime | None = None
    # Items that were drawn for it; none where it asks all of them.
    drawn: tuple[str, ...] = ()

    def given(self, item: str) -> Given | None:
        return next((given for given in self.answers if given.item == item), None)


@dataclass(frozen=True)
class Reset:
    """A teacher had a quiz begin anew; `attempts` is how many were set aside."""

    time: datetime
    by: str
    reason: str
    attempts: int


@dataclass(frozen=True)
class QuizRecord:
    quiz: str
    attempts: tuple[Attempt, ...] = ()
    # Attempts that a teacher allowed beyond the rule.
    extra: int = 0
    # Attempts that a teacher had set aside; they stay for the record and count no more.
    earlier: tuple[Attempt, ...] = ()
    resets: tuple[Reset, ...] = ()
    # Items that the learner said are unclear.
    unclear: tuple[str, ...] = ()

    @property
    def best_score(self) -> int:
        """-1 while no attempt is finished."""
        return max((attempt.score for attempt in self.attempts if attempt.score is not None), default=-1)

    @property
    def under_way(self) -> bool:
        return bool(self.attempts) and self.attempts[-1].score is None


@dataclass(frozen=True)
class PracticeRecord:
    """A practice task that was finished once or more often; points are 60 to 100."""

    practice: str
    finished: int = 0
    first_points: int = 0
    best_points: int = 0
    last_points: int = 0
    # When it was finished first, and last.
    done_time: datetime | None = None
    last_time: datetime | None = None
    # Names of the latest walks, so that sending one again counts once.
    walks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opened:
    screen: str
    time: datetime


@dataclass(frozen=True)
class LessonRecord:
    lesson: str
    opened: tuple[Opened, ...] = ()
    quizzes: tuple[QuizRecord, ...] = ()
    # When it was done first; stays, whatever a later version asks.
    done_time: datetime | None = None
    practices: tuple[PracticeRecord, ...] = ()

    def quiz(self, id: str) -> QuizRecord:
        return next((quiz for quiz in self.quizzes if quiz.quiz == id), QuizRecord(id))

    def practice(self, id: str) -> PracticeRecord:
        return next((each for each in self.practices if each.practice == id), PracticeRecord(id))


@dataclass(frozen=True)
class Position:
    lesson: str
    screen: str
    time: datetime


@dataclass(frozen=True)
class QuizScore:
    lesson: str
    quiz: str
    score: int


@dataclass(frozen=True)
class Completion:
    """When, on which version, and why. Without lessons where attendance of a class was enough."""

    time: datetime
    version: int
    lessons_counted: int
    pass_mark: int
    scores: tuple[QuizScore, ...]
    attended_minutes: int = 0
    planned_minutes: int = 0
    attendance_percent: int = 0
    # Of one that a teacher set by hand: who, and why.
    by_hand: str = ""
    note: str = ""


@dataclass(frozen=True)
class Certificate:
    number: str
    issue_time: datetime
    revoke_time: datetime | None = None
    revoke_reason: str = ""


@dataclass(frozen=True)
class Summary:
    """What lists and grids show, as of the plan of `version`; 0 while no plan was there to measure by."""

    version: int = 0
    standing: Standing = Standing.AWAITED
    percent: int = 0
    # Of each lesson of the plan a byte for its state, then of each a byte for its best score + 1: a grid of thousands
    # of learners is read without looking into anybody's answers.
    cells: bytes = b""


@dataclass(frozen=True)
class Record:
    """`enrollment` is the id of the run; versions and times follow what the enrollment service announced."""

    enrollment: str
    person: str
    course: str
    version: int = 0
    # When the learner came to be on this version.
    version_time: datetime | None = None
    enrol_time: datetime | None = None
    withdraw_time: datetime | None = None
    lessons: tuple[LessonRecord, ...] = ()
    position: Position | None = None
    start_time: datetime | None = None
    last_activity_time: datetime | None = None
    completion: Completion | None = None
    certificate: Certificate | None = None
    summary: Summary = Summary()
    # Its learner's account is gone: nothing comes to it any more.
    erased: bool = False
    classes: tuple[ClassAttendance, ...] = ()
    # When a teacher last offered help.
    help_offer_time: datetime | None = None

    def lesson(self, id: str) -> LessonRecord:
        return next((lesson for lesson in self.lessons if lesson.lesson == id), LessonRecord(id))

    def with_lesson(self, lesson: LessonRecord) -> Record:
        return replace(self, lessons=put(self.lessons, lesson, lambda each: each.lesson))

    def with_quiz(self, lesson: str, quiz: QuizRecord) -> Record:
        before = self.lesson(lesson)
        return self.with_lesson(replace(before, quizzes=put(before.quizzes, quiz, lambda each: each.quiz)))


class RecordChanges:
    """Changes to a record, collected in place while many steps are taken; `record` is the resulting value."""

    def __init__(self, before: Record) -> None:
        self._before = before
        self._lessons = {each.lesson: each for each in before.lessons}
        self.position = before.position
        self.start_time = before.start_time
        self.last_activity_time = before.last_activity_time

    @property
    def enrollment(self) -> str:
        return self._before.enrollment

    @property
    def enrol_time(self) -> datetime | None:
        return self._before.enrol_time

    def lesson(self, id: str) -> LessonRecord:
        return self._lessons.get(id) or LessonRecord(id)

    def put_lesson(self, lesson: LessonRecord) -> None:
        self._lessons[lesson.lesson] = lesson

    def put_quiz(self, lesson: str, quiz: QuizRecord) -> None:
        before = self.lesson(lesson)
        self.put_lesson(replace(before, quizzes=put(before.quizzes, quiz, lambda each: each.quiz)))

    @property
    def record(self) -> Record:
        return replace(
            self._before,
            lessons=tuple(self._lessons[id] for id in sorted(self._lessons)),
            position=self.position,
            start_time=self.start_time,
            last_activity_time=self.last_activity_time,
        )


def put(values: tuple[T, ...], value: T, key: Callable[[T], str]) -> tuple[T, ...]:
    """The sorted values with `value` added, replacing the one with the same key."""
    others = (each for each in values if key(each) != key(value))
    return tuple(sorted((*others, value), key=key))
