"""Who is warned, who is erased, and that nobody is erased unwarned."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.errors import Conflict, Invalid, Refused
from services.people.domain import retention
from services.people.domain.retention import FIRST_WARNING, SECOND_WARNING, STALE, Schedule, Step, Unused

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
YEAR = 365
LONG_AGO = NOW - timedelta(days=2 * YEAR)
DAY = timedelta(days=1)


def step(unused: Unused | None, used_at: datetime, now: datetime = NOW, days: int = YEAR) -> Step:
    return retention.step(unused, used_at, days, now)


def test_an_account_is_warned_twice_and_then_erased() -> None:
    used_at = NOW - timedelta(days=YEAR) + FIRST_WARNING
    assert step(None, used_at + DAY) is Step.NOTHING
    assert step(None, used_at) is Step.WARN
    warned, [said] = retention.warn(Unused(), "people/a", used_at, YEAR, NOW)
    assert (said.warning, warned.erase_at) == (1, NOW + FIRST_WARNING)
    assert step(warned, used_at) is Step.NOTHING
    later = NOW + FIRST_WARNING - SECOND_WARNING
    assert step(warned, used_at, later) is Step.WARN_AGAIN
    again, [said] = retention.warn_again(warned, later)
    assert (said.warning, again.erase_at) == (2, warned.erase_at)
    assert retention.warn_again(again, later) == (again, [])
    assert step(again, used_at, NOW + FIRST_WARNING - DAY) is Step.NOTHING
    assert step(again, used_at, NOW + FIRST_WARNING) is Step.ERASE


def test_who_lay_unused_for_years_has_as_long_from_the_first_warning() -> None:
    warned, _ = retention.warn(Unused(), "people/a", LONG_AGO, YEAR, NOW)
    assert warned.erase_at == NOW + FIRST_WARNING
    # The second warning came late, because nothing ran: the day of the erasure moves on.
    late = NOW + FIRST_WARNING + DAY
    again, _ = retention.warn_again(warned, late)
    assert again.erase_at == late + SECOND_WARNING


def test_who_uses_the_account_or_is_given_longer_is_kept() -> None:
    warned, _ = retention.warn(Unused(), "people/a", LONG_AGO, YEAR, NOW)
    assert step(warned, NOW + DAY, NOW + DAY) is Step.FORGET_WARNING
    assert step(warned, LONG_AGO, NOW + DAY, days=5 * YEAR) is Step.FORGET_WARNING
    assert step(warned, LONG_AGO, NOW + DAY, days=retention.FOR_EVER) is Step.FORGET_WARNING
    assert retention.forget_warning(warned) == (Unused("people/a"), [])
    assert step(Unused("people/a"), LONG_AGO) is Step.WARN
    # Unused again for as long, and never forgotten in between.
    assert step(warned, NOW + DAY, NOW + timedelta(days=YEAR)) is Step.WARN
    # What was said long ago is said anew.
    twice = replace(warned, warned_again_at=NOW + DAY)
    assert step(twice, LONG_AGO, NOW + FIRST_WARNING + STALE + DAY) is Step.WARN


@pytest.mark.parametrize("seed", range(20))
def test_nobody_is_erased_without_two_warnings_in_time_whatever_happens(seed: int) -> None:
    """Days on which nothing runs, uses, and changed schedules."""
    chance, unused, used_at, days = random.Random(seed), Unused(), LONG_AGO, YEAR
    told: list[tuple[int, datetime]] = []
    moment = NOW
    for _ in range(500):
        moment += timedelta(days=chance.choice((1, 1, 1, 2, 30)))
        if chance.random() < 0.01:
            used_at = moment
        if chance.random() < 0.02:
            days = chance.choice((0, YEAR, 2 * YEAR))
        match retention.step(unused, used_at, days, moment):
            case Step.WARN:
                unused, said = retention.warn(unused, "people/a", used_at, days, moment)
                told = [(each.warning, moment) for each in said]
            case Step.WARN_AGAIN:
                unused, said = retention.warn_again(unused, moment)
                told += [(each.warning, moment) for each in said]
            case Step.FORGET_WARNING:
                unused, _ = retention.forget_warning(unused)
            case Step.ERASE:
                [(first, at_first), (second, at_second)] = told
                assert (first, second) == (1, 2)
                assert at_first + FIRST_WARNING <= moment
                assert at_second + SECOND_WARNING <= moment
                assert max(used_at + timedelta(days=days), used_at + timedelta(days=YEAR)) <= moment
                return


def test_the_schedule_is_set_within_limits_and_by_who_has_seen_the_last() -> None:
    schedule, _ = retention.set_days(Schedule(), YEAR, 0, None, "people/chief", NOW)
    assert (schedule.is_on, schedule.next_run_at) == (True, NOW)
    assert retention.set_days(schedule, YEAR, 0, None, "people/other", NOW) == (schedule, [])
    with pytest.raises(Conflict):
        retention.set_days(schedule, 2 * YEAR, 0, None, "people/other", NOW)
    off, _ = retention.set_days(schedule, 0, 0, NOW, "people/chief", NOW + DAY)
    assert (off.is_on, off.next_run_at) == (False, None)
    for unused_days, audit_days, field in ((1, 0, "unused_days"), (YEAR, 30, "audit_days"), (9999, 0, "unused_days")):
        with pytest.raises(Invalid) as caught:
            retention.set_days(schedule, unused_days, audit_days, NOW, "people/chief", NOW)
        assert caught.value.field == field


def test_one_worker_a_day_and_too_many_are_asked_about() -> None:
    schedule, _ = retention.set_days(Schedule(), YEAR, 0, None, "people/chief", NOW)
    claimed, _ = retention.claim(schedule, NOW)
    for moment in (NOW, NOW + timedelta(hours=23)):
        with pytest.raises(Refused):
            retention.claim(claimed, moment)
    assert retention.claim(claimed, NOW + DAY)[0].last_run_at == NOW + DAY
    assert [retention.is_too_many(schedule, due, 5_000) for due in (10, 50, 51)] == [False, False, True]
    assert [retention.is_too_many(schedule, due, 20) for due in (10, 11)] == [False, True]
    stopped, _ = retention.stop(claimed, 51)
    with pytest.raises(Conflict):
        retention.allow(stopped, 50, NOW)
    allowed, _ = retention.allow(stopped, 51, NOW)
    assert not retention.is_too_many(allowed, 51, 5_000)
    assert retention.is_too_many(retention.go_on(allowed)[0], 51, 5_000)
