"""Evaluations, whom they ask, and the sealed answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.chassis.store.paging import after, decode_token, encode_token
from services.surveys.domain.evaluation import Ask, AskOutcome, Evaluation, Outcome, State
from services.surveys.messages.evaluations import announcement
from services.surveys.store.ballots import Ballots

_NEWEST_FIRST = (("closes_at", -1), ("_id", 1))


class EvaluationStore:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._evaluations = Entities(database["evaluations"], Evaluation, announcement, outbox)
        self._asks = Entities(database["asks"], Ask, announcement, outbox)
        self.answers = Ballots(database["answers"], "evaluation")

    async def prepare(self) -> None:
        await self._evaluations.collection.create_index([("state", 1), ("closes_at", 1)])
        await self._evaluations.collection.create_index(list(_NEWEST_FIRST))
        await self._evaluations.collection.create_index("key_file")
        await self._evaluations.collection.create_index("subject.area")
        await self._evaluations.collection.create_index("subject.instructors")
        await self._asks.collection.create_index("evaluation")
        await self._asks.collection.create_index("person")
        await self.answers.prepare()

    async def create(self, key: str, verb: Callable[[Evaluation], Outcome]) -> Evaluation:
        return await self._evaluations.change(key, verb, start=Evaluation(key), fresh=True)

    async def change(self, key: str, verb: Callable[[Evaluation], Outcome]) -> Evaluation:
        return await self._evaluations.change(key, verb)

    async def find(self, key: str) -> Evaluation | None:
        return await self._evaluations.find(key)

    async def get(self, key: str) -> Evaluation:
        return await self._evaluations.get(key, missing="EVALUATION_NOT_FOUND")

    async def page(self, condition: Mapping[str, Any], size: int, token: str) -> tuple[list[Evaluation], str]:
        last = decode_token(token, datetime, str)
        query = {"$and": [condition, after(_NEWEST_FIRST, last)]} if last else dict(condition)
        found = self._evaluations.collection.find(query).sort(list(_NEWEST_FIRST)).limit(size + 1)
        evaluations = [self._evaluations.load(document) async for document in found]
        more, evaluations = len(evaluations) > size, evaluations[:size]
        if not more or evaluations[-1].closes_at is None:
            return evaluations, ""
        return evaluations, encode_token(evaluations[-1].closes_at.isoformat(), evaluations[-1].id)

    async def open(self) -> list[Evaluation]:
        return await self._all({"state": State.OPEN.value})

    async def uncleared(self) -> list[Evaluation]:
        """Counted, or void, and killed before file and answers were gone."""
        return await self._all({"key_file": {"$gt": ""}, "state": {"$ne": State.OPEN.value}})

    async def _all(self, query: Mapping[str, Any]) -> list[Evaluation]:
        found = self._evaluations.collection.find(query)
        return [self._evaluations.load(document) async for document in found]

    async def ask(self, ask: Ask, verb: Callable[[Ask], AskOutcome]) -> None:
        await self._asks.change(ask.id, verb, start=Ask(ask.id), fresh=True)

    async def find_ask(self, evaluation: str, person: str) -> Ask | None:
        return await self._asks.find(ask_key(evaluation, person))

    async def asked(self, evaluation: str) -> set[str]:
        return set(await self._asks.collection.distinct("person", {"evaluation": evaluation}))

    async def asked_of(self, person: str, now: datetime) -> list[Ask]:
        """What this person may answer now, the most urgent first."""
        found = self._asks.collection.find({"person": person, "until": {"$gt": now}}).sort("until", 1)
        return [self._asks.load(document) async for document in found]

    async def drop_asks(self, evaluation: str) -> None:
        await self._asks.collection.delete_many({"evaluation": evaluation})

    async def forget(self, person: str) -> None:
        await self.answers.forget(person)
        await self._asks.collection.delete_many({"person": person})


def ask_key(evaluation: str, person: str) -> str:
    return f"{evaluation}.{person.rpartition('/')[2]}"
