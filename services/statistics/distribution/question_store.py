"""Saved questions."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pymongo import ASCENDING, DESCENDING

from ieum.statistics.v1.events_pb2 import SummaryRequested
from services.chassis.clock import stamp
from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.statistics.distribution.question import MailAsked, Question


class Questions:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self.entities = Entities(database["questions"], Question, _announcement, outbox)

    async def prepare(self) -> None:
        await self.entities.collection.create_index([("owner", ASCENDING), ("created_at", DESCENDING)])
        await self.entities.collection.create_index([("recipient", ASCENDING)])

    async def of_owner(self, owner: str) -> list[Question]:
        found = self.entities.collection.find({"owner": owner}).sort("created_at", DESCENDING)
        return [self.entities.load(document) async for document in found]

    async def add(self, question: Question) -> Question:
        """Answers the question that is there already under this key."""
        return await self.entities.change(question.key, lambda stored: (stored, []), start=question)

    async def remove(self, key: str, owner: str) -> None:
        """Of this owner only. What its mails were asked for is cancelled when they are to go out."""
        await self.entities.collection.delete_one({"_id": key, "owner": owner})

    async def with_mails(self) -> AsyncIterator[Question]:
        found = self.entities.collection.find({"recipient": {"$gt": ""}})
        for question in [self.entities.load(document) async for document in found]:
            if question.monthly or question.rule:
                yield question

    async def find(self, key: str) -> Question | None:
        return await self.entities.find(key)


def _announcement(event: MailAsked, key: str, revision: int) -> SummaryRequested:
    return SummaryRequested(request=event.request, request_time=stamp(event.at), revision=revision)
