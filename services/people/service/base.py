"""The base of the classes that hold the methods of PeopleService."""

from __future__ import annotations

from dataclasses import dataclass, field

from ieum.people.v1.people_pb2_grpc import PeopleServiceServicer
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Invalid
from services.chassis.principal import acting
from services.people import passkeys
from services.people.domain import attempts, second_factor
from services.people.domain.audit import Action
from services.people.domain.person import Person
from services.people.domain.second_factor import Requirement, SecondFactors
from services.people.messages import resources
from services.people.passphrases import Passphrases
from services.people.store import Store
from services.people.store.attempts import counter


@dataclass
class ServiceBase(PeopleServiceServicer):
    store: Store
    passphrases: Passphrases
    second_factor: Requirement = field(default_factory=Requirement)
    backup_days: int = 35
    """How long the operator keeps a backup at most."""

    async def require_own_proof(self, passphrase: str) -> None:
        """The caller's passphrase again, or a fresh proof, before what a screen left open must not allow. Whoever has a
        second factor has to have proved it. Commands need none."""
        caller = acting()
        if caller.has_proved() and not passphrase:
            return
        owner = await self.store.people.get(resources.person_key(caller.require_person()))
        if owner.erased:
            return  # a repeated call, and nothing is left to protect
        by_passphrase = owner.passphrase_hash and not (await self.store.second_factors.of(owner.id)).is_set_up
        if not caller.has_proved() and not by_passphrase:
            raise Forbidden("PROOF_NEEDED")
        if not passphrase:
            raise Invalid("PASSPHRASE_AGAIN", field="passphrase")
        await self.check_passphrase(owner, passphrase)

    async def check_passphrase(self, owner: Person, given: str) -> None:
        """Raises Invalid for a wrong one, and Exhausted while too many were wrong."""
        tries = counter("", f"change/{owner.id}")
        await self.store.attempts.count(tries, attempts.FREE_FOR_LOGIN)
        if not await self.passphrases.verify(owner.passphrase_hash, given):
            raise Invalid("PASSPHRASE_WRONG", field="passphrase")
        await self.store.attempts.clear(tries)

    async def use_passkey(self, owner: Person, answer: str, challenge: bytes, origin: str) -> None:
        """Raises Invalid unless one of the owner's passkeys answered this challenge."""
        factors, id = await self.store.second_factors.of(owner.id), passkeys.id_in(answer)
        passkey = next((each for each in factors.passkeys if each.id == id), None)
        if passkey is None or not challenge:
            raise Invalid("PASSKEY_REFUSED", field="passkey")
        count, moment = passkeys.verified_count(answer, passkey, challenge, origin), now()
        await self.store.second_factors.entities.change(
            owner.id, lambda current: second_factor.use_passkey(current, id, count, moment)
        )

    async def use_code(self, owner: Person, code: str) -> int | None:
        """Accepts a code of the second factor, once; how many recovery codes are left, if it was one of them.

        Raises Invalid for a wrong code, and Exhausted while too many were wrong."""
        tries, store, moment = counter("", f"second/{owner.id}"), self.store.second_factors, now()
        await self.store.attempts.count(tries, attempts.FREE_FOR_LOGIN)
        after = await store.entities.change(
            owner.id,
            lambda factors: second_factor.use_code(
                factors,
                code,
                lambda encrypted: store.decrypt(owner.id, encrypted),
                lambda plain: store.hash_code(owner.id, plain),
                moment,
            ),
            start=SecondFactors(),
        )
        await self.store.attempts.clear(tries)
        if len(second_factor.without_gaps(code)) != second_factor.RECOVERY_LENGTH:
            return None
        left = len(after.recovery_codes)
        await self.store.audit.add(Action.RECOVERY_CODE_USED, owner.name, f"{left} left", actor=owner.name)
        return left
