"""Who may do what with courses."""

from __future__ import annotations

from typing import Any

from ieum.courses.v1 import courses_pb2
from services.chassis.errors import Forbidden, Missing
from services.chassis.principal import Principal, acting
from services.courses.domain.course import Course
from services.courses.messages import requests
from services.courses.store.courses import Courses


async def readable(courses: Courses, name: str) -> Course:
    """The course with its draft: for its teachers, for reviewers, and for administrators of the whole."""
    caller = acting()
    caller.require("instructor", "reviewer", "administrator")
    course = await courses.find(requests.key(name))
    if _reads_every_draft(caller):
        if course is None:
            raise Missing("COURSE_NOT_FOUND")
        return course
    return _own(caller, course)


async def editable(courses: Courses, name: str) -> str:
    """Key of a course that the caller teaches and may therefore edit."""
    caller = acting()
    caller.require("instructor")
    if not caller.is_system:
        _own(caller, await courses.head(requests.key(name)))
    return requests.key(name)


async def governable(courses: Courses, name: str) -> str:
    """Key of a course that the caller may retire and name teachers of: its teachers, or an administrator of the
    whole."""
    return requests.key(name) if acting().runs_everything else await editable(courses, name)


def require_administrator_of_everything() -> None:
    """What holds for the whole catalogue is not for the administrator of one area."""
    if not acting().runs_everything:
        raise Forbidden("ROLE_NEEDED", roles="administrator", scope="*")


def may_see_answers(caller: Principal, course: Course) -> bool:
    """Right answers are hidden from learners, also from instructors who do not teach the course."""
    return _reads_every_draft(caller) or (caller.holds("instructor") and caller.person in course.teachers)


def listing_condition(caller: Principal, view: courses_pb2.ListView.ValueType) -> dict[str, Any]:
    """The MongoDB condition for the courses that a view lists. Raises Forbidden without the role that it needs."""
    match view:
        case courses_pb2.AWAITING_REVIEW:
            _require_every_draft(caller)
            return {"review_state": "IN_REVIEW"}
        case courses_pb2.EVERY_COURSE:
            _require_every_draft(caller)
            return {}
        case _:
            caller.require("instructor")
            return {"teachers": caller.person}


def _reads_every_draft(caller: Principal) -> bool:
    """Courses belong to no area: a reviewer reviews for the whole catalogue wherever the role is held, while the
    administrator of one area has no say over them."""
    return caller.holds("reviewer") or caller.runs_everything


def _require_every_draft(caller: Principal) -> None:
    caller.require("reviewer", "administrator")
    if not _reads_every_draft(caller):
        raise Forbidden("ROLE_NEEDED", roles="reviewer")


def _own(caller: Principal, course: Course | None) -> Course:
    """Refuses a course of others and one that does not exist in the same way."""
    if course is None or caller.person not in course.teachers:
        raise Forbidden("NOT_YOUR_COURSE")
    return course
