"""One person's application for a class, and where it stands."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.classes.domain.schedule import overlap

MOST_STEPS = 40


class State(StrEnum):
    NEW = "new"  # not stored: nobody has applied yet
    RECEIVED = "received"
    WAITING = "waiting"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


ACTIVE = frozenset({State.RECEIVED, State.WAITING, State.OFFERED, State.CONFIRMED})


class Channel(StrEnum):
    WEB = "web"
    COUNTER = "counter"
    TELEPHONE = "telephone"


class Universe(StrEnum):
    RESIDENT = "resident"
    EMPLOYEE = "employee"


@dataclass(frozen=True)
class Step:
    """`by` is a person, or empty for the service itself; `reason` is a code, never text."""

    time: datetime
    state: State
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Application:
    """`rank` orders those who wait: text that sorts as the class's rule says, decided once.

    `note` is the text that staff wrote with a decision; the applicant reads it, and no event carries it.
    """

    id: str
    class_: str
    person: str
    state: State = State.NEW
    channel: Channel = Channel.WEB
    area: str = ""
    organisation: str = ""
    universe: Universe = Universe.RESIDENT
    first_timer: bool = False
    group: int = 0
    ticket: int = 0
    rank: str = ""
    until: datetime | None = None
    seat_time: datetime | None = None
    walk_in: bool = False
    note: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


def key_of(class_: str, person: str) -> str:
    """A hash of class and person, so that applying twice finds the first application; 100 bits in [a-z2-7]."""
    digest = hashlib.sha256(f"{class_}|{person}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:20]


def fresh(class_: str, person: str) -> Application:
    return Application(key_of(class_, person), class_, person)


def stepped(application: Application, state: State, now: datetime, by: str = "", reason: str = "") -> Application:
    """The application after one more step. Its seat's time is that of its last confirmation."""
    steps = (*application.steps, Step(now, state, by, reason))[-MOST_STEPS:]
    seat_time = now if state is State.CONFIRMED else application.seat_time
    return replace(application, state=state, steps=steps, until=None, seat_time=seat_time)


@dataclass(frozen=True)
class Commitment:
    """A class that a person has applied to and that is not over: what limits and clashes are judged by."""

    class_: str
    term: str
    times: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class Holder:
    """What one person holds in all classes. `seats` is how often they have had one, for first-timers."""

    person: str
    commitments: tuple[Commitment, ...] = ()
    seats: int = 0

    def others(self, class_: str) -> Sequence[Commitment]:
        return [commitment for commitment in self.commitments if commitment.class_ != class_]

    def in_term(self, term: str, class_: str) -> int:
        return sum(commitment.term == term for commitment in self.others(class_))

    def clash(self, times: Sequence[tuple[datetime, datetime]], class_: str) -> str:
        """A class of theirs that meets at the same time, or ""."""
        clashing = (each.class_ for each in self.others(class_) if overlap(each.times, times))
        return next(clashing, "")


def held(holder: Holder, before: Application, after: Application, commitment: Commitment, now: datetime) -> Holder:
    """The holder after an application of theirs has changed. Classes that are over are dropped."""
    kept = tuple(each for each in holder.others(after.class_) if any(end > now for _, end in each.times))
    had, has = before.state is State.CONFIRMED, after.state is State.CONFIRMED
    return Holder(
        after.person,
        (*kept, commitment) if after.active else kept,
        max(0, holder.seats + has - had),
    )


def forgotten(application: Application, now: datetime) -> Application:
    """Of a person who was erased: nobody's, withdrawn, without text and home. What was counted stays."""
    if application.active:
        application = stepped(application, State.WITHDRAWN, now, reason="PERSON_ERASED")
    steps = tuple(replace(step, by="" if step.by == application.person else step.by) for step in application.steps)
    return replace(application, person="", note="", area="", organisation="", steps=steps)
