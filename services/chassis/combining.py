"""Many small writes that are wanted at the same moment, sent as one: each costs a tenth, and none waits for a timer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, WriteError

_MOST = 500
_Update = Mapping[str, Any] | Sequence[Mapping[str, Any]]
_Waiting = tuple[UpdateOne, asyncio.Future[None]]


class Writes:
    """To one collection, for writes that are safe to repeat. While one lot is under way the next gathers."""

    def __init__(self, collection: AsyncCollection[dict[str, Any]]) -> None:
        self._collection = collection
        self._waiting: list[_Waiting] = []
        self._turn = asyncio.Lock()

    async def update_one(self, which: Mapping[str, Any], update: _Update, *, upsert: bool = False) -> None:
        """Returns when it is written, as durably as the collection writes; raises what concerns this write."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((UpdateOne(which, update, upsert=upsert), done))
        async with self._turn:
            # Whoever comes first takes all that wait along; those find themselves done.
            if not done.done():
                await self._send()
        done.result()

    async def _send(self) -> None:
        lot, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        failed: dict[int, Exception] = {}
        try:
            await self._collection.bulk_write([write for write, _ in lot], ordered=False)
        except BulkWriteError as error:
            details = error.details["writeErrors"]
            failed = {each["index"]: WriteError(each["errmsg"], each["code"], each) for each in details}
            if not failed:  # the concern was not met: nobody's is known to be durable
                failed = dict.fromkeys(range(len(lot)), error)
        except Exception as error:
            failed = dict.fromkeys(range(len(lot)), error)
        except asyncio.CancelledError:
            self._waiting[:0] = lot
            raise
        for place, (_, done) in enumerate(lot):
            if not done.done():
                done.set_exception(failed[place]) if place in failed else done.set_result(None)
