"""Each fact as the protobuf event that tells the other services of it."""

from __future__ import annotations

from functools import singledispatch

from google.protobuf.message import Message

from ieum.courses.v1 import events_pb2
from services.chassis.clock import stamp
from services.courses.domain.content import Lesson, Quiz, screens_of
from services.courses.domain.course import Changed, Published, TeachersChanged
from services.courses.domain.views import answers_only
from services.courses.messages.content import audience_to, item_to, level_to, rule_to

_CHANGES = {
    "submitted": events_pb2.CourseSubmitted,
    "sent back": events_pb2.CourseSentBack,
    "retired": events_pb2.CourseRetired,
    "reinstated": events_pb2.CourseReinstated,
}


@singledispatch
def announce(fact: object, key: str, revision: int) -> Message:
    raise TypeError(fact)


@announce.register
def _(fact: Changed, key: str, revision: int) -> Message:
    return _CHANGES[fact.what](course=f"courses/{key}", revision=revision, time=stamp(fact.time))


@announce.register
def _(fact: TeachersChanged, key: str, revision: int) -> Message:
    return events_pb2.TeachersChanged(
        course=f"courses/{key}", teachers=fact.teachers, revision=revision, time=stamp(fact.time)
    )


@announce.register
def _(fact: Published, key: str, revision: int) -> Message:
    content = answers_only(fact.version.content)
    return events_pb2.CoursePublished(
        course=f"courses/{key}",
        version=fact.version.number,
        title=content.title,
        languages=content.languages,
        audience=audience_to(content.audience),
        competences=content.competences,
        level=level_to(content.level),
        minutes=content.minutes,
        teachers=fact.teachers,
        rule=rule_to(content.rule),
        lessons=[_plan(lesson) for lesson in content.lessons],
        revision=revision,
        time=stamp(fact.version.publish_time),
    )


def _plan(lesson: Lesson) -> events_pb2.LessonPlan:
    quizzes = [
        events_pb2.QuizPlan(id=block.id, items=[item_to(item) for item in block.body.items])
        for block in lesson.blocks
        if isinstance(block.body, Quiz)
    ]
    screens = [screen.key for screen in screens_of(lesson)]
    return events_pb2.LessonPlan(
        id=lesson.id, title=lesson.title, minutes=lesson.minutes, screens=screens, quizzes=quizzes
    )
