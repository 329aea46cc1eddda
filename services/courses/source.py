# ruff: noqa: N802 - gRPC method names are the contract's
"""The RPC door for the notices service: what a course is called."""

from __future__ import annotations

from ieum.notices.v1.notices_pb2 import CourseTitle, GetCourseTitleRequest
from ieum.notices.v1.notices_pb2_grpc import CourseSourceServiceServicer
from services.chassis.errors import Forbidden, Missing
from services.chassis.principal import acting
from services.courses.store.courses import Courses


class CourseSource(CourseSourceServiceServicer):
    def __init__(self, courses: Courses) -> None:
        self._courses = courses

    async def GetCourseTitle(self, request: GetCourseTitleRequest, context: object) -> CourseTitle:
        if not acting().is_system:
            raise Forbidden("SERVICES_ONLY")
        key = request.course.removeprefix("courses/")
        head = await self._courses.head(key)
        if head is None or not head.published_version:
            raise Missing("COURSE_NOT_FOUND")
        version = await self._courses.version(key, head.published_version)
        return CourseTitle(title=version.content.title)
