"""Composition root of the progress service."""

from __future__ import annotations

from ieum.progress.v1.progress_pb2_grpc import add_ProgressServiceServicer_to_server
from services.chassis.events.audit_events import AuditEvents
from services.chassis.run import Frame, main
from services.progress.events import class_handlers, course_handlers, enrollment_handlers, people_handlers
from services.progress.service import TOKEN_ACCESS, ProgressService
from services.progress.store.records import RecordStore


async def compose(frame: Frame) -> None:
    store = RecordStore(frame.database, frame.outbox)
    await store.prepare()
    server = frame.offer("ieum.progress.v1.ProgressService", TOKEN_ACCESS)
    add_ProgressServiceServicer_to_server(ProgressService(store, AuditEvents(frame.bus)), server)
    frame.hear("ieum.courses.v1", course_handlers(store))
    frame.hear("ieum.people.v1", people_handlers(store))
    frame.hear("ieum.enrollment.v1", enrollment_handlers(store))
    frame.hear("ieum.classes.v1", class_handlers(store))


if __name__ == "__main__":
    main("progress", compose)
