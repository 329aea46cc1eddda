"""Composition root of the classes service."""

from __future__ import annotations

from functools import partial

from ieum.classes.v1.classes_pb2_grpc import add_ClassesServiceServicer_to_server
from ieum.notices.v1.notices_pb2_grpc import add_ClassSourceServiceServicer_to_server
from services.chassis.events.audit_events import AuditEvents
from services.chassis.run import Frame, main
from services.classes.events import course_handlers, own_handlers, people_handlers, progress_handlers
from services.classes.service import TOKEN_ACCESS, ClassesService
from services.classes.service.source import ClassSource
from services.classes.store import Store
from services.classes.sweep import sweep


async def compose(frame: Frame) -> None:
    store = Store(frame.database, frame.outbox)
    await store.prepare()
    server = frame.offer("ieum.classes.v1.ClassesService", TOKEN_ACCESS)
    service = ClassesService(store, frame.settings.time_zone, AuditEvents(frame.bus))
    add_ClassesServiceServicer_to_server(service, server)
    add_ClassSourceServiceServicer_to_server(ClassSource(store), frame.offer("ieum.notices.v1.ClassSourceService", {}))
    frame.hear("ieum.people.v1", people_handlers(store))
    frame.hear("ieum.courses.v1", course_handlers(store))
    frame.hear("ieum.progress.v1", progress_handlers(store))
    frame.hear("ieum.classes.v1", own_handlers(store))
    frame.keep_running(partial(sweep, store))


if __name__ == "__main__":
    main("classes", compose)
