"""Pairs of accounts of which staff have said that they are two people."""

from __future__ import annotations

from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.clock import now
from services.chassis.store.mongo import Database


class ToldApart:
    """By the ids of both."""

    def __init__(self, database: Database) -> None:
        self._pairs = database["told_apart"]

    async def prepare(self) -> None:
        await self._pairs.create_index("people", name="people")

    async def add(self, one: str, other: str, by: str) -> None:
        """Safe to repeat."""
        pair = sorted((one, other))
        said = {"people": pair, "by": by, "time": now()}
        await self._pairs.update_one({"_id": "|".join(pair)}, {"$setOnInsert": said}, upsert=True)

    async def of(self, person: str) -> set[str]:
        """The others."""
        found = self._pairs.find({"people": person}, {"people": 1})
        return {each async for pair in found for each in pair["people"] if each != person}

    async def forget(self, person: str, session: AsyncClientSession) -> None:
        await self._pairs.delete_many({"people": person}, session=session)
