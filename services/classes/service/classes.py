# ruff: noqa: N802 - gRPC method names are the contract's
"""Creating, publishing, changing and listing classes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import principal
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Missing, Refused
from services.chassis.principal import Principal
from services.chassis.store.paging import page_size
from services.classes import authorisation
from services.classes.domain import class_sessions, course_class
from services.classes.domain.course_class import Class, ClassState, Outcome
from services.classes.domain.details import Details, Rule, first_start, later
from services.classes.domain.holidays import checked_holidays
from services.classes.domain.prerequisites import require_no_cycle
from services.classes.domain.schedule import copied
from services.classes.domain.seats import entry_of
from services.classes.messages.names import application_name, checked_id, checked_reason, class_key
from services.classes.messages.resources import details_from_message
from services.classes.service.base import Methods

_OPEN = [ClassState.PUBLISHED.value, ClassState.CLOSED.value]


class ClassMethods(Methods):
    async def CreateClass(self, request: pb.CreateClassRequest, context: object) -> pb.Class:
        caller = principal.caller()
        details = _taught_by(caller, details_from_message(request.details, self._zone))
        return await self._create(caller, checked_id(request.class_id), details)

    async def CopyClass(self, request: pb.CopyClassRequest, context: object) -> pb.Class:
        caller = principal.caller()
        details = (await self._managed(request.name)).details
        holidays = {*request.holidays, *(await self._store.holidays.days())}
        sessions = copied(details.sessions, request.first_day, details.zone, holidays)
        shift = sessions[0].starts_at - first_start(details) if sessions else None
        details = replace(details, sessions=sessions, admission=later(details.admission, shift))
        return await self._create(caller, checked_id(request.class_id), details)

    async def _create(self, caller: Principal, key: str, details: Details) -> pb.Class:
        await authorisation.require_creator(self._copies, caller, details)
        await self._copies.require_offered(details.course)
        await self._require_no_cycle(details)
        verb = partial(course_class.create, details=details, person=caller.person, now=now())
        return await self._class(await self._store.create(key, details, verb))

    async def _require_no_cycle(self, details: Details) -> None:
        """Also when it is published: another class may have been, meanwhile."""
        if needs := [*details.admission.requires_all, *details.admission.requires_any]:
            require_no_cycle(details.course, needs, await self._store.prerequisites())

    async def UpdateClass(self, request: pb.UpdateClassRequest, context: object) -> pb.Class:
        await self._managed(request.name)
        details = details_from_message(request.details, self._zone)
        await authorisation.require_creator(self._copies, principal.caller(), details)
        await self._require_no_cycle(details)
        return await self._change(
            request.name, partial(course_class.update, details=details, now=now(), etag=request.etag)
        )

    async def PublishClass(self, request: pb.PublishClassRequest, context: object) -> pb.Class:
        await self._require_no_cycle((await self._managed(request.name)).details)
        past = principal.caller().runs_everything
        verb = partial(course_class.publish, secret=secrets.token_hex(32), now=now(), past=past)
        return await self._change(request.name, verb)

    async def ReplaceHolidays(self, request: pb.ReplaceHolidaysRequest, context: object) -> pb.ListHolidaysResponse:
        if not principal.caller().runs_everything:
            raise Forbidden("ROLE_NEEDED", roles="administrator", scope="*")
        await self._store.holidays.replace(checked_holidays((each.date, each.title) for each in request.holidays))
        return await self._holidays()

    async def ListHolidays(self, request: pb.ListHolidaysRequest, context: object) -> pb.ListHolidaysResponse:
        return await self._holidays()

    async def _holidays(self) -> pb.ListHolidaysResponse:
        found = await self._store.holidays.all()
        return pb.ListHolidaysResponse(holidays=[pb.Holiday(date=date, title=title) for date, title in found])

    async def CloseClass(self, request: pb.CloseClassRequest, context: object) -> pb.Class:
        return await self._change(request.name, partial(course_class.close, now=now()))

    async def CancelClass(self, request: pb.CancelClassRequest, context: object) -> pb.Class:
        reason = checked_reason(request.reason)
        return await self._change(request.name, partial(course_class.cancel, reason=reason, now=now()))

    async def MoveSession(self, request: pb.MoveSessionRequest, context: object) -> pb.Class:
        verb = partial(
            class_sessions.move_session,
            number=request.session,
            day=request.date,
            start=request.start,
            minutes=request.minutes,
            now=now(),
        )
        return await self._change(request.name, verb)

    async def CancelSession(self, request: pb.CancelSessionRequest, context: object) -> pb.Class:
        reason = checked_reason(request.reason)
        verb = partial(class_sessions.cancel_session, number=request.session, reason=reason, now=now())
        return await self._change(request.name, verb)

    async def DrawLots(self, request: pb.DrawLotsRequest, context: object) -> pb.Class:
        return await self._change(request.name, _require_drawable, draw_word=request.word.strip())

    async def _change(self, name: str, verb: Callable[[Class], Outcome], draw_word: str | None = None) -> pb.Class:
        await self._managed(name)
        return await self._class(await self._store.change_class(class_key(name), verb, draw_word))

    async def GetClass(self, request: pb.GetClassRequest, context: object) -> pb.Class:
        class_ = await self._store.get(class_key(request.name))
        if class_.state is ClassState.DRAFT and not await authorisation.helps(self._copies, principal.acting(), class_):
            raise Missing("CLASS_NOT_FOUND")
        return await self._class(class_)

    async def ListClasses(self, request: pb.ListClassesRequest, context: object) -> pb.ListClassesResponse:
        condition = await self._condition(request)
        classes, token = await self._store.page(condition, page_size(request.page_size), request.page_token)
        return pb.ListClassesResponse(classes=[await self._class(each) for each in classes], next_page_token=token)

    async def _condition(self, request: pb.ListClassesRequest) -> dict[str, Any]:
        condition: dict[str, Any] = {} if request.managed else {"state": {"$in": _OPEN}}
        if request.course:
            condition["details.course"] = request.course
        if request.centre:
            condition["details.place.centre"] = request.centre
        if request.area:
            condition["details.place.area"] = {"$in": await self._copies.areas.below(request.area)}
        if request.managed:
            condition |= await self._managed_by(principal.caller())
        return condition

    async def _managed_by(self, caller: Principal) -> dict[str, Any]:
        if caller.runs_everything:
            return {}
        scopes = [caller.token_area] if caller.token_area else sorted(caller.scopes("administrator"))
        areas = [area for scope in scopes for area in await self._copies.areas.below(scope)]
        mine: list[dict[str, Any]] = [{"details.supporters": caller.person}]
        if caller.holds("instructor"):
            mine.append({"details.instructors": caller.person})
        if areas:
            mine.append({"details.place.area": {"$in": areas}})
        return {"$or": mine}

    async def GetDrawList(self, request: pb.GetDrawListRequest, context: object) -> pb.GetDrawListResponse:
        class_ = await self._store.get(class_key(request.name))
        if class_.draw is None:
            return pb.GetDrawListResponse()
        entries = [entry_of(class_, each) for each in await self._store.drawn_from(class_)]
        entries.sort(key=lambda each: each.application)
        return pb.GetDrawListResponse(
            entries=[pb.DrawEntry(application=application_name(each.application), tier=each.tier) for each in entries]
        )


def _taught_by(caller: Principal, details: Details) -> Details:
    """An instructor who names nobody teaches the class."""
    if details.instructors or not caller.holds("instructor"):
        return details
    return replace(details, instructors=(caller.person,))


def _require_drawable(class_: Class) -> Outcome:
    if class_.details.admission.rule is not Rule.LOT or class_.state is not ClassState.CLOSED:
        raise Refused("LOT_NOT_TO_BE_DRAWN")
    return class_, ()
