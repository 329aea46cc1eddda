"""Domain events as the protobuf messages that announce them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch

from google.protobuf.message import Message

from ieum.courses.v1 import content_pb2, events_pb2
from services.chassis.clock import stamp
from services.courses.domain.content import Item, Lesson, Quiz, screens_of
from services.courses.domain.course import Changed, Published, TeachersChanged
from services.courses.domain.practice import Practice
from services.courses.domain.views import answers_only, same_options
from services.courses.messages.content import audience_to_message, item_to_message, level_to_message, rule_to_message
from services.courses.messages.practice import practice_to_message

_CHANGES = {
    "submitted": events_pb2.CourseSubmitted,
    "sent back": events_pb2.CourseSentBack,
    "retired": events_pb2.CourseRetired,
    "reinstated": events_pb2.CourseReinstated,
}


@singledispatch
def announcement(event: object, key: str, revision: int) -> Message:
    raise TypeError(event)


@announcement.register
def _(event: Changed, key: str, revision: int) -> Message:
    return _CHANGES[event.what](course=f"courses/{key}", revision=revision, time=stamp(event.time))


@announcement.register
def _(event: TeachersChanged, key: str, revision: int) -> Message:
    return events_pb2.TeachersChanged(
        course=f"courses/{key}", teachers=event.teachers, revision=revision, time=stamp(event.time)
    )


@announcement.register
def _(event: Published, key: str, revision: int) -> Message:
    content = answers_only(event.version.content)
    twins = same_options(event.version.content)
    return events_pb2.CoursePublished(
        course=f"courses/{key}",
        version=event.version.number,
        title=content.title,
        languages=content.languages,
        audience=audience_to_message(content.audience),
        competences=content.competences,
        level=level_to_message(content.level),
        minutes=content.minutes,
        teachers=event.teachers,
        rule=rule_to_message(content.rule),
        lessons=[_plan(lesson, twins) for lesson in content.lessons],
        revision=revision,
        time=stamp(event.version.publish_time),
    )


def _plan(lesson: Lesson, twins: Mapping[str, str]) -> events_pb2.LessonPlan:
    quizzes = [
        events_pb2.QuizPlan(
            id=block.id, items=[_grading_key(item, twins) for item in block.body.items], draw=block.body.draw
        )
        for block in lesson.blocks
        if isinstance(block.body, Quiz)
    ]
    practices = [
        events_pb2.PracticePlan(id=block.id, practice=practice_to_message(block.body))
        for block in lesson.blocks
        if isinstance(block.body, Practice)
    ]
    return events_pb2.LessonPlan(
        id=lesson.id,
        title=lesson.title,
        minutes=lesson.minutes,
        screens=[screen.key for screen in screens_of(lesson)],
        quizzes=quizzes,
        practices=practices,
    )


def _grading_key(item: Item, twins: Mapping[str, str]) -> content_pb2.Item:
    message = item_to_message(item)
    for option in (*message.matching.right, *message.ordering.steps):
        option.same_as = twins.get(option.id, "")
    return message
