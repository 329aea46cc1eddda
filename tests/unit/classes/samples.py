"""A class as the tests know it, and what a class's store does, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.errors import Problem
from services.classes.domain import course_class, seats, settling
from services.classes.domain.application import Application, Commitment, Holder, State, fresh, held
from services.classes.domain.course_class import Class
from services.classes.domain.details import Admission, Details, Place, Rule
from services.classes.domain.schedule import session_at
from services.classes.domain.seats import Applicant, SeatOutcome

MONDAY = datetime(2027, 3, 1, 1, tzinfo=UTC)  # ten in the morning in Seoul
SECRET = "5e" * 32


def details(seat_count: int = 2, *, rule: Rule = Rule.FIRST_COME, days: int = 14, **admission: Any) -> Details:
    day = (MONDAY + timedelta(days=days)).date()
    sessions = tuple(
        session_at(number + 1, (day + timedelta(days=7 * number)).isoformat(), "14:00", 120, "Asia/Seoul")
        for number in range(2)
    )
    window: dict[str, Any] = {} if rule is Rule.FIRST_COME else {"closes_at": MONDAY + timedelta(days=3)}
    return Details(
        course="courses/photos",
        place=Place("areas/HB01", "centres/hb01"),
        zone="Asia/Seoul",
        sessions=sessions,
        seats=seat_count,
        term="2027-1",
        admission=Admission(rule=rule, **{**window, **admission}),
    )


def published(given: Details, key: str = "a" * 16) -> Class:
    class_, _ = course_class.create(Class(key, given), given, "people/teacher", MONDAY)
    return course_class.publish(class_, SECRET, MONDAY)[0]


class Desk:
    """One class with its applications, each change settled at once, as the store does it."""

    def __init__(self, given: Details) -> None:
        self.class_ = published(given)
        self.now = MONDAY
        self.applications: dict[str, Application] = {}
        self.holders: dict[str, Holder] = {}

    def of(self, person: str) -> Application:
        return self.applications.get(person) or fresh(self.class_.id, person)

    def apply(self, person: str, **more: Any) -> Application:
        holder = self.holders.get(person, Holder(person))
        applicant = Applicant(person, **more)
        return self.change(person, lambda class_, each: seats.apply(class_, each, holder, applicant, self.now))

    def change(self, person: str, verb: Callable[[Class, Application], SeatOutcome]) -> Application:
        self.class_, after = verb(self.class_, self.of(person))
        self._keep(person, after)
        self.settle()
        return self.of(person)

    def staff(self, verb: Callable[[Class], tuple[Class, Any]]) -> None:
        self.class_, _ = verb(self.class_)
        self.settle()

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)
        self.settle()

    def settle(self) -> None:
        self.class_, _ = settling.advance(self.class_, self.now)
        if lapsing := settling.lapsing(self.class_, self.now):
            self._step(lapsing)
        while wanted := settling.wanted(self.class_, self.now):
            self._step(wanted)

    def _step(self, wanted: settling.Wanted) -> None:
        chosen = [
            each
            for each in sorted(self.applications.values(), key=lambda each: (each.rank, each.id))
            if each.state in wanted.states
            and (wanted.due_before is None or (each.until and each.until <= wanted.due_before))
        ]
        self.class_, changed = settling.settle(self.class_, wanted.task, chosen[: wanted.limit or None], self.now)
        for application in changed:
            self._keep(application.person, application)

    def _keep(self, person: str, after: Application) -> None:
        before = self.of(person)
        commitment = Commitment(self.class_.id, self.class_.details.term, self.class_.times)
        holder = self.holders.get(person, Holder(person))
        self.holders[person] = held(holder, before, after, commitment, self.now)
        self.applications[person] = after

    def in_state(self, state: State) -> list[str]:
        ranked = sorted(self.applications.values(), key=lambda each: (each.rank, each.id))
        return [each.person for each in ranked if each.state is state]


def refused(call: Callable[[], object]) -> str:
    """The reason of the Problem that the call raises, or ""."""
    try:
        call()
    except Problem as problem:
        return problem.reason
    return ""


def with_seats(class_: Class, count: int) -> Details:
    return replace(class_.details, seats=count)
