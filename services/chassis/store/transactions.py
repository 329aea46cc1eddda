"""Writes many entities, of several collections, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError

from services.chassis.store.entities import Entities, Stored
from services.chassis.store.mongo import Document

_DUPLICATE_KEY, _WRITE_CONFLICT = 11000, 112


@dataclass(frozen=True)
class Write:
    entities: Entities[Any]
    stored: Stored[Any]
    value: Any
    events: Sequence[Any] = ()


class _RaceLostError(Exception):
    """One of the documents is no longer as it was read."""


async def commit(client: AsyncMongoClient[Document], writes: Sequence[Write]) -> bool:
    """False, and nothing written, where another write came first: read again and decide again.

    The server aborts a transaction that meets another one, and does not wait for it.
    """
    planned = [(write, *write.entities.statement(write.stored, write.value, write.events)) for write in writes]
    by_collection: dict[str, tuple[Entities[Any], list[Any]]] = {}
    for write, statement, _ in planned:
        collection = write.entities.collection.name
        by_collection.setdefault(collection, (write.entities, []))[1].append(statement)

    async def write_all(session: AsyncClientSession) -> None:
        for entities, statements in by_collection.values():
            try:
                result = await entities.collection.bulk_write(statements, ordered=True, session=session)
            except PyMongoError as error:
                if _lost_race(error):
                    raise _RaceLostError from error
                raise
            if result.matched_count + result.inserted_count < len(statements):
                raise _RaceLostError

    try:
        async with client.start_session() as session:
            await session.with_transaction(write_all)
    except _RaceLostError:
        return False
    for write, _, pending in planned:
        write.entities.committed(write.stored, pending)
    return True


def _lost_race(error: PyMongoError) -> bool:
    if isinstance(error, BulkWriteError):
        codes = {each["code"] for each in error.details.get("writeErrors", ())}
        return bool(codes & {_DUPLICATE_KEY, _WRITE_CONFLICT})
    if isinstance(error, DuplicateKeyError):
        return True
    return isinstance(error, OperationFailure) and error.code == _WRITE_CONFLICT
