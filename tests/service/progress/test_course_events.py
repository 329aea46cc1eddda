"""What progress keeps of a course, whatever the order and the number of times in which its events arrive."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from google.protobuf.message import Message

from ieum.courses.v1.events_pb2 import CoursePublished, TeachersChanged
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.store.mongo import Database
from services.progress.events import course_handlers
from services.progress.store.records import RecordStore


def history(course: str) -> list[Message]:
    return [
        CoursePublished(course=course, version=1, title={"en": "Photos"}, teachers=["people/a"], revision=3),
        TeachersChanged(course=course, teachers=["people/a", "people/b"], revision=5),
        CoursePublished(course=course, version=2, title={"en": "Pictures"}, teachers=["people/b"], revision=8),
        TeachersChanged(course=course, teachers=["people/b", "people/c"], revision=9),
    ]


async def test_course_events_in_any_order_and_twice_make_the_same_plans_and_teachers(
    events: Bus, database_of: Callable[[str], Database]
) -> None:
    store = RecordStore(database_of("progress"), Outbox(events))
    await store.prepare()
    handlers = course_handlers(store)
    for number, order in enumerate(itertools.permutations(range(4))):
        course = f"courses/c{number}"
        told = history(course)
        for place in (*order, *order[:2]):
            await handlers[type(told[place])](told[place])
        assert await store.teachers(course) == {"people/b", "people/c"}, order
        assert await store.plans.newest(course) == 2
        assert [plan.title["en"] for plan in await store.plans.of_course(course)] == ["Pictures", "Photos"]
