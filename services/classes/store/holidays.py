"""The list of holidays: one document, replaced whole."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.store.mongo import Database

_KEY = "holidays"


class Holidays:
    def __init__(self, database: Database) -> None:
        self._collection = database["calendar"]

    async def replace(self, holidays: Mapping[str, str]) -> None:
        pairs = [[day, holidays[day]] for day in sorted(holidays)]
        await self._collection.replace_one({"_id": _KEY}, {"holidays": pairs}, upsert=True)

    async def all(self) -> list[tuple[str, str]]:
        found = await self._collection.find_one({"_id": _KEY})
        return [(day, title) for day, title in found["holidays"]] if found else []

    async def days(self) -> frozenset[str]:
        return frozenset(day for day, _ in await self.all())
