from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.chassis.errors import Refused
from services.progress.domain.events import HelpOffered
from services.progress.domain.helping import HelpReason, Need, needs_of, offer_help, urgency
from services.progress.domain.record import Attempt, Completion, LessonRecord, QuizRecord, Record
from tests.unit.progress.plans import BEGAN, FRESH, PLAN, QUIZ

DAY = timedelta(days=1)
ONE_TRY = replace(PLAN, max_attempts=2)


def record(*scores: int | None, active: datetime | None = None, done: datetime | None = None) -> Record:
    quiz = QuizRecord("quiz", tuple(Attempt(score=score) for score in scores))
    lessons = (LessonRecord("look", done_time=done), LessonRecord("try", quizzes=(quiz,)))
    return replace(FRESH, lessons=lessons, start_time=BEGAN if active else None, last_activity_time=active)


def reasons(who: Record, now: datetime) -> list[HelpReason]:
    return [need.reason for need in needs_of(who, PLAN, now)]


def test_two_finished_attempts_without_a_pass_ask_for_help() -> None:
    now = BEGAN + DAY
    assert QUIZ.id == "quiz"
    assert needs_of(record(0, 33, active=now), PLAN, now) == (Need(HelpReason.FAILED_TWICE, "try", "quiz", 2, False),)
    assert needs_of(record(0, 33, active=now), ONE_TRY, now)[0].no_attempt_left
    assert reasons(record(0, None, active=now), now) == []
    assert reasons(record(0, 33, 100, active=now), now) == []


@pytest.mark.parametrize(
    ("active", "done", "now", "found"),
    [
        (7, None, 7, [HelpReason.STUCK]),
        (6, None, 7, []),
        (9, 3, 9, []),
        (10, 3, 10, [HelpReason.STUCK]),
        (10, 3, 25, [HelpReason.INACTIVE]),
        (10, 3, 24, [HelpReason.STUCK]),
        (None, None, 14, []),
        (None, None, 15, [HelpReason.INACTIVE]),
    ],
)
def test_a_week_without_a_finished_lesson_or_two_weeks_away(
    active: int | None, done: int | None, now: int, found: list[HelpReason]
) -> None:
    who = record(
        active=None if active is None else BEGAN + active * DAY, done=None if done is None else BEGAN + done * DAY
    )
    assert reasons(who, BEGAN + now * DAY) == found


def test_nobody_who_finished_left_or_was_erased_is_listed() -> None:
    late, who = BEGAN + 60 * DAY, record(0, 0, active=BEGAN)
    finished = replace(who, completion=Completion(BEGAN, 1, 0, 60, ()))
    for gone in (finished, replace(who, withdraw_time=BEGAN), replace(who, erased=True), replace(who, enrol_time=None)):
        assert needs_of(gone, PLAN, late) == ()
        if not gone.erased and gone.enrol_time:
            with pytest.raises(Refused, match="NO_HELP_NEEDED"):
                offer_help(gone, late)


def test_the_most_pressing_come_first() -> None:
    def place(who: Record, plan: object = None) -> tuple[bool, int, float]:
        return urgency(who, needs_of(who, ONE_TRY if plan else PLAN, BEGAN + 20 * DAY))

    blocked, failed = place(record(0, 0, active=BEGAN + 19 * DAY), True), place(record(0, 0, active=BEGAN + 19 * DAY))
    stuck, away = place(record(active=BEGAN + 19 * DAY)), place(record(active=BEGAN))
    assert sorted([away, stuck, failed, blocked]) == [blocked, failed, stuck, away]


def test_help_is_offered_once_a_week_however_often_it_is_pressed() -> None:
    offered, events = offer_help(record(active=BEGAN), BEGAN + DAY)
    assert [type(event) for event in events] == [HelpOffered]
    assert offer_help(offered, BEGAN + 7 * DAY) == (offered, [])
    _, again = offer_help(offered, BEGAN + 8 * DAY)
    assert len(again) == 1
