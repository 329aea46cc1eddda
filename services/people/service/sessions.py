# ruff: noqa: N802 - gRPC method names are the contract's
"""Where somebody is signed in: listed, and ended one by one or all at once."""

from __future__ import annotations

from google.protobuf.empty_pb2 import Empty

from ieum.people.v1 import people_pb2
from services.chassis.clock import now
from services.chassis.errors import Missing
from services.people import authorisation
from services.people.domain import sessions
from services.people.domain.audit import Action
from services.people.domain.person import Person
from services.people.domain.sessions import Session
from services.people.messages import resources
from services.people.service.base import ServiceBase


class SessionMethods(ServiceBase):
    async def ListSessions(
        self, request: people_pb2.ListSessionsRequest, context: object
    ) -> people_pb2.ListSessionsResponse:
        owner = await authorisation.own_or_managed(self.store, request.parent)
        return people_pb2.ListSessionsResponse(
            sessions=[resources.session_to_message(*each) for each in await self._standing(owner)]
        )

    async def EndSession(self, request: people_pb2.EndSessionRequest, context: object) -> Empty:
        person, key = resources.session_keys(request.name)
        owner = await authorisation.own_or_managed(self.store, f"people/{person}")
        session = await self.store.sessions.entities.find(key)
        if session is None or session.person != owner.id:
            raise Missing("SESSION_NOT_FOUND", field="name")
        if not session.ended:
            await self._end(key)
            await self.store.audit.add(Action.SESSIONS_ENDED, owner.name, "one session")
        return Empty()

    async def EndSessions(self, request: people_pb2.EndSessionsRequest, context: object) -> Empty:
        owner = await authorisation.own_or_managed(self.store, request.parent)
        keep = resources.session_keys(request.kept)[1] if request.kept else ""
        standing = await self._standing(owner)
        for key, _ in standing:
            if key != keep:
                await self._end(key)
        if standing:
            await self.store.audit.add(Action.SESSIONS_ENDED, owner.name, "all sessions")
        return Empty()

    async def _standing(self, owner: Person) -> list[tuple[str, Session]]:
        moment = now()
        return [
            (key, session)
            for key, session in await self.store.sessions.of(owner.id)
            if sessions.stands(session, owner, moment)
        ]

    async def _end(self, key: str) -> None:
        await self.store.sessions.entities.change(key, lambda current: sessions.end(current, now()))
