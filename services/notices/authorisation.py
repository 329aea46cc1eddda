"""Who may see and change what. Decided by what was heard of classes, areas and homes: a service asks another only for
what it is about to send."""

from __future__ import annotations

from services.chassis.errors import Forbidden, Missing
from services.chassis.principal import Principal, caller, may_act_for
from services.notices.store.copies import Copies, HeardClass


async def administers(copies: Copies, principal: Principal, area: str) -> bool:
    """True for an administrator of this area or of one above it."""
    if principal.runs_everything:
        return True
    above = await copies.areas.above(area) if area else frozenset()
    if principal.token_area and principal.token_area not in above:
        return False
    return bool(principal.scopes("administrator") & (above | {"*"}))


async def manages(copies: Copies, principal: Principal, class_: HeardClass) -> bool:
    """True for the class's instructors and the administrators of its area."""
    if principal.holds("instructor") and principal.person in class_.instructors:
        return True
    return await administers(copies, principal, class_.area)


async def administered(copies: Copies, principal: Principal) -> list[str]:
    """The areas of an administrator's roles, and all below them."""
    scopes = principal.scopes("administrator") if not principal.token_area else frozenset()
    if "*" in scopes:
        return await copies.areas.all()
    return [area for scope in sorted(scopes) for area in await copies.areas.below(scope)]


async def require_staff(copies: Copies, name: str) -> None:
    principal, class_ = caller(), await copies.class_(name)
    if class_ is None:
        raise Missing("CLASS_NOT_FOUND")
    if not await manages(copies, principal, class_):
        raise Forbidden("NOT_STAFF_OF_CLASS")


async def require_person(copies: Copies, person: str) -> bool:
    """The person themselves, or an administrator of where they live. True where it is somebody else."""
    principal = caller()
    if may_act_for(principal, person):
        return principal.person != person and not principal.is_system
    area = await copies.home(person)
    if not area or not await administers(copies, principal, area):
        raise Missing("PERSON_NOT_FOUND")
    return True
