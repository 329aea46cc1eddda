"""Calendar files, read back by the library and by the letter of RFC 5545."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from services.notices.calendars import ics
from services.notices.calendars.ics import Entry

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")
CHANGED = datetime(2027, 1, 5, 1, tzinfo=UTC)
START = datetime(2027, 3, 2, 5, tzinfo=UTC)
ENTRY = Entry(
    "abcdefghjkmnpqrs", 1, "스마트폰으로 사진을 찍고 정리해서 가족과 나누기, 처음부터 천천히", "하늘동 정보화센터, 2층",
    "https://ieum.test/classes/abcdefghjkmnpqrs", START, START + timedelta(hours=2), SEOUL, 0, CHANGED,
)  # fmt: skip


def read(*entries: Entry, language: str = "ko") -> tuple[bytes, list[Any]]:
    content = ics.write(entries, language)
    return content, list(Calendar.from_ical(content).walk("VEVENT"))


def test_a_session_is_an_event_that_clients_can_read_in_its_own_zone() -> None:
    content, (event,) = read(ENTRY)
    assert str(event["uid"]) == "abcdefghjkmnpqrs-1@ieum"
    assert str(event["summary"]) == ENTRY.title
    assert event["dtstart"].params["TZID"] == "Asia/Seoul"
    assert event["dtstart"].dt == START
    assert event["dtstamp"].dt == CHANGED
    assert b"BEGIN:VTIMEZONE" in content
    assert b"1987" not in content  # when Seoul last had summer time
    assert b"ORGANIZER" not in content
    assert b"ATTENDEE" not in content


def test_lines_end_and_fold_as_the_standard_says() -> None:
    content, _ = read(ENTRY)
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)


def test_a_moved_session_is_the_same_event_with_a_higher_sequence() -> None:
    moved = replace(ENTRY, starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=2), version=1)
    _, (before,) = read(ENTRY)
    _, (after,) = read(moved)
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)


def test_a_cancelled_session_says_so_in_the_readers_language() -> None:
    cancelled = replace(ENTRY, held=False, version=1)
    _, (korean,) = read(cancelled)
    _, (english,) = read(cancelled, language="en")
    assert (str(korean["status"]), str(korean["summary"])[:4]) == ("CANCELLED", "[취소]")
    assert str(english["summary"]).startswith("[Cancelled] ")


def test_the_file_is_the_same_byte_for_byte_while_nothing_changed() -> None:
    second = replace(ENTRY, number=2, starts_at=START + timedelta(days=7), ends_at=START + timedelta(days=7, hours=2))
    assert read(ENTRY, second)[0] == read(second, ENTRY)[0]


def test_the_clock_may_be_put_forward_between_two_sessions() -> None:
    first = replace(ENTRY, zone=BERLIN, starts_at=datetime(2027, 3, 26, 13, tzinfo=UTC))
    second = replace(ENTRY, zone=BERLIN, number=2, starts_at=datetime(2027, 4, 2, 12, tzinfo=UTC))
    content, events = read(first, second)
    assert [event["dtstart"].dt.astimezone(BERLIN).hour for event in events] == [14, 14]
    assert content.count(b"BEGIN:DAYLIGHT") >= 1


def test_an_empty_calendar_is_one_all_the_same() -> None:
    content, events = read()
    assert events == []
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
