from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.progress.domain.class_attendance import ClassAttendance, ClassSession, SessionMark, judge, merge
from services.progress.domain.enrolling import attended
from services.progress.domain.events import CourseCompleted, LearningStarted
from services.progress.domain.plan import Plan
from services.progress.domain.record import Record, Standing
from services.progress.domain.settling import Outcome, settle
from tests.unit.progress.plans import BEGAN, EVERY_STEP, FRESH, NOW, NUMBER, PLAN, do

CLASS = "classes/thursdays0000000"
SESSIONS = tuple(ClassSession(number, 120, BEGAN + timedelta(days=number)) for number in (1, 2, 3, 4))
BOTH = replace(PLAN, attendance_percent=75)
ENOUGH = replace(BOTH, attendance_is_enough=True)


def heard(*minutes: int, revision: int = 1, sessions: tuple[ClassSession, ...] = SESSIONS) -> ClassAttendance:
    marks = tuple(SessionMark(number, each, revision) for number, each in enumerate(minutes, start=1))
    return ClassAttendance(CLASS, revision, sessions, 1, held=True, marks=marks)


def after(record: Record, attendance: ClassAttendance, plan: Plan) -> Outcome:
    return settle(record, attended(record, attendance), plan, lambda: NUMBER, NOW)


def test_the_rate_is_over_all_sessions_that_were_not_cancelled() -> None:
    judged = judge(heard(120, 60), 75)
    assert (judged.attended, judged.planned, judged.needed, judged.possible) == (180, 480, 360, 240)
    assert (judged.met_time, judged.out_of_reach) == (None, False)
    assert judge(heard(120, 0, 0), 75).out_of_reach
    without_last = (*SESSIONS[:3], replace(SESSIONS[3], cancelled=True))
    assert judge(heard(120, 60, 120, sessions=without_last), 75).met_time == SESSIONS[2].ends_at


def test_attendance_that_is_enough_completes_the_course_at_the_end_of_its_session() -> None:
    record, events = after(FRESH, heard(120, 120), ENOUGH)
    assert (record.summary.standing, record.summary.percent) == (Standing.STARTED, 66)
    assert [type(event) for event in events] == [LearningStarted]
    record, events = after(record, heard(120, 120, 120), ENOUGH)
    assert record.completion
    assert (record.completion.time, record.completion.lessons_counted) == (SESSIONS[2].ends_at, 0)
    assert (record.completion.attended_minutes, record.completion.planned_minutes) == (360, 480)
    assert sum(isinstance(event, CourseCompleted) for event in events) == 1
    corrected, events = after(record, heard(0, 0, 0, revision=2), ENOUGH)
    assert (corrected.completion, events) == (record.completion, [])


def test_where_both_are_asked_neither_lessons_nor_attendance_complete_alone() -> None:
    record, _ = after(FRESH, heard(120, 120, 120), BOTH)
    assert (record.completion, record.summary.percent) == (None, 50)
    done = do(record, *EVERY_STEP, plan=BOTH).record
    assert done.completion
    assert (done.completion.lessons_counted, done.completion.attended_minutes) == (2, 360)
    only_lessons = do(attended(FRESH, heard(120)), *EVERY_STEP, plan=BOTH).record
    assert only_lessons.completion is None
    without_class = do(FRESH, *EVERY_STEP, plan=BOTH).record
    assert without_class.completion, "nobody without a class is asked for attendance"
    given_up = do(attended(FRESH, replace(heard(120), held=False)), *EVERY_STEP, plan=BOTH).record
    assert given_up.completion, "nor who has given the seat back"


@given(st.permutations(range(6)), st.integers(0, 1_000))
def test_what_is_heard_in_any_order_and_twice_is_judged_alike(order: list[int], seed: int) -> None:
    news = [
        ClassAttendance(CLASS, 1, SESSIONS),
        ClassAttendance(CLASS, 2, SESSIONS[:3]),
        ClassAttendance(CLASS, seat_revision=1, held=True),
        ClassAttendance(CLASS, seat_revision=2, held=False),
        ClassAttendance(CLASS, marks=(SessionMark(1, 120, 1),)),
        ClassAttendance(CLASS, marks=(SessionMark(1, 90, 2),)),
    ]
    known: tuple[ClassAttendance, ...] = ()
    places = [*order, *random.Random(seed).sample(order, 3)]
    for place in places:
        known = merge(known, news[place])
    assert known == (ClassAttendance(CLASS, 2, SESSIONS[:3], 2, held=False, marks=(SessionMark(1, 90, 2),)),)
