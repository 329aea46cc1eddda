"""Who may ask, who may answer, and who reads what."""

from __future__ import annotations

from typing import Any

from services.chassis.errors import Forbidden
from services.chassis.principal import Kind, Principal
from services.chassis.store.areas import Areas
from services.surveys.domain.evaluation import Subject
from services.surveys.domain.poll import Poll


async def require_administrator(areas: Areas, caller: Principal, area: str) -> None:
    """Of this area or of one above it."""
    if caller.runs_everything:
        return
    caller.require("administrator")
    if not caller.scopes("administrator") & await areas.above(area):
        raise Forbidden("POLL_OUTSIDE_YOUR_AREA", field="area")


async def may_vote(areas: Areas, caller: Principal, poll: Poll) -> bool:
    """Residents of the poll's area, wherever in it they live."""
    return caller.kind is Kind.PERSON and poll.area in await areas.above(caller.area)


async def reads(areas: Areas, caller: Principal, subject: Subject) -> bool:
    """Results: the class's instructors, officials and administrators of its area. Of a course without a class, which
    belongs to no area, all officials and administrators."""
    if caller.holds("instructor") and caller.person in subject.instructors:
        return True
    return await _holds(areas, caller, subject, "official", "administrator")


async def moderates(areas: Areas, caller: Principal, subject: Subject) -> bool:
    """Comments: never those on one's own class."""
    return caller.person not in subject.instructors and await _holds(areas, caller, subject, "administrator")


async def _holds(areas: Areas, caller: Principal, subject: Subject, *roles: str) -> bool:
    scopes = frozenset[str]().union(*(caller.scopes(role) for role in roles))
    if not subject.area:
        return bool(scopes)
    return "*" in scopes or bool(scopes & await areas.above(subject.area))


async def readable(areas: Areas, caller: Principal) -> dict[str, Any]:
    """The condition for evaluations whose results the caller reads. Raises Forbidden for somebody without a role."""
    caller.require("instructor", "official", "administrator")
    scopes = caller.scopes("official") | caller.scopes("administrator")
    if "*" in scopes:
        return {}
    allowed: list[dict[str, Any]] = [{"subject.instructors": caller.person}] if caller.holds("instructor") else []
    if scopes:
        below = {area for scope in scopes for area in await areas.below(scope)}
        allowed.append({"subject.area": {"$in": ["", *sorted(below)]}})
    return {"$or": allowed}
