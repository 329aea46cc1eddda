from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from services.classes.domain import course_class, seats
from services.classes.domain.application import ACTIVE, Application, Channel, Holder, State
from services.classes.domain.course_class import Class, ClassState
from services.classes.domain.details import Audience, Rule
from services.classes.domain.seats import Applicant
from tests.unit.classes.samples import MONDAY, Desk, details, published, refused, with_seats


def test_first_come_gets_the_seats_and_the_rest_wait_in_order() -> None:
    desk = Desk(details(2))
    for name in "abcd":
        desk.apply(name)
    assert (desk.in_state(State.CONFIRMED), desk.in_state(State.WAITING)) == (["a", "b"], ["c", "d"])
    assert [step.state for step in desk.of("a").steps] == [State.RECEIVED, State.CONFIRMED]


def test_applying_twice_is_one_application() -> None:
    desk = Desk(details())
    first = desk.apply("a")
    assert desk.apply("a") == first
    assert desk.class_.counts.confirmed == 1


def test_a_freed_seat_is_offered_to_the_first_in_line_and_never_taken_by_somebody_new() -> None:
    desk = Desk(details(1))
    for name in "abc":
        desk.apply(name)
    desk.change("a", lambda class_, each: seats.withdraw(class_, each, "a", "", desk.now))
    assert desk.in_state(State.OFFERED) == ["b"]
    desk.apply("d")
    assert desk.in_state(State.WAITING) == ["c", "d"]
    assert desk.of("b").until == MONDAY + timedelta(hours=48)


def test_an_offer_counts_through_the_minute_it_names_and_then_goes_to_the_next() -> None:
    desk = Desk(details(1))
    for name in "abc":
        desk.apply(name)
    desk.change("a", lambda class_, each: seats.withdraw(class_, each, "a", "", desk.now))
    desk.later(hours=48, seconds=59)
    assert desk.change("b", lambda class_, each: seats.accept(class_, each, "b", desk.now)).state is State.CONFIRMED
    assert desk.change("b", lambda class_, each: seats.accept(class_, each, "b", desk.now)).state is State.CONFIRMED
    desk.change("b", lambda class_, each: seats.withdraw(class_, each, "b", "", desk.now))
    desk.later(hours=48, seconds=66)
    assert desk.of("c").state is State.LAPSED
    assert (
        refused(lambda: desk.change("c", lambda class_, each: seats.accept(class_, each, "c", desk.now)))
        == "OFFER_LAPSED"
    )


def test_who_declined_may_apply_again_behind_all_others_and_keeps_the_steps() -> None:
    desk = Desk(details(1))
    for name in "abc":
        desk.apply(name)
    desk.change("a", lambda class_, each: seats.withdraw(class_, each, "a", "", desk.now))
    desk.change("b", lambda class_, each: seats.decline(class_, each, "b", desk.now))
    assert desk.in_state(State.OFFERED) == ["c"]
    again = desk.apply("b")
    assert (again.state, len(again.steps)) == (State.WAITING, 6)
    assert again.rank > desk.of("c").rank


def test_more_seats_and_a_lifted_reservation_are_offered_at_once() -> None:
    desk = Desk(details(1))
    for name in "abc":
        desk.apply(name)
    desk.staff(lambda class_: course_class.update(class_, with_seats(class_, 2), desk.now))
    assert desk.in_state(State.OFFERED) == ["b"]


def test_seats_cannot_fall_below_those_taken() -> None:
    desk = Desk(details(2))
    desk.apply("a")
    desk.apply("b")
    assert refused(lambda: course_class.update(desk.class_, with_seats(desk.class_, 1), desk.now)) == "SEATS_TAKEN"


def test_not_even_staff_give_a_seat_that_is_not_free() -> None:
    desk = Desk(details(3))
    for name in "abcd":
        desk.apply(name)
    applicant = Applicant("d", channel=Channel.COUNTER, by="teacher")
    assert (
        refused(
            lambda: desk.change(
                "d", lambda c, each: seats.seat_by_hand(c, each, applicant, "NEEDS_IT", "", False, desk.now)
            )
        )
        == "NO_SEAT_FREE"
    )


def test_a_reserved_seat_goes_only_by_hand() -> None:
    desk = Desk(replace(details(2), reserved=1))
    for name in "ab":
        desk.apply(name)
    assert desk.in_state(State.WAITING) == ["b"]
    applicant = Applicant("c", channel=Channel.COUNTER, by="teacher")
    desk.change("c", lambda c, each: seats.seat_by_hand(c, each, applicant, "NEEDS_IT", "moves badly", False, desk.now))
    assert sorted(desk.in_state(State.CONFIRMED)) == ["a", "c"]
    assert (desk.class_.details.reserved, desk.of("c").note) == (0, "moves badly")
    assert desk.in_state(State.WAITING) == ["b"], "the reservation was used, not lifted"


