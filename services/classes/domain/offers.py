"""How long an offered seat is held."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.classes.domain.course_class import Class

ACCEPTED_FOR = timedelta(seconds=60)
"""An offer names a whole minute, and a press within that minute counts."""
LAPSES_AFTER = timedelta(seconds=65)
"""The sweep waits a little longer, so as not to overtake a press that arrived in time."""

_USUAL = timedelta(hours=48)
_SHORTEST = timedelta(hours=2)
_SHORTER_WITHIN = timedelta(days=4)
_QUIET_FROM, _QUIET_UNTIL, _MORNING = time(21), time(8), time(10)


def offer_deadline(class_: Class, now: datetime) -> datetime | None:
    """48 hours; close to the start half of what is left, but 2 hours at least; not at night, and never after the class
    has begun. None where there is no time for an offer any more."""
    start = class_.starts_at
    if start is None or now >= start:
        return None
    left = start - now
    usual = _USUAL if left > _SHORTER_WITHIN else max(left / 2, _SHORTEST)
    until = (now + usual).replace(second=0, microsecond=0)
    return min(_awake(until, class_.details.zone), start.replace(second=0, microsecond=0))


def _awake(moment: datetime, zone: str) -> datetime:
    """The moment, or ten in the morning after a night in which it falls."""
    local = moment.astimezone(ZoneInfo(zone))
    if _QUIET_UNTIL <= local.time() < _QUIET_FROM:
        return moment
    day = local.date() + timedelta(days=local.time() >= _QUIET_FROM)
    return datetime.combine(day, _MORNING, tzinfo=ZoneInfo(zone)).astimezone(moment.tzinfo)
