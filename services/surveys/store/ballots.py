"""Sealed ballots: no time, no revision, and nothing but sealed bytes beside who cast them."""

from __future__ import annotations

import random

from services.chassis.store.mongo import Collection


class Ballots:
    """One for each person and vote. `of` is the field that names what is voted on."""

    def __init__(self, collection: Collection, of: str) -> None:
        self._ballots = collection
        self._of = of

    async def prepare(self) -> None:
        await self._ballots.create_index(self._of)
        await self._ballots.create_index("person")

    async def put(self, of: str, person: str, sealed: bytes) -> None:
        ballot = {self._of: of, "person": person, "sealed": sealed}
        await self._ballots.replace_one({"_id": f"{of}.{person}"}, ballot, upsert=True)

    async def has(self, of: str, person: str) -> bool:
        return await self._ballots.find_one({"_id": f"{of}.{person}"}, {"_id": 1}) is not None

    async def of(self, person: str) -> list[str]:
        """Where a ballot of this person waits to be counted."""
        return [each[self._of] async for each in self._ballots.find({"person": person}, {"_id": 0, self._of: 1})]

    async def sealed(self, of: str) -> list[bytes]:
        """Without their voters, in an order that says nothing."""
        found = [each["sealed"] async for each in self._ballots.find({self._of: of}, {"_id": 0, "sealed": 1})]
        random.SystemRandom().shuffle(found)
        return found

    async def drop(self, of: str) -> None:
        await self._ballots.delete_many({self._of: of})

    async def forget(self, person: str) -> None:
        """A ballot that is not counted yet goes with its voter."""
        await self._ballots.delete_many({"person": person})
