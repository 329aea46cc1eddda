"""Batches concurrent reads, inserts and updates of a collection into one call, which costs a tenth for each.

No timer: a batch leaves when the one before it returns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from bson import ObjectId
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, DuplicateKeyError, WriteError

Q = TypeVar("Q")
A = TypeVar("A")

_MOST = 500
_SLOW_SECONDS = 0.25
_MARKS = 4
_DUPLICATE_KEY = 11000
_Collection = AsyncCollection[dict[str, Any]]


@dataclass(eq=False)
class _Item(Generic[Q, A]):
    question: Q
    done: asyncio.Future[A]


class Batcher(Generic[Q, A]):
    """Collects questions and sends them through `ask`, which answers a batch in its order; an exception in the answers
    is raised for its own question only.

    Questions of one round of the event loop share a batch. While it is sent, the next one fills; after
    _SLOW_SECONDS that leaves all the same, so that a dead connection holds nobody up.
    """

    def __init__(self, ask: Callable[[Sequence[Q]], Awaitable[Sequence[A | Exception]]]) -> None:
        self._ask = ask
        self._waiting: list[_Item[Q, A]] = []
        self._starting = asyncio.Lock()
        self._sending: set[asyncio.Task[None]] = set()

    async def answer(self, question: Q) -> A:
        """The question is sent after this call starts, never before. Cancelling before then withdraws it."""
        item: _Item[Q, A] = _Item(question, asyncio.get_running_loop().create_future())
        self._waiting.append(item)
        try:
            async with self._starting:
                # The first caller sends for all that wait; the others find their questions gone.
                if item in self._waiting:
                    await asyncio.sleep(0)
                    await self._begin()
        except asyncio.CancelledError:
            self._waiting = [waiting for waiting in self._waiting if waiting is not item]
            item.done.cancel()
            raise
        return await item.done

    async def _begin(self) -> None:
        """Sends what waits. A task of its own: cancelling one caller must not cancel the others' questions."""
        batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        sending = asyncio.create_task(self._send(batch))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        await asyncio.wait({sending}, timeout=_SLOW_SECONDS)

    async def _send(self, batch: Sequence[_Item[Q, A]]) -> None:
        answers: Sequence[A | Exception]
        try:
            answers = await self._ask([item.question for item in batch])
        except Exception as error:
            answers = [error] * len(batch)
        for item, answer in zip(batch, answers, strict=True):
            if not item.done.done():
                if isinstance(answer, Exception):
                    item.done.set_exception(answer)
                else:
                    item.done.set_result(answer)


class Inserts:
    """Inserts documents in any order. Each call returns once its document is written with the collection's write
    concern, or raises DuplicateKeyError."""

    def __init__(self, collection: _Collection) -> None:
        self._collection = collection
        self._batcher = Batcher(self._insert)

    async def insert_one(self, document: dict[str, Any]) -> None:
        await self._batcher.answer(document)

    async def _insert(self, batch: Sequence[dict[str, Any]]) -> Sequence[Exception | None]:
        try:
            await self._collection.insert_many(batch, ordered=False)
        except BulkWriteError as error:
            failed = _failed(error)
            return [failed.get(place) for place in range(len(batch))]
        return [None] * len(batch)


@dataclass(frozen=True)
class _Change:
    """An update with a mark, which the document keeps: so a written change is recognised even after later changes."""

    key: str
    revision: int
    update: Mapping[str, Any]
    mark: ObjectId = field(default_factory=ObjectId)

    def statement(self) -> UpdateOne:
        marks = {"marks": {"$each": [self.mark], "$slice": -_MARKS}}
        marked = {**self.update, "$push": {**self.update.get("$push", {}), **marks}}
        return UpdateOne({"_id": self.key, "revision": self.revision}, marked)


class Updates:
    """Updates documents in any order, each only while it still has the revision given (optimistic locking)."""

    def __init__(self, collection: _Collection) -> None:
        self._collection = collection
        self._batcher = Batcher(self._update)

    async def update_one(self, key: str, revision: int, update: Mapping[str, Any]) -> bool:
        """True if it was written, with the collection's write concern. Raises WriteError or DuplicateKeyError."""
        return await self._batcher.answer(_Change(key, revision, update))

    async def _update(self, batch: Sequence[_Change]) -> Sequence[bool | Exception]:
        failed: Mapping[int, Exception] = {}
        try:
            result = await self._collection.bulk_write([change.statement() for change in batch], ordered=False)
            matched = result.matched_count
        except BulkWriteError as error:
            failed, matched = _failed(error), error.details["nMatched"]
        # The server returns how many matched, and not which.
        all_did = matched + len(failed) == len(batch)
        written = {change.mark for change in batch} if all_did else await self._written(batch)
        return [failed.get(place, change.mark in written) for place, change in enumerate(batch)]

    async def _written(self, batch: Sequence[_Change]) -> set[ObjectId]:
        found = self._collection.find({"_id": {"$in": [change.key for change in batch]}}, {"marks": 1})
        return {mark async for document in found for mark in document.get("marks", ())}


def _failed(error: BulkWriteError) -> dict[int, Exception]:
    """Errors by position. Raises `error` itself if the write concern failed, because then no write is known to last."""
    if error.details["writeConcernErrors"]:
        raise error
    return {each["index"]: _write_error(each) for each in error.details["writeErrors"]}


def _write_error(details: Mapping[str, Any]) -> WriteError:
    kind = DuplicateKeyError if details["code"] == _DUPLICATE_KEY else WriteError
    return kind(details["errmsg"], details["code"], details)


class Reads:
    """Reads documents by id, whole or as the projection says."""

    def __init__(self, collection: _Collection, projection: Mapping[str, int] | None = None) -> None:
        self._collection = collection
        self._projection = projection
        self._batcher = Batcher(self._read)

    async def find(self, key: str) -> dict[str, Any] | None:
        return await self._batcher.answer(key)

    async def _read(self, keys: Sequence[str]) -> Sequence[dict[str, Any] | None]:
        item = self._collection.find({"_id": {"$in": list(set(keys))}}, self._projection)
        found = {row["_id"]: row for row in await item.to_list()}
        return [found.get(key) for key in keys]
