"""Who may do what with classes and applications."""

from __future__ import annotations

from services.chassis.errors import Forbidden, Missing
from services.chassis.principal import Principal, may_act_for
from services.classes.domain.application import Application
from services.classes.domain.course_class import Class, ClassState
from services.classes.domain.details import Details
from services.classes.store.copies import Copies


async def administers(copies: Copies, caller: Principal, area: str) -> bool:
    """True for an administrator of this area or of one above it."""
    if caller.runs_everything:
        return True
    above = await copies.areas.above(area)
    if caller.token_area and caller.token_area not in above:
        return False
    scopes = caller.scopes("administrator")
    return "*" in scopes or bool(scopes & above)


async def require_overseer(copies: Copies, caller: Principal, area: str) -> None:
    """An official or an administrator of this area or of one above it."""
    caller.require("official", "administrator")
    scopes = caller.scopes("official") | caller.scopes("administrator")
    if not caller.runs_everything and "*" not in scopes and not scopes & await copies.areas.above(area):
        raise Forbidden("AREA_OUT_OF_SCOPE", field="area")


async def manages(copies: Copies, caller: Principal, class_: Class) -> bool:
    """True for the class's instructors and the administrators of its area."""
    if caller.holds("instructor") and caller.person in class_.details.instructors:
        return True
    return await administers(copies, caller, class_.details.place.area)


async def helps(copies: Copies, caller: Principal, class_: Class) -> bool:
    """True also for its supporters, who mark attendance."""
    return caller.person in class_.details.supporters or await manages(copies, caller, class_)


async def require_creator(copies: Copies, caller: Principal, details: Details) -> None:
    """An instructor creates classes that they teach, an administrator those of the area."""
    if caller.holds("instructor") and caller.person in details.instructors:
        return
    if not await administers(copies, caller, details.place.area):
        caller.require("instructor", "administrator")
        raise Forbidden("CLASS_OUTSIDE_YOUR_AREA", field="area")


async def require_manager(copies: Copies, caller: Principal, class_: Class) -> None:
    """Raises Missing for a draft of others: strangers must not learn that it exists."""
    if not await manages(copies, caller, class_):
        _refuse(class_)


async def require_helper(copies: Copies, caller: Principal, class_: Class) -> None:
    if not await helps(copies, caller, class_):
        _refuse(class_)


def _refuse(class_: Class) -> None:
    if class_.state is ClassState.DRAFT:
        raise Missing("CLASS_NOT_FOUND")
    raise Forbidden("NOT_STAFF_OF_CLASS")


async def require_may_enter(copies: Copies, caller: Principal, class_: Class, area: str) -> None:
    """Staff apply for residents: an administrator for those of the area, an instructor for the own class."""
    if caller.holds("instructor") and caller.person in class_.details.instructors:
        return
    if not await administers(copies, caller, area):
        raise Forbidden("PERSON_OUTSIDE_YOUR_AREA", field="person")


async def require_own(copies: Copies, caller: Principal, application: Application, class_: Class) -> None:
    """The applicant, or staff of the class. Raises Missing for others."""
    if application.person and may_act_for(caller, application.person):
        return
    if not await manages(copies, caller, class_):
        raise Missing("APPLICATION_NOT_FOUND")
