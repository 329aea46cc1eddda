"""Events that the enrollment service handles: courses with their audience and teachers, and erased people."""

from __future__ import annotations

from ieum.courses.v1.events_pb2 import CoursePublished, CourseReinstated, CourseRetired, TeachersChanged
from ieum.people.v1.events_pb2 import PersonErased
from services.chassis.events.bus import Handlers
from services.enrollment.messages.resources import audience_from_message
from services.enrollment.store import Store


def people_handlers(store: Store) -> Handlers:
    async def on_erased(event: PersonErased) -> None:
        await store.forget(event.person)

    return {PersonErased: on_erased}


def course_handlers(store: Store) -> Handlers:
    async def on_published(event: CoursePublished) -> None:
        await store.keep_offering(
            event.course,
            event.revision,
            version=event.version,
            audience=audience_from_message(event.audience).value,
            teachers=list(event.teachers),
        )

    async def on_retired(event: CourseRetired) -> None:
        await store.keep_offering(event.course, event.revision, retired=True)

    async def on_reinstated(event: CourseReinstated) -> None:
        await store.keep_offering(event.course, event.revision, retired=False)

    async def on_teachers_changed(event: TeachersChanged) -> None:
        await store.keep_offering(event.course, event.revision, teachers=list(event.teachers))

    return {
        CoursePublished: on_published,
        CourseRetired: on_retired,
        CourseReinstated: on_reinstated,
        TeachersChanged: on_teachers_changed,
    }
