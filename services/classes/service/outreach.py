# ruff: noqa: N802 - gRPC method names are the contract's
"""Requests for visiting classes, and one-to-one help at a desk."""

from __future__ import annotations

from functools import partial
from typing import Any

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import principal
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Invalid, Missing
from services.chassis.principal import Principal, may_act_for
from services.chassis.store.paging import page_size
from services.classes import authorisation
from services.classes.domain import desk_help, visits
from services.classes.domain.desk_help import Help
from services.classes.domain.schedule import local_day
from services.classes.domain.visits import Visit
from services.classes.messages.names import checked_id, checked_names, checked_reason, class_key, visit_key
from services.classes.messages.outreach import (
    help_to_message,
    topic_from_message,
    topic_to_message,
    visit_to_message,
    wish_from_message,
)
from services.classes.service.base import Methods, checked_note


class OutreachMethods(Methods):
    async def RequestVisit(self, request: pb.RequestVisitRequest, context: object) -> pb.Visit:
        person, wish = principal.caller().require_person(), wish_from_message(request.wish)
        asked = Visit(checked_id(request.visit_id, "visit_id"), person, wish)
        verb = partial(visits.ask, wish=wish, person=person, now=now())
        visit = await self._store.outreach.ask(asked, verb)
        if await self._copies.is_erased(person):
            await self._store.outreach.forget(person)
        return visit_to_message(visit)

    async def GetVisit(self, request: pb.GetVisitRequest, context: object) -> pb.Visit:
        return visit_to_message(await self._visible(request.name))

    async def _visible(self, name: str) -> Visit:
        caller, visit = principal.caller(), await self._store.outreach.visit(visit_key(name))
        own = visit.person and may_act_for(caller, visit.person)
        if not own and not await authorisation.administers(self._copies, caller, visit.wish.area):
            raise Missing("VISIT_NOT_FOUND")
        return visit

    async def ListVisits(self, request: pb.ListVisitsRequest, context: object) -> pb.ListVisitsResponse:
        caller = principal.caller()
        condition: dict[str, Any] = {"person": {"$in": list(caller.accounts_of(caller.require_person()))}}
        if request.managed:
            caller.require("administrator")
            condition = await self._administered(caller, "wish.area")
        found, token = await self._store.outreach.visits(condition, page_size(request.page_size), request.page_token)
        return pb.ListVisitsResponse(visits=map(visit_to_message, found), next_page_token=token)

    async def _administered(self, caller: Principal, field: str) -> dict[str, Any]:
        if caller.runs_everything:
            return {}
        scopes = [caller.token_area] if caller.token_area else sorted(caller.scopes("administrator"))
        areas = [area for scope in scopes for area in await self._copies.areas.below(scope)]
        return {field: {"$in": areas}}

    async def WithdrawVisit(self, request: pb.WithdrawVisitRequest, context: object) -> pb.Visit:
        visit = await self._visible(request.name)
        verb = partial(visits.withdraw, by=principal.caller().person, now=now())
        return visit_to_message(await self._store.outreach.change(visit.id, verb))

    async def AnswerVisit(self, request: pb.AnswerVisitRequest, context: object) -> pb.Visit:
        caller, visit = principal.caller(), await self._visible(request.name)
        if not await authorisation.administers(self._copies, caller, visit.wish.area):
            raise Forbidden("NOT_STAFF_OF_CLASS")
        note = checked_note(request.note)
        if bool(request.class_name) == bool(request.reason):
            raise Invalid("CLASS_OR_REASON", field="class_name")
        if request.class_name:
            class_ = await self._store.get(class_key(request.class_name))
            verb = partial(visits.plan, class_=class_.id, by=caller.person, note=note, now=now())
        else:
            reason = checked_reason(request.reason)
            verb = partial(visits.refuse, reason=reason, by=caller.person, note=note, now=now())
        return visit_to_message(await self._store.outreach.change(visit.id, verb))

    async def LogHelp(self, request: pb.LogHelpRequest, context: object) -> pb.Help:
        caller, moment = principal.caller(), now()
        caller.require("instructor", "administrator")
        [area] = checked_names([request.area], "areas", "area")
        [place] = checked_names([request.place_area], "areas", "place_area")
        if request.centre:
            checked_names([request.centre], "centres", "centre")
        today = local_day(moment, self._zone)
        given = Help(
            id=checked_id(request.help_id, "help_id"),
            centre=request.centre,
            place_area=place,
            area=area,
            date=request.date or today,
            minutes=request.minutes,
            topic=topic_from_message(request.topic),
            helper=caller.require_person(),
        )
        logged = await self._store.outreach.log(given, partial(desk_help.log, now=moment, today=today))
        desk_help.require_same(logged, given.helper)
        return help_to_message(logged)

    async def ListHelp(self, request: pb.ListHelpRequest, context: object) -> pb.ListHelpResponse:
        caller = principal.caller()
        caller.require("instructor", "administrator")
        condition: dict[str, Any] = {"helper": caller.require_person()}
        if request.centre:
            caller.require("administrator")
            condition = {"centre": request.centre, **await self._administered(caller, "place_area")}
        found, token = await self._store.outreach.help(condition, page_size(request.page_size), request.page_token)
        sums = await self._store.outreach.sums(condition)
        return pb.ListHelpResponse(
            help=map(help_to_message, found),
            next_page_token=token,
            sums=[
                pb.HelpSum(topic=topic_to_message(topic), times=times, minutes=minutes)
                for topic, times, minutes in sums
            ],
        )