def test_priority_groups_come_first_and_time_decides_within() -> None:
    desk = Desk(details(2, rule=Rule.GROUPS, groups=("aged 65 or over",)))
    desk.apply("young")
    desk.apply("old", group=1)
    desk.apply("older", group=1)
    assert desk.in_state(State.RECEIVED) == ["old", "older", "young"]
    desk.later(days=3)
    assert (desk.in_state(State.CONFIRMED), desk.in_state(State.WAITING)) == (["old", "older"], ["young"])


def test_the_lot_gives_all_seats_and_an_ordered_waiting_list() -> None:
    desk = Desk(details(20, rule=Rule.LOT, first_timers_first=True))
    desk.holders["p7"] = Holder("p7", (), seats=1)
    for number in range(30):
        desk.apply(f"p{number}")
    desk.later(days=3)
    assert (desk.class_.counts.confirmed, desk.class_.counts.waiting) == (20, 10)
    assert desk.in_state(State.WAITING)[-1] == "p7", "who had a seat before comes after all first-timers"
    desk.change("p7", lambda class_, each: seats.withdraw(class_, each, "p7", "", desk.now))
    someone = desk.in_state(State.CONFIRMED)[0]
    following = desk.in_state(State.WAITING)[0]
    desk.change(someone, lambda class_, each: seats.withdraw(class_, each, someone, "", desk.now))
    assert desk.in_state(State.OFFERED) == [following], "after the draw a freed seat is offered"


@pytest.mark.parametrize(
    ("applicant", "reason"),
    [
        (Applicant("a", areas=frozenset({"areas/HB02"})), "CLASS_FOR_OTHER_AREA"),
        (Applicant("a", areas=frozenset({"areas/HB01"})), "PREREQUISITE_MISSING"),
        (Applicant("a", areas=frozenset({"areas/HB01"}), completed=frozenset({"courses/keys"})), ""),
    ],
)
def test_the_audience_and_the_courses_before_decide_who_may_apply(applicant: Applicant, reason: str) -> None:
    given = details(requires_all=("courses/keys",))
    class_ = published(replace(given, audience=Audience(area="areas/HB01")))
    new = Application("id", class_.id, "a")
    assert refused(lambda: seats.apply(class_, new, Holder("a"), applicant, MONDAY)) == reason


def test_clashing_times_and_the_limit_of_a_term_are_refused() -> None:
    desk = Desk(details(most_in_term=1))
    desk.apply("a")
    other = published(desk.class_.details, "b" * 16)
    apply = partial(seats.apply, other, Application("id", other.id, "a"), desk.holders["a"], Applicant("a"))
    assert refused(lambda: apply(MONDAY)) == "CLASS_CLASHES"
    later = published(details(most_in_term=1, days=15), "c" * 16)
    apply = partial(seats.apply, later, Application("id", later.id, "a"), desk.holders["a"], Applicant("a"))
    assert refused(lambda: apply(MONDAY)) == "TERM_LIMIT_REACHED"
    desk.change("a", lambda class_, each: seats.withdraw(class_, each, "a", "", desk.now))
    assert not desk.holders["a"].commitments


def test_a_class_with_too_few_is_cancelled_at_its_time_and_everybody_is_freed() -> None:
    desk = Desk(details(5, minimum=2, decided_at=MONDAY + timedelta(days=5)))
    desk.apply("a")
    desk.later(days=5)
    assert (desk.class_.state, desk.class_.reason) == (ClassState.CANCELLED, "TOO_FEW")
    assert (desk.of("a").state, desk.class_.counts.active) == (State.CANCELLED, 0)
    assert refused(lambda: desk.apply("b")) == "CLASS_CANCELLED"


def test_no_offer_is_made_once_the_class_has_begun() -> None:
    desk = Desk(details(1))
    for name in "ab":
        desk.apply(name)
    desk.later(days=14, hours=5)
    desk.change("a", lambda class_, each: seats.withdraw(class_, each, "a", "", desk.now))
    assert desk.in_state(State.WAITING) == ["b"]
    desk.later(days=30)
    assert desk.class_.state is ClassState.OVER


def test_an_unpublished_class_takes_nobody() -> None:
    class_, _ = course_class.create(Class("d" * 16, details()), details(), "people/teacher", MONDAY)
    new = Application("id", class_.id, "a")
    assert refused(lambda: seats.apply(class_, new, Holder("a"), Applicant("a"), MONDAY)) == "APPLICATIONS_CLOSED"
    assert new.state not in ACTIVE
