# ruff: noqa: N802 - gRPC method names are the contract's
"""Granting and revoking roles."""

from __future__ import annotations

from pymongo.asynchronous.client_session import AsyncClientSession

from ieum.people.v1 import people_pb2
from services.chassis.clock import now
from services.chassis.errors import Forbidden
from services.people import authorisation
from services.people.domain import person
from services.people.domain.audit import Action
from services.people.domain.person import RUNS_EVERYTHING, Grant, Person
from services.people.messages import resources
from services.people.service.base import ServiceBase


class RoleMethods(ServiceBase):
    async def GrantRole(self, request: people_pb2.GrantRoleRequest, context: object) -> people_pb2.Person:
        before, what = await self._may_decide(request.name, request.grant)
        (await self.store.places.get()).check_scope(what.scope)
        if what in before.grants:
            return resources.person_to_message(before)
        await self.require_own_proof(request.passphrase)
        store, moment = self.store, now()

        async def work(session: AsyncClientSession) -> Person:
            return await store.recorded(
                session,
                store.people.entities,
                before.id,
                lambda current: person.grant(current, what, moment),
                Action.ROLE_GRANTED,
                before.name,
                str(what),
            )

        return resources.person_to_message(await store.together(work, (store.people.entities, before.id)))

    async def RevokeRole(self, request: people_pb2.RevokeRoleRequest, context: object) -> people_pb2.Person:
        before, what = await self._may_decide(request.name, request.grant)
        if what not in before.grants:
            return resources.person_to_message(before)
        store, moment = self.store, now()

        async def work(session: AsyncClientSession) -> Person:
            administrators = await store.people.administrators(session) if what == RUNS_EVERYTHING else 0
            return await store.recorded(
                session,
                store.people.entities,
                before.id,
                lambda current: person.revoke(current, what, administrators, moment),
                Action.ROLE_REVOKED,
                before.name,
                str(what),
            )

        return resources.person_to_message(await store.together(work, (store.people.entities, before.id)))

    async def _may_decide(self, name: str, wanted: people_pb2.Grant) -> tuple[Person, Grant]:
        found, reach = await authorisation.at_home(self.store, name)
        what = Grant(resources.enum_from_message(resources.ROLES, wanted.role, "role"), wanted.scope)
        if not reach.covers_scope(what.scope):
            raise Forbidden("OUTSIDE_YOUR_AREA", field="scope")
        return found, what
