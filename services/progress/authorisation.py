"""Who may do what with records of learning."""

from __future__ import annotations

from services.chassis.errors import Forbidden, Missing
from services.chassis.principal import Principal, may_act_for
from services.progress.domain.record import Record
from services.progress.store.records import RecordStore


def require_may_act_for(caller: Principal, person: str) -> None:
    """Raises Forbidden unless the caller is this person or runs everything."""
    if not may_act_for(caller, person):
        raise Forbidden("NOT_YOURS")


def require_own(caller: Principal, record: Record) -> None:
    """Raises Missing for somebody else's record: strangers must not learn that it exists."""
    if not may_act_for(caller, record.person):
        raise Missing("PROGRESS_NOT_FOUND")


def require_author(caller: Principal) -> None:
    """Whoever may see the answers of a draft: those who write and those who review courses."""
    caller.require("instructor", "reviewer")


async def may_teach(store: RecordStore, caller: Principal, course: str) -> bool:
    """True for the teachers of the course and for whoever runs everything."""
    if caller.runs_everything:
        return True
    return caller.holds("instructor") and caller.person in await store.teachers(course)


async def require_teacher(store: RecordStore, caller: Principal, course: str) -> None:
    if not await may_teach(store, caller, course):
        raise Forbidden("NOT_TEACHER")


async def require_reader(store: RecordStore, caller: Principal, record: Record) -> None:
    """A record may be read by its learner and by the teachers of the course."""
    if not await may_teach(store, caller, record.course):
        require_own(caller, record)
