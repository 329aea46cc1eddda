from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from ieum.courses.v1 import content_pb2, courses_pb2, events_pb2
from ieum.courses.v1.courses_pb2_grpc import CoursesServiceStub
from services.chassis.errors import Conflict, Forbidden, Invalid, Missing, Problem, Refused, Unauthenticated
from services.chassis.principal import ANONYMOUS, SYSTEM, Grant, Kind, Principal
from services.chassis.store import pages
from services.chassis.store.entities import Database
from services.courses.main import compose
from tests.service.conftest import ClientFor, Published, StartService

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
WEBM = (Path(__file__).parents[3] / "deploy/demo/courses/phishing/film.ko.webm").read_bytes()
CAPTIONS = "WEBVTT\n\n1\n00:00.000 --> 00:02.500\n안녕하세요\n".encode()
BOTH = {"ko": "한국어", "en": "English"}


def person(name: str, *roles: str) -> Principal:
    return Principal(Kind.PERSON, f"people/{name}", grants=tuple(Grant(role, "*") for role in roles))


TEACHER = person("teacher", "learner", "instructor")
OTHER_TEACHER = person("other", "instructor")
REVIEWER = person("reviewer", "reviewer")
ADMINISTRATOR = person("admin", "administrator")
LEARNER = person("learner", "learner")


@dataclass
class Desk:
    """The service, spoken to by each of the people."""

    as_: Callable[[Principal], Any]

    @property
    def teacher(self) -> Any:
        return self.as_(TEACHER)

    @property
    def reviewer(self) -> Any:
        return self.as_(REVIEWER)

    @property
    def learner(self) -> Any:
        return self.as_(LEARNER)

    async def upload(self, data: bytes, filename: str = "file") -> str:
        media = await self.teacher.UploadMedia(courses_pb2.UploadMediaRequest(filename=filename, data=data))
        return str(media.name)

    async def create(self, **changes: Any) -> courses_pb2.Course:
        request = courses_pb2.CreateCourseRequest(content=outline(**changes))
        return await self.teacher.CreateCourse(request)  # type: ignore[no-any-return]

    async def complete(self, **changes: Any) -> courses_pb2.Course:
        """A course that lacks nothing."""
        course = await self.create(**changes)
        lesson = whole_lesson(await self.upload(PNG), await self.upload(WEBM), await self.upload(CAPTIONS))
        await self.teacher.CreateLesson(courses_pb2.CreateLessonRequest(parent=course.name, lesson=lesson))
        return await self.teacher.GetCourse(courses_pb2.GetCourseRequest(name=course.name))  # type: ignore[no-any-return]

    async def publish(self, name: str) -> courses_pb2.Course:
        await self.teacher.SubmitCourse(courses_pb2.SubmitCourseRequest(name=name))
        return await self.reviewer.ApproveCourse(courses_pb2.ApproveCourseRequest(name=name))  # type: ignore[no-any-return]

    async def published(self, **changes: Any) -> courses_pb2.Course:
        return await self.publish((await self.complete(**changes)).name)

    async def retitle(self, name: str, korean: str) -> courses_pb2.Course:
        content = content_pb2.Content(title={"ko": korean, "en": korean})
        request = courses_pb2.UpdateCourseRequest(name=name, content=content)
        return await self.teacher.UpdateCourse(request)  # type: ignore[no-any-return]

    async def search(self, query: str = "", **filters: Any) -> set[str]:
        found = await self.as_(ANONYMOUS).SearchCatalog(courses_pb2.SearchCatalogRequest(query=query, **filters))
        assert found.total_size == len(found.entries)
        return {entry.course for entry in found.entries}


@pytest.fixture
async def desk(start_service: StartService, client_for: ClientFor) -> Desk:
    address = await start_service("courses", compose)
    return Desk(lambda who: client_for(CoursesServiceStub, address, who))


def outline(**changes: Any) -> content_pb2.Content:
    whole: dict[str, Any] = {
        "title": {"ko": "사진과 문자", "en": "Photos and messages"},
        "summary": {"ko": "휴대전화로 사진을 보내요.", "en": "Send a photo."},
        "languages": ["ko", "en"],
        "audience": content_pb2.RESIDENTS,
        "competences": ["2.1", "3.1"],
        "level": content_pb2.BASIC,
        "rule": content_pb2.Rule(counted_lessons=["first"], pass_mark=60, max_attempts=3),
    }
    return content_pb2.Content(**(whole | changes))


def options(*ids: str) -> list[content_pb2.Option]:
    return [content_pb2.Option(id=id, text={"ko": f"{id} 보기", "en": f"option {id}"}) for id in ids]


