"""Who may do what with enrolments."""

from __future__ import annotations

from services.chassis.errors import Forbidden, Missing
from services.chassis.principal import Principal, may_act_for
from services.enrollment.store import Store


def require_may_act_for(caller: Principal, person: str) -> None:
    """Raises Forbidden unless the caller is this person or runs everything."""
    if not may_act_for(caller, person):
        raise Forbidden("NOT_YOURS")


def require_own(caller: Principal, person: str) -> None:
    """Raises Missing for somebody else's enrolment: strangers must not learn that it exists."""
    if not may_act_for(caller, person):
        raise Missing("ENROLLMENT_NOT_FOUND")


def require_past_allowed(caller: Principal, field: str) -> None:
    """Only an administrator of the whole enters what happened in the past."""
    if not caller.runs_everything:
        raise Forbidden("ROLE_NEEDED", field=field, roles="administrator")


async def teaches(store: Store, caller: Principal, course: str) -> bool:
    """True for an instructor whom the courses service names as a teacher of the course."""
    offering = (await store.offerings(course)).get(course)
    return offering is not None and caller.holds("instructor") and caller.person in offering.teachers


async def require_reader(store: Store, caller: Principal, course: str, person: str) -> None:
    """A person's enrolment may be read by them and by the teachers of the course."""
    if not await teaches(store, caller, course):
        require_own(caller, person)


async def require_teacher(store: Store, caller: Principal, course: str) -> None:
    """All enrolments of a course may be listed by its teachers and by administrators of the whole."""
    if not caller.runs_everything and not await teaches(store, caller, course):
        raise Forbidden("NOT_TEACHER")
