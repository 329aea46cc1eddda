# ruff: noqa: N802 - gRPC method names are the contract's
"""Signing in and out, sessions and passphrases."""

from __future__ import annotations

import asyncio
import secrets

from google.protobuf.empty_pb2 import Empty
from pymongo.asynchronous.client_session import AsyncClientSession

from ieum.people.v1 import people_pb2
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Invalid, Unauthenticated
from services.chassis.principal import acting
from services.people import authorisation
from services.people.domain import attempts, credentials, person, sessions
from services.people.domain.audit import Action
from services.people.domain.person import Person
from services.people.messages import resources
from services.people.service.base import ServiceBase
from services.people.store.attempts import counter
from services.people.store.sessions import key_of


class SignInMethods(ServiceBase):
    async def SignIn(self, request: people_pb2.SignInRequest, context: object) -> people_pb2.SignInResponse:
        """Counts failed attempts of an address for this login and for all logins."""
        pair = counter(request.address, credentials.login_key(request.login))
        async with self.store.attempts.turn(pair):
            found = await self._authenticated(request, pair)
        return await self._begin(await self._rehashed(found, request.passphrase), request.shared_device)

    async def _authenticated(self, request: people_pb2.SignInRequest, pair: str) -> Person:
        everybody = counter(request.address)
        failed, found = await asyncio.gather(
            self.store.attempts.check(pair, everybody), self.store.people.find_login(request.login)
        )
        if not await self.passphrases.verify(found.passphrase_hash if found else "", request.passphrase):
            await self.store.attempts.count(pair, attempts.FREE_FOR_LOGIN)
            await self.store.attempts.count(everybody, attempts.FREE_FOR_ADDRESS)
            await self.store.audit.add(Action.SIGN_IN_REFUSED, found.name if found else "", actor="")
            raise Unauthenticated("SIGN_IN_REFUSED")
        assert found is not None  # noqa: S101 - nobody's passphrase never matches
        if failed:
            await self.store.attempts.clear(pair)
        return found

    async def _rehashed(self, found: Person, passphrase: str) -> Person:
        """Hashes the passphrase again under current parameters, which is possible only while it is at hand."""
        if not self.passphrases.is_outdated(found.passphrase_hash):
            return found
        hashed = await self.passphrases.hash(passphrase)
        return await self.store.people.change(
            found.id, lambda current: person.rehash(current, found.passphrase_hash, hashed)
        )

    async def _begin(self, owner: Person, shared_device: bool) -> people_pb2.SignInResponse:
        secret = secrets.token_urlsafe(32)
        session = sessions.begin(owner, shared_device, now())
        await asyncio.gather(
            self.store.audit.add(Action.SIGNED_IN, owner.name, actor=owner.name),
            self.store.sessions.begin(key_of(secret), session),
        )
        return people_pb2.SignInResponse(
            token=secret, viewer=resources.session_viewer_to_message(owner, key_of(secret), session)
        )

    async def VerifySession(self, request: people_pb2.VerifySessionRequest, context: object) -> people_pb2.Viewer:
        _require_gateway()
        key, moment = key_of(request.token), now()
        found = await self.store.sessions.with_owner(key)
        if found is None or not sessions.stands(*found, moment):
            raise Unauthenticated("SESSION_INVALID")
        session, owner = found
        renewed = sessions.renewed(session, moment)
        if renewed != session:
            await self.store.sessions.renew(key, renewed)
        return resources.session_viewer_to_message(owner, key, renewed)

    async def VerifyToken(self, request: people_pb2.VerifyTokenRequest, context: object) -> people_pb2.Viewer:
        _require_gateway()
        moment = now()
        found = await self.store.tokens.with_owner(request.secret)
        if found is None or not sessions.usable(*found, moment):
            raise Unauthenticated("TOKEN_INVALID")
        token, owner = found
        if sessions.worth_noting(token, moment):
            await self.store.tokens.note_use(token, moment)
        return resources.token_viewer_to_message(owner, token)

    async def SignOut(self, request: people_pb2.SignOutRequest, context: object) -> Empty:
        """Ends the session of this secret. Repeating it is no error."""
        key = key_of(request.token)
        if await self.store.sessions.entities.find(key):
            await self.store.sessions.entities.change(key, lambda current: sessions.end(current, now()))
        return Empty()

    async def ChangePassphrase(self, request: people_pb2.ChangePassphraseRequest, context: object) -> Empty:
        """Repeating the call succeeds: the new passphrase is already set."""
        key = authorisation.require_oneself(request.name)
        found = await self.store.people.get(key)
        credentials.check_passphrase(request.new_passphrase, found.login, "new_passphrase")
        tries = counter("", f"change/{key}")
        await self.store.attempts.count(tries, attempts.FREE_FOR_LOGIN)
        if await self.passphrases.verify(found.passphrase_hash, request.current_passphrase):
            hashed = await self.passphrases.hash(request.new_passphrase)
            await self.store.people.change(key, lambda current: person.set_passphrase(current, hashed, now()))
        elif not await self.passphrases.verify(found.passphrase_hash, request.new_passphrase):
            raise Invalid("PASSPHRASE_WRONG", field="current_passphrase")
        await self.store.attempts.clear(tries)
        return Empty()

    async def ResetPassphrase(self, request: people_pb2.ResetPassphraseRequest, context: object) -> Empty:
        found = await authorisation.managed(self.store, request.name)
        credentials.check_passphrase(request.new_passphrase, found.login, "new_passphrase")
        hashed = await self.passphrases.hash(request.new_passphrase)
        store, moment = self.store, now()

        async def work(session: AsyncClientSession) -> None:
            await store.recorded(
                session,
                store.people.entities,
                found.id,
                lambda current: person.set_passphrase(current, hashed, moment),
                Action.PASSPHRASE_RESET,
                found.name,
            )

        await store.together(work, (store.people.entities, found.id))
        return Empty()


def _require_gateway() -> None:
    if not acting().is_system:
        raise Forbidden("GATEWAY_ONLY")
