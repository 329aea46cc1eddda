from __future__ import annotations

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict

from deploy.demo.content import Course, Json, answer, courses, quizzes
from ieum.courses.v1 import content_pb2
from ieum.courses.v1.events_pb2 import CoursePublished
from services.courses.domain.completeness import problems_of
from services.courses.domain.content import Content
from services.courses.domain.course import Published
from services.courses.domain.draft_limits import check_content
from services.courses.domain.listing import Version
from services.courses.domain.media import accept
from services.courses.domain.views import publishable
from services.courses.messages.announcements import announcement
from services.courses.messages.content import content_from_message, lesson_to_message
from services.progress.domain.grading import Answer, is_right
from services.progress.messages.plans import plan_from_message
from tests.unit.courses.builders import NOW

COURSES = pytest.mark.parametrize("course", courses(), ids=lambda course: str(course.slug))


def written(course: Course) -> tuple[Content, dict[str, str]]:
    """What the loader writes, and the media it uploads."""
    media, known = {}, {}
    for file in course.files():
        medium, _ = accept(file, (course.folder / file).read_bytes())
        media[file] = f"media/{medium.id}"
        known[media[file]] = medium.content_type
    whole = {**course.content(media), "lessons": course.lessons(media), "rule": course.rule()}
    return content_from_message(ParseDict(whole, content_pb2.Content())), known


@COURSES
def test_a_demo_course_lacks_nothing(course: Course) -> None:
    content, known = written(course)
    check_content(content)
    assert problems_of(content, known) == ()


@COURSES
def test_the_demo_knows_right_answers_from_wrong_ones_of_what_is_published(course: Course) -> None:
    content = publishable(written(course)[0], "c1")
    event = announcement(Published(Version("c1", 1, content, NOW), ("people/teacher",)), "c1", 1)
    assert isinstance(event, CoursePublished)
    plan = plan_from_message(event)
    for lesson, planned in zip(content.lessons, plan.lessons, strict=True):
        published = MessageToDict(lesson_to_message(lesson))
        for (name, items), quiz in zip(quizzes(published), planned.quizzes, strict=True):
            assert name == quiz.id
            for item, known in zip(items, quiz.items, strict=True):
                assert is_right(known.solution, given(answer(item, right=True)))
                assert not is_right(known.solution, given(answer(item, right=False)))


def given(answered: Json) -> Answer:
    return Answer(tuple(answered.get("values", ())), tuple(answered.get("pairs", {}).items()))
