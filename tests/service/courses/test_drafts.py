from __future__ import annotations

import asyncio
import json

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from ieum.courses.v1 import content_pb2, courses_pb2
from services.chassis.errors import Conflict, Forbidden, Invalid, Missing, Refused
from services.chassis.principal import ANONYMOUS
from tests.service.courses.desk import (
    OTHER_TEACHER,
    Desk,
    named,
    outline,
    refusal,
)


async def test_what_was_written_is_read_back_with_screens_and_without_problems(desk: Desk) -> None:
    course = await desk.complete()
    assert course.teachers == ["people/teacher"]
    assert course.review_state == courses_pb2.EDITING
    assert course.draft.minutes == 8
    assert list(course.problems) == []
    screens = course.draft.lessons[0].screens
    assert [screen.key for screen in screens] == ["b1", "b3", *(f"b4.i{number}" for number in range(7))]
    assert list(screens[0].blocks) == ["b1", "b2"]
    correct = course.draft.lessons[0].blocks[3].quiz.items[5].matching.correct
    assert dict(correct) == {"a": "a", "b": "b", "c": "c"}


async def test_creating_again_with_the_same_request_makes_no_second_course(desk: Desk) -> None:
    request = courses_pb2.CreateCourseRequest(request_id="r-1", content=outline())
    created = await asyncio.gather(*(desk.teacher.CreateCourse(request) for _ in range(20)))
    assert len({course.name for course in created}) == 1
    other = await desk.as_(OTHER_TEACHER).CreateCourse(request)
    assert other.name != created[0].name


async def test_an_incomplete_draft_is_kept_and_its_submission_names_all_that_is_missing(desk: Desk) -> None:
    course = await desk.create(summary={"ko": "요약"}, level=content_pb2.LEVEL_UNSPECIFIED)
    lesson = content_pb2.Lesson(
        id="first",
        title={"ko": "하나"},
        blocks=[content_pb2.Block(id="b1", image=content_pb2.Image(media={"": "media/nowhere"}))],
    )
    course = await desk.teacher.CreateLesson(courses_pb2.CreateLessonRequest(parent=course.name, lesson=lesson))
    found = {(problem.reason, problem.lesson, problem.block, problem.language) for problem in course.problems}
    assert found == {
        ("SUMMARY_MISSING", "", "", "en"),
        ("LEVEL_MISSING", "", "", ""),
        ("TITLE_MISSING", "first", "", "en"),
        ("MINUTES_MISSING", "first", "", ""),
        ("MEDIA_UNKNOWN", "first", "b1", ""),
        ("ALT_MISSING", "first", "b1", "ko"),
        ("ALT_MISSING", "first", "b1", "en"),
    }
    with pytest.raises(Refused) as refused:
        await desk.teacher.SubmitCourse(named(courses_pb2.SubmitCourseRequest, course.name))
    assert refused.value.reason == "COURSE_INCOMPLETE"
    assert len(json.loads(refused.value.details["problems"])) == int(refused.value.details["count"]) == 7


async def test_a_draft_with_hundreds_of_problems_is_still_refused_in_words(desk: Desk) -> None:
    course = await desk.create()
    blocks = [content_pb2.Block(id=f"b{n}", image=content_pb2.Image()) for n in range(200)]
    lesson = content_pb2.Lesson(id="first", blocks=blocks)
    await desk.teacher.CreateLesson(courses_pb2.CreateLessonRequest(parent=course.name, lesson=lesson))
    problem = await refusal(desk.teacher.SubmitCourse(named(courses_pb2.SubmitCourseRequest, course.name)))
    assert (problem.reason, problem.details["count"]) == ("COURSE_INCOMPLETE", "803")


async def test_the_later_of_two_saves_of_a_lesson_is_refused_and_writes_nothing(desk: Desk) -> None:
    course = await desk.complete()
    read = course.draft.lessons[0]
    first, second = content_pb2.Lesson(), content_pb2.Lesson()
    first.CopyFrom(read)
    second.CopyFrom(read)
    first.minutes, second.minutes = 10, 20
    saved = await desk.teacher.UpdateLesson(courses_pb2.UpdateLessonRequest(parent=course.name, lesson=first))
    assert saved.etag != read.etag
    with pytest.raises(Conflict, match="LESSON_CHANGED"):
        await desk.teacher.UpdateLesson(courses_pb2.UpdateLessonRequest(parent=course.name, lesson=second))
    again = await desk.teacher.UpdateLesson(courses_pb2.UpdateLessonRequest(parent=course.name, lesson=first))
    assert again.etag == saved.etag
    course = await desk.teacher.GetCourse(named(courses_pb2.GetCourseRequest, course.name))
    assert course.draft.lessons[0].minutes == 10


