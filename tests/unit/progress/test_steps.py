from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Refused
from services.progress.domain.completion import LessonState, attempts_left, lesson_state
from services.progress.domain.enrolling import enrolled, moved, revoke_certificate, withdrawn
from services.progress.domain.events import CertificateIssued, CourseCompleted, Event, LearningStarted, LessonCompleted
from services.progress.domain.record import Attempt, QuizRecord, Record, Standing
from services.progress.domain.settling import settle
from services.progress.domain.steps import KEPT_ATTEMPTS, Step, allow_attempt, start_attempt
from tests.unit.progress.plans import (
    BEGAN,
    EVERY_STEP,
    FRESH,
    LOOK,
    MINUTE,
    MORE,
    NOW,
    NUMBER,
    PLAN,
    RIGHT,
    TRY,
    answers,
    do,
    opens,
)

WRONG = (answers("i1", "no"), answers("i2", "false"))


def quiz_of(record: Record) -> QuizRecord:
    return record.lesson("try").quiz("quiz")


def attempt(number: int, *, right: bool) -> tuple[Step, Step]:
    return answers("i1", "yes" if right else "no", number), answers("i2", "true" if right else "false", number)


def test_going_through_everything_completes_the_course_with_each_fact_once() -> None:
    outcome = do(FRESH, *EVERY_STEP)
    kinds = [type(event) for event in outcome.events]
    assert kinds == [LearningStarted, LessonCompleted, LessonCompleted, CourseCompleted, CertificateIssued]
    completion = outcome.record.completion
    assert completion
    assert (completion.lessons_counted, completion.pass_mark, completion.version) == (2, 60, 1)
    assert [score.score for score in completion.scores] == [100]
    assert outcome.record.certificate
    assert outcome.record.certificate.number == NUMBER
    assert outcome.record.summary.standing is Standing.COMPLETED
    assert outcome.record.summary.percent == 100


def test_a_lesson_that_is_not_counted_is_not_needed_and_completes_by_itself() -> None:
    record = do(FRESH, *EVERY_STEP).record
    assert lesson_state(MORE, record.lesson("more"), PLAN) is LessonState.NOT_STARTED
    assert [type(event) for event in do(record, opens("more", "z")).events] == [LessonCompleted]


def test_the_score_is_the_percent_of_points_half_up_and_the_best_attempt_counts() -> None:
    record = do(FRESH, *attempt(1, right=False), answers("i1", "no", 2), answers("i2", "true", 2)).record
    assert [each.score for each in quiz_of(record).attempts] == [0, 67]
    practised = do(record, *attempt(3, right=False)).record
    assert quiz_of(practised).best_score == 67


def test_a_quiz_below_the_pass_mark_keeps_the_lesson_under_way() -> None:
    record = do(FRESH, *EVERY_STEP[:5], *WRONG).record
    assert lesson_state(TRY, record.lesson("try"), PLAN) is LessonState.UNDER_WAY
    assert record.completion is None
    assert record.summary.percent == 60


def test_practice_after_passing_lowers_nothing_and_is_never_used_up() -> None:
    plan = replace(PLAN, max_attempts=1)
    done = do(FRESH, *EVERY_STEP, plan=plan).record
    assert attempts_left(quiz_of(done), plan) is None
    practised = do(done, *attempt(2, right=False), plan=plan)
    assert all(result.accepted for result in practised.results)
    assert (practised.record.completion, practised.record.summary) == (done.completion, done.summary)
    assert practised.events == []


def test_when_the_attempts_are_used_up_nothing_more_is_taken_and_nothing_given_away() -> None:
    plan = replace(PLAN, max_attempts=1)
    record = do(FRESH, *attempt(1, right=False), plan=plan).record
    outcome = do(record, *attempt(2, right=True), plan=plan)
    assert [result.reason for result in outcome.results] == ["NO_ATTEMPT_LEFT"] * 2
    assert all(result.right_answer is None for result in outcome.results)
    with pytest.raises(Refused, match="NO_ATTEMPT_LEFT"):
        start_attempt(record, plan, "try", "quiz")


def test_one_more_attempt_is_allowed_once_until_it_is_used() -> None:
    plan = replace(PLAN, max_attempts=1)
    record = do(FRESH, *attempt(1, right=False), plan=plan).record
    allowed = allow_attempt(record, plan, "quiz")
    assert allow_attempt(allowed, plan, "quiz") == allowed
    assert attempts_left(quiz_of(allowed), plan) == 1
    under_way = start_attempt(allowed, plan, "try", "quiz")
    assert start_attempt(under_way, plan, "try", "quiz") == under_way == allow_attempt(under_way, plan, "quiz")
    with pytest.raises(Refused, match="QUIZ_UNKNOWN"):
        allow_attempt(record, plan, "other")


