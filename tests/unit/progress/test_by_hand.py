from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import Forbidden, Invalid, Refused
from services.progress.domain.by_hand import complete_by_hand, reset_quiz
from services.progress.domain.enrolling import forget_person
from services.progress.domain.events import CertificateIssued, CompletedByHand, CourseCompleted, LearningStarted
from services.progress.domain.record import Record, Standing
from services.progress.domain.settling import Outcome
from tests.unit.progress.plans import EVERY_STEP, FRESH, NOW, NUMBER, PLAN, answers, do

TEACHER, LATER = "people/teacher", NOW + timedelta(days=1)
STRICT = replace(PLAN, max_attempts=1)


def failed() -> Record:
    return do(FRESH, answers("i1", "no"), answers("i2", "false"), plan=STRICT).record


def reset(record: Record, reason: str = "The line was down") -> Outcome:
    return reset_quiz(record, STRICT, "quiz", TEACHER, reason, LATER)


def complete(record: Record, reason: str = "Done on paper", by: str = TEACHER) -> Outcome:
    return complete_by_hand(record, PLAN, by, reason, lambda: NUMBER, LATER)


def test_a_reset_sets_the_attempts_aside_and_the_quiz_begins_anew() -> None:
    before = failed()
    after, events = reset(before)
    quiz = after.lesson("try").quiz("quiz")
    assert (quiz.attempts, quiz.earlier) == ((), before.lesson("try").quiz("quiz").attempts)
    assert [(each.by, each.reason, each.attempts) for each in quiz.resets] == [(TEACHER, "The line was down", 1)]
    assert len(events) == 1
    assert reset(after) == (after, [])
    passed = do(after, answers("i1", "yes"), answers("i2", "true"), plan=STRICT, now=LATER)
    assert [result.accepted for result in passed.results] == [True, True]


def test_what_is_passed_or_finished_is_not_reset_and_a_reason_is_needed() -> None:
    done = do(FRESH, *EVERY_STEP).record
    with pytest.raises(Refused, match="QUIZ_PASSED"):
        reset(done)
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(Invalid, match="REASON"):
            reset(failed(), reason)
        with pytest.raises(Invalid, match="REASON"):
            complete(failed(), reason)
    with pytest.raises(Refused, match="QUIZ_UNKNOWN"):
        reset_quiz(failed(), STRICT, "gone", TEACHER, "why", LATER)


def test_a_course_is_completed_by_hand_once_with_a_certificate_and_whose_word_it_is() -> None:
    after, events = complete(FRESH)
    assert [type(each) for each in events] == [LearningStarted, CourseCompleted, CertificateIssued, CompletedByHand]
    assert after.completion
    assert after.certificate
    assert (after.completion.by_hand, after.completion.note) == (TEACHER, "Done on paper")
    assert (after.summary.standing, after.summary.percent) == (Standing.COMPLETED, 100)
    assert complete(after, "Another reason") == (after, [])
    with pytest.raises(Forbidden, match="NOT_FOR_ONESELF"):
        complete(FRESH, by=FRESH.person)
    with pytest.raises(Refused, match="ENROLLMENT_WITHDRAWN"):
        complete(replace(FRESH, withdraw_time=NOW))


def test_an_erasure_takes_reasons_and_set_aside_answers_along() -> None:
    record = complete(reset(failed())[0])[0]
    kept = repr(forget_person(record))
    for typed in ("The line was down", "Done on paper", "'false'"):
        assert typed in repr(record)
        assert typed not in kept
