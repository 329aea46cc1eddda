from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.chassis.errors import Refused
from services.statistics.figures.universe import Universe
from services.statistics.releases.domain import builds
from services.statistics.releases.domain.lifecycle import Release, State, discard, plan_again, select_upcoming

THEN = datetime(2026, 11, 2, tzinfo=UTC)
PLAN = Release("r", "r", 1, {}, Universe.RESIDENT, "areas/p", ("2026-Q3",), THEN, THEN, "people/kim", 5, "1")


@pytest.mark.parametrize("state", [State.PLANNED, State.BUILT, State.APPROVED, State.SCHEDULED, State.FAILED])
def test_what_is_not_out_can_be_given_up_twice_and_leaves_the_calendar(state: State) -> None:
    waiting = replace(PLAN, state=state, planned_for=THEN, publish_at=THEN)
    assert select_upcoming([waiting]) == [waiting]
    gone, facts = discard(waiting)
    assert (gone.state, select_upcoming([gone]), facts) == (State.DISCARDED, [], [])
    assert discard(gone) == (gone, [])


@pytest.mark.parametrize(("state", "reason"), [(State.PUBLISHED, "RELEASE_OUT"), (State.BUILDING, "RELEASE_AT_WORK")])
def test_what_is_out_or_being_counted_is_not(state: State, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        discard(replace(PLAN, state=state))


def test_a_discarded_release_makes_room_for_the_next_plan_and_is_built_no_more() -> None:
    gone = replace(PLAN, state=State.DISCARDED)
    anew = replace(PLAN, planned_by="people/lee")
    assert plan_again(gone, anew) == (anew, [])
    assert plan_again(PLAN, anew) == (PLAN, [])
    assert builds.request(gone, (), "people/kim", THEN) == (gone, [])
