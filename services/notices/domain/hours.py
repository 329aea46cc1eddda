"""Quiet hours: when nobody wants to be disturbed. They only move the moment of sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local times as "21:00"; equal ones mean no quiet hours."""

    begin: str = "21:00"
    end: str = "08:00"


def awake(moment: datetime, quiet: QuietHours, zone: tzinfo) -> datetime:
    """The moment itself, or the end of the quiet hours that it falls in."""
    begin, end, local = time.fromisoformat(quiet.begin), time.fromisoformat(quiet.end), moment.astimezone(zone)
    at = local.time()
    is_quiet = begin <= at < end if begin <= end else at >= begin or at < end
    if not is_quiet:
        return moment
    day = local.date() + timedelta(days=begin > end and at >= begin)
    return datetime.combine(day, end, tzinfo=zone).astimezone(moment.tzinfo)


def best_moment(wanted: datetime, latest: datetime | None, quiet: QuietHours, zone: tzinfo) -> datetime:
    """Outside quiet hours where that is in time; rather at night than too late."""
    after = awake(wanted, quiet, zone)
    return wanted if latest is not None and after >= latest else after
