# ruff: noqa: N802 - gRPC method names are the contract's
"""Signing in and out, and whom a session or token belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from google.protobuf.empty_pb2 import Empty

from ieum.people.v1 import people_pb2
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Unauthenticated
from services.chassis.principal import acting
from services.people.domain import attempts, credentials, devices, sessions
from services.people.domain.audit import Action
from services.people.domain.passphrase import is_code_expired, rehash
from services.people.domain.person import Person
from services.people.messages import resources
from services.people.service.session_start import SessionStart
from services.people.store.attempts import counter
from services.people.store.sessions import key_of


@dataclass(frozen=True)
class _Tries:
    """The counters of a try: of its origin for this login, and all that count, each with what is free. Tries that share
    one of `turns` come one after the other, so that parallel guesses gain nothing."""

    pair: str
    limits: Mapping[str, int]
    turns: tuple[str, ...]


class SignInMethods(SessionStart):
    async def SignIn(self, request: people_pb2.SignInRequest, context: object) -> people_pb2.SignInResponse:
        found = await self.store.people.find_login(request.login)
        tries = self._tries(request, found)
        async with AsyncExitStack() as turns:
            for key in tries.turns:
                await turns.enter_async_context(self.store.attempts.turn(key))
            owner = await self._authenticated(request, found, tries)
        owner = await self._rehashed(owner, request.passphrase)
        return await self.begin_or_await(owner, request.shared_device, request.agent, request.device_marks)

    def _tries(self, request: people_pb2.SignInRequest, found: Person | None) -> _Tries:
        """Under which counters this try is looked at: the owner's own device has one, which nobody else can fill."""
        login = credentials.login_key(request.login)
        owners = {mark: self.store.device_owner(mark) for mark in request.device_marks[: devices.MOST_MARKS]}
        known = {mark: owner for mark, owner in owners.items() if owner}
        own = next((mark for mark, owner in known.items() if found and owner == found.id), "")
        origin = own or next((f"people/{owner}" for owner in known.values()), request.address)
        pair, account = counter(origin, login), counter("", f"account/{login}")
        if own:
            return _Tries(pair, {pair: attempts.FREE_FOR_LOGIN}, (pair,))
        limits = {pair: attempts.FREE_FOR_LOGIN, counter(origin): attempts.FREE_FOR_ORIGIN}
        if not (found and found.passphrase_must_change):  # whoever was given a code at the desk gets in with it
            limits[account] = attempts.FREE_FOR_ACCOUNT
        return _Tries(pair, limits, (pair, account))

    async def _authenticated(self, request: people_pb2.SignInRequest, found: Person | None, tries: _Tries) -> Person:
        failed = await self.store.attempts.check(*tries.limits)
        if not await self.passphrases.verify(found.passphrase_hash if found else "", request.passphrase):
            for key, free in tries.limits.items():
                await self.store.attempts.count(key, free)
            detail = f"from {attempts.network(request.address)}, login {self._login_mark(request.login)}"
            await self.store.audit.add(Action.SIGN_IN_REFUSED, found.name if found else "", detail, actor="")
            raise Unauthenticated("SIGN_IN_REFUSED")
        assert found is not None  # noqa: S101 - nobody's passphrase never matches
        if is_code_expired(found, now()):
            raise Unauthenticated("CODE_EXPIRED")
        if failed:
            await self.store.attempts.clear(tries.pair)
        return found

    def _login_mark(self, login: str) -> str:
        return self.store.login_mark(credentials.login_key(login))

    async def _rehashed(self, found: Person, passphrase: str) -> Person:
        """Hashes the passphrase again under current parameters, which is possible only while it is at hand."""
        if not self.passphrases.is_outdated(found.passphrase_hash):
            return found
        hashed = await self.passphrases.hash(passphrase)
        return await self.store.people.change(found.id, lambda current: rehash(current, found.passphrase_hash, hashed))

    async def VerifySession(self, request: people_pb2.VerifySessionRequest, context: object) -> people_pb2.Viewer:
        _require_gateway()
        key, moment = key_of(request.token), now()
        found = await self.store.sessions.with_owner(key)
        if found is None or not sessions.stands(*found, moment):
            raise Unauthenticated("SESSION_INVALID")
        session, owner = found
        renewed = sessions.renewed(session, owner, moment)
        if renewed != session:
            await self.store.sessions.renew(key, renewed)
        viewer = resources.session_viewer_to_message(owner, key, renewed)
        viewer.due_notice = await self.store.privacy_notices.due_of(owner.name)
        return viewer

    async def VerifyToken(self, request: people_pb2.VerifyTokenRequest, context: object) -> people_pb2.Viewer:
        _require_gateway()
        moment = now()
        found = await self.store.tokens.with_owner(request.secret)
        if found is None or not sessions.usable(*found, moment):
            raise Unauthenticated("TOKEN_INVALID")
        token, owner = found
        if sessions.worth_noting(token, moment):
            await self.store.tokens.note_use(token, moment)
            await self.store.retention.note_use(owner.id, moment)
        return resources.token_viewer_to_message(owner, token)

    async def SignOut(self, request: people_pb2.SignOutRequest, context: object) -> Empty:
        """Ends the session of this secret. Repeating it is no error."""
        key = key_of(request.token)
        session = await self.store.sessions.entities.find(key)
        if session and not session.ended:
            await self.store.sessions.entities.change(key, lambda current: sessions.end(current, now()))
            await self.store.audit.add(Action.SIGNED_OUT, f"people/{session.person}", actor=f"people/{session.person}")
        return Empty()


def _require_gateway() -> None:
    if not acting().is_system:
        raise Forbidden("GATEWAY_ONLY")
