from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from pymongo.errors import DuplicateKeyError

from services.chassis.config import Settings
from services.chassis.store import mongo
from services.chassis.store.batching import Inserts, Updates
from services.chassis.store.mongo import Collection


async def test_what_is_there_already_is_refused_alone_and_the_rest_of_its_lot_is_written(settings: Settings) -> None:
    async with mongo.connect(settings.mongo_url) as client:
        rows = client[f"{settings.prefix}inserted"]["rows"]
        await rows.insert_one({"_id": 7})
        inserts = Inserts(rows)
        ended = await asyncio.gather(*(inserts.insert_one({"_id": n}) for n in range(30)), return_exceptions=True)
        assert [(place, type(error)) for place, error in enumerate(ended) if error] == [(7, DuplicateKeyError)]
        assert await rows.count_documents({"_id": {"$gte": 0}}) == 30


async def test_of_changes_sent_together_each_learns_what_became_of_its_own(settings: Settings) -> None:
    async with mongo.connect(settings.mongo_url) as client:
        rows = client[f"{settings.prefix}together"]["rows"]
        await rows.create_index("login", unique=True)
        await rows.insert_many([{"_id": f"r{n}", "revision": 1, "login": f"l{n}", "count": 0} for n in range(30)])
        await rows.update_one({"_id": "r3"}, {"$set": {"revision": 2}})

        def change(n: int) -> dict[str, Any]:
            return {"$set": {"revision": 2, "login": "l0" if n == 5 else f"l{n}"}, "$inc": {"count": 1}}

        updates = Updates(rows)
        asked = [updates.update_one(f"r{n}", 1, change(n)) for n in range(31)]
        ended = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(ended.pop(5), DuplicateKeyError)
        missed = {place if place < 5 else place + 1 for place, written in enumerate(ended) if written is not True}
        assert missed == {3, 30}
        assert [row["_id"] async for row in rows.find({"count": 0}).sort("_id")] == ["r3", "r5"]


class SlowAtFirst:
    """A collection whose first bulk write is made at once and answered only when it is told to."""

    def __init__(self, rows: Collection) -> None:
        self.rows, self.find, self.written, self.tell = rows, rows.find, asyncio.Event(), asyncio.Event()

    async def bulk_write(self, *args: Any, **options: Any) -> Any:
        result = await self.rows.bulk_write(*args, **options)
        if not self.written.is_set():
            self.written.set()
            await self.tell.wait()
        return result


@asynccontextmanager
async def slow_rows(settings: Settings, count: int) -> AsyncIterator[tuple[SlowAtFirst, Callable[[int], Any]]]:
    """The collection, and what changes a row of it."""
    async with mongo.connect(settings.mongo_url) as client:
        rows = client[f"{settings.prefix}slow"]["rows"]
        await rows.insert_many([{"_id": f"r{n}", "revision": 1, "count": 0} for n in range(count)])
        slow = SlowAtFirst(rows)
        updates = Updates(slow)  # type: ignore[arg-type]
        change = {"$set": {"revision": 2}, "$inc": {"count": 1}}
        yield slow, lambda n: asyncio.create_task(updates.update_one(f"r{n}", 1, change))


async def counts(slow: SlowAtFirst) -> list[int]:
    return [row["count"] async for row in slow.rows.find().sort("_id")]


async def test_what_was_sent_together_is_answered_though_its_sender_is_gone(settings: Settings) -> None:
    async with slow_rows(settings, 2) as (slow, change):
        first, second = change(0), change(1)
        await slow.written.wait()
        first.cancel()
        slow.tell.set()
        assert await second
        assert await counts(slow) == [1, 1]


async def test_behind_a_write_that_is_not_answered_the_next_does_not_wait_for_it(settings: Settings) -> None:
    async with slow_rows(settings, 3) as (slow, change):
        first = change(0)
        await slow.written.wait()
        async with asyncio.timeout(5):
            assert all(await asyncio.gather(change(1), change(2)))
        assert not first.done()
        slow.tell.set()
        assert await first
        assert await counts(slow) == [1, 1, 1]


async def test_a_change_that_nobody_waits_for_any_more_is_not_made_later(settings: Settings) -> None:
    async with slow_rows(settings, 3) as (slow, change):
        first = change(0)
        await slow.written.wait()
        given_up = change(1)
        await asyncio.sleep(0)
        given_up.cancel()
        assert await change(2)
        slow.tell.set()
        assert await first
        assert await counts(slow) == [1, 0, 1]


async def test_a_change_is_known_to_be_written_also_once_another_process_wrote_over_it(settings: Settings) -> None:
    async with slow_rows(settings, 1) as (slow, change):
        first, nowhere = change(0), change(9)
        await slow.written.wait()
        elsewhere = Updates(slow.rows)
        assert await elsewhere.update_one("r0", 2, {"$set": {"revision": 3}})
        assert await elsewhere.update_one("r0", 3, {"$set": {"revision": 4}})
        slow.tell.set()
        assert await first is True
        assert await nowhere is False
