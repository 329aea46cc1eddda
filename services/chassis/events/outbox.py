"""Publishes what entities announce: soon after each write, and by a sweep after a crash. In order for each entity.

An event leaves its document only after the broker has acknowledged it; a repeat is dropped by the broker
(`Nats-Msg-Id`) or by handlers that are idempotent by shape.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict

from google.protobuf.message import Message
from pymongo import ASCENDING, UpdateOne, WriteConcern
from pymongo.asynchronous.collection import AsyncCollection

from services.chassis.clock import now
from services.chassis.events.bus import Bus, check_cancelled
from services.chassis.observability import trace

_WORKERS = 32
_WAITING = 2_000
_SWEEP_SECONDS = 2.0
_GRACE = timedelta(seconds=3)
_CLEAR_SECONDS = 0.05


class Pending(TypedDict):
    """An event on its document, waiting for the broker."""

    id: str
    subject: str
    type: str
    data: bytes
    trace: str


def pending_event(identity: str, key: str, message: Message) -> Pending:
    name = message.DESCRIPTOR.full_name
    return Pending(
        id=identity, subject=f"{name}.{key}", type=name, data=message.SerializeToString(), trace=trace.traceparent()
    )


_Collection = AsyncCollection[dict[str, Any]]
_Work = tuple[_Collection, str, Sequence[Pending]]


class Outbox:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._collections: dict[str, _Collection] = {}
        self._queues: list[asyncio.Queue[_Work]] = [asyncio.Queue(_WAITING) for _ in range(_WORKERS)]
        self._published: dict[str, list[UpdateOne]] = defaultdict(list)
        self._to_clear = asyncio.Event()

    def watch(self, collection: _Collection) -> None:
        # A clearing lost in a crash only publishes again, so it need not wait for the journal.
        self._collections[collection.name] = collection.with_options(write_concern=WriteConcern(w=1, j=False))

    async def prepare(self) -> None:
        for collection in self._collections.values():
            await collection.create_index(
                [("due", ASCENDING)], name="outbox", partialFilterExpression={"due": {"$exists": True}}
            )

    def nudge(self, collection: _Collection, key: str, pending: Sequence[Pending]) -> bool:
        """Publish soon. When too much is waiting (False) the sweep takes it later."""
        queue = self._queues[hash((collection.name, key)) % _WORKERS]
        if queue.full():
            return False
        queue.put_nowait((self._collections[collection.name], key, pending))
        return True

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for queue in self._queues:
                tasks.create_task(self._work(queue))
            tasks.create_task(self._sweep())
            tasks.create_task(self._clear())

    async def _work(self, queue: asyncio.Queue[_Work]) -> None:
        while True:
            check_cancelled()
            collection, key, pending = await queue.get()
            try:
                await self._publish(collection, key, pending)
            except Exception:
                trace.log().warning("outbox delayed", collection=collection.name, exc_info=True)

    async def _sweep(self) -> None:
        while True:
            check_cancelled()
            await asyncio.sleep(_SWEEP_SECONDS)
            for collection in self._collections.values():
                try:
                    await self._sweep_collection(collection)
                except Exception:
                    trace.log().warning("outbox sweep delayed", collection=collection.name, exc_info=True)

    async def _sweep_collection(self, collection: _Collection) -> None:
        due = collection.find({"due": {"$lt": now() - _GRACE}}, {"pending": 1}).sort("due", ASCENDING).limit(1_000)
        async for document in due:
            await self._publish(collection, document["_id"], document["pending"])

    async def _publish(self, collection: _Collection, key: str, pending: Sequence[Pending]) -> None:
        for event in pending:
            with trace.following(event["trace"], f"publish {event['type']}", "producer"):
                header = trace.traceparent()
                await self._bus.publish(event["subject"], event["type"], event["id"], event["data"], header)
        sent = [event["id"] for event in pending]
        left: dict[str, Any] = {
            "$filter": {"input": "$pending", "cond": {"$not": {"$in": ["$$this.id", {"$literal": sent}]}}}
        }
        clearing = [
            {"$set": {"pending": left}},
            {"$set": {"due": {"$cond": [{"$eq": ["$pending", []]}, "$$REMOVE", "$due"]}}},
        ]
        self._published[collection.name].append(UpdateOne({"_id": key}, clearing))
        self._to_clear.set()

    async def _clear(self) -> None:
        """Takes off its document what was published, together with all that was published meanwhile."""
        while True:
            check_cancelled()
            await self._to_clear.wait()
            await asyncio.sleep(_CLEAR_SECONDS)
            self._to_clear.clear()
            published, self._published = self._published, defaultdict(list)
            for name, updates in published.items():
                try:
                    await self._collections[name].bulk_write(updates, ordered=False)
                except Exception:  # the sweep publishes it again, and the broker drops the repeat
                    trace.log().warning("outbox not cleared", collection=name, exc_info=True)

    async def depth(self) -> int:
        """Documents with something to announce."""
        return sum(
            [await collection.count_documents({"due": {"$exists": True}}) for collection in self._collections.values()]
        )

    async def oldest(self) -> datetime | None:
        """Since when something has been waiting."""
        since: list[datetime] = []
        for collection in self._collections.values():
            due = collection.find({"due": {"$exists": True}}, {"due": 1}).sort("due", ASCENDING).limit(1)
            since += [document["due"] async for document in due]
        return min(since, default=None)
