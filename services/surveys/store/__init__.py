"""Polls and their sealed ballots as documents."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from services.chassis.events.outbox import Outbox
from services.chassis.store.copies import keep_newest
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.chassis.store.paging import after, decode_token, encode_token
from services.surveys.domain.poll import Outcome, Poll, State
from services.surveys.messages import announcement

_ALL = {"created_at": {"$gt": datetime(2000, 1, 1, tzinfo=UTC)}}
_NEWEST_FIRST = (("created_at", -1), ("_id", 1))


class Store:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._polls = Entities(database["polls"], Poll, announcement, outbox)
        self._ballots = database["ballots"]
        self._places = database["places"]

    async def prepare(self) -> None:
        await self._polls.collection.create_index([("state", 1), ("closes_at", 1)])
        await self._polls.collection.create_index(list(_NEWEST_FIRST))
        await self._polls.collection.create_index("key_file")
        await self._ballots.create_index("poll")
        await self._ballots.create_index("person")

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

    # Ballots: no time, no revision, and nothing but sealed bytes.

    async def put_ballot(self, poll: str, person: str, sealed: bytes) -> None:
        ballot = {"poll": poll, "person": person, "sealed": sealed}
        await self._ballots.replace_one({"_id": f"{poll}.{person}"}, ballot, upsert=True)

    async def has_ballot(self, poll: str, person: str) -> bool:
        return await self._ballots.find_one({"_id": f"{poll}.{person}"}, {"_id": 1}) is not None

    async def with_ballot_of(self, person: str) -> list[Poll]:
        """The polls for which a ballot of this person waits to be counted."""
        polls = [each["poll"] async for each in self._ballots.find({"person": person}, {"_id": 0, "poll": 1})]
        found = self._polls.collection.find({"_id": {"$in": polls}}).sort(list(_NEWEST_FIRST))
        return [self._polls.load(document) async for document in found]

    async def sealed(self, poll: str) -> list[bytes]:
        """Without their voters, in an order that says nothing."""
        found = [each["sealed"] async for each in self._ballots.find({"poll": poll}, {"_id": 0, "sealed": 1})]
        random.SystemRandom().shuffle(found)
        return found

    async def drop_ballots(self, poll: str) -> None:
        await self._ballots.delete_many({"poll": poll})

    async def forget(self, person: str) -> None:
        """A ballot that is not counted yet goes with its voter."""
        await self._ballots.delete_many({"person": person})

    # Areas

    async def keep_areas(self, parents: Mapping[str, str], revision: int) -> None:
        pairs = [[area, parent] for area, parent in sorted(parents.items())]
        await keep_newest(self._places, "areas", revision, parents=pairs)

    async def areas_above(self, area: str) -> frozenset[str]:
        """The area and all above it."""
        found = await self._places.find_one({"_id": "areas"})
        parents: dict[str, str] = dict(found["parents"]) if found else {}
        above: list[str] = []
        while area and area not in above:
            above.append(area)
            area = parents.get(area, "")
        return frozenset(above)
