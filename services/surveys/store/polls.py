"""Polls and their ballots as documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.chassis.store.paging import after, decode_token, encode_token
from services.surveys.domain.poll import Outcome, Poll, State
from services.surveys.messages.polls import announcement
from services.surveys.store.ballots import Ballots

_ALL = {"created_at": {"$gt": datetime(2000, 1, 1, tzinfo=UTC)}}
_NEWEST_FIRST = (("created_at", -1), ("_id", 1))


class PollStore:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._polls = Entities(database["polls"], Poll, announcement, outbox)
        self.ballots = Ballots(database["ballots"], "poll")

    async def prepare(self) -> None:
        await self._polls.collection.create_index([("state", 1), ("closes_at", 1)])
        await self._polls.collection.create_index(list(_NEWEST_FIRST))
        await self._polls.collection.create_index("key_file")
        await self.ballots.prepare()

    async def create(self, key: str, verb: Callable[[Poll], Outcome]) -> Poll:
        return await self._polls.change(key, verb, start=Poll(key), fresh=True)

    async def change(self, key: str, verb: Callable[[Poll], Outcome]) -> Poll:
        return await self._polls.change(key, verb)

    async def find(self, key: str) -> Poll | None:
        return await self._polls.find(key)

    async def get(self, key: str) -> Poll:
        return await self._polls.get(key, missing="POLL_NOT_FOUND")

    async def page(self, size: int, token: str) -> tuple[list[Poll], str]:
        last = decode_token(token, datetime, str)
        query = after(_NEWEST_FIRST, last) if last else _ALL
        found = self._polls.collection.find(query).sort(list(_NEWEST_FIRST)).limit(size + 1)
        polls = [self._polls.load(document) async for document in found]
        more, polls = len(polls) > size, polls[:size]
        if not more or polls[-1].created_at is None:
            return polls, ""
        return polls, encode_token(polls[-1].created_at.isoformat(), polls[-1].id)

    async def due(self, now: datetime) -> list[Poll]:
        found = self._polls.collection.find({"state": State.OPEN.value, "closes_at": {"$lte": now}})
        return [self._polls.load(document) async for document in found]

    async def uncleared(self) -> list[Poll]:
        """Counted, or void, and killed before file and ballots were gone."""
        found = self._polls.collection.find({"key_file": {"$gt": ""}, "state": {"$ne": State.OPEN.value}})
        return [self._polls.load(document) async for document in found]

    async def with_ballot_of(self, person: str) -> list[Poll]:
        """The polls for which a ballot of this person waits to be counted."""
        found = self._polls.collection.find({"_id": {"$in": await self.ballots.of(person)}}).sort(list(_NEWEST_FIRST))
        return [self._polls.load(document) async for document in found]
