# ruff: noqa: N802 - gRPC method names are the contract's
"""Changing one's passphrase, and the code by which an administrator lets somebody in who has forgotten theirs."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from google.protobuf.empty_pb2 import Empty
from pymongo.asynchronous.client_session import AsyncClientSession

from ieum.people.v1 import people_pb2
from services.chassis.clock import now, stamp
from services.chassis.errors import Invalid
from services.people import authorisation
from services.people.domain import attempts, credentials
from services.people.domain.audit import Action
from services.people.domain.passphrase import CODE_LIFETIME, give_code, set_passphrase
from services.people.domain.person import Outcome, Person
from services.people.service.base import ServiceBase
from services.people.store.attempts import counter

_CODE_DIGITS = 8


class PassphraseMethods(ServiceBase):
    async def ChangePassphrase(self, request: people_pb2.ChangePassphraseRequest, context: object) -> Empty:
        """Repeating the call succeeds: the new passphrase is already set."""
        key = authorisation.require_oneself(request.name)
        found = await self.store.people.get(key)
        credentials.check_passphrase(request.new_passphrase, found.login, "new_passphrase")
        tries = counter("", f"change/{key}")
        await self.store.attempts.count(tries, attempts.FREE_FOR_LOGIN)
        if await self.passphrases.verify(found.passphrase_hash, request.current_passphrase):
            if found.passphrase_must_change and request.new_passphrase == request.current_passphrase:
                raise Invalid("PASSPHRASE_IS_CODE", field="new_passphrase")
            hashed = await self.passphrases.hash(request.new_passphrase)
            moment = now()
            await self._replace(
                found, lambda current: set_passphrase(current, hashed, moment), Action.PASSPHRASE_CHANGED
            )
        elif not await self.passphrases.verify(found.passphrase_hash, request.new_passphrase):
            raise Invalid("PASSPHRASE_WRONG", field="current_passphrase")
        await self.store.attempts.clear(tries)
        return Empty()

    async def ResetPassphrase(
        self, request: people_pb2.ResetPassphraseRequest, context: object
    ) -> people_pb2.ResetPassphraseResponse:
        found = await authorisation.managed(self.store, request.name)
        code = "".join(secrets.choice("0123456789") for _ in range(_CODE_DIGITS))
        hashed = await self.passphrases.hash(code)
        moment = now()
        await self._replace(found, lambda current: give_code(current, hashed, moment), Action.PASSPHRASE_RESET)
        return people_pb2.ResetPassphraseResponse(code=code, expire_time=stamp(moment + CODE_LIFETIME))

    async def _replace(self, found: Person, verb: Callable[[Person], Outcome], action: Action) -> None:
        """Ends every session, and revokes every token."""
        store = self.store

        async def work(session: AsyncClientSession) -> None:
            await store.recorded(session, store.people.entities, found.id, verb, action, found.name)
            await store.tokens.revoke_all(found.id, session)
            # A first passphrase stands beside the card; one that replaces another shuts every way in.
            if found.passphrase_hash and not found.passphrase_must_change:
                await store.cards.remove_all(found.id, session)

        await store.together(work, (store.people.entities, found.id))