def test_the_next_attempt_begins_only_when_the_last_is_finished() -> None:
    outcome = do(FRESH, answers("i1", "no", 1), answers("i1", "yes", 2), answers("i2", "true", 1))
    assert [result.reason for result in outcome.results] == ["", "ATTEMPT_UNKNOWN", ""]
    assert do(outcome.record, answers("i1", "yes", 2)).results[0].accepted
    assert do(outcome.record, answers("i1", "yes", 0)).results[0].already_answered


def test_the_first_answer_stands() -> None:
    first = do(FRESH, answers("i1", "no"))
    again = do(first.record, answers("i1", "yes"))
    assert (again.results[0].correct, again.results[0].already_answered) == (False, True)
    assert again.record == first.record


def test_practising_without_end_keeps_all_scores_and_the_latest_answers() -> None:
    record = FRESH
    for number in range(1, KEPT_ATTEMPTS + 6):
        record = do(record, *attempt(number, right=number == 2)).record
    attempts = quiz_of(record).attempts
    assert len(attempts) == KEPT_ATTEMPTS + 5
    assert sum(bool(each.answers) for each in attempts) == KEPT_ATTEMPTS + 1
    assert quiz_of(record).best_score == 100
    assert do(record, answers("i1", "yes", 1)).results[0].already_answered


def test_steps_that_were_kept_while_a_line_was_down_count_when_they_happened() -> None:
    at = NOW - timedelta(days=5)
    record = do(FRESH, opens("look", "b"), opens("look", "a", at)).record
    assert {each.screen: each.time for each in record.lesson("look").opened} == {"a": at, "b": NOW}
    assert record.position
    assert record.position.screen == "b"
    assert record.lesson("look").done_time == NOW


def test_no_step_counts_before_the_enrolment_in_the_future_or_too_late() -> None:
    late = BEGAN + timedelta(days=100)
    hour = timedelta(hours=1)
    for time, trusted in ((late + hour, True), (BEGAN - hour, True), (late - timedelta(days=31), False)):
        assert do(FRESH, opens("look", "a", time), now=late, trusted=trusted).results[0].reason == "TIME_WRONG"
    assert do(FRESH, opens("look", "a", BEGAN + hour), now=late, trusted=True).results[0].accepted


def test_clocks_that_differ_a_little_are_forgiven() -> None:
    record = do(FRESH, opens("look", "a", NOW + 2 * MINUTE), opens("look", "b", BEGAN - 2 * MINUTE)).record
    assert {each.screen: each.time for each in record.lesson("look").opened} == {"a": NOW, "b": BEGAN}


def test_an_answer_opens_its_screen() -> None:
    assert [each.screen for each in do(FRESH, answers("i1", "yes")).record.lesson("try").opened] == ["quiz.i1"]


def test_a_withdrawn_record_takes_no_step_and_stays_complete() -> None:
    done = do(FRESH, *EVERY_STEP).record
    gone, events = settle(done, withdrawn(done, NOW), PLAN, lambda: NUMBER, NOW)
    assert (gone.summary.standing, gone.certificate, events) == (Standing.COMPLETED, done.certificate, [])
    for act in (
        lambda: do(gone, opens("more", "z")),
        lambda: start_attempt(gone, PLAN, "try", "quiz"),
        lambda: allow_attempt(gone, PLAN, "quiz"),
    ):
        with pytest.raises(Refused, match="ENROLLMENT_WITHDRAWN"):
            act()


def test_moving_keeps_what_was_done_and_forgets_no_lesson_that_was_completed() -> None:
    done = do(FRESH, *EVERY_STEP[:2]).record
    longer = replace(PLAN, version=2, lessons=(replace(LOOK, screens=("a", "b", "new")), TRY, MORE))
    after, events = settle(done, moved(done, 2, NOW), longer, lambda: NUMBER, NOW)
    assert lesson_state(longer.lessons[0], after.lesson("look"), longer) is LessonState.UNDER_WAY
    assert events == []
    assert do(after, opens("look", "new"), plan=longer).events == []


def test_an_attempt_under_way_is_finished_when_the_new_version_asks_no_more() -> None:
    half = do(FRESH, answers("i1", "yes")).record
    quiz = replace(TRY.quizzes[0], items=TRY.quizzes[0].items[:1])
    shorter = replace(PLAN, version=2, lessons=(LOOK, replace(TRY, quizzes=(quiz,), screens=("c", "quiz.i1")), MORE))
    after, _ = settle(half, moved(half, 2, NOW), shorter, lambda: NUMBER, NOW)
    assert quiz_of(after).attempts[0].score == 100


