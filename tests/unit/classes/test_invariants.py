"""Whatever people, staff and the clock do: no seat is oversold, none stays empty while somebody waits, order holds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.errors import Problem
from services.classes.domain import course_class, seats
from services.classes.domain.application import State
from services.classes.domain.details import Rule
from services.classes.domain.offers import offer_deadline
from services.classes.domain.seats import Applicant, recounted
from services.classes.domain.settling import wanted
from tests.unit.classes.samples import Desk, details, with_seats

PEOPLE = st.sampled_from([f"p{number}" for number in range(9)])
ACTION = st.one_of(
    st.tuples(st.just("apply"), PEOPLE, st.integers(0, 2)),
    st.tuples(st.sampled_from(["withdraw", "decline", "accept", "refuse", "offer", "seat"]), PEOPLE, st.just(0)),
    st.tuples(st.just("seats"), st.just(""), st.integers(1, 6)),
    st.tuples(st.just("wait"), st.just(""), st.sampled_from([1, 30, 49, 80, 200])),
    st.tuples(st.sampled_from(["close", "cancel"]), st.just(""), st.just(0)),
)


def act(desk: Desk, action: str, person: str, number: int) -> None:
    now = desk.now
    hand = Applicant(person, by="teacher")
    match action:
        case "apply":
            desk.apply(person, group=number if desk.class_.details.admission.groups else 0)
        case "withdraw":
            desk.change(person, lambda class_, each: seats.withdraw(class_, each, person, "", now))
        case "decline":
            desk.change(person, lambda class_, each: seats.decline(class_, each, person, now))
        case "accept":
            desk.change(person, lambda class_, each: seats.accept(class_, each, person, now))
        case "refuse":
            desk.change(person, lambda class_, each: seats.refuse(class_, each, "teacher", "OTHER", "", now))
        case "offer":
            desk.change(person, lambda class_, each: seats.offer(class_, each, "teacher", "OTHER", "", now))
        case "seat":
            desk.change(person, lambda class_, each: seats.seat_by_hand(class_, each, hand, "OTHER", "", False, now))
        case "seats":
            desk.staff(lambda class_: course_class.update(class_, with_seats(class_, number), now))
        case "wait":
            desk.later(hours=number)
        case "close":
            desk.staff(lambda class_: course_class.close(class_, now))
        case "cancel":
            desk.staff(lambda class_: course_class.cancel(class_, "OTHER", now))


def check(desk: Desk) -> None:
    class_ = desk.class_
    assert class_.counts == recounted(list(desk.applications.values()))
    assert class_.counts.confirmed + class_.counts.offered + class_.details.reserved <= class_.details.seats
    if class_.open and offer_deadline(class_, desk.now):
        assert not (class_.free and class_.counts.waiting)
    assert wanted(class_, desk.now) is None
    for application in desk.applications.values():
        assert (application.until is not None) == (application.state is State.OFFERED)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(list(Rule)),
    st.integers(1, 4),
    st.lists(ACTION, max_size=40),
)
def test_no_sequence_of_changes_oversells_a_seat_or_leaves_one_empty(
    rule: Rule, count: int, actions: list[tuple[str, str, int]]
) -> None:
    desk = Desk(details(count, rule=rule, groups=("first", "second") if rule is Rule.GROUPS else ()))
    for action, person, number in actions:
        before = dict(desk.applications)
        try:
            act(desk, action, person, number)
        except Problem:
            assert desk.applications == before, "a refusal changes nothing"
        check(desk)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.lists(PEOPLE, min_size=1, max_size=9, unique=True), st.data())
def test_freed_seats_are_offered_in_the_order_of_the_line(count: int, people: list[str], data: st.DataObject) -> None:
    desk = Desk(details(count))
    for person in people:
        desk.apply(person)
    while desk.in_state(State.WAITING):
        line = desk.in_state(State.WAITING)
        leaving = data.draw(st.sampled_from(desk.in_state(State.CONFIRMED) + desk.in_state(State.OFFERED)))
        desk.change(leaving, lambda class_, each, who=leaving: seats.withdraw(class_, each, who, "", desk.now))  # type: ignore[misc]
        assert desk.of(line[0]).state is State.OFFERED
        assert desk.in_state(State.WAITING) == line[1:]
