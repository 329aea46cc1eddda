"""Which account at a provider belongs to whom. A keyed hash stands for issuer and subject."""

from __future__ import annotations

import hashlib
import hmac

from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.people.domain.identities import Identity
from services.people.messages import announcements


class IdentityStore:
    def __init__(self, database: Database, outbox: Outbox, key: bytes) -> None:
        self.entities = Entities(database["identities"], Identity, announcements.no_announcement, outbox)
        self._hash_key = hmac.digest(key, b"identities", "sha512")

    async def prepare(self) -> None:
        await self.entities.collection.create_index("person", name="person")

    def key_of(self, issuer: str, subject: str) -> str:
        """Issuer and subject are told apart, whatever signs are in them."""
        return hmac.digest(self._hash_key, f"{len(issuer)}|{issuer}|{subject}".encode(), hashlib.sha256).hex()

    async def of(self, person: str) -> list[tuple[str, Identity]]:
        found = self.entities.collection.find({"person": person}, {"pending": 0}).sort("create_time", 1)
        return [(document["_id"], self.entities.load(document)) async for document in found]

    async def remove(self, person: str, key: str) -> bool:
        return (await self.entities.collection.delete_one({"_id": key, "person": person})).deleted_count == 1

    async def remove_all(self, person: str, session: AsyncClientSession) -> None:
        await self.entities.collection.delete_many({"person": person}, session=session)
