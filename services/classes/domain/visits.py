"""A senior hall or a village asks for a visiting class or a bus, and follows what becomes of the request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.chassis.errors import Invalid, Refused

MOST_PEOPLE = 500
LONGEST_TEXT = 1_000


class VisitState(StrEnum):
    NEW = "new"  # not stored
    RECEIVED = "received"
    PLANNED = "planned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class VisitStep:
    """`by` is a person; `reason` is a code, never text."""

    time: datetime
    state: VisitState
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class VisitWish:
    """`area` is where the people are. `course` may be left open; `text` says when it suits and what is there."""

    area: str
    address: str
    people: int
    course: str = ""
    text: str = ""


@dataclass(frozen=True)
class Visit:
    """`class_` is the class that is held for it. `note` is what staff wrote for whoever asked."""

    id: str
    person: str
    wish: VisitWish
    state: VisitState = VisitState.NEW
    class_: str = ""
    note: str = ""
    steps: tuple[VisitStep, ...] = ()


@dataclass(frozen=True)
class VisitChanged:
    visit: Visit
    time: datetime


VisitOutcome = tuple[Visit, tuple[VisitChanged, ...]]


def checked(wish: VisitWish) -> VisitWish:
    if not wish.area:
        raise Invalid("CLASS_AREA_MISSING", field="area")
    if not wish.address:
        raise Invalid("ADDRESS_MISSING", field="address")
    if not 1 <= wish.people <= MOST_PEOPLE:
        raise Invalid("PEOPLE_INVALID", field="people", most=MOST_PEOPLE)
    if max(len(wish.text), len(wish.address)) > LONGEST_TEXT:
        raise Invalid("TEXT_TOO_LONG", field="text", limit=LONGEST_TEXT)
    return wish


def ask(visit: Visit, wish: VisitWish, person: str, now: datetime) -> VisitOutcome:
    """A repeat changes nothing; the same id for another person is refused."""
    if visit.state is VisitState.NEW:
        return _stepped(replace(visit, wish=checked(wish)), VisitState.RECEIVED, person, "", now)
    if visit.person != person:
        raise Refused("REQUEST_ID_USED", field="visit_id")
    return visit, ()


def plan(visit: Visit, class_: str, by: str, note: str, now: datetime) -> VisitOutcome:
    """A class is held for it, perhaps another one than before."""
    if visit.state is VisitState.PLANNED and visit.class_ == class_:
        return visit, ()
    _require_open(visit)
    return _stepped(replace(visit, class_=class_, note=note), VisitState.PLANNED, by, "", now)


def refuse(visit: Visit, reason: str, by: str, note: str, now: datetime) -> VisitOutcome:
    if visit.state is VisitState.REFUSED:
        return visit, ()
    _require_open(visit)
    return _stepped(replace(visit, note=note), VisitState.REFUSED, by, reason, now)


def withdraw(visit: Visit, by: str, now: datetime) -> VisitOutcome:
    if visit.state is VisitState.WITHDRAWN:
        return visit, ()
    _require_open(visit)
    return _stepped(visit, VisitState.WITHDRAWN, by, "", now)


def forget(visit: Visit, now: datetime) -> VisitOutcome:
    """Whoever asked was erased: their words go, and a request that nobody follows any more ends."""
    if visit.state in (VisitState.RECEIVED, VisitState.PLANNED):
        visit, _ = _stepped(visit, VisitState.WITHDRAWN, "", "PERSON_ERASED", now)
    steps = tuple(replace(step, by="" if step.by == visit.person else step.by) for step in visit.steps)
    wish = replace(visit.wish, address="", text="")
    return replace(visit, person="", wish=wish, note="", steps=steps), ()


def _require_open(visit: Visit) -> None:
    if visit.state not in (VisitState.RECEIVED, VisitState.PLANNED):
        raise Refused("VISIT_ENDED")


def _stepped(visit: Visit, state: VisitState, by: str, reason: str, now: datetime) -> VisitOutcome:
    after = replace(visit, state=state, steps=(*visit.steps, VisitStep(now, state, by, reason)))
    return after, (VisitChanged(after, now),)
