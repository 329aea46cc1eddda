"""Entities in MongoDB that change by a pure function and carry their own outbox.

The write that changes an entity also appends the events that announce it, so both happen or neither.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

from google.protobuf.message import Message
from pydantic import TypeAdapter
from pymongo import InsertOne, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from services.chassis.clock import now
from services.chassis.errors import Conflict, Missing
from services.chassis.events.outbox import Outbox, Pending, pending_event
from services.chassis.store.batching import Inserts, Reads, Updates
from services.chassis.store.differences import Differences
from services.chassis.store.mongo import Collection, Document

T = TypeVar("T")
# (domain event, key, revision of the entity) -> the protobuf event that announces it
Announce = Callable[[Any, str, int], Message]
Statement = InsertOne[Document] | UpdateOne

_TRIES = 25


@dataclass(frozen=True)
class Stored(Generic[T]):
    """A value as it was read; revision 0 for one that is not stored yet. `pending`: its unpublished events."""

    key: str
    revision: int
    value: T
    pending: Sequence[Pending] = ()


class Entities(Generic[T]):
    """A collection whose documents are values of one frozen dataclass, with optimistic locking on `revision`.

    A verb maps a value to (new value, events). It is pure, because it may run more than once.
    A cache keeps the last `remember` values: changing one again needs no read, and reading one again fetches only its
    revision.
    """

    def __init__(
        self, collection: Collection, kind: type[T], announce: Announce, outbox: Outbox, *, remember: int = 0
    ) -> None:
        self.collection = collection
        self._reads, self._inserts, self._updates = Reads(collection), Inserts(collection), Updates(collection)
        self._revisions = Reads(collection, {"revision": 1})
        self._kind: TypeAdapter[T] = TypeAdapter(kind)
        self._differences = Differences(kind, self._kind)
        self._remember = remember
        self._remembered: dict[str, tuple[int, T]] = {}
        self._announce = announce
        self._outbox = outbox
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        outbox.watch(collection)

    def load(self, document: Mapping[str, Any]) -> T:
        return self._kind.validate_python(document)

    def dump(self, value: T) -> Document:
        document: Document = self._kind.dump_python(value)
        return document

    def remembered(self, key: str) -> T | None:
        """The cached value; another process may have changed it since."""
        return self._remembered[key][1] if key in self._remembered else None

    async def find(self, key: str) -> T | None:
        if known := self._remembered.get(key):
            revision, value = known
            document = await self._revisions.find(key)
            if document and document["revision"] == revision:
                return value
        document = await self._reads.find(key)
        if document is None:
            return None
        value = self.load(document)
        if self._remember and not document.get("pending"):
            self._keep(key, document["revision"], value)
        return value

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
        fresh: bool = False,
        missing: str = "NOT_FOUND",
        session: AsyncClientSession | None = None,
    ) -> T:
        """As `change_with_events`; returns the value alone."""
        value, _ = await self.change_with_events(key, verb, start=start, fresh=fresh, missing=missing, session=session)
        return value

    async def change_with_events(
        self,
        key: str,
        verb: Callable[[T], tuple[T, Sequence[Any]]],
        *,
        start: T | None = None,
        fresh: bool = False,
        missing: str = "NOT_FOUND",
        session: AsyncClientSession | None = None,
    ) -> tuple[T, Sequence[Any]]:
        """Loads, applies the verb, and writes if the revision is still the one read; else loads and applies again.
        Returns what the verb returned at last.

        `start` stands for an entity not there yet; one that is likely `fresh` is written without a read first. A verb
        that changes nothing and returns no event writes nothing.
        Raises Missing, Conflict("BUSY") after many lost races, and whatever the verb raises.
        """
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            known = self._remembered.pop(key, None) or ((0, start) if fresh and start is not None else None)
            if known and session is None:
                changed = await self._change_without_reading(key, *known, verb)
                if changed is not None:
                    return changed
            for attempt in range(_TRIES):
                document = await self._document(key, session)
                if document is None and start is None:
                    raise Missing(missing)
                before = self.load(document) if document is not None else start
                assert before is not None  # noqa: S101 - start is given where there is no document
                value, events = verb(before)
                if document is not None and value == before and not events:
                    return value, events
                revision, carried = (document["revision"], document.get("pending", [])) if document else (0, [])
                if await self._write(key, revision, before, value, events, carried, session):
                    return value, events
                await asyncio.sleep(random.uniform(0, 0.002 * 2 ** min(attempt, 6)))  # noqa: S311 - jitter
        raise Conflict("BUSY")

    async def _document(self, key: str, session: AsyncClientSession | None) -> Document | None:
        return await (self.collection.find_one({"_id": key}, session=session) if session else self._reads.find(key))

    async def _change_without_reading(
        self, key: str, revision: int, before: T, verb: Callable[[T], tuple[T, Sequence[Any]]]
    ) -> tuple[T, Sequence[Any]] | None:
        """Applies the verb to the cached or fresh value. None if that did not lead to a write: the value may have been
        stale, so the caller reads the document. A stale write cannot happen, for it is guarded by the revision."""
        try:
            value, events = verb(before)
        except Exception:
            return None
        if revision and value == before and not events:
            return None
        return (value, events) if await self._write(key, revision, before, value, events, [], None) else None

    async def stored(
        self, condition: Mapping[str, Any], sort: Sequence[tuple[str, int]] = (), limit: int = 0
    ) -> list[Stored[T]]:
        """The documents found, each with the revision that guards a write of `transactions.commit`."""
        found = self.collection.find(condition).limit(limit)
        return [
            Stored(document["_id"], document["revision"], self.load(document), document.get("pending", ()))
            async for document in (found.sort(list(sort)) if sort else found)
        ]

    def statement(self, stored: Stored[T], value: T, events: Sequence[Any]) -> tuple[Statement, Sequence[Pending]]:
        """The write of this value and its events, for `transactions.commit`; it also moves the revision on where the
        value is the same."""
        pending = self._pending(stored.key, stored.revision, events)
        if not stored.revision:
            return InsertOne(self._fresh(stored.key, value, pending)), pending
        key = {"_id": stored.key, "revision": stored.revision}
        return UpdateOne(key, self._updating(stored.revision, stored.value, value, pending)), pending

    def committed(self, stored: Stored[T], pending: Sequence[Pending]) -> None:
        """Publishes soon what a committed write carries; the outbox's sweep takes what cannot be queued."""
        self._remembered.pop(stored.key, None)
        if pending:
            self._outbox.nudge(self.collection, stored.key, [*stored.pending, *pending])

    async def nudge(self, key: str) -> None:
        """Call it after committing a transaction: publishes the entity's events now, not with the next sweep."""
        document = await self.collection.find_one({"_id": key}, {"pending": 1})
        if document and document.get("pending"):
            self._outbox.nudge(self.collection, key, document["pending"])

    async def _write(
        self,
        key: str,
        revision: int,
        before: T,
        value: T,
        events: Sequence[Any],
        carried: Sequence[Pending],
        session: AsyncClientSession | None,
    ) -> bool:
        """Writes if the document still has this revision (0: does not exist). `carried`: its unpublished events."""
        pending = self._pending(key, revision, events)
        if revision:
            written = await self._update(key, revision, before, value, pending, session)
        else:
            written = await self._insert(key, value, pending, session)
        if not written:
            return False
        if session is None:
            nudged = not pending or self._outbox.nudge(self.collection, key, [*carried, *pending])
            # What could not be queued stands on the document alone, and the next to change it shall carry it on.
            if self._remember and nudged:
                self._keep(key, revision + 1, value)
        return True

    def _pending(self, key: str, revision: int, events: Sequence[Any]) -> list[Pending]:
        return [
            pending_event(
                f"{self.collection.name}/{key}/{revision + 1}/{place}", key, self._announce(event, key, revision + 1)
            )
            for place, event in enumerate(events)
        ]

    def _fresh(self, key: str, value: T, pending: Sequence[Pending]) -> Document:
        fresh: Document = {"_id": key, "revision": 1, **self.dump(value)}
        return fresh | {"pending": pending, "due": now()} if pending else fresh

    async def _insert(self, key: str, value: T, pending: Sequence[Pending], session: AsyncClientSession | None) -> bool:
        fresh = self._fresh(key, value, pending)
        try:
            await (self.collection.insert_one(fresh, session=session) if session else self._inserts.insert_one(fresh))
        except DuplicateKeyError as error:
            if "_id" not in (error.details or {}).get("keyPattern", {"_id": 1}):
                raise
            return False
        return True

    async def _update(
        self,
        key: str,
        revision: int,
        before: T,
        value: T,
        pending: Sequence[Pending],
        session: AsyncClientSession | None,
    ) -> bool:
        update = self._updating(revision, before, value, pending)
        if session is None:
            return await self._updates.update_one(key, revision, update)
        matched = await self.collection.update_one({"_id": key, "revision": revision}, update, session=session)
        return matched.matched_count == 1

    def _updating(self, revision: int, before: T, value: T, pending: Sequence[Pending]) -> Document:
        update: Document = {"$set": {**self._differences.between(before, value), "revision": revision + 1}}
        if pending:
            update["$push"] = {"pending": {"$each": pending}}
            update["$min"] = {"due": now()}
        return update

    def _keep(self, key: str, revision: int, value: T) -> None:
        """Caches the value, unless a newer one is cached already: two reads may overlap."""
        if revision < self._remembered.get(key, (0, value))[0]:
            return
        self._remembered.pop(key, None)
        if len(self._remembered) >= self._remember:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[key] = revision, value
