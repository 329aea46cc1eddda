# ruff: noqa: N802 - gRPC method names are the contract's
"""Classes that devices take along, and what they send when the network is back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from ieum.classes.v1 import classes_pb2 as pb
from ieum.classes.v1.events_pb2 import KitTaken
from services.chassis import principal
from services.chassis.clock import moment, now, stamp
from services.chassis.errors import Forbidden, Invalid, Missing, Problem
from services.classes import authorisation
from services.classes.domain import kit_marks, kits
from services.classes.domain.attendance import Outcome, Sheet
from services.classes.domain.course_class import Class
from services.classes.domain.kit_marks import KitMark
from services.classes.domain.kits import Kit
from services.classes.messages.kits import (
    kit_key,
    kit_name,
    kit_to_message,
    mark_from_message,
    operation_id,
    recorded_from_message,
)
from services.classes.messages.names import checked_id, class_name
from services.classes.service.base import Methods

_KEY_BYTES = 32


class KitMethods(Methods):
    async def TakeKit(self, request: pb.TakeKitRequest, context: object) -> pb.Kit:
        caller = principal.caller()
        class_ = await self._helped(request.class_name)
        caller.require_proof()
        key = checked_id(request.kit_id, "kit_id")
        kit = kits.new_kit(
            key, class_.id, caller.person, secrets.token_hex(_KEY_BYTES), request.device, request.days, now()
        )
        taken = await self._store.kits.take(kit, partial(kits.take, class_=class_.id, holder=caller.person))
        await self._audit.publish(KitTaken(kit=kit_name(key), class_name=class_name(class_.id)))
        return kit_to_message(taken, with_key=True)

    async def OpenKit(self, request: pb.OpenKitRequest, context: object) -> pb.Kit:
        kit, _ = await self._own(request.name)
        kits.require_sendable(kit, now())
        return kit_to_message(kit, with_key=True)

    async def ListKits(self, request: pb.ListKitsRequest, context: object) -> pb.ListKitsResponse:
        caller, condition = principal.caller(), dict[str, Any]()
        if request.class_name:
            condition = {"class_": (await self._helped(request.class_name)).id}
        else:
            condition = {"holder": {"$in": list(caller.accounts_of(caller.require_person()))}}
        return pb.ListKitsResponse(kits=[kit_to_message(each) for each in await self._store.kits.list(condition)])

    async def RevokeKit(self, request: pb.RevokeKitRequest, context: object) -> pb.Kit:
        kit, class_ = await self._own(request.name)
        revoked = await self._store.kits.change(kit.id, partial(kits.revoke, now=now()))
        await self._audit.publish(KitTaken(kit=kit_name(kit.id), class_name=class_name(class_.id), revoked=True))
        return kit_to_message(revoked)

    async def SyncKit(self, request: pb.SyncKitRequest, context: object) -> pb.SyncKitResponse:
        arrived, sent = now(), moment(request.send_time)
        kit, class_ = await self._own(request.name)
        kits.require_sendable(kit, arrived)
        if sent is None:
            raise Invalid("TIME_WRONG", field="send_time")
        recorded = [recorded_from_message(each) for each in request.operations]
        times = kits.times_of(kit, recorded, sent, arrived)
        people = await self._people(class_, request.operations)
        refused = await self._mark(kit, class_, request.operations, times, people, arrived)
        if times:
            hearing = partial(kits.hear, number=recorded[-1].number, time=times[-1], now=arrived)
            await self._store.kits.change(kit.id, hearing)
        return pb.SyncKitResponse(
            class_name=class_name(class_.id),
            course=class_.details.course,
            verdicts=[
                _verdict(operation, time, refused.get(operation_id(kit.id, operation.number), ""), people)
                for operation, time in zip(request.operations, times, strict=True)
            ],
        )

    async def _own(self, name: str) -> tuple[Kit, Class]:
        """The kit that the caller holds, or whose class the caller manages."""
        caller = principal.caller()
        kit = await self._store.kits.get(kit_key(name))
        class_ = await self._store.get(kit.class_)
        holds = kit.holder == caller.person and await authorisation.helps(self._copies, caller, class_)
        if not holds and not await authorisation.manages(self._copies, caller, class_):
            raise Forbidden("NOT_STAFF_OF_CLASS")
        return kit, class_

    async def _people(self, class_: Class, operations: Sequence[pb.KitOperation]) -> dict[str, str]:
        """Of each application of the class that has or had a seat, the person: who gave it up meanwhile was there."""
        keys = {_application(each) for each in operations}
        found = await self._store.applications_of(sorted(keys))
        return {each.id: each.person for each in found if each.class_ == class_.id and each.seat_time and each.person}

    async def _mark(
        self,
        kit: Kit,
        class_: Class,
        operations: Sequence[pb.KitOperation],
        times: Sequence[datetime],
        people: Mapping[str, str],
        arrived: datetime,
    ) -> dict[str, str]:
        """Takes the marks, session by session, each by itself. Why those that are refused are, by operation."""
        refused: dict[str, str] = {}
        known = {session.number for session in class_.details.sessions}
        marks: list[tuple[int, KitMark]] = []
        for each, time in zip(operations, times, strict=True):
            if not each.session:
                continue
            try:
                if each.session not in known:
                    raise Missing("SESSION_NOT_FOUND")
                marks.append((each.session, mark_from_message(kit.id, each, time)))
            except Problem as problem:
                refused[operation_id(kit.id, each.number)] = problem.reason
        for number, grouped in groupby(sorted(marks, key=lambda each: each[0]), key=lambda each: each[0]):
            of_session = [mark for _, mark in grouped]
            refused |= await self._mark_session(kit, class_, number, of_session, people, arrived)
        return refused

    async def _mark_session(
        self,
        kit: Kit,
        class_: Class,
        number: int,
        marks: Sequence[KitMark],
        people: Mapping[str, str],
        arrived: datetime,
    ) -> dict[str, str]:
        refused: dict[str, str] = {}

        def verb(sheet: Sheet) -> Outcome:
            nonlocal refused
            outcome, refused = kit_marks.join(sheet, number, class_.details, people, marks, kit.holder, arrived)
            return outcome

        await self._store.mark(class_.id, number, verb)
        return refused


def _verdict(operation: pb.KitOperation, time: datetime, refused: str, people: Mapping[str, str]) -> pb.KitVerdict:
    person = people.get(_application(operation), "")
    reason = refused or ("" if person else "NO_SEAT")
    step = "" if operation.session or reason else person
    return pb.KitVerdict(number=operation.number, accepted=not reason, reason=reason, time=stamp(time), person=step)


def _application(operation: pb.KitOperation) -> str:
    return operation.application.removeprefix("applications/")
