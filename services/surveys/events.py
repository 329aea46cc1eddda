"""The events of other services that the surveys service handles. Each may arrive twice."""

from __future__ import annotations

from datetime import tzinfo

from ieum.classes.v1 import classes_pb2
from ieum.classes.v1 import events_pb2 as classes
from ieum.people.v1.events_pb2 import PersonErased, PlacesImported
from ieum.progress.v1.events_pb2 import CourseCompleted
from services.chassis.clock import moment, now
from services.chassis.events.bus import Handlers
from services.surveys.store import Store

ClassEvent = (
    classes.ClassPublished
    | classes.ClassChanged
    | classes.ClassCancelled
    | classes.SessionMoved
    | classes.SessionCancelled
)


def people_handlers(store: Store) -> Handlers:
    async def on_erased(event: PersonErased) -> None:
        await store.forget(event.person)

    async def on_places(event: PlacesImported) -> None:
        await store.areas.keep({area.name: area.parent for area in event.areas}, event.revision)

    return {PersonErased: on_erased, PlacesImported: on_places}


def class_handlers(store: Store, zone: tzinfo) -> Handlers:
    async def on_plan(event: ClassEvent) -> None:
        plan = event.plan
        ends = [moment(each.end_time) for each in plan.sessions if each.state == classes_pb2.PLANNED]
        ends_at = max((each for each in ends if each), default=None)
        await store.copies.keep_class(
            event.class_name,
            event.revision,
            course=plan.course,
            centre=plan.centre,
            area=plan.area,
            instructors=list(plan.instructors),
            ends_at=ends_at,
            month=ends_at.astimezone(zone).strftime("%Y-%m") if ends_at else "",
            cancelled=plan.state in (classes_pb2.CLASS_CANCELLED, classes_pb2.DRAFT),
        )

    async def on_mark(event: classes.AttendanceMarked) -> None:
        await store.copies.keep_attendance(
            f"{event.application}.{event.session}",
            event.revision,
            event.person,
            class_=event.class_name,
            course=event.course,
            minutes=event.minutes,
        )

    plans = (
        classes.ClassPublished,
        classes.ClassChanged,
        classes.ClassCancelled,
        classes.SessionMoved,
        classes.SessionCancelled,
    )
    return {**dict.fromkeys(plans, on_plan), classes.AttendanceMarked: on_mark}


def progress_handlers(store: Store, zone: tzinfo) -> Handlers:
    async def on_completed(event: CourseCompleted) -> None:
        at = moment(event.complete_time) or now()
        month = at.astimezone(zone).strftime("%Y-%m")
        await store.copies.keep_completion(event.person, event.course, at, month)

    return {CourseCompleted: on_completed}
