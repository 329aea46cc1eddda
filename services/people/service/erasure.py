# ruff: noqa: N802 - gRPC method names are the contract's
"""Requests for erasure: asked for, taken back, refused with a reason, or approved by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from google.protobuf.empty_pb2 import Empty

from ieum.people.v1 import people_pb2 as pb
from services.chassis.clock import now, stamp
from services.chassis.errors import Missing, Refused
from services.chassis.principal import acting
from services.chassis.store import paging
from services.people import authorisation
from services.people.domain import erasure_request
from services.people.domain.audit import Action
from services.people.domain.erasure_request import ErasureRequest, Outcome, State
from services.people.domain.person import check_in_use
from services.people.service.base import ServiceBase
from services.people.store.erasing import erase

_FORM = "erasureRequests/"


class ErasureMethods(ServiceBase):
    async def ErasePerson(self, request: pb.ErasePersonRequest, context: object) -> Empty:
        if not acting().is_system:
            await authorisation.own_or_managed(self.store, request.name)
            raise Refused("ERASURE_BY_REQUEST")
        await erase(self.store, await authorisation.managed(self.store, request.name), now())
        return Empty()

    async def RequestErasure(self, request: pb.RequestErasureRequest, context: object) -> pb.ErasureRequest:
        person = await authorisation.own_or_managed(self.store, request.name)
        check_in_use(person)
        await self.require_own_proof(request.passphrase)
        asked, is_new = await self.store.erasure_requests.ask(
            person.name, person.area, person.organisation, acting().person, now()
        )
        if is_new:
            await self.store.audit.add(Action.ERASURE_ASKED_FOR, person.name)
        return self._message(asked)

    async def GetErasureRequest(self, request: pb.GetErasureRequestRequest, context: object) -> pb.ErasureRequest:
        """Open to whoever has the number, who learns how it stands and nothing of the person."""
        found = await self.store.erasure_requests.get(_number(request.name))
        return self._message(found, names=await self._may_see(found))

    async def _may_see(self, found: ErasureRequest) -> bool:
        if not (acting().holds(authorisation.ADMINISTRATOR) or acting().is_system):
            return authorisation.is_oneself(found.person)
        reach = await authorisation.reach_of(self.store, acting())
        return reach.everywhere or bool({found.area, found.organisation} & reach.places)

    async def ListErasureRequests(
        self, request: pb.ListErasureRequestsRequest, context: object
    ) -> pb.ListErasureRequestsResponse:
        if request.person:
            authorisation.require_oneself(request.person)
            own = await self.store.erasure_requests.latest_of(request.person)
            return pb.ListErasureRequestsResponse(requests=[self._message(each) for each in own])
        reach, size = await authorisation.reach_of(self.store, acting()), paging.page_size(request.page_size)
        found, following = await self.store.erasure_requests.page(
            reach, size, request.page_token, only_open=request.only_open
        )
        return pb.ListErasureRequestsResponse(
            requests=[self._message(each) for each in found], next_page_token=following
        )

    async def TakeBackErasure(self, request: pb.TakeBackErasureRequest, context: object) -> pb.ErasureRequest:
        found = await self._find(request.name)
        await authorisation.own_or_managed(self.store, found.person)
        return await self._decide(
            found, lambda current: erasure_request.take_back(current, now()), Action.ERASURE_REQUEST_TAKEN_BACK
        )

    async def RefuseErasure(self, request: pb.RefuseErasureRequest, context: object) -> pb.ErasureRequest:
        found, by = await self._find(request.name), acting().person
        await authorisation.managed(self.store, found.person)
        return await self._decide(
            found,
            lambda current: erasure_request.refuse(current, by, request.reason, now()),
            Action.ERASURE_REQUEST_REFUSED,
        )

    async def ApproveErasure(self, request: pb.ApproveErasureRequest, context: object) -> pb.ErasureRequest:
        """The account is blank when this answers; the request is done when its events are out of the stream."""
        found, by, moment = await self._find(request.name), acting().person, now()
        person = await authorisation.managed(self.store, found.person)
        erasure_request.approve(found, by, moment)
        if found.state is State.ASKED:
            await self.require_own_proof(request.passphrase)
        await erase(
            self.store,
            person,
            moment,
            approve=(found.id, lambda current: erasure_request.approve(current, by, moment)),
        )
        return self._message(await self.store.erasure_requests.get(found.id))

    async def _decide(
        self, found: ErasureRequest, verb: Callable[[ErasureRequest], Outcome], action: Action
    ) -> pb.ErasureRequest:
        decided = await self.store.erasure_requests.change(found.id, verb)
        if found.state is not decided.state:
            await self.store.audit.add(action, found.person)
        return self._message(decided)

    async def _find(self, name: str) -> ErasureRequest:
        """Whoever decides must be signed in before they learn whether the number exists."""
        if not acting().is_system:
            acting().require_person()
        return await self.store.erasure_requests.get(_number(name))

    def _message(self, value: ErasureRequest, *, names: bool = True) -> pb.ErasureRequest:
        erased_at = value.decided_at if value.state is State.RUNNING else value.done_at
        message = pb.ErasureRequest(
            name=value.name,
            state=pb.ErasureState.Value(f"ERASURE_{value.state.name}"),
            ask_time=stamp(value.asked_at),
            due_time=stamp(value.due_at),
            decide_time=stamp(value.decided_at),
            done_time=stamp(value.done_at),
            at_desk=value.at_desk and not value.by_schedule,
            by_schedule=value.by_schedule,
            reason=value.reason,
            backup_days=self.backup_days,
            backups_end_time=stamp(erased_at + timedelta(days=self.backup_days)) if erased_at else None,
        )
        if names:
            asked_by = "" if value.by_schedule else value.asked_by
            message.person, message.asked_by, message.decided_by = value.person, asked_by, value.decided_by
        return message


def _number(name: str) -> str:
    """With or without hyphens and spaces, as people copy it from paper."""
    if not name.startswith(_FORM):
        raise Missing("ERASURE_REQUEST_NOT_FOUND")
    return name.removeprefix(_FORM).upper().replace("-", "").replace(" ", "")
