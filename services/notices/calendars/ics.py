"""Classes as iCalendar (RFC 5545).

Each session is an event of its own, under a UID that never changes: a moved session moves the entry, a cancelled one
is crossed out. No organiser and no attendee, because clients would mail them answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from icalendar import Calendar, Event

_PRODUCT = "-//Ieum//Classes//EN"
_ASK_AGAIN = timedelta(hours=1)
_CANCELLED = {"ko": "[취소]", "en": "[Cancelled]"}
_NAMES = {"ko": "이음 강좌", "en": "Ieum classes"}
SHOWN_AFTER_CANCELLING = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Entry:
    """A session. `version` never falls; `changed_at` is when it last changed, not when somebody asks."""

    class_id: str
    number: int
    title: str
    place: str
    link: str
    starts_at: datetime
    ends_at: datetime
    zone: tzinfo
    version: int
    changed_at: datetime
    held: bool = True


def write(entries: Iterable[Entry], language: str) -> bytes:
    """The same bytes while nothing changed, so that a client which has them already is not sent them again."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _NAMES[language])
    calendar.add("refresh-interval", _ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    ordered = sorted(entries, key=lambda entry: (entry.starts_at, entry.class_id, entry.number))
    for entry in ordered:
        calendar.add_component(_event(entry, language))
    if ordered:
        _add_time_zones(calendar, ordered)
    return bytes(calendar.to_ical())


def _event(entry: Entry, language: str) -> Event:
    event = Event()
    event.add("uid", f"{entry.class_id}-{entry.number}@ieum")
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("sequence", entry.version)
    event.add("dtstart", entry.starts_at.astimezone(entry.zone))
    event.add("dtend", entry.ends_at.astimezone(entry.zone))
    event.add("summary", entry.title if entry.held else f"{_CANCELLED[language]} {entry.title}")
    event.add("status", "CONFIRMED" if entry.held else "CANCELLED")
    if entry.place:
        event.add("location", entry.place)
    event.add("description", entry.link)
    event.add("url", entry.link)
    return event


def _add_time_zones(calendar: Calendar, entries: Sequence[Entry]) -> None:
    """Of these years alone: without limits, the summer times of decades ago would stand in each file."""
    first, last = entries[0].starts_at.date(), entries[-1].ends_at.date()
    calendar.add_missing_timezones(first_date=first.replace(month=1, day=1), last_date=last.replace(month=12, day=31))