async def test_of_twenty_saves_at_once_from_the_same_reading_one_wins(desk: Desk) -> None:
    course = await desk.complete()

    async def save(minutes: int) -> str:
        lesson = content_pb2.Lesson()
        lesson.CopyFrom(course.draft.lessons[0])
        lesson.minutes = minutes
        try:
            await desk.teacher.UpdateLesson(courses_pb2.UpdateLessonRequest(parent=course.name, lesson=lesson))
        except Conflict as conflict:
            return conflict.reason
        return "saved"

    outcomes = await asyncio.gather(*(save(minutes) for minutes in range(10, 30)))
    assert sorted(outcomes) == ["LESSON_CHANGED"] * 19 + ["saved"]


async def test_only_masked_fields_change_and_a_stale_outline_is_refused(desk: Desk) -> None:
    course = await desk.create()
    content = content_pb2.Content(title={"ko": "새 제목", "en": "New title"}, level=content_pb2.ADVANCED)
    request = courses_pb2.UpdateCourseRequest(
        name=course.name, content=content, update_mask=FieldMask(paths=["title"]), etag=course.etag
    )
    changed = await desk.teacher.UpdateCourse(request)
    assert dict(changed.draft.title) == {"ko": "새 제목", "en": "New title"}
    assert changed.draft.level == content_pb2.BASIC
    assert (await desk.teacher.UpdateCourse(request)).etag == changed.etag
    request.content.title["ko"] = "또 다른 제목"
    with pytest.raises(Conflict, match="DRAFT_CHANGED"):
        await desk.teacher.UpdateCourse(request)
    request.update_mask.paths.append("lessons")
    with pytest.raises(Invalid, match="UPDATE_MASK_INVALID"):
        await desk.teacher.UpdateCourse(request)


async def test_lessons_are_moved_and_deleted_and_a_repeat_changes_nothing(desk: Desk) -> None:
    course = await desk.complete()
    for id in ("second", "third", "third"):
        lesson = content_pb2.Lesson(id=id)
        await desk.teacher.CreateLesson(courses_pb2.CreateLessonRequest(parent=course.name, lesson=lesson))
    move = courses_pb2.MoveLessonRequest(parent=course.name, lesson="third", position=0)
    for _ in range(2):
        course = await desk.teacher.MoveLesson(move)
        assert [lesson.id for lesson in course.draft.lessons] == ["third", "first", "second"]
    for _ in range(2):
        request = courses_pb2.DeleteLessonRequest(parent=course.name, lesson="first")
        course = await desk.teacher.DeleteLesson(request)
        assert [lesson.id for lesson in course.draft.lessons] == ["third", "second"]
        assert list(course.draft.rule.counted_lessons) == ["second", "third"], "new lessons count until unticked"


async def test_a_draft_that_was_never_published_can_be_deleted(desk: Desk) -> None:
    draft = await desk.create()
    delete = courses_pb2.DeleteCourseRequest(name=draft.name)
    with pytest.raises(Forbidden):
        await desk.as_(OTHER_TEACHER).DeleteCourse(delete)
    await desk.teacher.DeleteCourse(delete)
    with pytest.raises(Missing):
        await desk.reviewer.GetCourse(courses_pb2.GetCourseRequest(name=draft.name))


async def test_a_course_in_review_or_published_is_not_deleted(desk: Desk) -> None:
    course = await desk.complete()
    delete = courses_pb2.DeleteCourseRequest(name=course.name)
    await desk.teacher.SubmitCourse(courses_pb2.SubmitCourseRequest(name=course.name))
    with pytest.raises(Refused, match="COURSE_IN_REVIEW"):
        await desk.teacher.DeleteCourse(delete)
    await desk.reviewer.ApproveCourse(courses_pb2.ApproveCourseRequest(name=course.name))
    with pytest.raises(Refused, match="COURSE_PUBLISHED"):
        await desk.teacher.DeleteCourse(delete)


@pytest.mark.parametrize(
    ("lesson", "reason"),
    [
        (content_pb2.Lesson(id="Not plain"), "ID_MALFORMED"),
        (content_pb2.Lesson(id="x", blocks=[content_pb2.Block(id="b")]), "BLOCK_KIND_UNKNOWN"),
        (content_pb2.Lesson(id="x", title={"not a language": "x"}), "LANGUAGE_MALFORMED"),
        (content_pb2.Lesson(id="x", title={"ko": "가" * 40_000}), "TEXT_TOO_LONG"),
        (content_pb2.Lesson(id="x", minutes=-1), "NUMBER_OUT_OF_RANGE"),
    ],
)
async def test_a_malformed_lesson_is_refused(desk: Desk, lesson: content_pb2.Lesson, reason: str) -> None:
    course = await desk.create()
    with pytest.raises(Invalid, match=reason):
        await desk.teacher.CreateLesson(courses_pb2.CreateLessonRequest(parent=course.name, lesson=lesson))


async def test_the_framework_is_there_in_both_languages(desk: Desk) -> None:
    found = await desk.as_(ANONYMOUS).ListCompetences(courses_pb2.ListCompetencesRequest())
    assert [area.id for area in found.areas] == ["1", "2", "3", "4", "5"]
    assert [len(area.competences) for area in found.areas] == [3, 6, 4, 4, 4]
    titles = [entry.title for area in found.areas for entry in (area, *area.competences)]
    assert all(title["ko"] and title["en"] for title in titles)
