"""MongoDB: one client per process, and entities that change by a pure verb and carry their own outbox.

The write that changes an entity also appends the events that announce it, so both happen or neither.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

from google.protobuf.message import Message
from pydantic import TypeAdapter
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from services.chassis.clock import now
from services.chassis.errors import Conflict, Missing
from services.chassis.outbox import Outbox, Pending, pending_event

T = TypeVar("T")
Document = dict[str, Any]
Collection = AsyncCollection[Document]
Database = AsyncDatabase[Document]
# (fact, key, revision of the entity) -> the protobuf event that announces it
Announce = Callable[[Any, str, int], Message]

_TRIES = 25


@asynccontextmanager
async def connect(url: str) -> AsyncIterator[AsyncMongoClient[Document]]:
    """A client whose writes are acknowledged by a majority and journalled, and whose every call has a deadline."""
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        url,
        tz_aware=True,
        w="majority",
        journal=True,
        timeoutMS=10_000,
        serverSelectionTimeoutMS=10_000,
        maxPoolSize=100,
    )
    try:
        yield client
    finally:
        await client.close()


class Entities(Generic[T]):
    """A collection whose documents are values of one frozen dataclass; `revision` counts the changes of each.

    A verb maps a value to (new value, facts). It may run more than once and must not do anything but compute.
    """

    def __init__(self, collection: Collection, kind: type[T], announce: Announce, outbox: Outbox) -> None:
        self.collection = collection
        self._kind: TypeAdapter[T] = TypeAdapter(kind)
        self._announce = announce
        self._outbox = outbox
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        outbox.watch(collection)

    def load(self, document: Mapping[str, Any]) -> T:
        return self._kind.validate_python(document)

    def dump(self, value: T) -> Document:
        document: Document = self._kind.dump_python(value)
        return document

    async def find(self, key: str) -> T | None:
        document = await self.collection.find_one({"_id": key}, {"pending": 0})
        return None if document is None else self.load(document)

    async def get(self, key: str, *, missing: str = "NOT_FOUND") -> T:
        """Raises Missing with the reason given."""
        value = await self.find(key)
        if value is None:
            raise Missing(missing)
        return value

    async def revision(self, key: str) -> int:
        document = await self.collection.find_one({"_id": key}, {"revision": 1})
        return document["revision"] if document else 0

    async def change(
        self,
        key: str,
        verb: Callable[[T], tuple[T, Sequence[Any]]],
        *,
        start: T | None = None,
        missing: str = "NOT_FOUND",
        session: AsyncClientSession | None = None,
    ) -> T:
        """Loads, applies the verb, and writes where the revision is still the one read; else loads and applies again.

        `start` stands for an entity not there yet. A verb that changes nothing and states no fact writes nothing.
        Raises Missing, Conflict("BUSY") after many lost races, and whatever the verb raises.
        """
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            for attempt in range(_TRIES):
                document = await self.collection.find_one({"_id": key}, session=session)
                if document is None and start is None:
                    raise Missing(missing)
                before = self.load(document) if document is not None else start
                assert before is not None  # noqa: S101 - start is given where there is no document
                value, facts = verb(before)
                if document is not None and value == before and not facts:
                    return value
                if await self._write(key, document, before, value, facts, session):
                    return value
                await asyncio.sleep(random.uniform(0, 0.002 * 2 ** min(attempt, 6)))  # noqa: S311 - jitter
        raise Conflict("BUSY")

    async def nudge(self, key: str) -> None:
        """After the commit of a transaction that changed it: announces now, not only with the next sweep."""
        document = await self.collection.find_one({"_id": key}, {"pending": 1})
        if document and document.get("pending"):
            self._outbox.nudge(self.collection, key, document["pending"])

    async def _write(
        self,
        key: str,
        document: Document | None,
        before: T,
        value: T,
        facts: Sequence[Any],
        session: AsyncClientSession | None,
    ) -> bool:
        revision = (document["revision"] if document else 0) + 1
        moment = now()
        pending = [
            pending_event(f"{self.collection.name}/{key}/{revision}/{place}", key, self._announce(fact, key, revision))
            for place, fact in enumerate(facts)
        ]
        fields = self.dump(value)
        if document is None:
            fresh: Document = {"_id": key, "revision": revision, **fields}
            if pending:
                fresh |= {"pending": pending, "due": moment}
            try:
                await self.collection.insert_one(fresh, session=session)
            except DuplicateKeyError as error:
                if "_id" not in (error.details or {}).get("keyPattern", {"_id": 1}):
                    raise
                return False
        else:
            old = self.dump(before)
            update: Document = {"$set": {name: field for name, field in fields.items() if old.get(name) != field}}
            update["$set"]["revision"] = revision
            if pending:
                update["$push"] = {"pending": {"$each": pending}}
                update["$min"] = {"due": moment}
            matched = await self.collection.update_one(
                {"_id": key, "revision": document["revision"]}, update, session=session
            )
            if matched.matched_count == 0:
                return False
        if pending and session is None:
            carried: list[Pending] = [] if document is None else document.get("pending", [])
            self._outbox.nudge(self.collection, key, [*carried, *pending])
        return True
