from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from ieum.courses.v1 import content_pb2, courses_pb2, events_pb2
from services.chassis.errors import Forbidden, Invalid, Missing, Refused
from services.chassis.principal import ANONYMOUS, SYSTEM, Grant
from services.chassis.store.mongo import Database
from tests.service.conftest import Published
from tests.service.courses.desk import (
    ADMINISTRATOR,
    LEARNER,
    OTHER_TEACHER,
    REVIEWER,
    TEACHER,
    Desk,
    named,
    person,
    refusal,
)


async def test_a_draft_goes_through_review_and_becomes_a_version_once(desk: Desk, published: Published) -> None:
    course = await desk.complete()
    for _ in range(2):
        course = await desk.teacher.SubmitCourse(named(courses_pb2.SubmitCourseRequest, course.name))
        assert course.review_state == courses_pb2.IN_REVIEW
    with pytest.raises(Refused, match="COURSE_IN_REVIEW"):
        await desk.retitle(course.name, "몰래")
    waiting = await desk.reviewer.ListCourses(courses_pb2.ListCoursesRequest(view=courses_pb2.AWAITING_REVIEW))
    assert [each.name for each in waiting.courses] == [course.name]

    approve = named(courses_pb2.ApproveCourseRequest, course.name)
    approved = await asyncio.gather(*(desk.reviewer.ApproveCourse(approve) for _ in range(20)))
    assert {each.published_version for each in approved} == {1}
    assert {each.review_state for each in approved} == {courses_pb2.UP_TO_DATE}

    events = await published(events_pb2.CoursePublished)
    assert [(event.course, event.version) for event in events] == [(course.name, 1)]
    assert len(await published(events_pb2.CourseSubmitted)) == 1


async def test_a_version_that_cannot_be_stored_is_not_announced_either(
    desk: Desk, database_of: Callable[[str], Database]
) -> None:
    course = await desk.complete()
    await desk.teacher.SubmitCourse(named(courses_pb2.SubmitCourseRequest, course.name))
    versions, key = database_of("courses")["versions"], course.name.removeprefix("courses/")
    await versions.insert_one({"_id": f"{key}-1"})
    approve = named(courses_pb2.ApproveCourseRequest, course.name)
    assert (await refusal(desk.reviewer.ApproveCourse(approve))).reason == "INTERNAL"
    kept = await database_of("courses")["courses"].find_one({"_id": key})
    assert kept is not None
    assert (kept["review_state"], kept["published_version"]) == ("IN_REVIEW", 0)
    assert not [event for event in kept.get("pending", []) if event["type"].endswith("CoursePublished")]
    await versions.delete_one({"_id": f"{key}-1"})
    assert (await desk.reviewer.ApproveCourse(approve)).published_version == 1


async def test_the_event_carries_answers_without_texts(desk: Desk, published: Published) -> None:
    course = await desk.published()
    (event,) = await published(events_pb2.CoursePublished)
    version = await desk.as_(SYSTEM).GetVersion(named(courses_pb2.GetVersionRequest, f"{course.name}/versions/1"))
    (plan,) = event.lessons
    assert list(plan.screens) == [screen.key for screen in version.content.lessons[0].screens]
    assert event.rule == version.content.rule
    assert (event.minutes, list(event.teachers)) == (8, ["people/teacher"])
    (quiz,) = plan.quizzes
    assert quiz.id == "b4"
    assert quiz.items[3].short_text.accepted == ["한빛", "hanbit"]
    assert not any(item.prompt or item.explanation for item in quiz.items)
    assert not any(option.text for option in quiz.items[0].choice.options)
    full = version.content.lessons[0].blocks[3].quiz.items
    assert [step.id for step in quiz.items[6].ordering.steps] == [step.id for step in full[6].ordering.steps]
    assert dict(quiz.items[5].matching.correct) == dict(full[5].matching.correct)


