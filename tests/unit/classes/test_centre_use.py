"""What is counted of the use of centres."""

from __future__ import annotations

from dataclasses import replace

from services.classes.domain.centre_use import Attended, Visitor, Where, use_of
from services.classes.domain.course_class import Class, ClassState, Counts
from services.classes.domain.details import Details, Place
from services.classes.domain.schedule import SessionState, session_at

CENTRE = Where("areas/HB01", "centres/c")
YEAR = ("2026-01-01", "2026-12-31")
WITHIN = {"areas/HB01": {"areas/HB01", "areas/HB0101"}}


def class_(key: str, *days: str) -> Class:
    sessions = tuple(session_at(number, day, "14:00", 120, "Asia/Seoul") for number, day in enumerate(days, start=1))
    details = Details("courses/c", Place("areas/HB01", "centres/c"), "Asia/Seoul", sessions, seats=10)
    return Class(key, details, ClassState.OVER, counts=Counts(confirmed=8))


def visitors(count: int, area: str = "areas/HB0101") -> dict[str, Visitor]:
    return {f"a{number}": Visitor(f"people/{number}", area, first_timer=number < 3) for number in range(count)}


def attended(count: int, session: int = 1, minutes: int = 120) -> list[Attended]:
    return [Attended("one", session, f"a{number}", minutes) for number in range(count)]


def test_seats_hours_and_visits_are_of_sessions_held_in_the_period() -> None:
    taught = class_("one", "2025-12-30", "2026-01-06", "2026-01-13")
    cancelled = replace(taught.details.sessions[2], state=SessionState.CANCELLED)
    sessions = (*taught.details.sessions[:2], cancelled)
    taught = replace(taught, details=replace(taught.details, sessions=sessions))
    marks = [*attended(8, 1), *attended(8, 2), *attended(1, 3), Attended("one", 2, "a9", 0)]
    (use,) = use_of([taught], marks, visitors(8), {CENTRE: (3, 45)}, YEAR, WITHIN)
    assert (use.where, use.classes, use.sessions, use.cancelled_sessions) == (CENTRE, 1, 1, 1)
    assert (use.seats, use.taken, use.offered_minutes, use.attended_minutes) == (10, 8, 1200, 960)
    assert (use.visits, use.people, use.help_times, use.help_minutes) == (8, 8, 3, 45)


def test_few_people_are_not_shown_nor_what_would_give_them_away() -> None:
    taught = class_("one", "2026-01-06")

    def people(count: int, area: str = "areas/HB0101") -> tuple[int | None, int | None, int | None]:
        (use,) = use_of([taught], attended(count), visitors(count, area), {}, YEAR, WITHIN)
        return use.people, use.first_timers, use.residents

    assert people(4) == (None, None, None)
    assert people(9) == (9, None, 9), "three came for the first time"
    assert people(9, "areas/SJ") == (9, None, 0)
    assert people(0) == (0, 0, 0)


def test_a_person_of_two_classes_is_one_person_and_help_alone_makes_a_line() -> None:
    two = [class_("one", "2026-01-06"), class_("two", "2026-02-03")]
    again = [Attended("two", 1, f"b{number}", 60) for number in range(6)]
    known = visitors(6) | {f"b{number}": Visitor(f"people/{number}", "", first_timer=False) for number in range(6)}
    elsewhere = Where("areas/HB02", "")
    uses = use_of(two, [*attended(6), *again], known, {elsewhere: (1, 10)}, YEAR, WITHIN)
    assert [(each.where, each.visits, each.people) for each in uses] == [(CENTRE, 12, 6), (elsewhere, 0, 0)]
