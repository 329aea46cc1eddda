"""A small plan and steps through it, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.progress.domain.grading import Answer, Choice, TrueFalse
from services.progress.domain.plan import Item, Lesson, Plan, Quiz
from services.progress.domain.record import Record
from services.progress.domain.steps import AnswerItem, OpenScreen, Outcome, Step, take

BEGAN = datetime(2026, 9, 1, 9, tzinfo=UTC)
NOW = BEGAN + timedelta(days=10)
MINUTE = timedelta(minutes=1)
NUMBER = "IEUM-0000-0000-0000-0000"

QUIZ = Quiz(
    "quiz",
    (
        Item("i1", 1, Choice(frozenset({"yes", "no"}), frozenset({"yes"}), multiple=False)),
        Item("i2", 2, TrueFalse(correct=True)),
    ),
)
LOOK = Lesson("look", {"en": "Look"}, 5, ("a", "b"), (), counted=True)
TRY = Lesson("try", {"en": "Try"}, 10, ("c", "quiz.i1", "quiz.i2"), (QUIZ,), counted=True)
MORE = Lesson("more", {"en": "More"}, 5, ("z",), (), counted=False)
PLAN = Plan("courses/photos", 1, {"en": "Photos"}, 20, 60, 0, (LOOK, TRY, MORE))
FRESH = Record("kim-1", "people/kim", "courses/photos", 1, BEGAN, BEGAN)
RIGHT = {"i1": "yes", "i2": "true"}


def opens(lesson: str, screen: str, time: datetime | None = None) -> Step:
    return Step(OpenScreen(lesson, screen), time)


def answers(item: str, value: str, attempt: int = 0, time: datetime | None = None) -> Step:
    return Step(AnswerItem("try", "quiz", item, attempt, Answer((value,))), time)


def do(record: Record, *steps: Step, plan: Plan = PLAN, now: datetime = NOW, trusted: bool = False) -> Outcome:
    return take(record, plan, steps, lambda: NUMBER, now, trusted=trusted)


EVERY_STEP = (
    *(opens("look", screen) for screen in LOOK.screens),
    *(opens("try", screen) for screen in TRY.screens),
    *(answers(item, value) for item, value in RIGHT.items()),
)