async def test_a_learner_gets_no_answer_and_no_hint_of_one(desk: Desk) -> None:
    course = await desk.published()
    request = named(courses_pb2.GetVersionRequest, f"{course.name}/versions/current")
    for who in (ANONYMOUS, LEARNER, OTHER_TEACHER):
        version = await desk.as_(who).GetVersion(request)
        items = version.content.lessons[0].blocks[3].quiz.items
        assert not any(item.explanation for item in items)
        assert not items[0].choice.correct
        assert not items[1].choice.correct
        assert items[1].choice.multiple
        assert not items[2].true_false.correct
        assert not items[3].short_text.accepted
        assert items[4].number == content_pb2.Number()
        assert not items[5].matching.correct
        lefts = {option.id for option in items[5].matching.left}
        assert not lefts & {option.id for option in items[5].matching.right}
        assert all(len(step.id) == 12 for step in items[6].ordering.steps)
        assert version == await desk.as_(who).GetVersion(request)
    for who in (SYSTEM, TEACHER, REVIEWER, ADMINISTRATOR):
        version = await desk.as_(who).GetVersion(request)
        items = version.content.lessons[0].blocks[3].quiz.items
        assert items[0].choice.correct == ["b"]
        assert [step.text["en"] for step in items[6].ordering.steps] == [f"option s{n}" for n in range(1, 5)]


async def test_a_version_stays_while_the_draft_goes_on(desk: Desk, published: Published) -> None:
    course = await desk.published()
    changed = await desk.retitle(course.name, "둘째 판")
    assert changed.review_state == courses_pb2.EDITING
    assert (await desk.retitle(course.name, "둘째 판")).review_state == courses_pb2.EDITING
    again = await desk.publish(course.name)
    assert again.published_version == 2
    first = await desk.learner.GetVersion(named(courses_pb2.GetVersionRequest, f"{course.name}/versions/1"))
    assert (first.content.title["ko"], first.number, first.current_number) == ("사진과 문자", 1, 2)
    current = await desk.learner.GetVersion(named(courses_pb2.GetVersionRequest, f"{course.name}/versions/current"))
    assert (current.content.title["ko"], current.number) == ("둘째 판", 2)
    revisions = [event.revision for event in await published(events_pb2.CoursePublished, 2)]
    assert revisions == sorted(set(revisions))
    with pytest.raises(Missing, match="VERSION_NOT_FOUND"):
        await desk.learner.GetVersion(named(courses_pb2.GetVersionRequest, f"{course.name}/versions/3"))


async def test_undoing_a_change_makes_the_draft_up_to_date_again(desk: Desk) -> None:
    course = await desk.published()
    await desk.retitle(course.name, "다른 제목")
    content = content_pb2.Content(title={"ko": "사진과 문자", "en": "Photos and messages"})
    undone = await desk.teacher.UpdateCourse(courses_pb2.UpdateCourseRequest(name=course.name, content=content))
    assert undone.review_state == courses_pb2.UP_TO_DATE
    with pytest.raises(Refused, match="NOTHING_TO_REVIEW"):
        await desk.teacher.SubmitCourse(named(courses_pb2.SubmitCourseRequest, course.name))


async def test_a_course_is_sent_back_with_a_note_and_recalled(desk: Desk, published: Published) -> None:
    course = await desk.complete()
    name = course.name
    with pytest.raises(Refused, match="COURSE_NOT_IN_REVIEW"):
        await desk.reviewer.ApproveCourse(named(courses_pb2.ApproveCourseRequest, name))
    await desk.teacher.SubmitCourse(named(courses_pb2.SubmitCourseRequest, name))
    with pytest.raises(Invalid, match="NOTE_MISSING"):
        await desk.reviewer.SendBackCourse(courses_pb2.SendBackCourseRequest(name=name, note=" "))
    for _ in range(2):
        request = courses_pb2.SendBackCourseRequest(name=name, note="그림을 바꿔 주세요.")
        course = await desk.reviewer.SendBackCourse(request)
    assert (course.review_state, course.review_note, course.reviewer) == (
        courses_pb2.SENT_BACK,
        "그림을 바꿔 주세요.",
        "people/reviewer",
    )
    edited = await desk.retitle(name, "고친 제목")
    assert edited.review_note == "그림을 바꿔 주세요."
    await desk.teacher.SubmitCourse(named(courses_pb2.SubmitCourseRequest, name))
    for _ in range(2):
        recalled = await desk.teacher.RecallCourse(named(courses_pb2.RecallCourseRequest, name))
        assert recalled.review_state == courses_pb2.EDITING
    assert len(await published(events_pb2.CourseSentBack)) == 1
    assert len(await published(events_pb2.CourseSubmitted, 2)) == 2


