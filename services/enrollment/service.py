"""The RPCs of the enrollment service."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from ieum.enrollment.v1 import enrollment_pb2 as pb
from ieum.enrollment.v1 import enrollment_pb2_grpc
from services.chassis import principal
from services.chassis.clock import moment, now
from services.chassis.errors import Invalid, Missing
from services.chassis.principal import Principal
from services.chassis.store.paging import page_size
from services.chassis.token_access import Access
from services.enrollment import authorisation, domain
from services.enrollment.domain import Outcome, Participation, Residence, Universe
from services.enrollment.messages import resources
from services.enrollment.store import Store

_LEARN = Access(own="learning.write", others=("people.write",))
_READ = Access(own="learning.read", others=("courses.read",))
TOKEN_ACCESS = {
    "Enrol": _LEARN,
    "Withdraw": _LEARN,
    "MoveToVersion": _LEARN,
    "GetEnrollment": _READ,
    "ListEnrollments": _READ,
}


class EnrollmentService(enrollment_pb2_grpc.EnrollmentServiceServicer):
    def __init__(self, store: Store) -> None:
        self._store = store

    async def Enrol(self, request: pb.EnrolRequest, context: object) -> pb.Enrollment:
        caller = principal.caller()
        person = request.person or caller.require_person()
        residence = _residence(caller, person, request)
        enrol_time = _past_time(caller, request.enrol_time, field="enrol_time")
        delivery = resources.delivery_from_message(request.delivery)
        offering = await self._store.offering(request.course)
        person = await self._account(caller, person, request)
        key = domain.key_of(request.course, person)
        verb = partial(
            domain.enrol,
            offering=offering,
            residence=residence,
            delivery=delivery,
            enrol_time=enrol_time,
            now=now(),
            again_after=_number_of(request.after, key),
        )
        participation = await self._store.enrol(request.course, person, verb)
        run = participation.begun(enrol_time) or participation.runs[-1]
        return resources.enrollment_to_message(key, participation, run, offering.version)

    async def _account(self, caller: Principal, person: str, request: pb.EnrolRequest) -> str:
        """Where several accounts were merged: that of the run to be followed, else of an active one."""
        accounts = caller.accounts_of(person)
        if person != caller.person:
            accounts = (person, *await self._store.merged.of(person))
        if len(accounts) == 1:
            return person
        if request.after:
            followed, _ = resources.parse_name(request.after)
            return next((each for each in accounts if domain.key_of(request.course, each) == followed), person)
        return await self._store.account_enrolled(request.course, accounts)

    async def Withdraw(self, request: pb.WithdrawRequest, context: object) -> pb.Enrollment:
        caller = principal.caller()
        withdraw_time = _past_time(caller, request.withdraw_time, field="withdraw_time")
        key, number = resources.parse_name(request.name)

        def verb(participation: Participation) -> Outcome:
            authorisation.require_own(caller, participation.person)
            return domain.withdraw(participation, number, withdraw_time, now())

        return await self._render(key, number, await self._store.change(key, verb))

    async def MoveToVersion(self, request: pb.MoveToVersionRequest, context: object) -> pb.Enrollment:
        caller = principal.caller()
        key, number = resources.parse_name(request.name)
        participation = await self._store.get(key)
        authorisation.require_own(caller, participation.person)
        offering = await self._store.offering(participation.course)
        verb = partial(domain.move_to_version, number=number, offering=offering, version=request.version, now=now())
        return await self._render(key, number, await self._store.change(key, verb))

    async def GetEnrollment(self, request: pb.GetEnrollmentRequest, context: object) -> pb.Enrollment:
        caller = principal.caller()
        key, number = resources.parse_name(request.name)
        participation = await self._store.get(key)
        await authorisation.require_reader(self._store, caller, participation.course, participation.person)
        return await self._render(key, number, participation)

    async def ListEnrollments(self, request: pb.ListEnrollmentsRequest, context: object) -> pb.ListEnrollmentsResponse:
        condition = await self._condition(request)
        rows, token = await self._store.page(condition, page_size(request.page_size), request.page_token)
        offerings = await self._store.offerings(*{participation.course for _, participation, _ in rows})
        versions = {course: offering.version for course, offering in offerings.items()}
        enrollments = [
            resources.enrollment_to_message(key, participation, run, versions.get(participation.course, 0))
            for key, participation, run in rows
        ]
        return pb.ListEnrollmentsResponse(enrollments=enrollments, next_page_token=token)

    async def _condition(self, request: pb.ListEnrollmentsRequest) -> dict[str, Any]:
        caller = principal.caller()
        if bool(request.person) == bool(request.course):
            raise Invalid("PERSON_OR_COURSE", field="person")
        if request.person:
            authorisation.require_may_act_for(caller, request.person)
            return {"person": {"$in": list(caller.accounts_of(request.person))}}
        await authorisation.require_teacher(self._store, caller, request.course)
        return {"course": request.course}

    async def _render(self, key: str, number: int, participation: Participation) -> pb.Enrollment:
        offering = (await self._store.offerings(participation.course)).get(participation.course)
        return resources.enrollment_to_message(
            key, participation, participation.run(number), offering.version if offering else 0
        )


def _number_of(name: str, key: str) -> int:
    """The number of a run of this participation; 0 for none."""
    if not name:
        return 0
    named, number = resources.parse_name(name)
    if named != key:
        raise Missing("ENROLLMENT_NOT_FOUND")
    return number


def _residence(caller: Principal, person: str, request: pb.EnrolRequest) -> Residence:
    authorisation.require_may_act_for(caller, person)
    if person != caller.person or (caller.runs_everything and request.HasField("residence")):
        return resources.residence_from_message(request.residence)
    return Residence(caller.area, caller.organisation, Universe(caller.universe or "resident"))


def _past_time(caller: Principal, stamp: Timestamp, *, field: str) -> datetime | None:
    time = moment(stamp)
    if time:
        authorisation.require_past_allowed(caller, field)
    return time
