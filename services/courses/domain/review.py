"""The review of a draft: submitted by a teacher, approved or sent back by somebody else, published, retired."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime

from services.chassis.errors import Forbidden, Invalid, Refused
from services.courses.domain.completeness import Problem
from services.courses.domain.content import canonical, etag_of
from services.courses.domain.course import Changed, Course, Outcome, Published, ReviewState
from services.courses.domain.listing import Version, listing_of
from services.courses.domain.views import answers_only, publishable

# Announced in one message, of which the broker takes 1 MiB.
LARGEST_PLAN = 900_000
LONGEST_NOTE = 10_000
# An error travels in a call's trailing metadata, which is small.
_MOST_PROBLEMS = 40


def submit(course: Course, problems: tuple[Problem, ...], now: datetime) -> Outcome:
    """`problems` are those of the draft."""
    if course.review_state is ReviewState.IN_REVIEW:
        return course, []
    if course.retired:
        raise Refused("COURSE_RETIRED")
    if course.review_state is ReviewState.UP_TO_DATE:
        raise Refused("NOTHING_TO_REVIEW")
    if problems:
        raise Refused("COURSE_INCOMPLETE", count=len(problems), problems=_problems_json(problems))
    if len(canonical(answers_only(course.draft))) > LARGEST_PLAN:
        raise Refused("COURSE_TOO_LARGE")
    return replace(course, review_state=ReviewState.IN_REVIEW, review_note=""), [Changed("submitted", now)]


def recall(course: Course) -> Outcome:
    if course.review_state is not ReviewState.IN_REVIEW:
        return course, []
    return replace(course, review_state=ReviewState.EDITING), []


def approve(course: Course, reviewer: str, now: datetime) -> Outcome:
    """The submitted draft becomes the next version."""
    if reviewer in course.authors:
        raise Forbidden("OWN_COURSE")
    if course.review_state is ReviewState.UP_TO_DATE:
        return course, []
    if course.review_state is not ReviewState.IN_REVIEW:
        raise Refused("COURSE_NOT_IN_REVIEW")
    if course.retired:
        raise Refused("COURSE_RETIRED")
    version = Version(course.id, course.published_version + 1, publishable(course.draft, course.id), now)
    approved = replace(
        course,
        review_state=ReviewState.UP_TO_DATE,
        review_note="",
        reviewer=reviewer,
        published_version=version.number,
        published_etag=etag_of(course.draft),
        publish_time=now,
        listing=listing_of(version),
    )
    return approved, [Published(version, course.teachers)]


def send_back(course: Course, reviewer: str, note: str, now: datetime) -> Outcome:
    if reviewer in course.authors:
        raise Forbidden("OWN_COURSE")
    if not note.strip():
        raise Invalid("NOTE_MISSING", field="note")
    if len(note) > LONGEST_NOTE:
        raise Invalid("TEXT_TOO_LONG", field="note", limit=LONGEST_NOTE)
    if course.review_state is ReviewState.SENT_BACK and course.review_note == note:
        return course, []
    if course.review_state is not ReviewState.IN_REVIEW:
        raise Refused("COURSE_NOT_IN_REVIEW")
    returned = replace(course, review_state=ReviewState.SENT_BACK, review_note=note, reviewer=reviewer)
    return returned, [Changed("sent back", now)]


def retire(course: Course, now: datetime) -> Outcome:
    if not course.published_version:
        raise Refused("COURSE_NOT_PUBLISHED")
    if course.retired:
        return course, []
    return replace(course, retired=True), [Changed("retired", now)]


def reinstate(course: Course, now: datetime) -> Outcome:
    if not course.retired:
        return course, []
    return replace(course, retired=False), [Changed("reinstated", now)]


def _problems_json(problems: tuple[Problem, ...]) -> str:
    """The first problems as JSON, without empty fields."""
    shown = [{name: text for name, text in asdict(problem).items() if text} for problem in problems[:_MOST_PROBLEMS]]
    return json.dumps(shown, separators=(",", ":"))
