from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from services.classes.domain.attendance import (
    Attended,
    Outcome,
    Sheet,
    Way,
    Wish,
    record,
    total,
    void,
)
from tests.unit.classes.samples import details, refused

DETAILS = details()
SESSIONS = DETAILS.sessions
SESSION = SESSIONS[0]
PEOPLE = {"app1": "people/kim", "app2": "people/lee"}


def mark(
    sheet: Sheet, wishes: Sequence[Wish], *, others_present: bool = False, minutes_after_start: int = 10
) -> Outcome:
    now = SESSION.starts_at + timedelta(minutes=minutes_after_start)
    return record(sheet, 1, DETAILS, PEOPLE, wishes, others_present, "people/t", Way.LIST, now)


def test_one_press_marks_everybody_who_was_not_marked_and_a_repeat_changes_nothing() -> None:
    sheet, events = mark(Sheet("a", 1), [Wish("app2", Attended.ABSENT)], others_present=True)
    assert {event.person: event.mark.minutes for event in events} == {"people/kim": 120, "people/lee": 0}
    assert mark(sheet, [], others_present=True) == (sheet, ())


def test_late_and_early_need_minutes_within_the_session() -> None:
    sheet, _ = mark(Sheet("a", 1), [Wish("app1", Attended.LATE, 90)])
    whole = total("app1", SESSIONS, [sheet], 80)
    assert (whole.attended, whole.planned, whole.needed, whole.possible) == (90, 240, 192, 120)
    assert refused(lambda: mark(sheet, [Wish("app1", Attended.LEFT_EARLY)])) == "MINUTES_NEEDED"
    assert refused(lambda: mark(sheet, [Wish("app1", Attended.LATE, 121)])) == "MINUTES_INVALID"


def test_a_correction_days_later_needs_a_reason_and_stands_in_the_log() -> None:
    sheet, _ = mark(Sheet("a", 1), [Wish("app1", Attended.ABSENT)])
    late = 3 * 24 * 60
    assert refused(lambda: mark(sheet, [Wish("app1", Attended.PRESENT)], minutes_after_start=late)) == "REASON_MISSING"
    corrected, [event] = mark(
        sheet, [Wish("app1", Attended.PRESENT, reason="was in the other room")], minutes_after_start=late
    )
    assert [entry.attended for entry in event.mark.entries] == [Attended.ABSENT, Attended.PRESENT]
    assert corrected.lines[0].entries[-1].reason == "was in the other room"


@pytest.mark.parametrize(
    ("wish", "minutes_after_start", "reason"),
    [
        (Wish("app9", Attended.PRESENT), 10, "NO_SEAT"),
        (Wish("app1", Attended.PRESENT), -120, "SESSION_NOT_BEGUN"),
    ],
)
def test_only_those_with_a_seat_are_marked_and_only_once_the_session_is_near(
    wish: Wish, minutes_after_start: int, reason: str
) -> None:
    assert refused(lambda: mark(Sheet("a", 1), [wish], minutes_after_start=minutes_after_start)) == reason


def test_a_cancelled_session_counts_for_nobody_and_takes_no_marks_any_more() -> None:
    sheet, _ = mark(Sheet("a", 1), [Wish("app1", Attended.PRESENT)])
    after, [event] = void(sheet, DETAILS, PEOPLE, SESSION.ends_at)
    assert (event.person, event.cancelled, after.lines) == ("people/kim", True, sheet.lines)
    assert void(after, DETAILS, PEOPLE, SESSION.ends_at) == (after, ())
    assert refused(lambda: mark(after, [Wish("app2", Attended.PRESENT)])) == "SESSION_CANCELLED"
