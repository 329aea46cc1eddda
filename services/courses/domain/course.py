"""A course, and how its teachers edit its draft. `review` has what happens after submission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from services.chassis.errors import Conflict, Missing, Refused
from services.courses.domain.content import Content, Lesson, etag_of, outline
from services.courses.domain.draft_limits import check_content, check_lesson
from services.courses.domain.listing import Listing, Version

MOST_TEACHERS = 100


class ReviewState(StrEnum):
    EDITING = "EDITING"
    IN_REVIEW = "IN_REVIEW"
    SENT_BACK = "SENT_BACK"
    UP_TO_DATE = "UP_TO_DATE"


@dataclass(frozen=True)
class Course:
    id: str
    draft: Content
    # "people/{id}"
    teachers: tuple[str, ...]
    # Whoever has ever been a teacher of it: may not review it.
    authors: tuple[str, ...]
    create_time: datetime
    update_time: datetime
    review_state: ReviewState = ReviewState.EDITING
    review_note: str = ""
    reviewer: str = ""
    published_version: int = 0
    published_etag: str = ""
    publish_time: datetime | None = None
    retired: bool = False
    listing: Listing | None = None


@dataclass(frozen=True)
class Published:
    version: Version
    teachers: tuple[str, ...]


@dataclass(frozen=True)
class Changed:
    """A change of state that is announced without the content."""

    what: Literal["submitted", "sent back", "retired", "reinstated"]
    time: datetime


@dataclass(frozen=True)
class TeachersChanged:
    teachers: tuple[str, ...]
    time: datetime


Event = Published | Changed | TeachersChanged
Outcome = tuple[Course, list[Event]]


def create(id: str, content: Content, teachers: tuple[str, ...], now: datetime) -> Course:
    check_content(content)
    return Course(id, content, teachers, teachers, create_time=now, update_time=now)


def update_outline(course: Course, content: Content, etag: str, now: datetime) -> Outcome:
    """Replaces everything but the lessons. A stale etag is a Conflict unless nothing would change."""
    before = outline(course.draft)
    if content == before:
        return course, []
    if etag and etag != etag_of(before):
        raise Conflict("DRAFT_CHANGED")
    return _edited(course, replace(content, lessons=course.draft.lessons), now)


def add_lesson(course: Course, lesson: Lesson, now: datetime) -> Outcome:
    """The new lesson counts for completion until its authors untick it."""
    if _position(course, lesson.id) is not None:
        return course, []
    rule = course.draft.rule
    counted = tuple(dict.fromkeys((*rule.counted_lessons, lesson.id)))
    lessons = (*course.draft.lessons, lesson)
    return _edited(course, replace(course.draft, lessons=lessons, rule=replace(rule, counted_lessons=counted)), now)


def add_lessons(course: Course, lessons: Sequence[Lesson], now: datetime) -> Outcome:
    """All of them or none."""
    for lesson in lessons:
        check_lesson(lesson)
        course, _ = add_lesson(course, lesson, now)
    return course, []


def update_lesson(course: Course, lesson: Lesson, etag: str, now: datetime) -> Outcome:
    check_lesson(lesson)
    before = lesson_of(course, lesson.id)
    if lesson == before:
        return course, []
    if etag and etag != etag_of(before):
        raise Conflict("LESSON_CHANGED")
    return _with_lessons(course, tuple(lesson if old is before else old for old in course.draft.lessons), now)


def move_lesson(course: Course, lesson: str, position: int, now: datetime) -> Outcome:
    moved = lesson_of(course, lesson)
    others = [other for other in course.draft.lessons if other is not moved]
    others.insert(max(position, 0), moved)
    return _with_lessons(course, tuple(others), now)


def delete_lesson(course: Course, lesson: str, etag: str, now: datetime) -> Outcome:
    """Deletes the lesson and removes it from the rule."""
    if _position(course, lesson) is None:
        return course, []
    before = lesson_of(course, lesson)
    if etag and etag != etag_of(before):
        raise Conflict("LESSON_CHANGED")
    rule = course.draft.rule
    counted = tuple(other for other in rule.counted_lessons if other != lesson)
    lessons = tuple(other for other in course.draft.lessons if other is not before)
    return _edited(course, replace(course.draft, lessons=lessons, rule=replace(rule, counted_lessons=counted)), now)


def check_deletable(course: Course) -> None:
    """What was published stays, because learners hold it; it can be retired."""
    if course.published_version:
        raise Refused("COURSE_PUBLISHED")
    if course.review_state is ReviewState.IN_REVIEW:
        raise Refused("COURSE_IN_REVIEW")


def lesson_of(course: Course, lesson: str) -> Lesson:
    position = _position(course, lesson)
    if position is None:
        raise Missing("LESSON_NOT_FOUND")
    return course.draft.lessons[position]


def add_teacher(course: Course, person: str, now: datetime) -> Outcome:
    if person in course.teachers:
        return course, []
    if len(course.teachers) >= MOST_TEACHERS:
        raise Refused("TOO_MANY", limit=MOST_TEACHERS)
    teachers = (*course.teachers, person)
    authors = tuple(dict.fromkeys((*course.authors, person)))
    return replace(course, teachers=teachers, authors=authors), [TeachersChanged(teachers, now)]


def remove_teacher(course: Course, person: str, now: datetime) -> Outcome:
    if person not in course.teachers:
        return course, []
    teachers = tuple(teacher for teacher in course.teachers if teacher != person)
    if not teachers:
        raise Refused("LAST_TEACHER")
    return replace(course, teachers=teachers), [TeachersChanged(teachers, now)]


def _position(course: Course, lesson: str) -> int | None:
    return next((place for place, each in enumerate(course.draft.lessons) if each.id == lesson), None)


def _with_lessons(course: Course, lessons: tuple[Lesson, ...], now: datetime) -> Outcome:
    return _edited(course, replace(course.draft, lessons=lessons), now)


def _edited(course: Course, draft: Content, now: datetime) -> Outcome:
    """Refuses edits during a review. A reviewer's note stays until the draft is submitted again."""
    if draft == course.draft:
        return course, []
    if course.review_state is ReviewState.IN_REVIEW:
        raise Refused("COURSE_IN_REVIEW")
    check_content(draft)
    state = course.review_state
    if state is not ReviewState.SENT_BACK:
        same = etag_of(draft) == course.published_etag
        state = ReviewState.UP_TO_DATE if same else ReviewState.EDITING
    return replace(course, draft=draft, review_state=state, update_time=now), []
