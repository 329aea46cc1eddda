"""Counters of failed tries. Their keys are hashes: what people type into a login field is sometimes a passphrase."""

from __future__ import annotations

import hashlib

from services.chassis.clock import now
from services.chassis.mongo import Entities
from services.people.domain import attempts
from services.people.domain.attempts import Attempts


def counter(address: str, login_key: str = "") -> str:
    return hashlib.sha256(f"{attempts.neighbourhood(address)}|{login_key}".encode()).hexdigest()


class AttemptsStore:
    def __init__(self, entities: Entities[Attempts]) -> None:
        self._entities = entities

    async def prepare(self) -> None:
        await self._entities.collection.create_index("expire_time", name="expiry", expireAfterSeconds=0)

    async def check(self, key: str) -> None:
        if found := await self._entities.find(key):
            attempts.check(found, now())

    async def count(self, key: str, free: int) -> None:
        """Raises Exhausted without counting while the caller has to wait."""
        await self._entities.change(key, lambda found: attempts.count(found, now()), start=attempts.fresh(free, now()))

    async def clear(self, key: str) -> None:
        await self._entities.collection.delete_one({"_id": key})
