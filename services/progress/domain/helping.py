"""Who needs help: learners of a course who are stuck, inactive or have failed twice, and the offer to help them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Refused
from services.progress.domain.completion import is_passed, may_begin
from services.progress.domain.events import Event, HelpOffered
from services.progress.domain.plan import Plan
from services.progress.domain.record import Record

FAILED_ATTEMPTS = 2
STUCK_AFTER = timedelta(days=7)
INACTIVE_AFTER = timedelta(days=14)
OFFER_PAUSE = timedelta(days=7)
"""Nobody is told more often that help is offered."""


class HelpReason(StrEnum):
    """The most pressing first."""

    FAILED_TWICE = "failed_twice"
    STUCK = "stuck"
    INACTIVE = "inactive"


@dataclass(frozen=True)
class Need:
    """`lesson` and what follows: of a quiz that was failed."""

    reason: HelpReason
    lesson: str = ""
    quiz: str = ""
    failed: int = 0
    no_attempt_left: bool = False


def needs_of(record: Record, plan: Plan, now: datetime) -> tuple[Need, ...]:
    """None of somebody who has finished or left. The answers of the record are not looked at."""
    if record.enrol_time is None or record.completion or record.withdraw_time or record.erased:
        return ()
    return tuple(_needs(record, plan, now))


def _needs(record: Record, plan: Plan, now: datetime) -> Iterator[Need]:
    for lesson in plan.lessons:
        for quiz in lesson.quizzes:
            tried = record.lesson(lesson.id).quiz(quiz.id)
            failed = sum(attempt.score is not None for attempt in tried.attempts)
            if failed >= FAILED_ATTEMPTS and not is_passed(tried, plan):
                none_left = not tried.under_way and not may_begin(tried, plan)
                yield Need(HelpReason.FAILED_TWICE, lesson.id, quiz.id, failed, none_left)
    seen = record.last_activity_time or record.enrol_time
    if seen and now - seen > INACTIVE_AFTER:
        yield Need(HelpReason.INACTIVE)
    elif record.start_time and record.last_activity_time:
        finished = [lesson.done_time for lesson in record.lessons if lesson.done_time]
        if record.last_activity_time - max((record.start_time, *finished)) >= STUCK_AFTER:
            yield Need(HelpReason.STUCK)


def urgency(record: Record, needs: tuple[Need, ...]) -> tuple[bool, int, float]:
    """Sorts the most pressing first: no attempt left, then by reason, then who has waited longest."""
    order = list(HelpReason)
    seen = record.last_activity_time or record.enrol_time
    return (
        not any(need.no_attempt_left for need in needs),
        min(order.index(need.reason) for need in needs),
        seen.timestamp() if seen else 0.0,
    )


def offered_lately(record: Record, now: datetime) -> bool:
    return record.help_offer_time is not None and now - record.help_offer_time < OFFER_PAUSE


def offer_help(record: Record, now: datetime) -> tuple[Record, list[Event]]:
    """Repeated within the pause, it changes nothing and announces nothing."""
    if record.completion or record.withdraw_time:
        raise Refused("NO_HELP_NEEDED")
    if offered_lately(record, now):
        return record, []
    offered = replace(record, help_offer_time=now)
    return offered, [HelpOffered(offered, now)]
