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
    """The course with its draft: for its teachers, and for reviewers and administrators."""
    caller = acting()
    caller.require("instructor", "reviewer", "administrator")
    course = await courses.find(requests.key(name))
    if caller.is_system or caller.holds("reviewer") or caller.holds("administrator"):
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
    return (
        caller.is_system
        or caller.holds("reviewer")
        or caller.holds("administrator")
        or (caller.holds("instructor") and caller.person in course.teachers)
    )


def listing_condition(caller: Principal, view: courses_pb2.ListView.ValueType) -> dict[str, Any]:
    """The MongoDB condition for the courses that a view lists. Raises Forbidden without the role that it needs."""
    match view:
        case courses_pb2.AWAITING_REVIEW:
            caller.require("reviewer", "administrator")
            return {"review_state": "IN_REVIEW"}
        case courses_pb2.EVERY_COURSE:
            caller.require("reviewer", "administrator")
            return {}
        case _:
            caller.require("instructor")
            return {"teachers": caller.person}


def _own(caller: Principal, course: Course | None) -> Course:
    """Refuses a course of others and one that does not exist in the same way."""
    if course is None or caller.person not in course.teachers:
        raise Forbidden("NOT_YOUR_COURSE")
    return course
