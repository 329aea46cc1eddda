from __future__ import annotations

import pytest

from ieum.courses.v1 import courses_pb2
from services.chassis.errors import Forbidden
from tests.service.courses.desk import LEARNER, OTHER_TEACHER, REVIEWER, Desk


async def test_a_course_that_was_exported_is_made_again_the_same(desk: Desk) -> None:
    course = await desk.complete()
    asked = courses_pb2.ExportCourseRequest(name=course.name)
    exported = await desk.teacher.ExportCourse(asked)
    assert sorted(file.media.content_type for file in exported.files) == ["image/png", "text/vtt", "video/webm"]
    request = courses_pb2.ImportCourseRequest(
        request_id="once",
        content=exported.content,
        media={file.name: file.media.name for file in exported.files},
    )
    other = desk.as_(OTHER_TEACHER)
    again = await other.ImportCourse(request)
    assert again == await other.ImportCourse(request)
    assert (again.name != course.name, again.draft) == (True, course.draft)
    assert (list(again.teachers), again.review_state) == ([OTHER_TEACHER.person], courses_pb2.EDITING)
    assert await other.ExportCourse(courses_pb2.ExportCourseRequest(name=again.name)) == exported


async def test_answers_go_out_to_those_alone_who_may_read_the_draft(desk: Desk) -> None:
    asked = courses_pb2.ExportCourseRequest(name=(await desk.create()).name)
    assert (await desk.as_(REVIEWER).ExportCourse(asked)).content
    for stranger in (OTHER_TEACHER, LEARNER):
        with pytest.raises(Forbidden):
            await desk.as_(stranger).ExportCourse(asked)
    with pytest.raises(Forbidden):
        await desk.learner.ImportCourse(courses_pb2.ImportCourseRequest(content=b"{}"))


async def test_questions_become_a_course_of_their_own_once(desk: Desk) -> None:
    request = courses_pb2.CreateCourseOfDocumentRequest(
        language="ko", filename="퀴즈.gift", data="수도는? {=서울 ~부산}\n\n쓰세요 {}".encode(), request_id="once"
    )
    made = await desk.teacher.CreateCourseOfDocument(request)
    assert made == await desk.teacher.CreateCourseOfDocument(request)
    assert [(each.what, each.where) for each in made.left_out] == [(courses_pb2.LeftOutKind.QUESTION, "쓰세요")]
    course = await desk.teacher.GetCourse(courses_pb2.GetCourseRequest(name=made.name.partition("/imports/")[0]))
    assert (course.draft.title["ko"], list(course.draft.languages)) == ("퀴즈", ["ko"])
    (item,) = course.draft.lessons[0].blocks[0].quiz.items
    assert (item.prompt["ko"], item.choice.correct) == ("수도는?", ["1"])
    with pytest.raises(Forbidden):
        await desk.learner.CreateCourseOfDocument(request)
