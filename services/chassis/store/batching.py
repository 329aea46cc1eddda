"""Many small things that are wanted of the database at the same moment, asked as one: each costs a tenth, and none
waits for a timer."""

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
_LONG_SECONDS = 0.25
_MARKS = 4
_DUPLICATE_KEY = 11000
_Collection = AsyncCollection[dict[str, Any]]


@dataclass(eq=False)
class _Asked(Generic[Q, A]):
    question: Q
    done: asyncio.Future[A]


class Lots(Generic[Q, A]):
    """`ask` answers a lot in its order; an exception is the answer to one. While one lot is under way the next
    gathers, and all that is asked within one round of the event loop goes together. Behind a lot that meets a dead
    connection the next does not wait for long."""

    def __init__(self, ask: Callable[[Sequence[Q]], Awaitable[Sequence[A | Exception]]]) -> None:
        self._ask = ask
        self._waiting: list[_Asked[Q, A]] = []
        self._turn = asyncio.Lock()
        self._under_way: set[asyncio.Task[None]] = set()

    async def answer(self, question: Q) -> A:
        """It is asked after the call, never before; whoever is cancelled before it is asked has not asked."""
        asked: _Asked[Q, A] = _Asked(question, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        try:
            async with self._turn:
                # Whoever comes first takes all that wait along; those find that they have been asked.
                if asked in self._waiting:
                    await asyncio.sleep(0)
                    await self._begin()
        except asyncio.CancelledError:
            self._waiting = [waiting for waiting in self._waiting if waiting is not asked]
            asked.done.cancel()
            raise
        return await asked.done

    async def _begin(self) -> None:
        """Sends what waits. Not given up with whoever began it, as others wait for it too."""
        lot, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        sending = asyncio.create_task(self._send(lot))
        self._under_way.add(sending)
        sending.add_done_callback(self._under_way.discard)
        await asyncio.wait({sending}, timeout=_LONG_SECONDS)

    async def _send(self, lot: Sequence[_Asked[Q, A]]) -> None:
        answers: Sequence[A | Exception]
        try:
            answers = await self._ask([asked.question for asked in lot])
        except Exception as error:
            answers = [error] * len(lot)
        for asked, answer in zip(lot, answers, strict=True):
            if not asked.done.done():
                asked.done.set_exception(answer) if isinstance(answer, Exception) else asked.done.set_result(answer)


class Inserts:
    """Into one collection, in any order. Each returns when it is written, as durably as the collection writes; raises
    DuplicateKeyError where a unique key is there already."""

    def __init__(self, collection: _Collection) -> None:
        self._collection = collection
        self._lots = Lots(self._insert)

    async def insert_one(self, document: dict[str, Any]) -> None:
        await self._lots.answer(document)

    async def _insert(self, lot: Sequence[dict[str, Any]]) -> Sequence[Exception | None]:
        try:
            await self._collection.insert_many(lot, ordered=False)
        except BulkWriteError as error:
            failed = _failed(error)
            return [failed.get(place) for place in range(len(lot))]
        return [None] * len(lot)


@dataclass(frozen=True)
class _Change:
    """By its mark a change that was written is known again, also once others have been written over it."""

    key: str
    revision: int
    update: Mapping[str, Any]
    mark: ObjectId = field(default_factory=ObjectId)

    def statement(self) -> UpdateOne:
        marks = {"marks": {"$each": [self.mark], "$slice": -_MARKS}}
        marked = {**self.update, "$push": {**self.update.get("$push", {}), **marks}}
        return UpdateOne({"_id": self.key, "revision": self.revision}, marked)


class Updates:
    """Of documents of one collection, in any order, each only where it still has the revision given."""

    def __init__(self, collection: _Collection) -> None:
        self._collection = collection
        self._lots = Lots(self._update)

    async def update_one(self, key: str, revision: int, update: Mapping[str, Any]) -> bool:
        """Whether it was written, as durably as the collection writes. Raises WriteError, or DuplicateKeyError."""
        return await self._lots.answer(_Change(key, revision, update))

    async def _update(self, lot: Sequence[_Change]) -> Sequence[bool | Exception]:
        failed: Mapping[int, Exception] = {}
        try:
            result = await self._collection.bulk_write([change.statement() for change in lot], ordered=False)
            matched = result.matched_count
        except BulkWriteError as error:
            failed, matched = _failed(error), error.details["nMatched"]
        # The server counts those that matched and does not say which.
        all_did = matched + len(failed) == len(lot)
        written = {change.mark for change in lot} if all_did else await self._written(lot)
        return [failed.get(place, change.mark in written) for place, change in enumerate(lot)]

    async def _written(self, lot: Sequence[_Change]) -> set[ObjectId]:
        found = self._collection.find({"_id": {"$in": [change.key for change in lot]}}, {"marks": 1})
        return {mark async for document in found for mark in document.get("marks", ())}


def _failed(error: BulkWriteError) -> dict[int, Exception]:
    """By place. Raises the error itself where nobody's write is known to be durable."""
    if error.details["writeConcernErrors"]:
        raise error
    return {each["index"]: _write_error(each) for each in error.details["writeErrors"]}


def _write_error(details: Mapping[str, Any]) -> WriteError:
    kind = DuplicateKeyError if details["code"] == _DUPLICATE_KEY else WriteError
    return kind(details["errmsg"], details["code"], details)


class Reads:
    """Documents of one collection by their ids; of each what the projection says, or all."""

    def __init__(self, collection: _Collection, projection: Mapping[str, int] | None = None) -> None:
        self._collection = collection
        self._projection = projection
        self._lots = Lots(self._read)

    async def find(self, key: str) -> dict[str, Any] | None:
        return await self._lots.answer(key)

    async def _read(self, keys: Sequence[str]) -> Sequence[dict[str, Any] | None]:
        asked = self._collection.find({"_id": {"$in": list(set(keys))}}, self._projection)
        found = {row["_id"]: row for row in await asked.to_list()}
        return [found.get(key) for key in keys]
