"""What teachers change by hand in a learner's record: a quiz that begins anew, a course that counts as completed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from services.chassis.errors import Forbidden, Refused
from services.progress.domain.completion import is_passed
from services.progress.domain.enrolling import checked_reason
from services.progress.domain.events import CertificateIssued, CompletedByHand, CourseCompleted, QuizReset
from services.progress.domain.plan import Plan
from services.progress.domain.record import Certificate, Completion, QuizRecord, Record, Reset
from services.progress.domain.settling import Outcome, settle

MOST_RESETS = 20


def reset_quiz(record: Record, plan: Plan, quiz: str, by: str, reason: str, now: datetime) -> Outcome:
    """Repeated before anything new is answered, it changes nothing."""
    reason = checked_reason(reason)
    lessons = [lesson for lesson in plan.lessons if any(each.id == quiz for each in lesson.quizzes)]
    if not lessons:
        raise Refused("QUIZ_UNKNOWN")
    if record.withdraw_time:
        raise Refused("ENROLLMENT_WITHDRAWN")
    after = record
    for lesson in lessons:
        tried = record.lesson(lesson.id).quiz(quiz)
        if record.completion or (tried.attempts and is_passed(tried, plan)):
            raise Refused("QUIZ_PASSED")
        if tried.attempts:
            after = after.with_quiz(lesson.id, _set_aside(tried, Reset(now, by, reason, len(tried.attempts))))
    if after is record:
        return record, []
    settled, events = settle(record, after, plan, lambda: "", now)
    return settled, [*events, QuizReset(settled, now, by, quiz)]


def _set_aside(tried: QuizRecord, reset: Reset) -> QuizRecord:
    if len(tried.resets) >= MOST_RESETS:
        raise Refused("TOO_MANY_RESETS")
    earlier = (*tried.earlier, *tried.attempts)
    return replace(tried, attempts=(), extra=0, earlier=earlier, resets=(*tried.resets, reset))


def complete_by_hand(
    record: Record, plan: Plan, by: str, reason: str, number: Callable[[], str], now: datetime
) -> Outcome:
    """A course that is completed already stays as it is."""
    reason = checked_reason(reason)
    if by == record.person:
        raise Forbidden("NOT_FOR_ONESELF")
    if record.completion:
        return record, []
    if record.withdraw_time:
        raise Refused("ENROLLMENT_WITHDRAWN")
    completion = Completion(now, plan.version, 0, plan.pass_mark, (), by_hand=by, note=reason)
    certificate = Certificate(number(), now)
    began = record.start_time or now
    after = replace(
        record, start_time=began, last_activity_time=record.last_activity_time or now,
        completion=completion, certificate=certificate,
    )  # fmt: skip
    settled, events = settle(record, after, plan, number, now)
    done = CourseCompleted(settled, now, completion), CertificateIssued(settled, now, certificate.number)
    return settled, [*events, *done, CompletedByHand(settled, now, by)]
