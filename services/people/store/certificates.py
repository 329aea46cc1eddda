"""The names that certificates were issued to: a certificate keeps the name its holder had then."""

from __future__ import annotations

from pymongo import ASCENDING
from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.store.mongo import Database


class CertificateNames:
    """By number. Progress has the certificates; their names are here, where all names are and are erased."""

    def __init__(self, database: Database) -> None:
        self._names = database["certificate_names"]

    async def prepare(self) -> None:
        await self._names.create_index([("person", ASCENDING)], name="person")

    async def keep(self, number: str, person: str, name: str) -> None:
        """The first name stays. `person` is a key."""
        first = {"$setOnInsert": {"person": person, "name": name}}
        await self._names.update_one({"_id": number}, first, upsert=True)

    async def find(self, number: str, person: str) -> str:
        document = await self._names.find_one({"_id": number, "person": person}, {"name": 1})
        return document["name"] if document else ""

    async def of(self, person: str) -> list[str]:
        """The numbers of a person's certificates."""
        return [document["_id"] async for document in self._names.find({"person": person}, {"_id": 1})]

    async def rename(self, person: str, name: str, session: AsyncClientSession | None = None) -> None:
        await self._names.update_many({"person": person}, {"$set": {"name": name}}, session=session)

    async def remove_all(self, person: str, session: AsyncClientSession) -> None:
        await self._names.delete_many({"person": person}, session=session)
