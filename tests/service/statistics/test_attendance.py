"""Attendance of classes reaches the enrolments it is of, whatever comes first, and counts as the lists say last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ieum.classes.v1 import classes_pb2
from ieum.classes.v1.events_pb2 import AttendanceMarked
from ieum.enrollment.v1 import enrollment_pb2
from ieum.enrollment.v1.events_pb2 import Enrolled
from services.chassis.clock import stamp
from services.chassis.store.mongo import Database
from services.statistics.areas.geography import Geography
from services.statistics.facts.events import Listener
from services.statistics.facts.store import Facts
from services.statistics.figures.cohort import Enrolment
from services.statistics.figures.observation import AreaCode
from services.statistics.releases.snapshot import EnrolmentSnapshot

SEOUL = ZoneInfo("Asia/Seoul")
KEY = b"k" * 32
TOWN = Geography((AreaCode("A", "", "SGG", {}),), date(2026, 12, 31))


class Hall:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.listener = Listener(facts, KEY, SEOUL)

    async def hear(self, *events: Any) -> None:
        for event in events:
            by = self.listener.on_attendance if isinstance(event, AttendanceMarked) else self.listener.on_learning
            await by([event])

    async def enrolments(self, as_of: date = date.max) -> list[Enrolment]:
        snapshot = EnrolmentSnapshot(self.facts, SEOUL)
        rows = [row async for row in self.facts.rows({})]
        return [snapshot._fact(row, TOWN, {}, as_of).enrolment for row in rows]


@pytest.fixture
async def hall(database_of: Callable[[str], Database]) -> Hall:
    facts = Facts(database_of("statistics"), KEY, SEOUL)
    await facts.prepare()
    return Hall(facts)


def enrolled(run: int = 1, day: int = 1) -> Enrolled:
    return Enrolled(
        enrollment=f"enrollments/x-{run}",
        person="people/p",
        course="courses/c",
        version=1,
        run=run,
        residence=enrollment_pb2.Residence(area="areas/A"),
        delivery=enrollment_pb2.FACE_TO_FACE,
        enrol_time=stamp(datetime(2026, 9, day, 3, tzinfo=UTC)),
        revision=run,
    )


def attended(session: int, minutes: int, revision: int = 1, *, day: int = 0, **more: Any) -> AttendanceMarked:
    usual: dict[str, Any] = {"attended": classes_pb2.PRESENT, "person": "people/p", "course": "courses/c"}
    return AttendanceMarked(
        **usual | more,
        application="applications/a",
        session=session,
        date=f"2026-09-{day or session:02}",
        minutes=minutes,
        revision=revision,
    )


async def test_sessions_and_minutes_are_those_of_the_newest_list_in_whatever_order_they_come(hall: Hall) -> None:
    events = [
        enrolled(),
        attended(2, 120),
        attended(2, 90, 2, attended=classes_pb2.LEFT_EARLY),
        attended(3, 0, 3, attended=classes_pb2.ABSENT),
    ]
    for order in permutations(events):
        await hall.facts.forget_all()
        await hall.hear(*order, *order[:2])
        (one,) = await hall.enrolments()
        assert (one.sessions, one.hours) == (1, Decimal("1.5"))
        assert one.first_activity_on == datetime(2026, 9, 2, 12)


async def test_a_cancelled_session_counts_for_nobody_and_a_later_one_not_yet(hall: Hall) -> None:
    await hall.hear(enrolled(), attended(2, 120), attended(3, 120), attended(9, 120))
    await hall.hear(attended(3, 0, 5, cancelled=True))
    (one,) = await hall.enrolments()
    assert (one.sessions, one.hours) == (2, Decimal(4))
    (one,) = await hall.enrolments(date(2026, 9, 8))
    assert (one.sessions, one.hours) == (1, Decimal(2))
    await hall.hear(attended(2, 0, 6, cancelled=True), attended(9, 0, 7, attended=classes_pb2.ABSENT))
    (one,) = await hall.enrolments()
    assert (one.sessions, one.first_activity_on) == (0, None)


async def test_who_takes_the_course_again_has_the_sessions_of_each_run(hall: Hall) -> None:
    await hall.hear(enrolled(1, 1), attended(5, 60), attended(20, 60))
    await hall.hear(enrolled(2, 10))
    assert [one.sessions for one in await hall.enrolments()] == [1, 1]
    await hall.hear(attended(21, 30, attended=classes_pb2.LATE))
    assert [(one.sessions, one.hours) for one in await hall.enrolments()] == [(1, Decimal(1)), (2, Decimal("1.5"))]


async def test_an_old_list_that_does_not_name_the_person_is_passed_over(hall: Hall) -> None:
    await hall.hear(enrolled(), attended(2, 60, person=""))
    (one,) = await hall.enrolments()
    assert one.sessions is None
