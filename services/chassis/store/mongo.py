"""MongoDB: one client for each process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pymongo
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from services.chassis.observability import trace

Document = dict[str, Any]
Collection = AsyncCollection[Document]
Database = AsyncDatabase[Document]

DEADLINE_MS = 10_000
_A_DAY_SECONDS = 86_400
_NO_COLLECTION, _NO_INDEX = 26, 27


async def ping(url: str) -> None:
    """Raises if no primary answers. Uses a client of its own, because one that met a server before its replica set was
    initiated learns of that only with its next heartbeat."""
    async with AsyncMongoClient[Document](url, serverSelectionTimeoutMS=1_000, timeoutMS=10_000) as client:
        await client.admin.command("ping")


@asynccontextmanager
async def connect(url: str) -> AsyncIterator[AsyncMongoClient[Document]]:
    """A client whose writes are acknowledged by a majority and journalled, and whose every call has a deadline."""
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        url,
        tz_aware=True,
        w="majority",
        journal=True,
        timeoutMS=DEADLINE_MS,
        serverSelectionTimeoutMS=10_000,
        maxPoolSize=100,
        event_listeners=trace.listeners(),
    )
    try:
        yield client
    finally:
        await client.close()


@contextmanager
def without_deadline() -> Iterator[None]:
    """For building indexes. MongoDB drops an index whose client gives up, so that the next try begins anew: with a
    deadline, an index that takes longer would never be there. The driver takes None for the client's own deadline."""
    with pymongo.timeout(_A_DAY_SECONDS):
        yield


async def drop_index(collection: Collection, name: str) -> None:
    """Drops an index of an earlier version. Safe to repeat."""
    try:
        await collection.drop_index(name)
    except OperationFailure as error:
        if error.code not in (_NO_COLLECTION, _NO_INDEX):
            raise
