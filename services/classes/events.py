"""The events that the classes service handles. Each may arrive twice and in any order."""

from __future__ import annotations

from ieum.classes.v1.events_pb2 import ClassCancelled, SessionCancelled
from ieum.courses.v1.content_pb2 import EMPLOYEES
from ieum.courses.v1.events_pb2 import CoursePublished, CourseReinstated, CourseRetired
from ieum.people.v1.events_pb2 import (
    AccountsMerged,
    AccountsSeparated,
    PersonErased,
    PersonMoved,
    PersonRegistered,
    PlacesImported,
)
from ieum.people.v1.people_pb2 import EMPLOYEE
from ieum.progress.v1.events_pb2 import CourseCompleted
from services.chassis.events.bus import Handlers
from services.classes.messages.names import class_key
from services.classes.store import Store
from services.classes.store.copies import Home


def people_handlers(store: Store) -> Handlers:
    async def on_home(event: PersonRegistered | PersonMoved) -> None:
        home = Home(event.area, event.organisation, event.universe == EMPLOYEE)
        await store.copies.keep_home(event.person, home, event.revision)

    async def on_erased(event: PersonErased) -> None:
        await store.forget(event.person)

    async def on_places(event: PlacesImported) -> None:
        await store.copies.areas.keep({area.name: area.parent for area in event.areas}, event.revision)

    async def on_merged(event: AccountsMerged | AccountsSeparated) -> None:
        merged = isinstance(event, AccountsMerged)
        await store.copies.merged.keep(event.kept, event.person, event.revision, merged=merged)

    return {
        AccountsMerged: on_merged,
        AccountsSeparated: on_merged,
        PersonRegistered: on_home,
        PersonMoved: on_home,
        PersonErased: on_erased,
        PlacesImported: on_places,
    }


def course_handlers(store: Store) -> Handlers:
    async def on_published(event: CoursePublished) -> None:
        for_employees = event.audience == EMPLOYEES
        await store.copies.keep_course(
            event.course,
            event.revision,
            version=event.version,
            for_employees=for_employees,
            attendance_percent=event.rule.attendance_percent,
        )

    async def on_retired(event: CourseRetired) -> None:
        await store.copies.keep_course(event.course, event.revision, retired=True)

    async def on_reinstated(event: CourseReinstated) -> None:
        await store.copies.keep_course(event.course, event.revision, retired=False)

    return {CoursePublished: on_published, CourseRetired: on_retired, CourseReinstated: on_reinstated}


def progress_handlers(store: Store) -> Handlers:
    async def on_completed(event: CourseCompleted) -> None:
        await store.copies.keep_completion(event.person, event.course)

    return {CourseCompleted: on_completed}


def own_handlers(store: Store) -> Handlers:
    async def on_cancelled(event: ClassCancelled | SessionCancelled) -> None:
        await store.void_sheets(class_key(event.class_name))

    return {ClassCancelled: on_cancelled, SessionCancelled: on_cancelled}