def items() -> list[content_pb2.Item]:
    kinds: list[dict[str, Any]] = [
        {"choice": content_pb2.Choice(options=options("a", "b"), correct=["b"])},
        {"choice": content_pb2.Choice(options=options("a", "b", "c"), correct=["a", "c"], multiple=True)},
        {"true_false": content_pb2.TrueFalse(correct=True)},
        {"short_text": content_pb2.ShortText(accepted=["한빛", "hanbit"])},
        {"number": content_pb2.Number(value="112", tolerance="0.5")},
        {
            "matching": content_pb2.Matching(
                left=options("a", "b", "c"), right=options("a", "b", "c"), correct={"a": "a", "b": "b", "c": "c"}
            )
        },
        {"ordering": content_pb2.Ordering(steps=options("s1", "s2", "s3", "s4"))},
    ]
    return [
        content_pb2.Item(id=f"i{place}", prompt=BOTH, explanation={"ko": "왜냐하면", "en": "because"}, **kind)
        for place, kind in enumerate(kinds)
    ]


def whole_lesson(image: str, video: str, captions: str) -> content_pb2.Lesson:
    return content_pb2.Lesson(
        id="first",
        title={"ko": "사진 보내기", "en": "Sending a photo"},
        minutes=8,
        blocks=[
            content_pb2.Block(id="b1", text=content_pb2.Text(markdown=BOTH)),
            content_pb2.Block(id="b2", joined=True, image=content_pb2.Image(media={"": image}, alt=BOTH)),
            content_pb2.Block(
                id="b3",
                video=content_pb2.Video(title=BOTH, media={"": video}, captions={"": captions}, transcript=BOTH),
            ),
            content_pb2.Block(id="b4", quiz=content_pb2.Quiz(title=BOTH, items=items())),
        ],
    )


def named(kind: type, name: str) -> Any:
    return kind(name=name)


async def refusal(call: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        await call
    return caught.value


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
        assert list(course.draft.rule.counted_lessons) == []


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


DRAFT_CALLS: list[tuple[str, Callable[[str], Any]]] = [
    ("GetCourse", lambda name: courses_pb2.GetCourseRequest(name=name)),
    ("UpdateCourse", lambda name: courses_pb2.UpdateCourseRequest(name=name, content=outline())),
    ("CreateLesson", lambda name: courses_pb2.CreateLessonRequest(parent=name, lesson=content_pb2.Lesson(id="x"))),
    ("UpdateLesson", lambda name: courses_pb2.UpdateLessonRequest(parent=name, lesson=content_pb2.Lesson(id="x"))),
    ("MoveLesson", lambda name: courses_pb2.MoveLessonRequest(parent=name, lesson="x")),
    ("DeleteLesson", lambda name: courses_pb2.DeleteLessonRequest(parent=name, lesson="x")),
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


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("기초", True),
        ("은행", True),
        ("은", True),
        ("기초 은행", True),
        ("photo", True),
        ("MESSAGE", True),
        ("ssage", True),
        ("ph", True),
        ("ｐｈｏｔｏ", True),
        ("3시간", True),
        ("보내기", True),
        ("초기", False),
        ("행인", False),
        ("photograph", False),
        ("sage.*", False),
        ("photo\0은행", True),
        ("((\\", False),
        ("기초과정 없음", False),
    ],
)
async def test_the_catalogue_finds_words_inside_words(desk: Desk, query: str, found: bool) -> None:
    course = await desk.published(
        title={"ko": "스마트폰 기초과정 3시간", "en": "Photos, and messages"},
        summary={"ko": "인터넷은행에서 돈을 보내요.", "en": "Sending money."},
    )
    assert await desk.search(query) == ({course.name} if found else set())


async def test_the_catalogue_is_narrowed_by_every_filter(desk: Desk) -> None:
    residents = (await desk.published()).name
    staff = (
        await desk.published(
            audience=content_pb2.EMPLOYEES, competences=["4.2"], level=content_pb2.ADVANCED, languages=["en"]
        )
    ).name
    both = (await desk.published(audience=content_pb2.BOTH, competences=["4.1", "5.1"])).name
    unpublished = (await desk.complete()).name
    everything = {residents, staff, both}
    assert await desk.search() == everything
    assert unpublished not in everything
    assert await desk.search(topics=["4"]) == {staff, both}
    assert await desk.search(topics=["2", "5"]) == {residents, both}
    assert await desk.search(levels=[content_pb2.ADVANCED]) == {staff}
    assert await desk.search(language="ko") == {residents, both}
    assert await desk.search(max_minutes=8) == everything
    assert await desk.search(max_minutes=7) == set()
    assert await desk.search(audience=content_pb2.RESIDENTS) == {residents, both}
    assert await desk.search(audience=content_pb2.EMPLOYEES) == {staff, both}
    assert await desk.search(audience=content_pb2.BOTH) == everything


