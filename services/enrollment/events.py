"""Events that the enrollment service handles: courses with their audience and teachers, seats in classes, erased
people."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from google.protobuf.timestamp_pb2 import Timestamp

from ieum.classes.v1.events_pb2 import SeatFreed, SeatGiven
from ieum.courses.v1.events_pb2 import CoursePublished, CourseReinstated, CourseRetired, TeachersChanged
from ieum.people.v1.events_pb2 import AccountsMerged, AccountsSeparated, PersonErased
from services.chassis.clock import moment, now
from services.chassis.errors import Missing
from services.chassis.events.bus import Handlers
from services.enrollment import domain
from services.enrollment.messages.resources import audience_from_message, residence_of_seat, seat_delivery
from services.enrollment.store import Store


def people_handlers(store: Store) -> Handlers:
    async def on_erased(event: PersonErased) -> None:
        await store.forget(event.person)

    async def on_merged(event: AccountsMerged | AccountsSeparated) -> None:
        merged = isinstance(event, AccountsMerged)
        await store.merged.keep(event.kept, event.person, event.revision, merged=merged)

    return {PersonErased: on_erased, AccountsMerged: on_merged, AccountsSeparated: on_merged}


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


def class_handlers(store: Store) -> Handlers:
    async def on_given(event: SeatGiven) -> None:
        if not await store.keep_seat(event.application, event.revision, given=True):
            return
        verb = partial(
            domain.take_seat,
            offering=await store.offering(event.course),
            residence=residence_of_seat(event),
            delivery=seat_delivery(event),
            seat=event.application,
            seat_time=_dated(event.seat_time),
            now=now(),
        )
        await store.enrol(event.course, event.person, verb)

    async def on_freed(event: SeatFreed) -> None:
        if await store.keep_seat(event.application, event.revision, given=False):
            return
        verb = partial(domain.give_up_seat, seat=event.application, freed_at=_dated(event.time), now=now())
        try:
            await store.change(domain.key_of(event.course, event.person), verb)
        except Missing:
            # The seat was freed before it was heard of, so there is no run.
            return

    return {SeatGiven: on_given, SeatFreed: on_freed}


def _dated(stamp: Timestamp) -> datetime:
    time = moment(stamp)
    if time is None:
        raise ValueError("event without its time")
    return time
