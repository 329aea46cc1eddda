"""Events that the progress service handles: plans and teachers of courses, enrolments, and erased people."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from ieum.courses.v1.events_pb2 import CoursePublished, TeachersChanged
from ieum.enrollment.v1.events_pb2 import Enrolled, MovedToVersion, Withdrawn
from ieum.people.v1.events_pb2 import PersonErased
from services.chassis.clock import moment, now
from services.chassis.events.bus import Handlers
from services.progress.domain import enrolling
from services.progress.domain.certificates import new_number
from services.progress.domain.record import Record
from services.progress.domain.settling import Outcome, settle
from services.progress.messages.resources import parse_name
from services.progress.store.records import FindPlan, RecordStore


def course_handlers(store: RecordStore) -> Handlers:
    async def on_published(event: CoursePublished) -> None:
        await store.keep_teachers(event.course, event.revision, event.teachers)
        await store.plans.keep(event)
        async for record in store.unmeasured(event.course, event.version):
            await _merge(store, record, lambda same: same)

    async def on_teachers_changed(event: TeachersChanged) -> None:
        await store.keep_teachers(event.course, event.revision, event.teachers)

    return {CoursePublished: on_published, TeachersChanged: on_teachers_changed}


def people_handlers(store: RecordStore) -> Handlers:
    async def on_erased(event: PersonErased) -> None:
        await store.forget(event.person)

    return {PersonErased: on_erased}


def enrollment_handlers(store: RecordStore) -> Handlers:
    async def on_enrolled(event: Enrolled) -> None:
        enrol_time = _moment(event.enrol_time)
        await _merge(store, _start(event), lambda record: enrolling.enrolled(record, event.version, enrol_time))

    async def on_withdrawn(event: Withdrawn) -> None:
        withdraw_time = _moment(event.withdraw_time)
        await _merge(store, _start(event), lambda record: enrolling.withdrawn(record, withdraw_time))

    async def on_moved(event: MovedToVersion) -> None:
        time = _moment(event.time)
        await _merge(store, _start(event), lambda record: enrolling.moved(record, event.version, time))

    return {Enrolled: on_enrolled, Withdrawn: on_withdrawn, MovedToVersion: on_moved}


async def _merge(store: RecordStore, start: Record, merge: Callable[[Record], Record]) -> None:
    def verb(record: Record, find: FindPlan) -> Outcome:
        merged = merge(record)
        return settle(record, merged, find(merged), _number, now())

    record = await store.change(start, verb)
    store.arrived(record.enrollment)
    # The plan may have arrived between the look for it and the write: settle again with it.
    if record.summary.version < record.version and await store.plans.find(record.course, record.version):
        record = await store.change(start, verb)
    await store.forget_if_erased(record)


def _number() -> str:
    return new_number(secrets.randbits)


def _start(event: Enrolled | Withdrawn | MovedToVersion) -> Record:
    return Record(parse_name(event.enrollment), event.person, event.course)


def _moment(stamp: Timestamp) -> datetime:
    time = moment(stamp)
    if time is None:
        raise ValueError("event without its time")
    return time
