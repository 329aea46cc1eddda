"""Courses as authors and reviewers see them: the draft and what becomes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field

from gateway.api.content import Content, Lesson, Outline
from gateway.api.operation import Table
from gateway.api.people import mask_of
from gateway.api.schemas import (
    Body,
    Count,
    JsonAnswer,
    Moment,
    Name,
    PageQuery,
    Paths,
    Query,
    Shape,
    Tag,
    Text,
    read,
    write,
)
from gateway.backend.clients import CLIENTS
from ieum.courses.v1 import content_pb2, courses_pb2
from services.chassis import clock

table = Table("courses")

ReviewState = Literal["EDITING", "IN_REVIEW", "SENT_BACK", "UP_TO_DATE"]


class Gap(Shape):
    """A part that a draft lacks. Fields that do not apply are empty."""

    reason: str
    lesson: str = ""
    block: str = ""
    item: str = ""
    language: str = ""


class Course(Shape):
    name: str
    draft: Content | None = None
    review_state: ReviewState | None = None
    review_note: str = ""
    reviewer: str = ""
    published_version: int = 0
    publish_time: Moment | None = None
    retired: bool = False
    teachers: list[str] = []
    etag: str = ""
    update_time: Moment | None = None
    problems: Annotated[list[Gap], Field(description="What keeps the draft from being submitted")] = []


class Courses(Shape):
    courses: list[Course]
    next_page_token: str = ""


class NewCourse(Body):
    content: Outline
    request_id: Tag = ""


class CourseChange(Body):
    content: Outline
    etag: Tag = ""


class CoursesQuery(PageQuery):
    view: Literal["TAUGHT_BY_ME", "AWAITING_REVIEW", "EVERY_COURSE"] | None = None


class CourseQuery(Query):
    update_mask: Paths = ""


class Place(Body):
    position: Annotated[Count, Field(description="From 0")]


class EtagQuery(Query):
    etag: Tag = ""


class Note(Body):
    note: Text


class Teacher(Body):
    person: Name


def _course_name(request: web.Request) -> str:
    return f"courses/{request.match_info['course']}"


@table("POST", "/courses", "Begin a course")
async def create_course(request: web.Request, body: NewCourse) -> JsonAnswer[Course]:
    message = write(body, courses_pb2.CreateCourseRequest())
    message.request_id = message.request_id or clock.new_id()
    return read(Course, await request.app[CLIENTS].courses.CreateCourse(message))


@table("GET", "/courses", "Courses one teaches, reviews or administers; their lessons come without blocks")
async def list_courses(request: web.Request, query: CoursesQuery) -> JsonAnswer[Courses]:
    message = write(query, courses_pb2.ListCoursesRequest())
    return read(Courses, await request.app[CLIENTS].courses.ListCourses(message))


@table("GET", "/courses/{course}", "The draft and its state")
async def get_course(request: web.Request) -> JsonAnswer[Course]:
    message = courses_pb2.GetCourseRequest(name=_course_name(request))
    return read(Course, await request.app[CLIENTS].courses.GetCourse(message))


@table("PATCH", "/courses/{course}", "Change the draft but its lessons; without updateMask, what content names")
async def update_course(request: web.Request, query: CourseQuery, body: CourseChange) -> JsonAnswer[Course]:
    message = write(body, courses_pb2.UpdateCourseRequest(name=_course_name(request)))
    message.update_mask.CopyFrom(mask_of(query.update_mask, body.content))
    return read(Course, await request.app[CLIENTS].courses.UpdateCourse(message))


@table("POST", "/courses/{course}/lessons", "Add a lesson; the same id makes no second one")
async def create_lesson(request: web.Request, body: Lesson) -> JsonAnswer[Course]:
    message = courses_pb2.CreateLessonRequest(parent=_course_name(request), lesson=write(body, content_pb2.Lesson()))
    return read(Course, await request.app[CLIENTS].courses.CreateLesson(message))


@table("PUT", "/courses/{course}/lessons/{lesson}", "Replace a lesson; with the etag it was read with")
async def update_lesson(request: web.Request, body: Lesson) -> JsonAnswer[Lesson]:
    lesson = write(body, content_pb2.Lesson())
    lesson.id = request.match_info["lesson"]
    message = courses_pb2.UpdateLessonRequest(parent=_course_name(request), lesson=lesson)
    return read(Lesson, await request.app[CLIENTS].courses.UpdateLesson(message))


@table("POST", "/courses/{course}/lessons/{lesson}:move", "Move a lesson to another place")
async def move_lesson(request: web.Request, body: Place) -> JsonAnswer[Course]:
    message = courses_pb2.MoveLessonRequest(
        parent=_course_name(request), lesson=request.match_info["lesson"], position=body.position
    )
    return read(Course, await request.app[CLIENTS].courses.MoveLesson(message))


@table("DELETE", "/courses/{course}", "Delete a draft that was never published")
async def delete_course(request: web.Request) -> None:
    await request.app[CLIENTS].courses.DeleteCourse(courses_pb2.DeleteCourseRequest(name=_course_name(request)))


@table("DELETE", "/courses/{course}/lessons/{lesson}", "Delete a lesson from the draft")
async def delete_lesson(request: web.Request, query: EtagQuery) -> JsonAnswer[Course]:
    message = courses_pb2.DeleteLessonRequest(
        parent=_course_name(request), lesson=request.match_info["lesson"], etag=query.etag
    )
    return read(Course, await request.app[CLIENTS].courses.DeleteLesson(message))


@table("POST", "/courses/{course}:sendBack", "Send a submitted draft back to its authors with a note")
async def send_back_course(request: web.Request, body: Note) -> JsonAnswer[Course]:
    message = write(body, courses_pb2.SendBackCourseRequest(name=_course_name(request)))
    return read(Course, await request.app[CLIENTS].courses.SendBackCourse(message))


@table("POST", "/courses/{course}:addTeacher", "Add an author, who also sees the class grid")
async def add_teacher(request: web.Request, body: Teacher) -> JsonAnswer[Course]:
    message = write(body, courses_pb2.AddTeacherRequest(name=_course_name(request)))
    return read(Course, await request.app[CLIENTS].courses.AddTeacher(message))


@table("POST", "/courses/{course}:removeTeacher", "Remove an author")
async def remove_teacher(request: web.Request, body: Teacher) -> JsonAnswer[Course]:
    message = write(body, courses_pb2.RemoveTeacherRequest(name=_course_name(request)))
    return read(Course, await request.app[CLIENTS].courses.RemoveTeacher(message))


def _verb(
    verb: str, summary: str, message: Callable[..., Any]
) -> Callable[[web.Request], Awaitable[JsonAnswer[Course]]]:
    """One of those that need nothing but the course."""
    method = message.__name__.removesuffix("Request")

    async def act(request: web.Request) -> JsonAnswer[Course]:
        call = getattr(request.app[CLIENTS].courses, method)
        return read(Course, await call(message(name=_course_name(request))))

    act.__name__ = f"{verb}_course"
    return table("POST", f"/courses/{{course}}:{verb}", summary)(act)


submit_course = _verb("submit", "Submit the draft for review", courses_pb2.SubmitCourseRequest)
recall_course = _verb("recall", "Take a submitted draft back", courses_pb2.RecallCourseRequest)
approve_course = _verb("approve", "Publish a submitted draft as the next version", courses_pb2.ApproveCourseRequest)
retire_course = _verb("retire", "Take a course out of the catalogue", courses_pb2.RetireCourseRequest)
reinstate_course = _verb("reinstate", "Put a retired course back", courses_pb2.ReinstateCourseRequest)
