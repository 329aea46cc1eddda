"""The courses service, put together."""

from __future__ import annotations

from ieum.courses.v1.courses_pb2_grpc import add_CoursesServiceServicer_to_server
from services.chassis.run import Frame, main
from services.courses.service import CoursesService
from services.courses.store.courses import Courses
from services.courses.store.media import MediaStore

_READ = ("GetCourse", "ListCourses", "SearchCatalog", "GetVersion", "ListCompetences", "GetMedia", "ReadMedia")
_WRITE = (
    "CreateCourse",
    "UpdateCourse",
    "CreateLesson",
    "UpdateLesson",
    "MoveLesson",
    "DeleteLesson",
    "SubmitCourse",
    "RecallCourse",
    "RetireCourse",
    "ReinstateCourse",
    "UploadMedia",
)
# Judging another's course and naming teachers is done in person.
TOKEN_SCOPES = dict.fromkeys(_READ, "courses.read") | dict.fromkeys(_WRITE, "courses.write")


async def compose(frame: Frame) -> None:
    courses = Courses(frame.database, frame.outbox)
    await courses.prepare()
    service = CoursesService(courses, MediaStore(frame.database))
    add_CoursesServiceServicer_to_server(service, frame.offer("ieum.courses.v1.CoursesService", TOKEN_SCOPES))


if __name__ == "__main__":
    main("courses", compose)
