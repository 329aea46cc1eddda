"""The base of the classes that hold the methods of PeopleService."""

from __future__ import annotations

from dataclasses import dataclass

from ieum.people.v1.people_pb2_grpc import PeopleServiceServicer
from services.chassis.errors import Invalid
from services.chassis.principal import acting
from services.people.domain import attempts
from services.people.messages import resources
from services.people.passphrases import Passphrases
from services.people.store import Store
from services.people.store.attempts import counter


@dataclass
class ServiceBase(PeopleServiceServicer):
    store: Store
    passphrases: Passphrases

    async def require_own_passphrase(self, given: str) -> None:
        """The caller's passphrase again, before what a screen left open must not allow. Commands have none."""
        caller = acting()
        if caller.is_system:
            return
        if not given:
            raise Invalid("PASSPHRASE_AGAIN", field="passphrase")
        key = resources.person_key(caller.require_person())
        tries = counter("", f"change/{key}")
        await self.store.attempts.count(tries, attempts.FREE_FOR_LOGIN)
        owner = await self.store.people.get(key)
        if owner.erased:
            return  # a repeated call, and nothing is left to protect
        if not await self.passphrases.verify(owner.passphrase_hash, given):
            raise Invalid("PASSPHRASE_WRONG", field="passphrase")
        await self.store.attempts.clear(tries)
