"""How far a record is by the measure of a plan: the one place where passed, done and percent are decided."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from services.progress.domain import plan as plans
from services.progress.domain.plan import Item, Plan
from services.progress.domain.record import Attempt, LessonRecord, QuizRecord, Record, Standing, Summary

MOST_ATTEMPTS = 500


class LessonState(StrEnum):
    NOT_STARTED = "not_started"
    UNDER_WAY = "under_way"
    DONE = "done"


STATES = tuple(LessonState)


def score_of(items: tuple[Item, ...], attempt: Attempt) -> int | None:
    """Percent of points, half up; None while an item is not answered."""
    right = {given.item: given.correct for given in attempt.answers}
    if any(item.id not in right for item in items):
        return None
    total = sum(item.points for item in items)
    earned = sum(item.points for item in items if right[item.id])
    return (200 * earned + total) // (2 * total)


def is_passed(quiz: QuizRecord, plan: Plan) -> bool:
    return (quiz.best_score if quiz.best_score is not None else -1) >= plan.pass_mark


def attempts_left(quiz: QuizRecord, plan: Plan) -> int | None:
    """How many more may be begun; None: as many as wanted, as is practice once the quiz is passed."""
    if plan.max_attempts == 0 or is_passed(quiz, plan):
        return None
    return max(0, plan.max_attempts + quiz.extra - len(quiz.attempts))


def may_begin(quiz: QuizRecord, plan: Plan) -> bool:
    return attempts_left(quiz, plan) != 0 and len(quiz.attempts) < MOST_ATTEMPTS


def lesson_state(lesson: plans.Lesson, done: LessonRecord, plan: Plan) -> LessonState:
    opened = {each.screen for each in done.opened}
    passed = all(is_passed(done.quiz(quiz.id), plan) for quiz in lesson.quizzes)
    if passed and lesson.screens and opened.issuperset(lesson.screens):
        return LessonState.DONE
    if opened.intersection(lesson.screens) or any(done.quiz(quiz.id).attempts for quiz in lesson.quizzes):
        return LessonState.UNDER_WAY
    return LessonState.NOT_STARTED


def done_time(lesson: plans.Lesson, done: LessonRecord, plan: Plan) -> datetime:
    """Of a lesson that is done: when the last of what it takes was there, in whatever order that was heard of."""
    times = [each.time for each in done.opened if each.screen in lesson.screens]
    for quiz in lesson.quizzes:
        passes = (
            attempt.finish_time
            for attempt in done.quiz(quiz.id).attempts
            if attempt.finish_time and attempt.score is not None and attempt.score >= plan.pass_mark
        )
        times.append(min(passes))
    return max(times)


def percent(record: Record, plan: Plan) -> int:
    """Screens of the counted lessons that are behind the learner: opened, and passed where they ask something."""
    if record.completion:
        return 100
    behind = total = 0
    for lesson in plan.counted:
        done = record.lesson(lesson.id)
        failed = {
            quiz.screen_of(item.id)
            for quiz in lesson.quizzes
            if not is_passed(done.quiz(quiz.id), plan)
            for item in quiz.items
        }
        opened = {each.screen for each in done.opened}
        behind += len(opened.intersection(lesson.screens) - failed)
        total += len(lesson.screens)
    return min(99, 100 * behind // total) if total else 0


def standing(record: Record) -> Standing:
    if record.enrol_time is None:
        return Standing.AWAITED
    if record.completion:
        return Standing.COMPLETED
    if record.withdraw_time:
        return Standing.WITHDRAWN
    return Standing.STARTED if record.start_time else Standing.ENROLLED


def summary(record: Record, plan: Plan) -> Summary:
    states = [STATES.index(lesson_state(lesson, record.lesson(lesson.id), plan)) + 1 for lesson in plan.lessons]
    scores = [
        max((_score(record.lesson(lesson.id).quiz(quiz.id)) for quiz in lesson.quizzes), default=-1) + 1
        for lesson in plan.lessons
    ]
    return Summary(plan.version, standing(record), percent(record, plan), bytes([*states, *scores]))


def _score(quiz: QuizRecord) -> int:
    return -1 if quiz.best_score is None else quiz.best_score
