# ruff: noqa: N802 - gRPC method names are the contract's
"""Setting up, renewing and removing what somebody has beside their passphrase."""

from __future__ import annotations

from functools import partial

import pyotp
from google.protobuf.empty_pb2 import Empty
from pymongo.asynchronous.client_session import AsyncClientSession

from ieum.people.v1 import people_pb2
from services.chassis.clock import now
from services.people import authorisation
from services.people.domain import attempts, second_factor, sessions
from services.people.domain.audit import Action
from services.people.domain.person import Person
from services.people.domain.second_factor import SecondFactors
from services.people.messages import resources
from services.people.service.base import ServiceBase
from services.people.store.attempts import counter

_ISSUER = "Ieum"


class SecondFactorMethods(ServiceBase):
    async def GetSecondFactors(
        self, request: people_pb2.GetSecondFactorsRequest, context: object
    ) -> people_pb2.SecondFactors:
        owner = await authorisation.own_or_managed(self.store, request.parent)
        return self._to_message(owner, await self.store.second_factors.of(owner.id))

    def _to_message(self, owner: Person, factors: SecondFactors) -> people_pb2.SecondFactors:
        return resources.second_factors_to_message(owner, factors, self.second_factor.concerns(owner))

    async def StartTotp(self, request: people_pb2.StartTotpRequest, context: object) -> people_pb2.StartTotpResponse:
        owner = await self._oneself(request.parent)
        await self.require_own_proof(request.passphrase)
        secret, store = pyotp.random_base32(), self.store.second_factors
        encrypted, moment = store.encrypt(owner.id, secret), now()
        await store.entities.change(
            owner.id,
            lambda factors: second_factor.start_totp(factors, encrypted, moment),
            start=SecondFactors(),
        )
        uri = pyotp.TOTP(secret).provisioning_uri(name=owner.login, issuer_name=_ISSUER)
        return people_pb2.StartTotpResponse(secret=secret, uri=uri)

    async def ConfirmTotp(self, request: people_pb2.ConfirmTotpRequest, context: object) -> people_pb2.RecoveryCodes:
        owner, store, moment = await self._oneself(request.parent), self.store.second_factors, now()
        tries = counter("", f"second/{owner.id}")
        await self.store.attempts.count(tries, attempts.FREE_FOR_LOGIN)
        codes, hashes = store.new_codes(owner.id)
        confirmed = await store.entities.change(
            owner.id,
            lambda factors: second_factor.confirm_totp(
                factors, request.code, partial(store.decrypt, owner.id), hashes, moment
            ),
            start=SecondFactors(),
        )
        await self.store.attempts.clear(tries)
        await self.store.sessions.note_second_factor(owner.id, True)
        await self.store.audit.add(Action.SECOND_FACTOR_ADDED, owner.name, "authenticator app")
        fresh = confirmed.recovery_codes == tuple(hashes)
        return people_pb2.RecoveryCodes(codes=codes if fresh else ())

    async def RemoveTotp(self, request: people_pb2.RemoveTotpRequest, context: object) -> people_pb2.SecondFactors:
        owner = await self._oneself(request.parent)
        await self.require_own_proof(request.passphrase)
        required = self.second_factor.concerns(owner)
        after = await self.store.second_factors.entities.change(
            owner.id, lambda factors: second_factor.remove_totp(factors, required), start=SecondFactors()
        )
        await self.store.sessions.note_second_factor(owner.id, after.is_set_up)
        await self.store.audit.add(Action.SECOND_FACTOR_REMOVED, owner.name, "authenticator app")
        return self._to_message(owner, after)

    async def RenewRecoveryCodes(
        self, request: people_pb2.RenewRecoveryCodesRequest, context: object
    ) -> people_pb2.RecoveryCodes:
        owner, store = await self._oneself(request.parent), self.store.second_factors
        await self.require_own_proof(request.passphrase)
        codes, hashes = store.new_codes(owner.id)
        await store.entities.change(
            owner.id, lambda factors: second_factor.renew_recovery_codes(factors, hashes), start=SecondFactors()
        )
        await self.store.audit.add(Action.RECOVERY_CODES_RENEWED, owner.name)
        return people_pb2.RecoveryCodes(codes=codes)

    async def ResetSecondFactors(self, request: people_pb2.ResetSecondFactorsRequest, context: object) -> Empty:
        owner = await authorisation.managed(self.store, request.parent)
        await self.require_own_proof(request.passphrase)
        store, moment = self.store, now()

        async def work(session: AsyncClientSession) -> None:
            await store.second_factors.entities.change(
                owner.id, lambda _: (second_factor.reset(moment), []), start=SecondFactors(), session=session
            )
            await store.audit.add(Action.SECOND_FACTOR_RESET, owner.name, session=session)

        await store.together(work)
        for key, session in await store.sessions.of(owner.id):
            if sessions.stands(session, owner, moment):
                await store.sessions.entities.change(key, lambda current: sessions.end(current, moment))
        return Empty()

    async def _oneself(self, name: str) -> Person:
        return await self.store.people.get(authorisation.require_oneself(name))
