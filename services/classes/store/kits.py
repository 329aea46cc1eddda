"""Kits as documents, which MongoDB deletes a while after their end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.classes.domain.kits import Kit, KitOutcome

_MOST = 200


def _no_events(event: Any, key: str, revision: int) -> Any:
    raise TypeError(event)


class Kits:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._kits = Entities(database["kits"], Kit, _no_events, outbox)

    async def prepare(self) -> None:
        for field in ("class_", "holder"):
            await self._kits.collection.create_index([(field, 1)])
        await self._kits.collection.create_index([("expire_time", 1)], expireAfterSeconds=0)

    async def take(self, kit: Kit, verb: Callable[[Kit], KitOutcome]) -> Kit:
        return await self._kits.change(kit.id, verb, start=kit)

    async def change(self, key: str, verb: Callable[[Kit], KitOutcome]) -> Kit:
        return await self._kits.change(key, verb, missing="KIT_NOT_FOUND")

    async def get(self, key: str) -> Kit:
        return await self._kits.get(key, missing="KIT_NOT_FOUND")

    async def list(self, condition: Mapping[str, Any]) -> list[Kit]:
        """The latest first."""
        found = await self._kits.stored(condition, (("taken_time", -1), ("_id", 1)), _MOST)
        return [stored.value for stored in found]

    async def forget(self, person: str) -> None:
        """A device whose kit is gone loses what it took along, as if it were revoked. Safe to repeat."""
        await self._kits.collection.delete_many({"holder": person})