async def test_the_catalogue_is_walked_once_through_while_courses_are_published(desk: Desk) -> None:
    there = [(await desk.published()).name for _ in range(5)]
    seen: list[str] = []
    token = ""
    while True:
        page = await desk.as_(ANONYMOUS).SearchCatalog(courses_pb2.SearchCatalogRequest(page_size=2, page_token=token))
        seen += [entry.course for entry in page.entries]
        await desk.published()
        token = page.next_page_token
        if not token:
            break
    assert seen == there[::-1]


async def test_courses_are_walked_once_through_while_others_are_made(desk: Desk) -> None:
    there = [(await desk.create()).name for _ in range(5)]
    for who, view in ((TEACHER, courses_pb2.TAUGHT_BY_ME), (ADMINISTRATOR, courses_pb2.EVERY_COURSE)):
        seen: list[str] = []
        token = ""
        while True:
            request = courses_pb2.ListCoursesRequest(page_size=2, page_token=token, view=view)
            page = await desk.as_(who).ListCourses(request)
            seen += [course.name for course in page.courses]
            await desk.create()
            token = page.next_page_token
            if not token:
                break
        assert seen[-5:] == there[::-1]
        assert len(set(seen)) == len(seen)
    assert await desk.as_(OTHER_TEACHER).ListCourses(courses_pb2.ListCoursesRequest()) == (
        courses_pb2.ListCoursesResponse()
    )


@pytest.mark.parametrize("token", ["!", "WzFd", "WyJ4IiwgInkiXQ", pages.encode_token("0001-01-01T00:00:00+23:00", "x")])
async def test_a_page_token_that_nobody_gave_is_refused(desk: Desk, token: str) -> None:
    for call, request in (
        (desk.as_(ANONYMOUS).SearchCatalog, courses_pb2.SearchCatalogRequest(page_token=token)),
        (desk.teacher.ListCourses, courses_pb2.ListCoursesRequest(page_token=token)),
    ):
        assert (await refusal(call(request))).reason == "PAGE_TOKEN_INVALID"


async def test_the_same_bytes_uploaded_at_once_are_kept_once_and_read_in_parts(
    desk: Desk, database_of: Callable[[str], Database]
) -> None:
    request = courses_pb2.UploadMediaRequest(filename="C:\\films\\film.webm", data=WEBM)
    kept = await asyncio.gather(*(desk.teacher.UploadMedia(request) for _ in range(20)))
    assert len({media.SerializeToString(deterministic=True) for media in kept}) == 1
    media = kept[0]
    assert (media.content_type, media.filename, media.size) == ("video/webm", "film.webm", len(WEBM))
    assert await database_of("courses")["media_bytes.files"].count_documents({}) == 1
    read = b""
    while len(read) < media.size:
        part = await desk.as_(ANONYMOUS).ReadMedia(
            courses_pb2.ReadMediaRequest(name=media.name, offset=len(read), length=50_000)
        )
        read += part.data
    assert read == WEBM
    behind = courses_pb2.ReadMediaRequest(name=media.name, offset=len(WEBM), length=10)
    assert (await desk.as_(ANONYMOUS).ReadMedia(behind)).data == b""
    assert await desk.as_(ANONYMOUS).GetMedia(named(courses_pb2.GetMediaRequest, media.name)) == media
    with pytest.raises(Missing, match="MEDIA_NOT_FOUND"):
        await desk.as_(ANONYMOUS).ReadMedia(named(courses_pb2.ReadMediaRequest, "media/nothere"))


async def test_a_large_upload_passes_and_a_larger_one_is_refused(desk: Desk) -> None:
    largest = 32 * 1024 * 1024
    assert await desk.upload(PNG + bytes(largest - len(PNG)))
    with pytest.raises(Invalid, match="MEDIA_TOO_LARGE"):
        await desk.upload(PNG + bytes(largest - len(PNG) + 1))


async def test_a_document_with_macros_is_refused(desk: Desk) -> None:
    def document(*parts: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for part in parts:
                archive.writestr(part, "x")
        return buffer.getvalue()

    assert await desk.upload(document("[Content_Types].xml", "word/document.xml"), "card.docx")
    with pytest.raises(Invalid, match="MEDIA_TYPE_REFUSED"):
        await desk.upload(document("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "card.docx")


async def test_the_framework_is_there_in_both_languages(desk: Desk) -> None:
    found = await desk.as_(ANONYMOUS).ListCompetences(courses_pb2.ListCompetencesRequest())
    assert [area.id for area in found.areas] == ["1", "2", "3", "4", "5"]
    assert [len(area.competences) for area in found.areas] == [3, 6, 4, 4, 4]
    titles = [entry.title for area in found.areas for entry in (area, *area.competences)]
    assert all(title["ko"] and title["en"] for title in titles)
