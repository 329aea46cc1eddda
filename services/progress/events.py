"""Events that the progress service handles: plans and teachers of courses, enrolments, attendance of classes, and
erased people."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial

from google.protobuf.timestamp_pb2 import Timestamp

from ieum.classes.v1 import events_pb2 as classes
from ieum.classes.v1.classes_pb2 import SESSION_CANCELLED
from ieum.courses.v1.events_pb2 import CoursePublished, TeachersChanged
from ieum.enrollment.v1.events_pb2 import Enrolled, MovedToVersion, Withdrawn
from ieum.people.v1.events_pb2 import PersonErased
from services.chassis.clock import moment, now
from services.chassis.events.bus import Handlers
from services.progress.domain import enrolling
from services.progress.domain.certificates import new_number
from services.progress.domain.class_attendance import ClassSession
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
        await _attend(store, event.course, event.person)

    async def on_withdrawn(event: Withdrawn) -> None:
        withdraw_time = _moment(event.withdraw_time)
        await _merge(store, _start(event), lambda record: enrolling.withdrawn(record, withdraw_time))

    async def on_moved(event: MovedToVersion) -> None:
        time = _moment(event.time)
        await _merge(store, _start(event), lambda record: enrolling.moved(record, event.version, time))

    return {Enrolled: on_enrolled, Withdrawn: on_withdrawn, MovedToVersion: on_moved}


def class_handlers(store: RecordStore) -> Handlers:
    async def on_plan(event: _Planned) -> None:
        sessions = tuple(
            ClassSession(each.number, each.minutes, _moment(each.end_time), each.state == SESSION_CANCELLED)
            for each in event.plan.sessions
        )
        await store.classes.keep_plan(event.class_name, sessions, event.revision)
        for course, person in await store.classes.learners_of(event.class_name):
            await _attend(store, course, person)

    async def on_seat(event: classes.SeatGiven | classes.SeatFreed) -> None:
        # Freed and given anew by one change, the seat stands.
        given = isinstance(event, classes.SeatGiven)
        revision = 2 * event.revision + given
        await store.classes.keep_seat(event.course, event.person, event.class_name, revision, held=given)
        await _attend(store, event.course, event.person)

    async def on_marked(event: classes.AttendanceMarked) -> None:
        if not event.person:
            return
        about = event.course, event.person, event.class_name
        await store.classes.keep_mark(*about, event.session, event.minutes, event.revision)
        await _attend(store, event.course, event.person)

    planned = dict.fromkeys(_PLANNED, on_plan)
    return {**planned, classes.SeatGiven: on_seat, classes.SeatFreed: on_seat, classes.AttendanceMarked: on_marked}


_Planned = (
    classes.ClassPublished
    | classes.ClassChanged
    | classes.ClassCancelled
    | classes.SessionMoved
    | classes.SessionCancelled
)
_PLANNED = (
    classes.ClassPublished,
    classes.ClassChanged,
    classes.ClassCancelled,
    classes.SessionMoved,
    classes.SessionCancelled,
)


async def _attend(store: RecordStore, course: str, person: str) -> None:
    """Writes what was heard of the learner's classes to the run that they belong to, once there is one."""
    for heard in await store.classes.of_learner(course, person):
        if record := await store.attending(course, person, heard):
            await _merge(store, record, partial(enrolling.attended, heard=heard))
    if await store.is_erased(person):
        await store.classes.forget(person)


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
