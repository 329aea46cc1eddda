"""The rules of enrolling. A person may take a course several times (runs); at most the last run is active."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.chassis.errors import Invalid, Missing, Refused


class State(StrEnum):
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


class Universe(StrEnum):
    RESIDENT = "resident"
    EMPLOYEE = "employee"


class Audience(StrEnum):
    RESIDENTS = "residents"
    EMPLOYEES = "employees"
    BOTH = "both"


class Delivery(StrEnum):
    ONLINE = "online"
    FACE_TO_FACE = "face_to_face"
    BLENDED = "blended"
    OUTREACH = "outreach"


@dataclass(frozen=True)
class Residence:
    """Where a person belongs: "areas/{code}", and "organisations/{code}" for an employee."""

    area: str
    organisation: str
    universe: Universe


@dataclass(frozen=True)
class Offering:
    """A published course that people may enrol in, as the courses service last announced it."""

    course: str
    version: int
    audience: Audience
    retired: bool = False
    teachers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    number: int
    version: int
    state: State
    residence: Residence
    delivery: Delivery
    enrol_time: datetime
    withdraw_time: datetime | None = None
    seat: str = ""
    """The application for a class, where a seat in it began the run."""


@dataclass(frozen=True)
class Participation:
    """One person in one course, with all their runs."""

    person: str
    course: str
    runs: tuple[Run, ...] = ()

    def run(self, number: int) -> Run:
        if not 1 <= number <= len(self.runs):
            raise Missing("ENROLLMENT_NOT_FOUND")
        return self.runs[number - 1]

    @property
    def active(self) -> Run | None:
        return self.runs[-1] if self.runs and self.runs[-1].state is State.ACTIVE else None

    def begun(self, time: datetime | None) -> Run | None:
        """The run that already has this enrolment time; entering a past enrolment twice makes no second run."""
        return next((run for run in self.runs if run.enrol_time == time), None)


@dataclass(frozen=True)
class Event:
    person: str
    course: str
    run: Run
    time: datetime


class Enrolled(Event): ...


class Withdrawn(Event): ...


class MovedToVersion(Event): ...


Outcome = tuple[Participation, list[Event]]


def key_of(course: str, person: str) -> str:
    """A hash of course and person, so that enrolling twice finds the first enrolment; 100 bits in [a-z2-7]."""
    digest = hashlib.sha256(f"{course}|{person}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:20]


def enrol(
    participation: Participation,
    offering: Offering,
    residence: Residence,
    delivery: Delivery,
    enrol_time: datetime | None,
    now: datetime,
    again_after: int = 0,
) -> Outcome:
    """`enrol_time` None is now. To learn once more, the active run ends if it has the number `again_after`."""
    if participation.active and participation.active.number == again_after:
        ended, ends = withdraw(participation, again_after, None, now)
        begun, begins = enrol(ended, offering, residence, delivery, enrol_time, now)
        return begun, [*ends, *begins]
    if participation.active or participation.begun(enrol_time):
        return participation, []
    if offering.retired:
        raise Refused("COURSE_RETIRED")
    if not admits(offering.audience, residence.universe):
        raise Refused("AUDIENCE_MISMATCH", audience=offering.audience)
    earlier = participation.runs[-1].withdraw_time if participation.runs else None
    moment = _past(enrol_time, earlier, now, field="enrol_time")
    number = len(participation.runs) + 1
    run = Run(number, offering.version, State.ACTIVE, residence, delivery, moment)
    after = replace(participation, runs=(*participation.runs, run))
    return after, [Enrolled(after.person, after.course, run, now)]


def withdraw(participation: Participation, number: int, withdraw_time: datetime | None, now: datetime) -> Outcome:
    """`withdraw_time` None is now."""
    run = participation.run(number)
    if run.state is State.WITHDRAWN:
        return participation, []
    moment = _past(withdraw_time, run.enrol_time, now, field="withdraw_time")
    ended = replace(run, state=State.WITHDRAWN, withdraw_time=moment)
    after = _with_run(participation, ended)
    return after, [Withdrawn(after.person, after.course, ended, now)]


def take_seat(
    participation: Participation,
    offering: Offering,
    residence: Residence,
    delivery: Delivery,
    seat: str,
    seat_time: datetime,
    now: datetime,
) -> Outcome:
    """A seat in a class begins a run, unless one is under way. Who is admitted was decided with the seat."""
    known = any(run.seat == seat and run.enrol_time >= seat_time for run in participation.runs)
    if participation.active or known:
        return participation, []
    earlier = participation.runs[-1].withdraw_time if participation.runs else None
    moment = max(seat_time, earlier or seat_time)
    number = len(participation.runs) + 1
    run = Run(number, offering.version, State.ACTIVE, residence, delivery, moment, seat=seat)
    after = replace(participation, runs=(*participation.runs, run))
    return after, [Enrolled(after.person, after.course, run, now)]


def give_up_seat(participation: Participation, seat: str, freed_at: datetime, now: datetime) -> Outcome:
    """Ends the run that this seat began; any other goes on."""
    run = participation.active
    if run is None or run.seat != seat:
        return participation, []
    return withdraw(participation, run.number, max(run.enrol_time, min(freed_at, now)), now)


def move_to_version(
    participation: Participation, number: int, offering: Offering, version: int, now: datetime
) -> Outcome:
    """`version` 0 means the one now offered. Moving back to an earlier version is refused."""
    run = participation.run(number)
    version = version or offering.version
    if run.state is State.WITHDRAWN:
        raise Refused("ENROLLMENT_WITHDRAWN")
    if version == run.version:
        return participation, []
    if version != offering.version or version < run.version:
        raise Refused("VERSION_NOT_CURRENT", current=offering.version)
    moved = replace(run, version=version)
    after = _with_run(participation, moved)
    return after, [MovedToVersion(after.person, after.course, moved, now)]


def forget_person(participation: Participation) -> Outcome:
    """Keeps the runs without area or organisation, because statistics have counted them. Erasure is no withdrawal."""
    runs = tuple(replace(run, residence=Residence("", "", run.residence.universe)) for run in participation.runs)
    return replace(participation, runs=runs), []


def admits(audience: Audience, universe: Universe) -> bool:
    """Employees are residents too, so only courses for employees refuse anybody."""
    return audience is not Audience.EMPLOYEES or universe is Universe.EMPLOYEE


def _with_run(participation: Participation, run: Run) -> Participation:
    runs = tuple(run if earlier.number == run.number else earlier for earlier in participation.runs)
    return replace(participation, runs=runs)


def _past(time: datetime | None, earliest: datetime | None, now: datetime, *, field: str) -> datetime:
    """The given time, checked; else now, or `earliest` where another server's clock was ahead."""
    if time is None:
        return max(now, earliest or now)
    if time > now:
        raise Invalid("TIME_IN_FUTURE", field=field)
    if earliest and time < earliest:
        raise Invalid("TIME_TOO_EARLY", field=field, earliest=earliest.isoformat())
    return time
