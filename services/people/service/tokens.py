# ruff: noqa: N802 - gRPC method names are the contract's
"""Personal API tokens: scoped, expiring, revocable, shown once."""

from __future__ import annotations

import secrets
from functools import partial

from google.protobuf.empty_pb2 import Empty
from pymongo.asynchronous.client_session import AsyncClientSession

from ieum.people.v1 import people_pb2
from services.chassis.clock import new_id, now
from services.chassis.errors import Missing
from services.people import authorisation
from services.people.domain import sessions
from services.people.domain.audit import Action
from services.people.messages import resources
from services.people.service.base import ServiceBase
from services.people.store.sessions import key_of

_PREFIX = "ieum_"  # lets scanners of published files recognise a leaked token


class TokenMethods(ServiceBase):
    async def CreateToken(
        self, request: people_pb2.CreateTokenRequest, context: object
    ) -> people_pb2.CreateTokenResponse:
        key = authorisation.require_oneself(request.parent)
        wanted = request.token
        if wanted.area:
            (await self.store.places.get()).check_area(wanted.area)
        await self.require_own_proof(request.passphrase)
        secret = _PREFIX + secrets.token_urlsafe(32)
        token = sessions.issue(
            new_id(), key, key_of(secret), wanted.display_name, wanted.scopes, wanted.area, request.days, now()
        )
        store = self.store

        async def work(session: AsyncClientSession) -> None:
            await store.tokens.entities.change(token.id, lambda current: (current, []), start=token, session=session)
            await store.audit.add(Action.TOKEN_CREATED, token.name, ", ".join(token.scopes), session=session)

        await store.together(work)
        return people_pb2.CreateTokenResponse(token=resources.token_to_message(token), secret=secret)

    async def ListTokens(self, request: people_pb2.ListTokensRequest, context: object) -> people_pb2.ListTokensResponse:
        owner = await authorisation.own_or_managed(self.store, request.parent)
        return people_pb2.ListTokensResponse(
            tokens=[resources.token_to_message(each) for each in await self.store.tokens.of(owner.id)]
        )

    async def RevokeToken(self, request: people_pb2.RevokeTokenRequest, context: object) -> Empty:
        person, key = resources.token_keys(request.name)
        await authorisation.own_or_managed(self.store, f"people/{person}")
        token = await self.store.tokens.entities.find(key)
        if token is None or token.person != person:
            raise Missing("TOKEN_NOT_FOUND", field="name")
        store, moment = self.store, now()

        async def work(session: AsyncClientSession) -> None:
            revoke = partial(sessions.revoke, now=moment)
            await store.recorded(session, store.tokens.entities, key, revoke, Action.TOKEN_REVOKED, request.name)

        await store.together(work, (store.tokens.entities, key))
        return Empty()
