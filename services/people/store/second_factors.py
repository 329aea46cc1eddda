"""Second factors, and attempts to sign in that wait for one. Without the key a copy of them opens nothing."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.people.domain import second_factor
from services.people.domain.second_factor import SecondFactors, SignInAttempt
from services.people.messages import announcements
from services.people.store.sessions import key_of


class SecondFactorStore:
    """Factors by person, attempts by the hash of their secret."""

    def __init__(self, database: Database, outbox: Outbox, key: bytes) -> None:
        silent = announcements.no_announcement
        self.entities = Entities(database["second_factors"], SecondFactors, silent, outbox)
        self.attempts = Entities(database["sign_in_attempts"], SignInAttempt, silent, outbox)
        self._cipher = AESSIV(hmac.digest(key, b"encryption of second factors", "sha512"))
        self._hash_key = hmac.digest(key, b"recovery codes", "sha512")

    async def prepare(self) -> None:
        await self.attempts.collection.create_index("expire_time", name="expiry", expireAfterSeconds=0)
        # Greater than "": people without a passkey are not in the index.
        await self.entities.collection.create_index(
            "passkeys.id", name="passkey", unique=True, partialFilterExpression={"passkeys.id": {"$gt": ""}}
        )
        await self.attempts.collection.create_index("person", name="person")

    async def of(self, person: str) -> SecondFactors:
        return await self.entities.find(person) or SecondFactors()

    async def owner_of(self, passkey: str) -> str:
        """The person with this passkey, or "" ."""
        found = await self.entities.collection.find_one({"passkeys.id": passkey}, {"_id": 1})
        return str(found["_id"]) if found else ""

    async def begin(self, secret: str, attempt: SignInAttempt) -> None:
        await self.attempts.change(key_of(secret), lambda current: (current, []), start=attempt, fresh=True)

    async def take(self, secret: str) -> bool:
        """Removes an attempt; False if somebody else took it first, so that it leads to one session."""
        return (await self.attempts.collection.delete_one({"_id": key_of(secret)})).deleted_count == 1

    def encrypt(self, person: str, secret: str) -> bytes:
        return self._cipher.encrypt(secret.encode(), [b"totp", person.encode()])

    def decrypt(self, person: str, encrypted: bytes) -> str:
        return self._cipher.decrypt(encrypted, [b"totp", person.encode()]).decode()

    def hash_code(self, person: str, code: str) -> str:
        return hmac.digest(self._hash_key, f"{person}|{code}".encode(), hashlib.sha256).hex()

    def new_codes(self, person: str) -> tuple[list[str], list[str]]:
        """Fresh recovery codes, and their hashes."""
        codes = [
            "".join(secrets.choice(second_factor.RECOVERY_ALPHABET) for _ in range(second_factor.RECOVERY_LENGTH))
            for _ in range(second_factor.RECOVERY_CODES)
        ]
        return codes, [self.hash_code(person, code) for code in codes]

    async def remove_all(self, person: str, session: AsyncClientSession | None = None) -> None:
        await self.entities.collection.delete_many({"_id": person}, session=session)
        await self.attempts.collection.delete_many({"person": person}, session=session)
