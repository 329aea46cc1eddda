"""A published version's plan, as the courses service announces it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import assert_never

from ieum.courses.v1 import content_pb2
from ieum.courses.v1.events_pb2 import CoursePublished, LessonPlan, QuizPlan
from services.chassis.errors import Invalid
from services.progress.domain.grading import (
    Choice,
    Gaps,
    Matching,
    Number,
    Ordering,
    ShortText,
    Solution,
    TrueFalse,
)
from services.progress.domain.plan import Item, Lesson, Plan, Quiz
from services.progress.messages.practices import practice_from_message


def plan_from_message(event: CoursePublished) -> Plan:
    counted = frozenset(event.rule.counted_lessons)
    return Plan(
        course=event.course,
        version=event.version,
        title=dict(event.title),
        minutes=event.minutes,
        pass_mark=event.rule.pass_mark,
        max_attempts=event.rule.max_attempts,
        lessons=tuple(_lesson(lesson, lesson.id in counted) for lesson in event.lessons),
        attendance_percent=event.rule.attendance_percent,
        attendance_is_enough=event.rule.attendance_is_enough,
    )


def _lesson(lesson: LessonPlan, counted: bool) -> Lesson:
    return Lesson(
        id=lesson.id,
        title=dict(lesson.title),
        minutes=lesson.minutes,
        screens=tuple(lesson.screens),
        quizzes=tuple(_quiz(quiz) for quiz in lesson.quizzes if quiz.items),
        counted=counted,
        practices=tuple(practice_from_message(each.id, each.practice) for each in lesson.practices),
    )


def _quiz(quiz: QuizPlan) -> Quiz:
    items = tuple(Item(item.id, item.points or 1, solution_from_message(item)) for item in quiz.items)
    return Quiz(quiz.id, items, quiz.draw)


def solution_from_message(item: content_pb2.Item) -> Solution:
    """Raises Invalid for an item that nobody could answer; published ones are complete."""
    match item.WhichOneof("kind"):
        case "choice":
            options = frozenset(option.id for option in item.choice.options)
            choice = item.choice
            return Choice(options, frozenset(choice.correct), choice.multiple, partly=choice.on_picture)
        case "true_false":
            return TrueFalse(item.true_false.correct)
        case "short_text":
            return ShortText(tuple(item.short_text.accepted))
        case "number":
            return Number(_decimal(item.number.value), _decimal(item.number.tolerance or "0"))
        case "matching":
            right = item.matching.right
            pairs = frozenset(item.matching.correct.items())
            ids = frozenset(option.id for option in right)
            return Matching(pairs, ids, _same(right), partly=item.matching.on_picture)
        case "ordering":
            steps = item.ordering.steps
            return Ordering(tuple(step.id for step in steps), _same(steps))
        case "gaps":
            return Gaps({gap.id: tuple(gap.accepted) for gap in item.gaps.gaps})
        case None:
            raise Invalid("ITEM_KIND_UNKNOWN", field="item", item=item.id)
        case unknown:
            assert_never(unknown)


def _same(options: Iterable[content_pb2.Option]) -> Mapping[str, str]:
    """Twins as they were announced; a draft that is tried out has the texts instead."""
    first: dict[tuple[tuple[str, str], ...], str] = {}
    same = {}
    for option in options:
        texts = tuple(sorted((language, " ".join(text.split())) for language, text in option.text.items()))
        earlier = option.same_as or (first.setdefault(texts, option.id) if texts else option.id)
        if earlier != option.id:
            same[option.id] = earlier
    return same


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Invalid("NUMBER_MALFORMED", field="item") from error
