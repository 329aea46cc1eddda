"""Which enrolments a figure stands on: the cohort, what had happened by the as-of date, and what is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from services.statistics.figures.refusal import InvalidValue

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
    """Moments are local to the city and without a zone; a bare date is its midnight."""

    person: str
    run: str
    enrolled_on: datetime
    first_activity_on: datetime | None = None
    completed_on: datetime | None = None
    withdrawn_on: datetime | None = None
    hours: Decimal | None = None
    test_account: bool = False


@dataclass(frozen=True, slots=True)
class Cohort:
    """Enrolments made from `since` to `until`, both days included, as they stood at the end of the day `as_of`."""

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
    """Refuses an order of events that cannot be. A withdrawal after completion, or undone by one, is a real life."""
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
    """What comes after the as-of date has not happened."""

    def kept(moment: datetime | None) -> datetime | None:
        return moment if moment and moment.date() <= as_of else None

    later = max(
        moment
        for moment in (
            enrolment.enrolled_on,
            enrolment.first_activity_on,
            enrolment.completed_on,
            enrolment.withdrawn_on,
        )
        if moment
    )
    if later.date() <= as_of:
        return enrolment
    return replace(
        enrolment,
        first_activity_on=kept(enrolment.first_activity_on),
        completed_on=kept(enrolment.completed_on),
        withdrawn_on=kept(enrolment.withdrawn_on),
    )


def is_active(enrolment: Enrolment) -> bool:
    """A completion is activity, even where its first moment was never recorded."""
    return enrolment.first_activity_on is not None or enrolment.completed_on is not None


def status(enrolment: Enrolment) -> Status:
    """Completed stays completed whatever follows; a withdrawal counts only where no completion is known."""
    if enrolment.completed_on:
        return Status.COMPLETED
    if enrolment.withdrawn_on:
        return Status.WITHDREW
    return Status.IN_PROGRESS if enrolment.first_activity_on else Status.NOT_STARTED


def apply_exclusions(enrolments: Iterable[Enrolment], as_of: date) -> list[tuple[Enrolment, Exclusion | None]]:
    """Every enrolment made by the as-of date, as it stood then, with the reason it is left out, if any.

    Looks at all of them, not at one period's: a duplicate made the day after a quarter's end is one in both quarters.
    """
    standing = [cut_off_at(enrolment, as_of) for enrolment in enrolments if enrolment.enrolled_on.date() <= as_of]
    single = [(enrolment, _exclusion(enrolment)) for enrolment in standing]
    surplus = _duplicates([enrolment for enrolment, reason in single if reason is None])
    return [
        (enrolment, Exclusion.DUPLICATE if reason is None and id(enrolment) in surplus else reason)
        for enrolment, reason in single
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

    surplus: set[int] = set()
    for _, group in groupby(sorted(enrolments, key=lambda one: (*key(one), one.enrolled_on)), key=key):
        waiting = list(group)
        while len(waiting) > 1:
            reach = waiting[0].enrolled_on + DUPLICATE_WITHIN
            together = [one for one in waiting if one.enrolled_on <= reach]
            stays = min(together, key=_precedence)
            surplus.update(id(one) for one in together if one is not stays)
            waiting = waiting[len(together) :]
    return surplus


_PRECEDENCE = {Status.COMPLETED: 0, Status.IN_PROGRESS: 1, Status.NOT_STARTED: 2, Status.WITHDREW: 3}


def _precedence(enrolment: Enrolment) -> tuple[int, datetime, datetime, datetime, Decimal]:
    """The one that got furthest stays, then the first; the rest only makes the file's order indifferent."""
    return (
        _PRECEDENCE[status(enrolment)],
        enrolment.enrolled_on,
        enrolment.first_activity_on or datetime.max,
        enrolment.completed_on or datetime.max,
        -(enrolment.hours or Decimal(0)),
    )
