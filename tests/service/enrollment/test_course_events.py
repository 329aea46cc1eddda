"""What enrollment keeps of a course, whatever the order and the number of times in which its events arrive."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from google.protobuf.message import Message

from ieum.courses.v1 import content_pb2
from ieum.courses.v1.events_pb2 import CoursePublished, CourseReinstated, CourseRetired, TeachersChanged
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.store.mongo import Database
from services.enrollment.domain import Audience, Offering
from services.enrollment.events import course_handlers
from services.enrollment.store import Store


def history(course: str) -> list[Message]:
    """Published, renamed and published for others, retired and back, with another teacher in between."""
    first = CoursePublished(course=course, version=1, audience=content_pb2.BOTH, teachers=["people/a"], revision=3)
    renamed = CoursePublished(course=course, version=2, audience=content_pb2.EMPLOYEES, revision=9)
    renamed.teachers.extend(["people/a", "people/b"])
    return [
        first,
        CourseRetired(course=course, revision=5),
        CourseReinstated(course=course, revision=6),
        TeachersChanged(course=course, teachers=["people/a", "people/b"], revision=7),
        renamed,
    ]


async def test_course_events_in_any_order_and_twice_make_the_same_offering(
    events: Bus, database_of: Callable[[str], Database]
) -> None:
    store = Store(database_of("enrollment"), Outbox(events))
    await store.prepare()
    handlers = course_handlers(store)
    for number, order in enumerate(itertools.permutations(range(5))):
        course = f"courses/c{number}"
        told = history(course)
        for place in (*order, *order[:2]):
            await handlers[type(told[place])](told[place])
        teachers = ("people/a", "people/b")
        expected = Offering(course, 2, Audience.EMPLOYEES, retired=False, teachers=teachers)
        assert await store.offering(course) == expected, order
        assert await store.offerings(course) == {course: expected}
