"""Counters of failed tries. Their keys are hashes: what people type into a login field is sometimes a passphrase."""

from __future__ import annotations

import asyncio
import hashlib
from weakref import WeakValueDictionary

from pymongo import WriteConcern

from services.chassis.clock import now
from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.people.domain import attempts
from services.people.domain.attempts import Attempts
from services.people.messages import announcements


def counter(origin: str, login_key: str = "") -> str:
    """`origin`: a network address, or what stands for a device."""
    return hashlib.sha256(f"{attempts.neighbourhood(origin)}|{login_key}".encode()).hexdigest()


class AttemptsStore:
    """Writes without waiting for the journal: a counter lost in a crash allows only a few more attempts."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        collection = database["attempts"].with_options(write_concern=WriteConcern(w=1, j=False))
        self._entities = Entities(collection, Attempts, announcements.no_announcement, outbox)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def prepare(self) -> None:
        await self._entities.collection.create_index("expire_time", name="expiry", expireAfterSeconds=0)

    def turn(self, key: str) -> asyncio.Lock:
        """Serialises attempts on one counter, so that parallel guesses gain nothing."""
        return self._turns.setdefault(key, asyncio.Lock())

    async def check(self, *keys: str) -> bool:
        """Raises Exhausted while the caller has to wait; whether anything is counted under the first."""
        found = await asyncio.gather(*map(self._entities.find, keys))
        for each in found:
            if each:
                attempts.check(each, now())
        return found[0] is not None

    async def count(self, key: str, free: int) -> None:
        """Raises Exhausted without counting while the caller has to wait."""
        fresh = attempts.fresh(free, now())
        await self._entities.change(key, lambda found: attempts.count(found, now()), start=fresh, fresh=True)

    async def clear(self, key: str) -> None:
        await self._entities.collection.delete_one({"_id": key})
