"""Who looked at exact counts, when and what for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from services.chassis.store.mongo import Database
from services.statistics.live.domain.working import Look

_LATEST = 20


class WorkingLooks:
    def __init__(self, database: Database) -> None:
        self._looks = database["working_looks"]

    async def prepare(self) -> None:
        await self._looks.create_index([("area", ASCENDING), ("time", DESCENDING)])

    async def add(self, look: Look) -> Look:
        """Of a repeated request the first look stands."""
        content = asdict(look)
        key = content.pop("key")
        try:
            await self._looks.insert_one({"_id": key, **content})
        except DuplicateKeyError:
            found = await self._looks.find_one({"_id": key})
            return Look(key=key, **{name: found[name] for name in content}) if found else look
        return look

    async def latest(self, areas: Collection[str]) -> list[Look]:
        found = self._looks.find({"area": {"$in": list(areas)}}).sort("time", DESCENDING).limit(_LATEST)
        return [Look(key=document.pop("_id"), **document) async for document in found]
