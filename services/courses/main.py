"""Composition root of the courses service."""

from __future__ import annotations

from functools import partial

from ieum.courses.v1.courses_pb2_grpc import add_CoursesServiceServicer_to_server
from ieum.notices.v1.notices_pb2_grpc import add_CourseSourceServiceServicer_to_server
from services.chassis.run import Frame, main
from services.courses.service import TOKEN_ACCESS, CoursesService
from services.courses.source import CourseSource
from services.courses.store.catalogue import Catalogue
from services.courses.store.courses import Courses
from services.courses.store.imports import Imports
from services.courses.store.media import MediaStore
from services.courses.sweep import sweep


async def compose(frame: Frame) -> None:
    courses = Courses(frame.database, frame.outbox)
    await courses.prepare()
    catalogue = Catalogue(frame.database, frame.outbox)
    await catalogue.prepare()
    media = MediaStore(frame.database)
    await media.prepare()
    imports = Imports(frame.database)
    await imports.prepare()
    service = CoursesService(courses, catalogue, media, imports)
    add_CoursesServiceServicer_to_server(service, frame.offer("ieum.courses.v1.CoursesService", TOKEN_ACCESS))
    add_CourseSourceServiceServicer_to_server(
        CourseSource(courses), frame.offer("ieum.notices.v1.CourseSourceService", {})
    )
    frame.keep_running(partial(sweep, courses, media))


if __name__ == "__main__":
    main("courses", compose)
