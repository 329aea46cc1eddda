"""Which enrolments a figure counts: the cohort, what had happened by the as-of date, and the exclusions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from services.statistics.figures.refusal import InvalidValue

FOLLOW_UP = timedelta(days=90)
DUPLICATE_WITHIN = timedelta(hours=24)


class Status(StrEnum):
    COMPLETED = "CMP"
    WITHDREW = "WDR"
    IN_PROGRESS = "IPR"
    NOT_STARTED = "NST"


class Exclusion(StrEnum):
    TEST_ACCOUNT = "test_account"
    WITHDRAWN_WITHOUT_ACTIVITY = "withdrawn_without_activity"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Moments are local times without a zone; a date alone means its midnight."""

    person: str
    run: str
    enrolled_on: datetime
    first_activity_on: datetime | None = None
    completed_on: datetime | None = None
    withdrawn_on: datetime | None = None
    hours: Decimal | None = None
    test_account: bool = False
    sessions: int | None = None
    """Sessions of a class that were attended; None without an attendance list."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The enrolments made from `since` to `until` (both included), in their state at the end of the day `as_of`."""

    since: date
    until: date
    as_of: date

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise InvalidValue(f"the period ends ({self.until}) before it begins ({self.since})", field="to")
        if self.as_of < self.since:
            raise InvalidValue(f"{self.as_of} is before the period begins ({self.since})", field="as-of")

    def includes(self, moment: datetime) -> bool:
        return self.since <= moment.date() <= min(self.until, self.as_of)


def check_dates(enrolment: Enrolment) -> Enrolment:
    """The enrolment itself; raises InvalidValue if an event comes before one that must precede it.

    A withdrawal may come before or after a completion: both happen."""
    order = (
        ("first_activity_on", enrolment.first_activity_on, "enrolled_on", enrolment.enrolled_on),
        ("completed_on", enrolment.completed_on, "enrolled_on", enrolment.enrolled_on),
        ("completed_on", enrolment.completed_on, "first_activity_on", enrolment.first_activity_on),
        ("withdrawn_on", enrolment.withdrawn_on, "enrolled_on", enrolment.enrolled_on),
    )
    for field, later, earlier_field, earlier in order:
        if later and earlier and later.date() < earlier.date():
            raise InvalidValue(f"{later.date()} is before {earlier_field} ({earlier.date()})", field=field)
    return enrolment


def cut_off_at(enrolment: Enrolment, as_of: date) -> Enrolment:
    """The enrolment without the events after the as-of date."""

    def keep(moment: datetime | None) -> datetime | None:
        return moment if moment and moment.date() <= as_of else None

    last = max(
        moment
        for moment in (
            enrolment.enrolled_on,
            enrolment.first_activity_on,
            enrolment.completed_on,
            enrolment.withdrawn_on,
        )
        if moment
    )
    if last.date() <= as_of:
        return enrolment
    return replace(
        enrolment,
        first_activity_on=keep(enrolment.first_activity_on),
        completed_on=keep(enrolment.completed_on),
        withdrawn_on=keep(enrolment.withdrawn_on),
    )


def person_times(enrolment: Enrolment) -> int:
    """Of a class the sessions attended, of an online course the enrolment."""
    return 1 if enrolment.sessions is None else enrolment.sessions


def is_completed_in_time(enrolment: Enrolment) -> bool:
    """Within the same time for everybody, so that cohorts of different age compare."""
    completed = enrolment.completed_on
    return completed is not None and completed.date() - enrolment.enrolled_on.date() <= FOLLOW_UP


def is_active(enrolment: Enrolment) -> bool:
    """Whether there was any activity. A completion or an attended session is one too."""
    return enrolment.first_activity_on is not None or enrolment.completed_on is not None or bool(enrolment.sessions)


def status(enrolment: Enrolment) -> Status:
    """A completion prevails: a withdrawal counts only without one."""
    if enrolment.completed_on:
        return Status.COMPLETED
    if enrolment.withdrawn_on:
        return Status.WITHDREW
    return Status.IN_PROGRESS if is_active(enrolment) else Status.NOT_STARTED


def apply_exclusions(enrolments: Iterable[Enrolment], as_of: date) -> list[tuple[Enrolment, Exclusion | None]]:
    """Every enrolment made by the as-of date, in its state on that day, with the reason for its exclusion, or None.

    Takes the enrolments of all periods, because a duplicate made the day after a quarter's end counts in neither.
    """
    known = [cut_off_at(enrolment, as_of) for enrolment in enrolments if enrolment.enrolled_on.date() <= as_of]
    judged = [(enrolment, _exclusion(enrolment)) for enrolment in known]
    duplicates = _duplicates([enrolment for enrolment, reason in judged if reason is None])
    return [
        (enrolment, Exclusion.DUPLICATE if reason is None and id(enrolment) in duplicates else reason)
        for enrolment, reason in judged
    ]


def _exclusion(enrolment: Enrolment) -> Exclusion | None:
    if enrolment.test_account:
        return Exclusion.TEST_ACCOUNT
    if enrolment.withdrawn_on and not is_active(enrolment):
        return Exclusion.WITHDRAWN_WITHOUT_ACTIVITY
    return None


def _duplicates(enrolments: Sequence[Enrolment]) -> set[int]:
    """Identities (`id`) of all but one of each person's enrolments in a run within 24 hours of the first of them."""

    def key(enrolment: Enrolment) -> tuple[str, str]:
        return enrolment.person, enrolment.run

    duplicates: set[int] = set()
    ordered = sorted(enrolments, key=lambda enrolment: (*key(enrolment), enrolment.enrolled_on))
    for _, group in groupby(ordered, key=key):
        remaining = list(group)
        while len(remaining) > 1:
            end = remaining[0].enrolled_on + DUPLICATE_WITHIN
            cluster = [enrolment for enrolment in remaining if enrolment.enrolled_on <= end]
            kept = min(cluster, key=_precedence)
            duplicates.update(id(enrolment) for enrolment in cluster if enrolment is not kept)
            remaining = remaining[len(cluster) :]
    return duplicates


_PRECEDENCE = {Status.COMPLETED: 0, Status.IN_PROGRESS: 1, Status.NOT_STARTED: 2, Status.WITHDREW: 3}


def _precedence(enrolment: Enrolment) -> tuple[int, datetime, datetime, datetime, Decimal]:
    """Sort key of duplicates: the furthest one is kept, then the first; the rest makes the file's order irrelevant."""
    return (
        _PRECEDENCE[status(enrolment)],
        enrolment.enrolled_on,
        enrolment.first_activity_on or datetime.max,
        enrolment.completed_on or datetime.max,
        -(enrolment.hours or Decimal(0)),
    )
