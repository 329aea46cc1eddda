"""How long accounts that nobody uses are kept, and entries of the audit log. Nothing goes before an administrator has
said so: 0 days is for ever."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Conflict, Invalid, Refused
from services.people.domain.person import Person

FIRST_WARNING = timedelta(days=60)
"""How long before the erasure somebody is warned; a second time after that."""
SECOND_WARNING = timedelta(days=14)
FOR_EVER = 0
STALE = timedelta(days=30)
"""Whoever was not erased by then, because the schedule was off or nobody answered, is warned anew."""
_DAY = timedelta(days=1)
_USUAL_PERCENT, _ALWAYS_ALLOWED = 1, 10
"""More accounts on one day than this part of all, and than this number, are not erased before somebody has looked."""


@dataclass(frozen=True)
class Limit:
    """What an administrator may set, in days."""

    least: int
    most: int


LIMITS = {"unused_days": Limit(365, 3653), "audit_days": Limit(730, 3653)}


@dataclass(frozen=True)
class Schedule:
    """There is one. `stopped` is how many accounts were due when the work stopped to ask, 0 if it did not; `allowed` is
    how many an administrator has let go at once."""

    unused_days: int = FOR_EVER
    audit_days: int = FOR_EVER
    set_by: str = ""
    set_at: datetime | None = None
    next_run_at: datetime | None = None
    last_run_at: datetime | None = None
    stopped: int = 0
    allowed: int = 0

    @property
    def is_on(self) -> bool:
        return bool(self.unused_days or self.audit_days)


def set_days(
    schedule: Schedule, unused_days: int, audit_days: int, set_at: datetime | None, by: str, now: datetime
) -> tuple[Schedule, list[object]]:
    """`set_at`: when it was set last, as whoever sets it saw it."""
    for field, days in (("unused_days", unused_days), ("audit_days", audit_days)):
        limit = LIMITS[field]
        if days != FOR_EVER and not limit.least <= days <= limit.most:
            raise Invalid("RETENTION_DAYS", field=field, min=limit.least, max=limit.most)
    if (unused_days, audit_days) == (schedule.unused_days, schedule.audit_days):
        return schedule, []
    if set_at != schedule.set_at:
        raise Conflict("RETENTION_CHANGED")
    changed = replace(schedule, unused_days=unused_days, audit_days=audit_days, set_by=by, set_at=now)
    return replace(changed, next_run_at=now if changed.is_on else None, stopped=0, allowed=0), []


def allow(schedule: Schedule, count: int, now: datetime) -> tuple[Schedule, list[object]]:
    """Lets so many accounts go, once, which is how many the administrator saw."""
    if not schedule.stopped:
        return schedule, []
    if count != schedule.stopped:
        raise Conflict("RETENTION_CHANGED")
    return replace(schedule, allowed=count, stopped=0, next_run_at=now), []


def claim(schedule: Schedule, now: datetime) -> tuple[Schedule, list[object]]:
    """For one worker, once a day. What a worker that dies leaves is done on the next day."""
    if not schedule.is_on or schedule.next_run_at is None or schedule.next_run_at > now:
        raise Refused("RETENTION_NOT_DUE")
    return replace(schedule, next_run_at=now + _DAY, last_run_at=now), []


def is_too_many(schedule: Schedule, due: int, accounts: int) -> bool:
    return due > max(_ALWAYS_ALLOWED, accounts * _USUAL_PERCENT // 100, schedule.allowed)


def stop(schedule: Schedule, due: int) -> tuple[Schedule, list[object]]:
    return replace(schedule, stopped=due, allowed=0), []


def go_on(schedule: Schedule) -> tuple[Schedule, list[object]]:
    return replace(schedule, stopped=0, allowed=0), []


@dataclass(frozen=True)
class Unused:
    """An account whose person was warned. `erase_at` only moves on: nobody is erased earlier than they were told."""

    person: str = ""
    warned_at: datetime | None = None
    warned_again_at: datetime | None = None
    erase_at: datetime | None = None


@dataclass(frozen=True)
class Warned:
    unused: Unused
    warning: int
    time: datetime


class Step(StrEnum):
    NOTHING = "nothing"
    WARN = "warn"
    WARN_AGAIN = "warn_again"
    ERASE = "erase"
    FORGET_WARNING = "forget_warning"
    """It is used again, or kept for another reason."""


def concerns(person: Person) -> bool:
    """Not staff, whose accounts others look after; not one that rests, which goes with the one that was kept."""
    return not (person.erased or person.kept_as or person.is_staff)


def step(unused: Unused | None, used_at: datetime, days: int, now: datetime) -> Step:
    """What is to be done today about an account that was used last then."""
    is_warned = unused is not None and unused.warned_at is not None
    if days == FOR_EVER or used_at + timedelta(days=days) - FIRST_WARNING > now:
        return Step.FORGET_WARNING if is_warned else Step.NOTHING
    if unused is None or unused.warned_at is None or unused.erase_at is None:
        return Step.WARN
    is_used_since = used_at > unused.warned_at  # and unused again for as long
    if is_used_since or unused.erase_at + STALE < now:
        return Step.WARN
    if unused.warned_again_at is None:
        return Step.WARN_AGAIN if unused.erase_at - SECOND_WARNING <= now else Step.NOTHING
    return Step.ERASE if unused.erase_at <= now else Step.NOTHING


def warn(unused: Unused, person: str, used_at: datetime, days: int, now: datetime) -> tuple[Unused, list[Warned]]:
    erase_at = max(used_at + timedelta(days=days), now + FIRST_WARNING)
    warned = Unused(person, warned_at=now, erase_at=erase_at)
    return warned, [Warned(warned, 1, now)]


def forget_warning(unused: Unused) -> tuple[Unused, list[Warned]]:
    return Unused(unused.person), []


def warn_again(unused: Unused, now: datetime) -> tuple[Unused, list[Warned]]:
    if unused.erase_at is None or unused.warned_again_at:
        return unused, []
    warned = replace(unused, warned_again_at=now, erase_at=max(unused.erase_at, now + SECOND_WARNING))
    return warned, [Warned(warned, 2, now)]
