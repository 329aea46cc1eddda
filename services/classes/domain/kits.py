"""A kit: what a device takes along of a class, so that it can be taught without network.

One kit is one device. It counts what is recorded on it, so that what it sends is known again, and in which order it
was recorded, whatever the device's clock says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from services.chassis.errors import Exists, Invalid, Refused

MOST_DAYS = 7
SENDS_AFTER = timedelta(days=30)
"""So long after its end a kit may still send what was recorded before; then it is deleted here."""
MOST_OPERATIONS = 1_000
"""At once: a day of thirty learners."""
LONGEST_DEVICE = 80


@dataclass(frozen=True)
class Kit:
    """`key` (32 bytes in hex) encrypts what the device keeps. `heard` is the highest number that arrived, recorded at
    `heard_time`. `expire_time`: when this document is deleted."""

    id: str
    class_: str
    holder: str
    key: str
    device: str
    taken_time: datetime
    end_time: datetime
    expire_time: datetime
    revoke_time: datetime | None = None
    arrive_time: datetime | None = None
    heard: int = 0
    heard_time: datetime | None = None


@dataclass(frozen=True)
class Recorded:
    """When something was recorded, by the device's own count and clock."""

    number: int
    wall_time: datetime


KitOutcome = tuple[Kit, tuple[()]]


def new_kit(id: str, class_: str, holder: str, key: str, device: str, days: int, now: datetime) -> Kit:
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("KIT_DAYS_INVALID", field="days", most=MOST_DAYS)
    if len(device) > LONGEST_DEVICE:
        raise Invalid("TEXT_TOO_LONG", field="device", limit=LONGEST_DEVICE)
    end = now + timedelta(days=days)
    return Kit(id, class_, holder, key, device, now, end, end + SENDS_AFTER)


def take(kit: Kit, class_: str, holder: str) -> KitOutcome:
    """A repeat finds the kit as it is. Raises Exists where the id is another's."""
    if (kit.class_, kit.holder) != (class_, holder):
        raise Exists("KIT_EXISTS", field="kit_id")
    return kit, ()


def revoke(kit: Kit, now: datetime) -> KitOutcome:
    return (kit if kit.revoke_time else replace(kit, revoke_time=now)), ()


def require_readable(kit: Kit, now: datetime) -> None:
    """What it took along may be read until its end."""
    if kit.revoke_time:
        raise Refused("KIT_REVOKED")
    if now >= kit.end_time:
        raise Refused("KIT_ENDED")


def require_sendable(kit: Kit, now: datetime) -> None:
    if kit.revoke_time:
        raise Refused("KIT_REVOKED")
    if now >= kit.expire_time:
        raise Refused("KIT_ENDED")


def times_of(kit: Kit, recorded: Sequence[Recorded], sent: datetime, now: datetime) -> list[datetime]:
    """When each was recorded by our clock: the device's, put right by how far it is off as it sends. Where its clock
    jumped meanwhile, the order in which it counted holds."""
    if len(recorded) > MOST_OPERATIONS:
        raise Invalid("TOO_MANY_OPERATIONS", field="operations", most=MOST_OPERATIONS)
    if any(later.number <= earlier.number for earlier, later in pairwise(recorded)) or any(
        each.number < 1 for each in recorded
    ):
        raise Invalid("OPERATIONS_OUT_OF_ORDER", field="operations")
    offset, latest = now - sent, min(now, kit.end_time)
    times: list[datetime] = []
    for each in reversed(recorded):
        latest = min(latest, max(each.wall_time + offset, kit.taken_time))
        times.append(latest)
    times.reverse()
    return [_after_heard(kit, each.number, time) for each, time in zip(recorded, times, strict=True)]


def _after_heard(kit: Kit, number: int, time: datetime) -> datetime:
    is_later = kit.heard_time is not None and number > kit.heard
    return max(time, kit.heard_time) if is_later and kit.heard_time else time


def hear(kit: Kit, number: int, time: datetime, now: datetime) -> KitOutcome:
    """Notes that everything up to this number has arrived."""
    if number <= kit.heard:
        return replace(kit, arrive_time=now), ()
    return replace(kit, arrive_time=now, heard=number, heard_time=time), ()
