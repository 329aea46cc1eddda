"""Sign-in cards, by person, and the computers of centres, by the hash of their secret. Without the key a copy of them
opens nothing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime

from pymongo import DESCENDING
from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.people.domain.cards import Card, CentreDevice
from services.people.messages import announcements
from services.people.store.sessions import key_of

_MOST_LISTED = 500


class CardStore:
    def __init__(self, database: Database, outbox: Outbox, key: bytes) -> None:
        self.entities = Entities(database["cards"], Card, announcements.no_announcement, outbox)
        self._hash_key = hmac.digest(key, b"sign-in cards", "sha512")

    async def prepare(self) -> None:
        await self.entities.collection.create_index("number", name="number", unique=True)

    def hash_number(self, number: str) -> str:
        return self._hash(f"number|{number}")

    def hash_secret(self, person: str, number: str, secret: str) -> str:
        """Of this card alone: the same pictures on another card have another hash."""
        return self._hash(f"secret|{person}|{number}|{secret}")

    def _hash(self, text: str) -> str:
        return hmac.digest(self._hash_key, text.encode(errors="replace"), hashlib.sha256).hex()

    async def of_number(self, hashed: str) -> Card | None:
        document = await self.entities.collection.find_one({"number": hashed}, {"pending": 0})
        return self.entities.load(document) if document else None

    async def of(self, people: Collection[str]) -> dict[str, Card]:
        """By the id of the person."""
        found = self.entities.collection.find({"_id": {"$in": list(people)}}, {"pending": 0})
        return {document["_id"]: self.entities.load(document) async for document in found}

    async def remove_all(self, person: str, session: AsyncClientSession | None = None) -> None:
        await self.entities.collection.delete_one({"_id": person}, session=session)


class CentreDeviceStore:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self.entities = Entities(database["centre_devices"], CentreDevice, announcements.no_announcement, outbox)

    async def prepare(self) -> None:
        await self.entities.collection.create_index("centre", name="centre")

    async def add(self, secret: str, device: CentreDevice) -> str:
        """Its key."""
        key = key_of(secret)
        await self.entities.change(key, lambda current: (current, []), start=device, fresh=True)
        return key

    async def of_secret(self, secret: str) -> tuple[str, CentreDevice] | None:
        key = key_of(secret)
        found = await self.entities.find(key)
        return (key, found) if found else None

    async def note_use(self, key: str, now: datetime) -> None:
        """Writes without raising the revision, because the last use is no decision."""
        await self.entities.collection.update_one({"_id": key}, {"$max": {"last_use_time": now}})

    async def in_centres(self, centres: Collection[str] | None) -> list[tuple[str, CentreDevice]]:
        """None: in all of them."""
        within = {"$gt": ""} if centres is None else {"$in": sorted(centres)}
        found = self.entities.collection.find({"centre": within}, {"pending": 0}).sort("last_use_time", DESCENDING)
        return [(document["_id"], self.entities.load(document)) async for document in found.limit(_MOST_LISTED)]

    async def remove(self, key: str) -> bool:
        return (await self.entities.collection.delete_one({"_id": key})).deleted_count == 1
