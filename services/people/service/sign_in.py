# ruff: noqa: N802 - gRPC method names are the contract's
"""Signing in and out, and whom a session or token belongs to."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from google.protobuf.empty_pb2 import Empty

from ieum.people.v1 import people_pb2
from services.chassis.clock import now, stamp
from services.chassis.errors import Forbidden, Invalid, Unauthenticated
from services.chassis.principal import acting
from services.people.domain import attempts, credentials, devices, second_factor, sessions
from services.people.domain.audit import Action
from services.people.domain.passphrase import is_code_expired, rehash
from services.people.domain.person import Person
from services.people.domain.second_factor import SecondFactors, SignInAttempt
from services.people.messages import resources
from services.people.service.base import ServiceBase
from services.people.store.attempts import counter
from services.people.store.sessions import key_of


@dataclass(frozen=True)
class _Tries:
    """The counters of a try: of its origin for this login, and all that count, each with what is free. Tries that share
    one of `turns` come one after the other, so that parallel guesses gain nothing."""

    pair: str
    limits: Mapping[str, int]
    turns: tuple[str, ...]


class SignInMethods(ServiceBase):
    async def SignIn(self, request: people_pb2.SignInRequest, context: object) -> people_pb2.SignInResponse:
        found = await self.store.people.find_login(request.login)
        tries = self._tries(request, found)
        async with AsyncExitStack() as turns:
            for key in tries.turns:
                await turns.enter_async_context(self.store.attempts.turn(key))
            owner = await self._authenticated(request, found, tries)
        owner = await self._rehashed(owner, request.passphrase)
        if (await self.store.second_factors.of(owner.id)).is_set_up:
            return await self._await_second(owner, request)
        return await self.begin_session(owner, request.shared_device, request.agent, request.device_marks)

    async def _await_second(self, owner: Person, request: people_pb2.SignInRequest) -> people_pb2.SignInResponse:
        secret = secrets.token_urlsafe(32)
        attempt = second_factor.begin_attempt(
            owner, request.shared_device, request.agent[: sessions.AGENT_LENGTH], now()
        )
        await self.store.second_factors.begin(secret, attempt)
        return people_pb2.SignInResponse(attempt=secret, attempt_expire_time=stamp(attempt.expire_time))

    async def CompleteSignIn(
        self, request: people_pb2.CompleteSignInRequest, context: object
    ) -> people_pb2.SignInResponse:
        attempt, owner = await self._attempt(request.attempt)
        turn = counter("", f"second/{owner.id}")
        async with self.store.attempts.turn(turn):
            used = await self._check_second(owner, request)
        if not await self.store.second_factors.take(request.attempt):
            raise Unauthenticated("SIGN_IN_ATTEMPT_OVER")
        answer = await self.begin_session(owner, attempt.shared_device, attempt.agent, request.device_marks)
        if used is not None:
            answer.recovery_codes_left = used
        return answer

    async def _attempt(self, secret: str) -> tuple[SignInAttempt, Person]:
        """Counts a try of this attempt. Raises Unauthenticated when it is over: the passphrase is asked again."""
        attempts_ = self.store.second_factors.attempts
        attempt = await attempts_.find(key_of(secret))
        owner = await self.store.people.find(attempt.person) if attempt else None
        if attempt is None or owner is None or not second_factor.stands(attempt, owner, now()):
            raise Unauthenticated("SIGN_IN_ATTEMPT_OVER")
        counted = await attempts_.change(key_of(secret), second_factor.count_try, missing="SIGN_IN_ATTEMPT_OVER")
        if counted.tries > second_factor.TRIES:
            await self.store.second_factors.take(secret)
            raise Unauthenticated("SIGN_IN_ATTEMPT_OVER")
        return counted, owner

    async def _check_second(self, owner: Person, request: people_pb2.CompleteSignInRequest) -> int | None:
        """How many recovery codes are left, if one of them was used."""
        try:
            return await self.use_code(owner, request.code)
        except Invalid as problem:
            detail = f"from {attempts.network(request.address)}"
            await self.store.audit.add(Action.SECOND_FACTOR_REFUSED, owner.name, detail, actor="")
            raise Unauthenticated(problem.reason, field="code") from problem

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

    async def begin_session(
        self, owner: Person, shared_device: bool, agent: str, device_marks: Iterable[str]
    ) -> people_pb2.SignInResponse:
        secret = secrets.token_urlsafe(32)
        factors = await self._factors(owner)
        due = None if factors.is_set_up else factors.due_time
        session = sessions.begin(
            owner, shared_device, now(), agent, second_factor_due=due, second_factor=factors.is_set_up
        )
        marks = (mark for mark in device_marks if self.store.device_owner(mark) == owner.id)
        await asyncio.gather(
            self.store.audit.add(Action.SIGNED_IN, owner.name, actor=owner.name),
            self.store.sessions.begin(key_of(secret), session),
        )
        return people_pb2.SignInResponse(
            token=secret,
            viewer=resources.session_viewer_to_message(owner, key_of(secret), session),
            device_mark=next(marks, "") or self.store.device_mark(owner.id),
        )

    async def _factors(self, owner: Person) -> SecondFactors:
        """From now on with a day on which one is due, for whoever needs one."""
        factors = self.store.second_factors
        if not self.second_factor.concerns(owner):
            return replace(await factors.of(owner.id), due_time=None)
        grace, moment = self.second_factor.grace, now()
        return await factors.entities.change(
            owner.id, lambda current: second_factor.give_grace(current, grace, moment), start=SecondFactors()
        )

    async def ProveOneself(self, request: people_pb2.ProveOneselfRequest, context: object) -> people_pb2.SignInResponse:
        """Step-up. The session goes on under a new secret, so that whoever knew the old one gains nothing."""
        owner = await self.store.people.get(resources.person_key(acting().require_person()))
        old = key_of(request.token)
        session = await self.store.sessions.entities.find(old)
        if session is None or session.person != owner.id or not sessions.stands(session, owner, now()):
            raise Unauthenticated("SESSION_INVALID")
        left = await self._check_proof(owner, request)
        secret, proved = secrets.token_urlsafe(32), sessions.prove(session, now())
        await self.store.sessions.begin(key_of(secret), proved)
        await self.store.sessions.entities.change(old, lambda current: sessions.end(current, now()))
        viewer = resources.session_viewer_to_message(owner, key_of(secret), proved)
        return people_pb2.SignInResponse(token=secret, viewer=viewer, recovery_codes_left=left)

    async def _check_proof(self, owner: Person, request: people_pb2.ProveOneselfRequest) -> int | None:
        """By the second factor where there is one, else by the passphrase."""
        if (await self.store.second_factors.of(owner.id)).is_set_up:
            return await self.use_code(owner, request.code)
        if not request.passphrase:
            raise Invalid("PASSPHRASE_AGAIN", field="passphrase")
        await self.check_passphrase(owner, request.passphrase)
        return None

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
        session = await self.store.sessions.entities.find(key)
        if session and not session.ended:
            await self.store.sessions.entities.change(key, lambda current: sessions.end(current, now()))
            await self.store.audit.add(Action.SIGNED_OUT, f"people/{session.person}", actor=f"people/{session.person}")
        return Empty()


def _require_gateway() -> None:
    if not acting().is_system:
        raise Forbidden("GATEWAY_ONLY")
