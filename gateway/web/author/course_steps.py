"""The buttons of a course beside its text: order of lessons, review, publication, authors."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.backend.clients import Clients
from gateway.html.render import Flash
from gateway.language.i18n import msgid
from gateway.web.author.copies import copied_lesson
from gateway.web.author.undo import Removal
from ieum.courses.v1 import courses_pb2
from ieum.courses.v1.content_pb2 import Lesson
from ieum.courses.v1.courses_pb2 import Course
from ieum.courses.v1.courses_pb2_grpc import CoursesServiceStub
from ieum.people.v1.people_pb2 import FindInstructorRequest
from services.chassis.clock import new_id
from services.chassis.errors import Missing

DONE: Mapping[str, Flash] = {
    "submit": Flash(
        msgid("Sent to the reviewers"),
        msgid("Somebody else reads it now. You will see here whether it is published or sent back."),
    ),
    "recall": Flash(msgid("The review is cancelled"), msgid("You can go on writing. Send it again when it is ready.")),
    "retire": Flash(
        msgid("The course is retired"),
        msgid("It is no longer in the catalogue. Those who learn it now may finish it, and certificates stay valid."),
    ),
    "reinstate": Flash(msgid("The course is offered again"), msgid("It is back in the catalogue.")),
    "add-teacher": Flash(msgid("The author is added"), msgid("They can write here and see the class.")),
    "remove-teacher": Flash(msgid("The author is removed")),
    "save": Flash(msgid("Saved")),
}


async def move_lesson(service: CoursesServiceStub, course: Course, lesson: str, by: int) -> None:
    ids = [each.id for each in course.draft.lessons]
    if lesson not in ids:
        raise Missing("LESSON_NOT_FOUND")
    position = ids.index(lesson) + by
    if 0 <= position < len(ids):
        await service.MoveLesson(courses_pb2.MoveLessonRequest(parent=course.name, lesson=lesson, position=position))


async def delete_lesson(service: CoursesServiceStub, course: Course, id: str) -> tuple[Course, Removal | None]:
    """The course without the lesson, and what "Undo" would put back."""
    position = next((place for place, each in enumerate(course.draft.lessons) if each.id == id), None)
    if position is None:
        return course, None
    removal = Removal(id, position, course.draft.lessons[position])
    return await service.DeleteLesson(courses_pb2.DeleteLessonRequest(parent=course.name, lesson=id)), removal


async def insert_lesson(service: CoursesServiceStub, course: Course, lesson: Lesson, position: int) -> None:
    await service.CreateLesson(courses_pb2.CreateLessonRequest(parent=course.name, lesson=lesson))
    await service.MoveLesson(courses_pb2.MoveLessonRequest(parent=course.name, lesson=lesson.id, position=position))


async def copy_lesson(service: CoursesServiceStub, course: Course, id: str) -> str:
    """The id of the copy, which stands behind the original."""
    for position, lesson in enumerate(course.draft.lessons, start=1):
        if lesson.id == id:
            copy = copied_lesson(lesson, new_id)
            await insert_lesson(service, course, copy, position)
            return copy.id
    raise Missing("LESSON_NOT_FOUND")


async def _instructor(clients: Clients, login: str) -> str:
    try:
        return (await clients.people.FindInstructor(FindInstructorRequest(login=login))).name
    except Missing as problem:
        raise Missing(problem.reason, field="teacher") from problem


async def take_step(clients: Clients, course: Course, verb: str, teacher: str, thing: str) -> None:
    service = clients.courses
    match verb:
        case "submit":
            await service.SubmitCourse(courses_pb2.SubmitCourseRequest(name=course.name))
        case "recall":
            await service.RecallCourse(courses_pb2.RecallCourseRequest(name=course.name))
        case "retire":
            await service.RetireCourse(courses_pb2.RetireCourseRequest(name=course.name))
        case "reinstate":
            await service.ReinstateCourse(courses_pb2.ReinstateCourseRequest(name=course.name))
        case "add-teacher":
            person = await _instructor(clients, teacher)
            await service.AddTeacher(courses_pb2.AddTeacherRequest(name=course.name, person=person))
        case "remove-teacher":
            await service.RemoveTeacher(courses_pb2.RemoveTeacherRequest(name=course.name, person=thing))
