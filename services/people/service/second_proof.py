# ruff: noqa: N802 - gRPC method names are the contract's
"""The second proof of signing in, and the proof that is asked again during a session (step-up)."""

from __future__ import annotations

import secrets

from ieum.people.v1 import people_pb2
from services.chassis.clock import now
from services.chassis.errors import Invalid, Unauthenticated
from services.chassis.principal import acting
from services.people import passkeys
from services.people.domain import attempts, second_factor, sessions
from services.people.domain.audit import Action
from services.people.domain.person import Person
from services.people.domain.second_factor import SignInAttempt
from services.people.messages import resources
from services.people.service.session_start import SessionStart
from services.people.store.attempts import counter
from services.people.store.sessions import key_of


class SecondProofMethods(SessionStart):
    async def CompleteSignIn(
        self, request: people_pb2.CompleteSignInRequest, context: object
    ) -> people_pb2.SignInResponse:
        attempt = await self._counted(request.attempt)
        owner = await self._owner(attempt, request)
        async with self.store.attempts.turn(counter("", f"second/{owner.id}")):
            left = await self._check_second(owner, attempt, request)
        if not await self.store.second_factors.take(request.attempt):
            raise Unauthenticated("SIGN_IN_ATTEMPT_OVER")
        answer = await self.begin_session(owner, attempt.shared_device, attempt.agent, request.device_marks)
        answer.MergeFrom(people_pb2.SignInResponse(recovery_codes_left=left))
        return answer

    async def _counted(self, secret: str) -> SignInAttempt:
        """Counts a try of this attempt. Raises Unauthenticated when it is over: the passphrase is asked again."""
        waiting = self.store.second_factors.attempts
        attempt = await waiting.find(key_of(secret))
        if attempt is None or attempt.expire_time <= now():
            raise Unauthenticated("SIGN_IN_ATTEMPT_OVER")
        counted = await waiting.change(key_of(secret), second_factor.count_try, missing="SIGN_IN_ATTEMPT_OVER")
        if counted.tries > second_factor.TRIES:
            await self.store.second_factors.take(secret)
            raise Unauthenticated("SIGN_IN_ATTEMPT_OVER")
        return counted

    async def _owner(self, attempt: SignInAttempt, request: people_pb2.CompleteSignInRequest) -> Person:
        """Whose attempt it is; where it names nobody, whoever the passkey belongs to."""
        key = attempt.person
        if not key and request.passkey:
            key = await self.store.second_factors.owner_of(passkeys.id_in(request.passkey))
            if not key:
                raise Unauthenticated("PASSKEY_REFUSED", field="passkey")
        owner = await self.store.people.find(key) if key else None
        if owner is None or not second_factor.belongs(attempt, owner):
            raise Unauthenticated("SIGN_IN_ATTEMPT_OVER")
        return owner

    async def _check_second(
        self, owner: Person, attempt: SignInAttempt, request: people_pb2.CompleteSignInRequest
    ) -> int | None:
        """How many recovery codes are left, if one of them was used."""
        try:
            if request.passkey:
                await self.use_passkey(owner, request.passkey, attempt.challenge, request.origin)
                return None
            return await self.use_code(owner, request.code)
        except Invalid as problem:
            detail = f"from {attempts.network(request.address)}"
            await self.store.audit.add(Action.SECOND_FACTOR_REFUSED, owner.name, detail, actor="")
            raise Unauthenticated(problem.reason, field=problem.field) from problem

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
            return await self._check_factor(owner, request)
        if not request.passphrase:
            raise Invalid("PASSPHRASE_AGAIN", field="passphrase")
        await self.check_passphrase(owner, request.passphrase)
        return None

    async def _check_factor(self, owner: Person, request: people_pb2.ProveOneselfRequest) -> int | None:
        if not request.passkey:
            return await self.use_code(owner, request.code)
        attempt = await self._counted(request.attempt)
        if attempt.person != owner.id or not await self.store.second_factors.take(request.attempt):
            raise Unauthenticated("SIGN_IN_ATTEMPT_OVER")
        await self.use_passkey(owner, request.passkey, attempt.challenge, request.origin)
        return None
