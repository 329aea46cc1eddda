# ruff: noqa: N802 - gRPC method names are the contract's
"""The audit log: replays of dead letters, which no service could note, are added; administrators read it."""

from __future__ import annotations

from dataclasses import replace

from google.protobuf.empty_pb2 import Empty

from ieum.people.v1 import people_pb2
from services.chassis.clock import moment
from services.chassis.errors import Invalid
from services.chassis.principal import acting
from services.chassis.store import paging
from services.people import authorisation
from services.people.domain.audit import REPORTED, Action
from services.people.domain.person import Person
from services.people.messages import resources
from services.people.service.base import ServiceBase


class AuditMethods(ServiceBase):
    async def RecordAudit(self, request: people_pb2.RecordAuditRequest, context: object) -> Empty:
        await authorisation.require_everywhere(self.store)
        action = resources.enum_from_message(resources.ACTIONS, request.action, "action")
        if action not in REPORTED:
            raise Invalid("AUDIT_ACTION_NOT_YOURS", field="action")
        await self.store.audit.add(action, request.subject, request.detail, request_id=request.request_id)
        return Empty()

    async def ListAuditEntries(
        self, request: people_pb2.ListAuditEntriesRequest, context: object
    ) -> people_pb2.ListAuditEntriesResponse:
        """An administrator of an area sees what its people did, and what was done to them and to the area."""
        reach = await authorisation.reach_of(self.store, acting())
        about = None if reach.everywhere else [*await self.store.people.at_home_in(reach.places), *reach.places]
        action = resources.enum_from_message(resources.ACTIONS, request.action, "action") if request.action else None
        size = paging.page_size(request.page_size)
        if request.export and not request.page_token:
            acting().require_proof()
            await self.store.audit.add(Action.EXPORTED, "list", "audit log")
        between = moment(request.since), moment(request.until)
        entries, following = await self.store.audit.page(
            action, request.actor, size, request.page_token, about=about, between=between
        )
        return people_pb2.ListAuditEntriesResponse(
            entries=[resources.entry_to_message(each) for each in entries], next_page_token=following
        )

    async def ListOwnAuditEntries(
        self, request: people_pb2.ListOwnAuditEntriesRequest, context: object
    ) -> people_pb2.ListOwnAuditEntriesResponse:
        person, size = acting().require_person(), paging.page_size(request.page_size)
        entries, following = await self.store.audit.of_person(person, size, request.page_token, by_them=request.by_me)
        shown = [replace(each, subject=person) if person in each.subjects else each for each in entries]
        actors = {each.actor for each in entries if each.actor.startswith("people/")}
        return people_pb2.ListOwnAuditEntriesResponse(
            entries=[resources.entry_to_message(each) for each in shown],
            next_page_token=following,
            actors={each.name: _actor(each) for each in await self.store.people.of(sorted(actors))},
        )


def _actor(person: Person) -> people_pb2.AuditActor:
    grants = [resources.grant_to_message(each) for each in person.grants]
    return people_pb2.AuditActor(display_name=person.display_name, grants=grants)