async def test_nobody_approves_what_they_wrote(desk: Desk) -> None:
    course = await desk.complete()
    await desk.teacher.SubmitCourse(named(courses_pb2.SubmitCourseRequest, course.name))
    both = person("teacher", "instructor", "reviewer")
    with pytest.raises(Forbidden, match="OWN_COURSE"):
        await desk.as_(both).ApproveCourse(named(courses_pb2.ApproveCourseRequest, course.name))
    await desk.teacher.AddTeacher(courses_pb2.AddTeacherRequest(name=course.name, person="people/reviewer"))
    await desk.teacher.RemoveTeacher(courses_pb2.RemoveTeacherRequest(name=course.name, person="people/reviewer"))
    with pytest.raises(Forbidden, match="OWN_COURSE"):
        await desk.reviewer.ApproveCourse(named(courses_pb2.ApproveCourseRequest, course.name))


async def test_a_retired_course_leaves_the_catalogue_but_not_its_learners(desk: Desk, published: Published) -> None:
    course = await desk.complete()
    with pytest.raises(Refused, match="COURSE_NOT_PUBLISHED"):
        await desk.teacher.RetireCourse(named(courses_pb2.RetireCourseRequest, course.name))
    await desk.publish(course.name)
    assert await desk.search() == {course.name}
    for _ in range(2):
        assert (await desk.teacher.RetireCourse(named(courses_pb2.RetireCourseRequest, course.name))).retired
    assert await desk.search() == set()
    version = await desk.learner.GetVersion(named(courses_pb2.GetVersionRequest, f"{course.name}/versions/1"))
    assert version.retired
    administrator = desk.as_(ADMINISTRATOR)
    for _ in range(2):
        request = named(courses_pb2.ReinstateCourseRequest, course.name)
        assert not (await administrator.ReinstateCourse(request)).retired
    assert await desk.search() == {course.name}
    assert len(await published(events_pb2.CourseRetired)) == 1
    assert len(await published(events_pb2.CourseReinstated)) == 1


async def test_teachers_come_and_go_but_one_stays(desk: Desk, published: Published) -> None:
    course = await desk.create()
    add = courses_pb2.AddTeacherRequest(name=course.name, person="people/other")
    for _ in range(2):
        assert (await desk.teacher.AddTeacher(add)).teachers == ["people/teacher", "people/other"]
    assert (await desk.as_(OTHER_TEACHER).GetCourse(named(courses_pb2.GetCourseRequest, course.name))).name
    remove = courses_pb2.RemoveTeacherRequest(name=course.name, person="people/teacher")
    local = replace(ADMINISTRATOR, grants=(Grant("administrator", "areas/HB01"),))
    with pytest.raises(Forbidden, match="ROLE_NEEDED"):
        await desk.as_(local).RemoveTeacher(remove)
    assert (await desk.as_(ADMINISTRATOR).RemoveTeacher(remove)).teachers == ["people/other"]
    with pytest.raises(Forbidden, match="NOT_YOUR_COURSE"):
        await desk.teacher.GetCourse(named(courses_pb2.GetCourseRequest, course.name))
    remove.person = "people/other"
    with pytest.raises(Refused, match="LAST_TEACHER"):
        await desk.as_(OTHER_TEACHER).RemoveTeacher(remove)
    events = await published(events_pb2.TeachersChanged, 2)
    assert [list(event.teachers) for event in events] == [["people/teacher", "people/other"], ["people/other"]]
