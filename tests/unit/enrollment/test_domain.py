from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Invalid, Missing, Problem, Refused
from services.enrollment.domain import (
    Audience,
    Delivery,
    Enrolled,
    MovedToVersion,
    Offering,
    Participation,
    Residence,
    State,
    Universe,
    Withdrawn,
    admits,
    enrol,
    key_of,
    move_to_version,
    withdraw,
)

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RESIDENT = Residence("areas/HB01", "", Universe.RESIDENT)
EMPLOYEE = Residence("areas/HB01", "organisations/city", Universe.EMPLOYEE)
PHOTOS = Offering("courses/photos", 1, Audience.BOTH)
NOBODY_YET = Participation("people/kim", "courses/photos")


def enrolled(at: datetime = NOON, offering: Offering = PHOTOS) -> Participation:
    return enrol(NOBODY_YET, offering, RESIDENT, Delivery.ONLINE, None, at)[0]


def test_enrolling_begins_the_first_run_on_the_version_offered() -> None:
    participation, events = enrol(NOBODY_YET, PHOTOS, EMPLOYEE, Delivery.BLENDED, None, NOON)
    assert [type(event) for event in events] == [Enrolled]
    run = participation.run(1)
    assert (run.number, run.version, run.state, run.enrol_time) == (1, 1, State.ACTIVE, NOON)
    assert (run.residence, run.delivery) == (EMPLOYEE, Delivery.BLENDED)


def test_a_second_enrolment_is_answered_with_the_first_even_when_the_course_has_been_retired_since() -> None:
    first = enrolled()
    retired = Offering("courses/photos", 2, Audience.EMPLOYEES, retired=True)
    assert enrol(first, retired, RESIDENT, Delivery.ONLINE, None, NOON + DAY) == (first, [])


def test_learning_once_more_ends_the_run_and_begins_another_once() -> None:
    first, later = enrolled(), NOON + DAY
    again, events = enrol(first, PHOTOS, RESIDENT, Delivery.ONLINE, None, later, again_after=1)
    assert [type(event) for event in events] == [Withdrawn, Enrolled]
    assert [(run.number, run.state) for run in again.runs] == [(1, State.WITHDRAWN), (2, State.ACTIVE)]
    assert enrol(again, PHOTOS, RESIDENT, Delivery.ONLINE, None, later + DAY, again_after=1) == (again, [])


def test_a_retired_course_is_not_learnt_once_more_and_the_run_stays() -> None:
    retired = Offering("courses/photos", 2, Audience.BOTH, retired=True)
    with pytest.raises(Refused, match="COURSE_RETIRED"):
        enrol(enrolled(), retired, RESIDENT, Delivery.ONLINE, None, NOON + DAY, again_after=1)


def test_enrolling_after_a_withdrawal_makes_a_new_run_and_keeps_the_old_one() -> None:
    gone, _ = withdraw(enrolled(), 1, None, NOON + DAY)
    again, events = enrol(gone, PHOTOS, EMPLOYEE, Delivery.ONLINE, None, NOON + 2 * DAY)
    assert [run.number for run in again.runs] == [1, 2]
    assert again.run(1) == gone.run(1)
    assert events[0].run.number == 2


def test_a_retired_course_takes_nobody_new() -> None:
    with pytest.raises(Refused, match="COURSE_RETIRED"):
        enrolled(offering=Offering("courses/photos", 1, Audience.BOTH, retired=True))


@pytest.mark.parametrize(
    ("audience", "universe", "admitted"),
    [
        (Audience.RESIDENTS, Universe.RESIDENT, True),
        (Audience.RESIDENTS, Universe.EMPLOYEE, True),
        (Audience.EMPLOYEES, Universe.EMPLOYEE, True),
        (Audience.EMPLOYEES, Universe.RESIDENT, False),
        (Audience.BOTH, Universe.RESIDENT, True),
        (Audience.BOTH, Universe.EMPLOYEE, True),
    ],
)
def test_only_courses_for_employees_turn_anybody_away(audience: Audience, universe: Universe, admitted: bool) -> None:
    assert admits(audience, universe) is admitted


def test_a_resident_is_told_that_the_course_is_for_employees() -> None:
    with pytest.raises(Refused, match="AUDIENCE_MISMATCH"):
        enrolled(offering=Offering("courses/photos", 1, Audience.EMPLOYEES))


