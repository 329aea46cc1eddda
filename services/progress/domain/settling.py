"""After any change of a record: completed lessons, completion and certificate, each announced exactly once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import compress

from services.progress.domain import plan as plans
from services.progress.domain.completion import (
    LessonState,
    Measured,
    attendance_met,
    done_time,
    is_complete,
    lessons_done,
    measured,
    score_of,
    standing,
    summary,
)
from services.progress.domain.drawing import items_of
from services.progress.domain.events import CertificateIssued, CourseCompleted, Event, LearningStarted, LessonCompleted
from services.progress.domain.plan import Plan
from services.progress.domain.record import Attempt, Certificate, Completion, QuizScore, Record

Outcome = tuple[Record, list[Event]]


def settle(before: Record, after: Record, plan: Plan | None, number: Callable[[], str], now: datetime) -> Outcome:
    """`number` makes a certificate's number where one is due. Without a plan only the standing is updated."""
    if plan is None or after.enrol_time is None:
        return replace(after, summary=replace(after.summary, standing=standing(after))), []
    started = after.start_time is not None and before.start_time is None
    events: list[Event] = [LearningStarted(after, now, after.start_time)] if started and after.start_time else []
    if after.withdraw_time is None and after.summary.version != plan.version:
        after = _with_attempts_finished(after, plan)
    lessons = measured(before, after, plan)
    if after.withdraw_time is None:
        after, learned = _learned(after, plan, lessons, number, now)
        events += learned
    return replace(after, summary=summary(after, plan, lessons)), events


def _learned(
    record: Record, plan: Plan, measured: Sequence[Measured], number: Callable[[], str], now: datetime
) -> Outcome:
    events: list[Event] = []
    is_done = [seen.state is LessonState.DONE for seen in measured]
    for lesson in compress(plan.lessons, is_done):
        before = record.lesson(lesson.id)
        if not before.done_time:
            time = done_time(lesson, before, plan)
            record = record.with_lesson(replace(before, done_time=time))
            events.append(LessonCompleted(record, now, lesson.id, lesson.minutes, time))
    if record.completion or not is_complete(record, plan, is_done):
        return record, events
    completion = _completion(record, plan, lessons=lessons_done(plan, is_done))
    certificate = Certificate(number(), completion.time)
    record = replace(record, completion=completion, certificate=certificate)
    issued = CertificateIssued(record, now, certificate.number)
    return record, [*events, CourseCompleted(record, now, completion), issued]


def _with_attempts_finished(record: Record, plan: Plan) -> Record:
    """Finishes attempts that have answered all that the new version asks for."""
    for lesson in plan.lessons:
        for quiz in lesson.quizzes:
            tried = record.lesson(lesson.id).quiz(quiz.id)
            if tried.under_way:
                attempts = (*tried.attempts[:-1], finished(quiz, tried.attempts[-1]))
                record = record.with_quiz(lesson.id, replace(tried, attempts=attempts))
    return record


def finished(quiz: plans.Quiz, attempt: Attempt) -> Attempt:
    """With its score when every item is answered, else as it is."""
    score = score_of(items_of(quiz, attempt), attempt)
    if score is None:
        return attempt
    times = [given.time for given in attempt.answers]
    return replace(attempt, score=score, finish_time=max(times))


def _completion(record: Record, plan: Plan, *, lessons: bool) -> Completion:
    """Dated by the last lesson done or session attended, or by the move to a version that asks for less."""
    counted = plan.counted if lessons else ()
    times = [record.lesson(lesson.id).done_time for lesson in counted]
    scores = [
        QuizScore(lesson.id, quiz.id, record.lesson(lesson.id).quiz(quiz.id).best_score)
        for lesson in counted
        for quiz in lesson.quizzes
    ]
    attendance = attendance_met(record, plan)
    if attendance and not (plan.attendance_is_enough and lessons):
        times.append(attendance.met_time)
    return Completion(
        time=max(time for time in (record.version_time, *times) if time),
        version=plan.version,
        lessons_counted=len(counted),
        pass_mark=plan.pass_mark,
        scores=tuple(scores),
        attended_minutes=attendance.attended if attendance else 0,
        planned_minutes=attendance.planned if attendance else 0,
        attendance_percent=plan.attendance_percent if attendance else 0,
    )
