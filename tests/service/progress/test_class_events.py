"""Attendance of a class: heard twice, in any order and before the enrolment, it makes the same record."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from google.protobuf.message import Message

from ieum.classes.v1 import events_pb2 as classes
from ieum.classes.v1.classes_pb2 import PLANNED, SESSION_CANCELLED, Session
from ieum.people.v1.events_pb2 import PersonErased
from ieum.progress.v1 import progress_pb2 as pb
from ieum.progress.v1.events_pb2 import CourseCompleted
from services.chassis.clock import stamp
from tests.service.conftest import Published, eventually
from tests.service.progress.town import BEGAN, KIM, PHOTOS, Town, enrolled, published_course

CLASS = "classes/thursdays0000000"


def plan(revision: int, cancelled: int = 0) -> classes.ClassPlan:
    sessions = [
        Session(
            number=number,
            minutes=120,
            end_time=stamp(BEGAN + timedelta(days=number)),
            state=SESSION_CANCELLED if number == cancelled else PLANNED,
        )
        for number in (1, 2, 3)
    ]
    return classes.ClassPlan(course=PHOTOS, sessions=sessions)


def news(who: str) -> list[tuple[Message, str]]:
    """A class of three sessions, one of which is cancelled: of the other two, one is attended, after a correction."""
    person = f"people/{who}"

    def marked(session: int, minutes: int, revision: int) -> tuple[Message, str]:
        event = classes.AttendanceMarked(
            class_name=CLASS, course=PHOTOS, session=session, person=person, minutes=minutes, revision=revision
        )
        return event, f"{CLASS[8:]}-{session}"

    seat = classes.SeatGiven(
        class_name=CLASS, course=PHOTOS, person=person, revision=1, application=f"applications/{who}"
    )
    return [
        (enrolled(who), f"{who}-1"),
        (classes.ClassPublished(class_name=CLASS, plan=plan(1), revision=1), CLASS[8:]),
        (classes.SessionCancelled(class_name=CLASS, plan=plan(2, cancelled=3), revision=2), CLASS[8:]),
        (seat, who),
        marked(1, 120, 2),
        marked(2, 30, 1),
        marked(2, 0, 2),
    ]


def course() -> Message:
    event = published_course()
    event.rule.attendance_percent, event.rule.attendance_is_enough = 50, True
    return event


@pytest.mark.parametrize("seed", range(3))
async def test_attendance_completes_the_course_once_in_whatever_order_it_is_heard(
    empty_town: Town, published: Published, seed: int
) -> None:
    events = [*news("kim"), (course(), "photos")]
    random.Random(seed).shuffle(events)
    for event, key in events:
        await empty_town.tell(event, key, times=2)
    whole = pb.ClassAttendance(
        class_name=CLASS, attended_minutes=120, planned_minutes=240, needed_minutes=120, met=True
    )
    seen = await empty_town.shows(
        "progress/kim-1", lambda progress: progress.percent == 100 and list(progress.classes) == [whole]
    )
    assert seen.completion_reason.attendance_percent == 50
    [completed] = await published(CourseCompleted)
    assert completed.complete_time == stamp(BEGAN + timedelta(days=1))
    standings = await empty_town.as_(KIM).ListStandings(pb.ListStandingsRequest(person=KIM.person))
    assert list(standings.standings[0].classes) == list(seen.classes)


async def test_of_somebody_erased_no_attendance_waits_for_an_enrolment(town: Town) -> None:
    for event, key in news("lee")[1:]:
        await town.tell(event, key)
    await town.tell(PersonErased(person="people/lee", revision=9), "lee")
    await town.tell(news("lee")[4][0], "later")

    async def gone() -> bool:
        erased = await town.database["erased"].find_one({"_id": "people/lee"})
        return bool(erased) and await town.database["class_attendance"].find_one({"person": "people/lee"}) is None

    await eventually(gone, "nothing of the person is left")
