"""Areas take turns in being counted, a person has a few builds at most, and a build can be given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.errors import Refused
from services.statistics.figures.universe import Universe
from services.statistics.releases.domain import builds, lifecycle
from services.statistics.releases.domain.builds import in_order
from services.statistics.releases.domain.lifecycle import Release, State

THEN = datetime(2026, 11, 2, tzinfo=UTC)
PLAN = Release("r", "r", 1, {}, Universe.RESIDENT, "areas/a", ("2026-Q3",), THEN, THEN, "people/kim", 5, "1")


def waiting(key: str, minute: int, by: str = "people/kim") -> Release:
    """The first letter of the key is the area's."""
    plan = replace(PLAN, key=key, area=f"areas/{key[0]}")
    return builds.request(plan, (), by, THEN + timedelta(minutes=minute))[0]


def keys(order: list[Release]) -> list[str]:
    return [release.key for release in order]


def test_the_only_release_of_an_area_waits_for_one_of_each_other_area_at_most() -> None:
    many = [waiting(f"a{number:02}", number) for number in range(80)]
    assert keys(in_order([*many, waiting("b1", 90), waiting("c1", 91)], {}))[:4] == ["a00", "b1", "c1", "a01"]


def test_the_area_that_was_counted_longest_ago_is_next() -> None:
    queue = [waiting("a1", 1), waiting("b1", 2), waiting("c1", 3)]
    started = {"areas/a": THEN, "areas/b": THEN - timedelta(hours=1)}
    assert keys(in_order(queue, started)) == ["c1", "b1", "a1"]


def test_what_an_earlier_process_began_goes_on_first() -> None:
    begun, _ = builds.start(waiting("b1", 9), THEN)
    assert keys(in_order([waiting("a1", 1), begun], {"areas/b": THEN})) == ["b1", "a1"]


def test_a_person_has_two_builds_at_most_and_the_system_any_number() -> None:
    others = [waiting("a1", 1), waiting("b1", 2), waiting("c1", 3, by="people/lee")]
    with pytest.raises(Refused, match="BUILDS_TOO_MANY"):
        builds.check_limit(others, "people/kim")
    builds.check_limit(others, "people/lee")
    builds.check_limit(others * 9, "")
    with pytest.raises(Refused, match="PLANS_TOO_MANY"):
        lifecycle.check_plans(lifecycle.MOST_PLANS, PLAN)
    lifecycle.check_plans(lifecycle.MOST_PLANS - 1, PLAN)


def test_a_build_is_cancelled_once_or_twice_and_asked_for_again() -> None:
    asked = waiting("a1", 1)
    planned, _ = builds.cancel(asked)
    assert (planned.state, planned.asked_by, planned.asked_at) == (State.PLANNED, "", None)
    assert builds.cancel(planned) == (planned, [])
    assert builds.is_given_up(asked, planned)
    assert builds.is_given_up(asked, waiting("a1", 2)), "it was cancelled and asked for again meanwhile"
    assert not builds.is_given_up(asked, builds.start(asked, THEN)[0])
    with pytest.raises(Refused, match="RELEASE_NOT_BUILDING"):
        builds.cancel(replace(PLAN, state=State.BUILT))
