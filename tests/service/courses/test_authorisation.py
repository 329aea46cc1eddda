from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ieum.courses.v1 import content_pb2, courses_pb2
from services.chassis.errors import Forbidden, Missing, Unauthenticated
from services.chassis.principal import ANONYMOUS, Grant
from tests.service.courses.desk import (
    ADMINISTRATOR,
    LEARNER,
    OTHER_TEACHER,
    PNG,
    REVIEWER,
    Desk,
    named,
    outline,
    person,
    refusal,
)

DRAFT_CALLS: list[tuple[str, Callable[[str], Any]]] = [
    ("GetCourse", lambda name: courses_pb2.GetCourseRequest(name=name)),
    ("UpdateCourse", lambda name: courses_pb2.UpdateCourseRequest(name=name, content=outline())),
    ("CreateLesson", lambda name: courses_pb2.CreateLessonRequest(parent=name, lesson=content_pb2.Lesson(id="x"))),
    ("UpdateLesson", lambda name: courses_pb2.UpdateLessonRequest(parent=name, lesson=content_pb2.Lesson(id="x"))),
    ("MoveLesson", lambda name: courses_pb2.MoveLessonRequest(parent=name, lesson="x")),
    ("DeleteLesson", lambda name: courses_pb2.DeleteLessonRequest(parent=name, lesson="x")),
    ("ImportDocument", lambda name: courses_pb2.ImportDocumentRequest(parent=name, language="ko", data=b"x")),
    ("GetDocumentImport", lambda name: courses_pb2.GetDocumentImportRequest(name=f"{name}/imports/x")),
    ("SubmitCourse", lambda name: courses_pb2.SubmitCourseRequest(name=name)),
    ("RecallCourse", lambda name: courses_pb2.RecallCourseRequest(name=name)),
    ("ApproveCourse", lambda name: courses_pb2.ApproveCourseRequest(name=name)),
    ("SendBackCourse", lambda name: courses_pb2.SendBackCourseRequest(name=name, note="x")),
    ("RetireCourse", lambda name: courses_pb2.RetireCourseRequest(name=name)),
    ("ReinstateCourse", lambda name: courses_pb2.ReinstateCourseRequest(name=name)),
    ("AddTeacher", lambda name: courses_pb2.AddTeacherRequest(name=name, person="people/x")),
    ("RemoveTeacher", lambda name: courses_pb2.RemoveTeacherRequest(name=name, person="people/x")),
]


async def test_strangers_learn_nothing_of_a_draft_not_even_whether_it_exists(desk: Desk) -> None:
    course = await desk.create()
    for method, request in DRAFT_CALLS:
        for who, kind in ((ANONYMOUS, Unauthenticated), (LEARNER, Forbidden), (OTHER_TEACHER, Forbidden)):
            answers = [
                await refusal(getattr(desk.as_(who), method)(request(name)))
                for name in (course.name, "courses/nothere")
            ]
            assert {type(answer) for answer in answers} == {kind}, (method, who)
            assert len({answer.reason for answer in answers}) == 1
    for who in (ANONYMOUS, LEARNER, OTHER_TEACHER):
        with pytest.raises(Missing, match="VERSION_NOT_FOUND"):
            await desk.as_(who).GetVersion(named(courses_pb2.GetVersionRequest, f"{course.name}/versions/current"))


async def test_a_token_opens_what_its_scope_names_and_never_a_review(desk: Desk) -> None:
    course = await desk.complete()
    reader = replace(person("teacher", "instructor", "reviewer"), token_scopes=("courses.read",))
    writer = replace(reader, token_scopes=("courses.write",))
    assert (await desk.as_(reader).GetCourse(named(courses_pb2.GetCourseRequest, course.name))).name == course.name
    submit = named(courses_pb2.SubmitCourseRequest, course.name)
    with pytest.raises(Forbidden, match="TOKEN_SCOPE_NEEDED"):
        await desk.as_(reader).SubmitCourse(submit)
    assert (await desk.as_(writer).SubmitCourse(submit)).review_state == courses_pb2.IN_REVIEW
    with pytest.raises(Forbidden, match="TOKEN_SCOPE_NEEDED"):
        await desk.as_(writer).ApproveCourse(named(courses_pb2.ApproveCourseRequest, course.name))


async def test_reviewers_and_administrators_read_drafts_and_do_not_write_them(desk: Desk) -> None:
    course = await desk.create()
    for who in (REVIEWER, ADMINISTRATOR):
        assert (await desk.as_(who).GetCourse(named(courses_pb2.GetCourseRequest, course.name))).name == course.name
        with pytest.raises(Missing, match="COURSE_NOT_FOUND"):
            await desk.as_(who).GetCourse(named(courses_pb2.GetCourseRequest, "courses/nothere"))
        with pytest.raises(Forbidden, match="ROLE_NEEDED"):
            await desk.as_(who).UpdateCourse(courses_pb2.UpdateCourseRequest(name=course.name, content=outline()))
        with pytest.raises(Forbidden, match="ROLE_NEEDED"):
            await desk.as_(who).CreateCourse(courses_pb2.CreateCourseRequest(content=outline()))


@pytest.mark.parametrize("role", ["learner", "official"])
async def test_who_neither_teaches_nor_reviews_lists_and_uploads_nothing(desk: Desk, role: str) -> None:
    caller = desk.as_(person("somebody", role))
    for view in courses_pb2.ListView.values():
        assert (await refusal(caller.ListCourses(courses_pb2.ListCoursesRequest(view=view)))).reason == "ROLE_NEEDED"
    with pytest.raises(Forbidden, match="ROLE_NEEDED"):
        await caller.UploadMedia(courses_pb2.UploadMediaRequest(filename="x.png", data=PNG))


async def test_the_administrator_of_an_area_has_no_say_over_drafts_that_belong_to_none(desk: Desk) -> None:
    """ASVS review, L11. A reviewer reviews for the whole catalogue, wherever the role is held."""
    course = await desk.published()
    version = named(courses_pb2.GetVersionRequest, f"{course.name}/versions/current")
    local = replace(ADMINISTRATOR, grants=(Grant("administrator", "areas/HB02"),))
    assert isinstance(
        await refusal(desk.as_(local).GetCourse(named(courses_pb2.GetCourseRequest, course.name))), Forbidden
    )
    for view in (courses_pb2.EVERY_COURSE, courses_pb2.AWAITING_REVIEW):
        assert isinstance(
            await refusal(desk.as_(local).ListCourses(courses_pb2.ListCoursesRequest(view=view))), Forbidden
        )
    seen, whole = [await desk.as_(who).GetVersion(version) for who in (local, ADMINISTRATOR)]
    assert seen != whole, "right answers are not for them"
    reviewer = replace(REVIEWER, grants=(Grant("reviewer", "areas/HB02"),))
    assert (await desk.as_(reviewer).GetCourse(named(courses_pb2.GetCourseRequest, course.name))).name == course.name
