# ruff: noqa: N802 - gRPC method names are the contract's
"""Applying, and what becomes of an application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import principal
from services.chassis.clock import moment, now
from services.chassis.errors import Forbidden, Invalid, Refused
from services.chassis.principal import Principal, may_act_for
from services.chassis.store.paging import page_size
from services.classes import authorisation
from services.classes.domain import seats
from services.classes.domain.application import Application, Channel, Holder, Universe
from services.classes.domain.course_class import Class
from services.classes.domain.seats import Applicant, SeatOutcome
from services.classes.messages.applications import channel_from_message
from services.classes.messages.names import application_key, checked_names, checked_reason, class_key
from services.classes.service.base import Methods, checked_note
from services.classes.store.changes import Answer
from services.classes.store.copies import Home


class ApplicationMethods(Methods):
    async def Apply(self, request: pb.ApplyRequest, context: object) -> pb.Application:
        time = now()
        caller = principal.caller()
        key = class_key(request.class_name)
        channel = channel_from_message(request.channel)
        if request.person and request.person != caller.person:
            applicant = await self._entered(caller, key, request.person, channel, request.group)
        else:
            applicant = await self._oneself(caller, request.group)
        await self._require_audience(key, applicant)
        applicant = await self._of_account(caller, key, applicant)
        verb = partial(seats.apply, applicant=applicant, now=time)
        return await self._answered(await self._store.change_new(key, applicant.person, verb))

    async def _of_account(self, caller: Principal, key: str, applicant: Applicant) -> Applicant:
        """Where several accounts were merged: that which has applied already."""
        accounts = await self._accounts(caller, applicant.person)
        if len(accounts) == 1:
            return applicant
        return replace(applicant, person=await self._store.account_applied(await self._store.get(key), accounts))

    async def _accounts(self, caller: Principal, person: str) -> tuple[str, ...]:
        if person == caller.person:
            return caller.accounts_of(person)
        return person, *await self._copies.merged.of(person)

    async def _require_audience(self, key: str, applicant: Applicant) -> None:
        """Some courses are for employees only, wherever they are taught."""
        class_ = await self._store.get(key)
        if applicant.universe is not Universe.EMPLOYEE and await self._copies.is_for_employees(class_.details.course):
            raise Refused("AUDIENCE_MISMATCH", audience="employees")

    async def _oneself(self, caller: Principal, group: int) -> Applicant:
        person = caller.require_person()
        employee = caller.universe == Universe.EMPLOYEE.value
        home = Home(caller.area, caller.organisation, employee)
        return await self._applicant(person, home, group, Channel.WEB, person)

    async def _entered(self, caller: Principal, key: str, person: str, channel: Channel, group: int = 0) -> Applicant:
        """Somebody for whom staff apply, at the counter unless they say by telephone."""
        [person] = checked_names([person], "people", "person")
        class_ = await self._store.get(key)
        await authorisation.require_manager(self._copies, caller, class_)
        home = await self._copies.home(person)
        await authorisation.require_may_enter(self._copies, caller, class_, home.area)
        at = Channel.COUNTER if channel is Channel.WEB else channel
        return await self._applicant(person, home, group, at, caller.person)

    async def _applicant(self, person: str, home: Home, group: int, channel: Channel, by: str) -> Applicant:
        return Applicant(
            person=person,
            area=home.area,
            areas=await self._copies.areas.above(home.area),
            organisation=home.organisation,
            universe=Universe.EMPLOYEE if home.employee else Universe.RESIDENT,
            completed=await self._copies.completed(*await self._accounts(principal.caller(), person)),
            group=group,
            channel=channel,
            by=by,
        )

    async def AddByHand(self, request: pb.AddByHandRequest, context: object) -> pb.Application:
        key, reason, note = class_key(request.class_name), checked_reason(request.reason), checked_note(request.note)
        channel = channel_from_message(request.channel)
        caller, given_at = principal.caller(), moment(request.time)
        if given_at:
            _require_later_entry(caller, given_at)
        applicant = await self._entered(caller, key, request.person, channel)

        def verb(class_: Class, application: Application, holder: Holder) -> SeatOutcome:
            time, later, walk_in = given_at or now(), given_at is not None, request.walk_in
            if not application.active:
                application = replace(application, first_timer=holder.seats == 0)
            return seats.seat_by_hand(class_, application, applicant, reason, note, walk_in, time, later=later)

        return await self._answered(await self._store.change_new(key, applicant.person, verb))

    async def WithdrawApplication(self, request: pb.WithdrawApplicationRequest, context: object) -> pb.Application:
        reason = checked_reason(request.reason) if request.reason else ""
        by = principal.caller().person
        return await self._by_applicant(request.name, partial(seats.withdraw, by=by, reason=reason, now=now()))

    async def AcceptOffer(self, request: pb.AcceptOfferRequest, context: object) -> pb.Application:
        by = principal.caller().person
        return await self._by_applicant(request.name, partial(seats.accept, by=by, now=now()))

    async def DeclineOffer(self, request: pb.DeclineOfferRequest, context: object) -> pb.Application:
        by = principal.caller().person
        return await self._by_applicant(request.name, partial(seats.decline, by=by, now=now()))

    async def RefuseApplication(self, request: pb.RefuseApplicationRequest, context: object) -> pb.Application:
        verb = partial(
            seats.refuse,
            by=principal.caller().person,
            reason=checked_reason(request.reason),
            note=checked_note(request.note),
            now=now(),
        )
        return await self._by_staff(request.name, verb)

    async def OfferSeat(self, request: pb.OfferSeatRequest, context: object) -> pb.Application:
        verb = partial(
            seats.offer,
            by=principal.caller().person,
            reason=checked_reason(request.reason),
            note=checked_note(request.note),
            now=now(),
        )
        return await self._by_staff(request.name, verb)

    async def _by_applicant(self, name: str, verb: Callable[[Class, Application], SeatOutcome]) -> pb.Application:
        """The applicant, or staff for them."""
        key = application_key(name)
        await self._readable(key)
        return await self._answered(await self._store.change_application(key, verb))

    async def _by_staff(self, name: str, verb: Callable[[Class, Application], SeatOutcome]) -> pb.Application:
        key = application_key(name)
        _, class_ = await self._readable(key)
        await authorisation.require_manager(self._copies, principal.caller(), class_)
        return await self._answered(await self._store.change_application(key, verb))

    async def _readable(self, key: str) -> tuple[Application, Class]:
        application = await self._store.application(key)
        class_ = await self._store.get(application.class_)
        await authorisation.require_own(self._copies, principal.caller(), application, class_)
        return application, class_

    async def _answered(self, answer: Answer) -> pb.Application:
        assert answer.application  # noqa: S101 - each of these questions is about an application
        return await self._application(answer.application)

    async def GetApplication(self, request: pb.GetApplicationRequest, context: object) -> pb.Application:
        application, _ = await self._readable(application_key(request.name))
        return await self._application(application)

    async def ListApplications(
        self, request: pb.ListApplicationsRequest, context: object
    ) -> pb.ListApplicationsResponse:
        condition = await self._listed(request)
        rows, token = await self._store.applications(condition, page_size(request.page_size), request.page_token)
        applications = [await self._application(each) for each in rows]
        return pb.ListApplicationsResponse(applications=applications, next_page_token=token)

    async def _listed(self, request: pb.ListApplicationsRequest) -> dict[str, Any]:
        if bool(request.person) == bool(request.class_name):
            raise Invalid("PERSON_OR_CLASS", field="person")
        if request.class_name:
            class_ = await self._store.get(class_key(request.class_name))
            await authorisation.require_helper(self._copies, principal.caller(), class_)
            return {"class_": class_.id}
        if not may_act_for(principal.caller(), request.person):
            raise Forbidden("NOT_YOURS")
        return {"person": {"$in": list(principal.caller().accounts_of(request.person))}}


def _require_later_entry(caller: Principal, time: datetime) -> None:
    if not caller.runs_everything:
        raise Forbidden("ROLE_NEEDED", roles="administrator", scope="*")
    if time > now():
        raise Invalid("TIME_IN_FUTURE", field="time")