def test_a_course_completed_by_moving_is_complete_from_the_move_on() -> None:
    half = do(FRESH, *EVERY_STEP[:2], now=NOW - timedelta(days=1)).record
    easier = replace(PLAN, version=2, lessons=(LOOK, replace(TRY, counted=False), MORE))
    after, events = settle(half, moved(half, 2, NOW), easier, lambda: NUMBER, NOW)
    assert [type(event) for event in events] == [CourseCompleted, CertificateIssued]
    assert after.completion
    assert (after.completion.time, after.completion.version) == (NOW, 2)


def test_a_revoked_certificate_stays_as_it_was_revoked_first() -> None:
    done = do(FRESH, *EVERY_STEP).record
    revoked, events = revoke_certificate(done, " copied ", NOW)
    assert revoked.certificate
    assert (revoked.certificate.revoke_time, revoked.certificate.revoke_reason) == (NOW, "copied")
    assert len(events) == 1
    assert revoke_certificate(revoked, "", NOW + MINUTE) == (revoked, [])


TIMED = tuple(
    step._replace(time=BEGAN + place * MINUTE) for place, step in enumerate((*EVERY_STEP, opens("more", "z")))
)


@given(st.permutations(TIMED), st.lists(st.sampled_from(TIMED), max_size=8), st.integers(1, 8))
def test_the_same_steps_in_any_order_and_repeated_make_the_same_record(
    order: list[Step], repeated: list[Step], size: int
) -> None:
    steps = [*order, *repeated]
    record, events = FRESH, list[Event]()
    for place in range(0, len(steps), size):
        outcome = do(record, *steps[place : place + size])
        record, events = outcome.record, [*events, *outcome.events]
    straight = do(FRESH, *TIMED)
    # The moment of the beginning has been announced with the first step heard, and stands.
    assert replace(record, start_time=None) == replace(straight.record, start_time=None)
    assert sorted(type(event).__name__ for event in events) == sorted(type(event).__name__ for event in straight.events)
    assert do(record, *steps).record == record


PRACTICE = [*attempt(1, right=False), *attempt(2, right=True), *attempt(3, right=False)]


@given(st.lists(st.integers(1, len(PRACTICE)), max_size=10))
def test_attempts_sent_again_from_any_place_make_the_same_record(ends: list[int]) -> None:
    record = FRESH
    for end in (*ends, len(PRACTICE)):
        record = do(record, *PRACTICE[:end]).record
    assert record == do(FRESH, *PRACTICE).record
    assert [each.score for each in quiz_of(record).attempts] == [0, 100, 0]


@given(st.lists(st.sampled_from([*TIMED, *WRONG, *PRACTICE]), max_size=25))
def test_done_percent_and_completion_never_disagree(steps: list[Step]) -> None:
    record, seen = FRESH, list[int]()
    for step in steps:
        outcome = do(record, step)
        record = outcome.record
        seen.append(record.summary.percent)
    counted = [lesson_state(lesson, record.lesson(lesson.id), PLAN) for lesson in PLAN.counted]
    assert seen == sorted(seen)
    assert (record.completion is not None) == all(state is LessonState.DONE for state in counted)
    assert (record.summary.percent == 100) == (record.completion is not None)
    assert (record.certificate is not None) == (record.completion is not None)


@given(st.permutations(["enrolled", "moved", "withdrawn"] * 2))
def test_enrolment_events_in_any_order_and_twice_make_the_same_record(order: list[str]) -> None:
    record = Record("kim-1", "people/kim", "courses/photos")
    plans = {1: PLAN, 2: replace(PLAN, version=2)}
    for name in order:
        merged = {
            "enrolled": lambda before: enrolled(before, 1, BEGAN),
            "moved": lambda before: moved(before, 2, NOW),
            "withdrawn": lambda before: withdrawn(before, NOW),
        }[name](record)
        record, events = settle(record, merged, plans.get(merged.version), lambda: NUMBER, NOW)
        assert events == []
    assert (record.version, record.enrol_time, record.withdraw_time) == (2, BEGAN, NOW)
    assert (record.summary.version, record.summary.standing) == (2, Standing.WITHDRAWN)


def test_an_attempt_without_answers_is_not_finished() -> None:
    begun = start_attempt(FRESH, PLAN, "try", "quiz")
    assert settle(FRESH, begun, PLAN, lambda: NUMBER, NOW)[0].lesson("try").quiz("quiz").attempts == (Attempt(),)
    assert RIGHT.keys() == {item.id for item in TRY.quizzes[0].items}
