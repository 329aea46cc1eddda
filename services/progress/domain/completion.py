"""How far a record is by the measure of a plan: the one place where passed, done and percent are decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from services.progress.domain import plan as plans
from services.progress.domain.class_attendance import ClassAttendance, Judged, judge
from services.progress.domain.drawing import draws
from services.progress.domain.partial_credit import share
from services.progress.domain.plan import Item, Plan
from services.progress.domain.record import Attempt, Given, LessonRecord, QuizRecord, Record, Standing, Summary

MOST_ATTEMPTS = 500


class LessonState(StrEnum):
    NOT_STARTED = "not_started"
    UNDER_WAY = "under_way"
    DONE = "done"


STATES = tuple(LessonState)
"""In the order of their protobuf numbers, which cells store: see GridRow.cells in progress.proto."""
_DONE = STATES.index(LessonState.DONE) + 1


@dataclass(frozen=True)
class Measured:
    """Of a lesson: `behind` are screens opened, and passed where they ask something; `score` is the best, -1 none."""

    state: LessonState
    behind: int
    score: int


_UNTOUCHED = Measured(LessonState.NOT_STARTED, 0, -1)


def score_of(items: tuple[Item, ...], attempt: Attempt) -> int | None:
    """Percent of points, half up; None while an item is not answered."""
    answers = {given.item: given for given in attempt.answers}
    if any(item.id not in answers for item in items):
        return None
    total = sum(item.points for item in items)
    earned = sum(_earned(item, answers[item.id]) for item in items)
    return int((200 * earned + total) // (2 * total))


def _earned(item: Item, given: Given) -> int | Fraction:
    return item.points if given.correct else item.points * share(item.solution, given.answer)


def is_passed(quiz: QuizRecord, plan: Plan) -> bool:
    return quiz.best_score >= plan.pass_mark


def attempts_left(quiz: QuizRecord, plan: Plan) -> int | None:
    """How many more may be begun; None: as many as wanted, as is practice once the quiz is passed."""
    if plan.max_attempts == 0 or is_passed(quiz, plan):
        return None
    return max(0, plan.max_attempts + quiz.extra - len(quiz.attempts))


def may_begin(quiz: QuizRecord, plan: Plan) -> bool:
    return attempts_left(quiz, plan) != 0 and len(quiz.attempts) < MOST_ATTEMPTS


def measure(lesson: plans.Lesson, done: LessonRecord, plan: Plan) -> Measured:
    if not done.opened and not done.quizzes and not done.practices:
        return _UNTOUCHED
    opened = {each.screen for each in done.opened}.intersection(lesson.screens)
    quizzes = [done.quiz(quiz.id) for quiz in lesson.quizzes]
    scores = [quiz.best_score for quiz in quizzes]
    failed = [quiz for quiz, score in zip(lesson.quizzes, scores, strict=True) if score < plan.pass_mark]
    # Of a quiz that draws, a learner sees some of the questions only: passed, all of its screens are behind them.
    for quiz in lesson.quizzes:
        if draws(quiz) and quiz not in failed:
            opened |= {quiz.screen_of(item.id) for item in quiz.items} & set(lesson.screens)
    behind = opened.difference(quiz.screen_of(item.id) for quiz in failed for item in quiz.items)
    unfinished = {practice.id for practice in lesson.practices if not done.practice(practice.id).finished}
    behind -= unfinished
    if lesson.screens and not failed and not unfinished and len(opened) == len(lesson.screens):
        state = LessonState.DONE
    elif opened or any(quiz.attempts for quiz in quizzes):
        state = LessonState.UNDER_WAY
    else:
        state = LessonState.NOT_STARTED
    return Measured(state, len(behind), max(scores, default=-1))


def lesson_state(lesson: plans.Lesson, done: LessonRecord, plan: Plan) -> LessonState:
    return measure(lesson, done, plan).state


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
    times += filter(None, (done.practice(practice.id).done_time for practice in lesson.practices))
    return max(times)


def standing(record: Record) -> Standing:
    if record.enrol_time is None:
        return Standing.AWAITED
    if record.completion:
        return Standing.COMPLETED
    if record.withdraw_time:
        return Standing.WITHDRAWN
    return Standing.STARTED if record.start_time else Standing.ENROLLED


def measured(before: Record, after: Record, plan: Plan) -> list[Measured]:
    """Each lesson of the plan; what was done in `before`, and is untouched since, is known."""
    same = {each.lesson: each for each in before.lessons} if before.summary.version == plan.version else {}
    done = {each.lesson: each for each in after.lessons}
    cells = before.summary.cells
    found = []
    for place, lesson in enumerate(plan.lessons):
        now = done.get(lesson.id)
        if now is None:
            found.append(_UNTOUCHED)
        elif now is same.get(lesson.id) and cells[place] == _DONE:
            found.append(Measured(LessonState.DONE, len(lesson.screens), cells[len(plan.lessons) + place] - 1))
        else:
            found.append(measure(lesson, now, plan))
    return found


def summary(record: Record, plan: Plan, measured: Sequence[Measured]) -> Summary:
    states = [STATES.index(each.state) + 1 for each in measured]
    scores = [each.score + 1 for each in measured]
    return Summary(plan.version, standing(record), _percent(record, plan, measured), bytes([*states, *scores]))


def lessons_done(plan: Plan, is_done: Sequence[bool]) -> bool:
    return bool(plan.counted) and all(is_done[place] for place in plan.counted_places)


def attendance_of(record: Record, plan: Plan) -> list[tuple[ClassAttendance, Judged]]:
    """Of each class in which the learner has a seat."""
    return attendance_by_rule(record.classes, plan)


def attendance_by_rule(classes: Sequence[ClassAttendance], plan: Plan) -> list[tuple[ClassAttendance, Judged]]:
    return [(each, judge(each, plan.attendance_percent)) for each in classes if each.held and each.planned]


def attendance_met(record: Record, plan: Plan) -> Judged | None:
    """The class whose attendance is enough by the rule, the earliest to be so."""
    met = [(judged.met_time, judged) for _, judged in attendance_of(record, plan) if judged.met_time]
    return min(met, key=lambda each: each[0])[1] if met else None


def is_complete(record: Record, plan: Plan, is_done: Sequence[bool]) -> bool:
    """By the lessons; for who has a seat in a class also by attendance, or by it alone, as the rule says."""
    lessons = lessons_done(plan, is_done)
    if not plan.attendance_percent or not attendance_of(record, plan):
        return lessons
    attended = attendance_met(record, plan) is not None
    return attended or lessons if plan.attendance_is_enough else attended and lessons


def _percent(record: Record, plan: Plan, measured: Sequence[Measured]) -> int:
    """Of the screens of the counted lessons, those behind the learner, and of the attendance that is needed; 100 says
    complete and nothing else does."""
    if record.completion:
        return 100
    total = sum(len(lesson.screens) for lesson in plan.counted)
    behind = sum(each.behind for lesson, each in zip(plan.lessons, measured, strict=True) if lesson.counted)
    lessons = 100 * behind // total if total else 0
    judged = [judged for _, judged in attendance_of(record, plan) if judged.needed]
    if not judged:
        return min(99, lessons)
    attended = min(100, max(100 * each.attended // each.needed for each in judged))
    return min(99, max(lessons, attended) if plan.attendance_is_enough else (lessons + attended) // 2)
