"""Composition root of the enrollment service."""

from __future__ import annotations

from ieum.enrollment.v1.enrollment_pb2_grpc import add_EnrollmentServiceServicer_to_server
from services.chassis.run import Frame, main
from services.enrollment.events import class_handlers, course_handlers, people_handlers
from services.enrollment.service import TOKEN_ACCESS, EnrollmentService
from services.enrollment.store import Store


async def compose(frame: Frame) -> None:
    store = Store(frame.database, frame.outbox)
    await store.prepare()
    server = frame.offer("ieum.enrollment.v1.EnrollmentService", TOKEN_ACCESS)
    add_EnrollmentServiceServicer_to_server(EnrollmentService(store), server)
    frame.hear("ieum.courses.v1", course_handlers(store))
    frame.hear("ieum.people.v1", people_handlers(store))
    frame.hear("ieum.classes.v1", class_handlers(store))


if __name__ == "__main__":
    main("enrollment", compose)
