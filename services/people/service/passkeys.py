# ruff: noqa: N802 - gRPC method names are the contract's
"""Passkeys: made, used and removed. One alone signs its owner in, or it is the second factor beside a passphrase."""

from __future__ import annotations

import secrets
from dataclasses import replace

from ieum.people.v1 import people_pb2
from services.chassis.clock import now, stamp
from services.chassis.errors import Unauthenticated
from services.chassis.principal import Kind, acting
from services.people import authorisation, passkeys
from services.people.domain import second_factor, sessions
from services.people.domain.audit import Action
from services.people.domain.passkeys import checked_name
from services.people.domain.person import Person
from services.people.domain.second_factor import SecondFactors, SignInAttempt
from services.people.messages import resources
from services.people.service.base import ServiceBase
from services.people.store.sessions import key_of

_CHALLENGE_BYTES = 32


class PasskeyMethods(ServiceBase):
    async def StartPasskey(
        self, request: people_pb2.StartPasskeyRequest, context: object
    ) -> people_pb2.StartPasskeyResponse:
        owner = await self.store.people.get(authorisation.require_oneself(request.parent))
        await self.require_own_proof(request.passphrase)
        challenge, handle, moment = secrets.token_bytes(_CHALLENGE_BYTES), secrets.token_hex(32), now()
        started = await self.store.second_factors.entities.change(
            owner.id,
            lambda factors: second_factor.start_passkey(factors, challenge, handle, moment),
            start=SecondFactors(),
        )
        options = passkeys.creation_options(
            request.origin, owner.login, bytes.fromhex(started.user_handle), challenge, started.passkeys
        )
        return people_pb2.StartPasskeyResponse(options=options)

    async def ConfirmPasskey(
        self, request: people_pb2.ConfirmPasskeyRequest, context: object
    ) -> people_pb2.RecoveryCodes:
        owner, store, moment = await self._oneself(request.parent), self.store.second_factors, now()
        name = checked_name(request.display_name)
        challenge = second_factor.passkey_challenge(await store.of(owner.id), moment)
        made = passkeys.registered(request.passkey, challenge, request.origin, name, moment)
        codes, hashes = store.new_codes(owner.id)
        confirmed = await store.entities.change(
            owner.id, lambda factors: second_factor.add_passkey(factors, made, challenge, hashes), start=SecondFactors()
        )
        await self.store.sessions.note_second_factor(owner.id, True)
        await self.store.audit.add(Action.SECOND_FACTOR_ADDED, owner.name, "passkey")
        fresh = confirmed.recovery_codes == tuple(hashes)
        return people_pb2.RecoveryCodes(codes=codes if fresh else ())

    async def RemovePasskey(
        self, request: people_pb2.RemovePasskeyRequest, context: object
    ) -> people_pb2.SecondFactors:
        person, id = resources.passkey_keys(request.name)
        owner = await self._oneself(f"people/{person}")
        await self.require_own_proof(request.passphrase)
        required = self.second_factor.concerns(owner)
        after = await self.store.second_factors.entities.change(
            owner.id, lambda factors: second_factor.remove_passkey(factors, id, required), start=SecondFactors()
        )
        await self.store.sessions.note_second_factor(owner.id, after.is_set_up)
        await self.store.audit.add(Action.SECOND_FACTOR_REMOVED, owner.name, "passkey")
        return resources.second_factors_to_message(owner, after, required)

    async def StartPasskeyUse(
        self, request: people_pb2.StartPasskeyUseRequest, context: object
    ) -> people_pb2.StartPasskeyUseResponse:
        """A challenge for the attempt that is under way; without one, for a new attempt: of whoever is signed in and
        proves it once more, or of a stranger, whose passkey will say who it is."""
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        secret, attempt = await self._attempt_for(request, challenge)
        factors = await self.store.second_factors.of(attempt.person) if attempt.person else SecondFactors()
        here = passkeys.rp_id(request.origin)
        allowed = [each for each in factors.passkeys if each.rp_id == here]
        return people_pb2.StartPasskeyUseResponse(
            options=passkeys.request_options(request.origin, challenge, allowed),
            attempt=secret,
            attempt_expire_time=stamp(attempt.expire_time),
        )

    async def _attempt_for(
        self, request: people_pb2.StartPasskeyUseRequest, challenge: bytes
    ) -> tuple[str, SignInAttempt]:
        attempts, moment = self.store.second_factors.attempts, now()
        if request.attempt:
            found = await attempts.find(key_of(request.attempt))
            if found is None or found.expire_time <= moment:
                raise Unauthenticated("SIGN_IN_ATTEMPT_OVER")
            changed = await attempts.change(
                key_of(request.attempt), lambda current: (replace(current, challenge=challenge), [])
            )
            return request.attempt, changed
        caller, agent = acting(), request.agent[: sessions.AGENT_LENGTH]
        if caller.kind is Kind.PERSON:
            owner = await self.store.people.get(resources.person_key(caller.person))
            attempt = second_factor.begin_attempt(owner, request.shared_device, agent, moment)
        else:
            attempt = second_factor.begin_unknown(request.shared_device, agent, moment)
        secret, attempt = secrets.token_urlsafe(32), replace(attempt, challenge=challenge)
        await self.store.second_factors.begin(secret, attempt)
        return secret, attempt

    async def _oneself(self, name: str) -> Person:
        return await self.store.people.get(authorisation.require_oneself(name))
