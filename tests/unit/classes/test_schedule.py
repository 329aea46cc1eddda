from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.errors import Invalid, Refused
from services.classes.domain import class_sessions
from services.classes.domain.course_class import SessionCancelled, SessionMoved
from services.classes.domain.details import checked
from services.classes.domain.offers import offer_deadline
from services.classes.domain.prerequisites import require_no_cycle
from services.classes.domain.schedule import checked_sessions, copied, session_at
from tests.unit.classes.samples import MONDAY, details, published, refused

BERLIN = "Europe/Berlin"


def test_local_dates_become_moments_and_a_session_may_pass_midnight() -> None:
    session = session_at(1, "2027-03-02", "22:30", 180, "Asia/Seoul")
    assert (session.starts_at, session.ends_at) == (
        datetime(2027, 3, 2, 13, 30, tzinfo=UTC),
        datetime(2027, 3, 2, 16, 30, tzinfo=UTC),
    )
    assert session.date == "2027-03-02"


def test_a_time_that_daylight_saving_skips_is_refused_and_of_a_doubled_one_the_first_counts() -> None:
    with pytest.raises(Invalid, match="SESSION_TIME_SKIPPED"):
        session_at(1, "2027-03-28", "02:30", 60, BERLIN)
    assert session_at(1, "2027-10-31", "02:30", 60, BERLIN).starts_at.hour == 0


def test_a_copied_series_keeps_its_local_hour_over_daylight_saving_and_leaves_out_holidays() -> None:
    series = [session_at(number, f"2027-03-{day}", "10:00", 60, BERLIN) for number, day in [(1, 15), (2, 22)]]
    moved = copied(series, "2027-03-22", BERLIN, holidays=("2027-03-29",))
    assert [(each.date, each.start) for each in moved] == [("2027-03-22", "10:00"), ("2027-04-05", "10:00")]
    assert moved[1].starts_at.hour == 8


@pytest.mark.parametrize(
    ("day", "start", "minutes", "reason"),
    [
        ("2027-02-30", "10:00", 60, "SESSION_TIME_INVALID"),
        ("2027-02-20", "ten", 60, "SESSION_TIME_INVALID"),
        ("2027-02-20", "10:00+09:00", 60, "SESSION_TIME_INVALID"),
        ("2027-02-20", "10:00", 0, "SESSION_LENGTH_INVALID"),
        ("2027-02-20", "10:00", 1441, "SESSION_LENGTH_INVALID"),
    ],
)
def test_a_time_that_is_none_is_refused(day: str, start: str, minutes: int, reason: str) -> None:
    assert refused(lambda: session_at(1, day, start, minutes, "Asia/Seoul")) == reason


def test_two_sessions_at_one_time_are_refused() -> None:
    both = [session_at(number, "2027-03-02", f"1{number}:00", 90, "Asia/Seoul") for number in (1, 2)]
    assert refused(lambda: checked_sessions(both)) == "SESSIONS_OVERLAP"
    assert refused(lambda: checked_sessions([])) == "SESSIONS_NUMBER_INVALID"


def test_moving_a_session_keeps_its_number_and_says_so_once() -> None:
    class_ = published(details())
    after, events = class_sessions.move_session(class_, 2, "2027-03-25", "15:00", 0, MONDAY)
    assert isinstance(events[0], SessionMoved)
    assert (events[0].session.date, events[0].earlier.date, events[0].session.changes) == (
        "2027-03-25",
        "2027-03-22",
        1,
    )
    assert class_sessions.move_session(after, 2, "2027-03-25", "15:00", 0, MONDAY) == (after, ())


def test_the_last_session_is_not_cancelled_alone() -> None:
    class_, events = class_sessions.cancel_session(published(details()), 1, "ILL", MONDAY)
    assert isinstance(events[0], SessionCancelled)
    assert class_sessions.cancel_session(class_, 1, "ILL", MONDAY) == (class_, ())
    with pytest.raises(Refused, match="LAST_SESSION"):
        class_sessions.cancel_session(class_, 2, "ILL", MONDAY)


def test_an_offer_ends_by_day_sooner_near_the_start_and_never_after_it() -> None:
    class_ = published(details())
    start = class_.starts_at
    assert start
    assert offer_deadline(class_, MONDAY) == MONDAY + timedelta(hours=48)
    night = datetime(2027, 3, 1, 13, 30, tzinfo=UTC)  # half past ten at night in Seoul
    assert offer_deadline(class_, night) == datetime(2027, 3, 4, 1, tzinfo=UTC)
    assert offer_deadline(class_, start - timedelta(hours=8)) == start - timedelta(hours=4)
    assert offer_deadline(class_, start - timedelta(hours=1)) == start
    assert offer_deadline(class_, start) is None


def test_courses_may_not_wait_for_each_other() -> None:
    known = {"courses/b": frozenset({"courses/c"}), "courses/c": frozenset({"courses/a"})}
    with pytest.raises(Invalid, match="PREREQUISITE_CYCLE"):
        require_no_cycle("courses/a", ["courses/b"], known)
    require_no_cycle("courses/d", ["courses/b"], known)
    assert refused(lambda: checked(replace(details(), seats=0))) == "SEATS_INVALID"