def test_an_enrolment_in_the_future_or_before_the_last_withdrawal_is_invalid() -> None:
    with pytest.raises(Invalid, match="TIME_IN_FUTURE") as future:
        enrol(NOBODY_YET, PHOTOS, RESIDENT, Delivery.ONLINE, NOON + DAY, NOON)
    assert future.value.field == "enrol_time"
    gone, _ = withdraw(enrolled(), 1, None, NOON + DAY)
    with pytest.raises(Invalid, match="TIME_TOO_EARLY"):
        enrol(gone, PHOTOS, RESIDENT, Delivery.ONLINE, NOON + DAY / 2, NOON + 2 * DAY)


def test_a_record_entered_again_after_its_withdrawal_is_the_run_it_made() -> None:
    entered = enrol(NOBODY_YET, PHOTOS, RESIDENT, Delivery.ONLINE, NOON - DAY, NOON)[0]
    ended = withdraw(entered, 1, NOON, NOON)[0]
    assert enrol(ended, PHOTOS, RESIDENT, Delivery.ONLINE, NOON - DAY, NOON) == (ended, [])
    assert ended.begun(NOON - DAY) == ended.run(1)


def test_a_clock_that_is_behind_makes_no_run_begin_before_the_last_one_ended() -> None:
    gone, _ = withdraw(enrolled(), 1, None, NOON + DAY)
    again, _ = enrol(gone, PHOTOS, RESIDENT, Delivery.ONLINE, None, NOON)
    assert again.run(2).enrol_time == NOON + DAY


def test_withdrawing_twice_is_withdrawing_once() -> None:
    gone, events = withdraw(enrolled(), 1, None, NOON + DAY)
    assert [type(event) for event in events] == [Withdrawn]
    assert gone.run(1).withdraw_time == NOON + DAY
    assert withdraw(gone, 1, None, NOON + 2 * DAY) == (gone, [])


def test_a_run_that_never_was_is_not_found() -> None:
    with pytest.raises(Missing, match="ENROLLMENT_NOT_FOUND"):
        withdraw(enrolled(), 2, None, NOON)


def test_moving_goes_to_the_version_now_offered_and_only_forwards() -> None:
    third = Offering("courses/photos", 3, Audience.BOTH)
    moved, events = move_to_version(enrolled(), 1, third, 0, NOON)
    assert (moved.run(1).version, [type(event) for event in events]) == (3, [MovedToVersion])
    assert move_to_version(moved, 1, third, 3, NOON) == (moved, [])
    for version in (1, 2, 4):
        with pytest.raises(Refused, match="VERSION_NOT_CURRENT"):
            move_to_version(moved, 1, third, version, NOON)


def test_moving_to_the_version_one_is_on_changes_nothing_when_a_later_one_is_out() -> None:
    third = Offering("courses/photos", 3, Audience.BOTH)
    assert move_to_version(enrolled(), 1, third, 1, NOON) == (enrolled(), [])


def test_a_withdrawn_run_moves_nowhere() -> None:
    gone, _ = withdraw(enrolled(), 1, None, NOON)
    with pytest.raises(Refused, match="ENROLLMENT_WITHDRAWN"):
        move_to_version(gone, 1, Offering("courses/photos", 2, Audience.BOTH), 0, NOON)


def test_the_key_is_made_of_what_event_subjects_allow_and_tells_persons_and_courses_apart() -> None:
    keys = {key_of(f"courses/{course}", f"people/{person}") for course in "ab" for person in "ab"}
    assert len(keys) == 4
    assert all(len(key) == 20 and key.isalnum() and key == key.lower() for key in keys)


@given(st.lists(st.sampled_from(["enrol", "withdraw first", "withdraw last", "move"]), max_size=12))
def test_whatever_happens_only_the_last_run_is_active_and_times_are_in_order(verbs: list[str]) -> None:
    participation, told = NOBODY_YET, []
    for hour, verb in enumerate(verbs):
        now, last = NOON + hour * timedelta(hours=1), max(1, len(participation.runs))
        try:
            if verb == "enrol":
                participation, events = enrol(participation, PHOTOS, RESIDENT, Delivery.ONLINE, None, now)
            elif verb == "move":
                offering = Offering("courses/photos", hour + 1, Audience.BOTH)
                participation, events = move_to_version(participation, last, offering, 0, now)
            else:
                number = 1 if verb == "withdraw first" else last
                participation, events = withdraw(participation, number, None, now)
        except Problem:
            continue
        told += events
    assert all(run.state is State.WITHDRAWN for run in participation.runs[:-1])
    times = [time for run in participation.runs for time in (run.enrol_time, run.withdraw_time) if time]
    assert times == sorted(times)
    assert sum(isinstance(event, Enrolled) for event in told) == len(participation.runs)
    gone = sum(run.state is State.WITHDRAWN for run in participation.runs)
    assert sum(isinstance(event, Withdrawn) for event in told) == gone
