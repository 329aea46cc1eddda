"""Cards of equality answers, by pseudonym. Stored and announced sealed: without the key a copy says nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.events.outbox import Outbox
from services.chassis.principal import pseudonym
from services.chassis.sealed_answers import AnswersSeal
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database, Document
from services.people.domain.equality import Answers, AnswersGiven, Card
from services.people.messages import announcements, resources

_IN_THE_OPEN = {"_id": {"$gt": ""}, "answers": {"$exists": True}}
"""Cards as version 0.1 wrote them."""
_AT_ONCE = 1_000
_OLD = TypeAdapter(Answers)


@dataclass(frozen=True)
class SealedCard:
    sealed: bytes = b""
    update_time: datetime | None = None
    closed: bool = False


class EqualityStore:
    def __init__(self, database: Database, outbox: Outbox, pseudonym_key: bytes) -> None:
        self._key = pseudonym_key
        self._seal = AnswersSeal(pseudonym_key)
        announce = announcements.answers_announcement(self._seal)
        self.entities = Entities(database["equality"], SealedCard, announce, outbox)

    async def prepare(self) -> None:
        """Seals the cards of version 0.1. Safe to repeat."""
        collection = self.entities.collection
        async for document in collection.find(_IN_THE_OPEN):
            same = {"_id": document["_id"], "revision": document["revision"]}
            await collection.update_one(same, {"$set": self._sealed_fields(document), "$unset": {"answers": ""}})

    def key_of(self, person: str) -> str:
        """Of "people/{id}"."""
        return pseudonym(self._key, person)

    async def find(self, person: str) -> Card:
        """An empty one where nothing was ever answered."""
        key = self.key_of(person)
        return self._opened(key, await self.entities.find(key) or SealedCard())

    async def is_announcing(self, key: str) -> bool:
        """Whether events of a card still wait for the broker."""
        return bool((await self.entities.collection.find_one({"_id": key}, {"pending": 1}) or {}).get("pending"))

    async def change(
        self,
        person: str,
        verb: Callable[[Card], tuple[Card, Sequence[AnswersGiven]]],
        session: AsyncClientSession | None = None,
    ) -> Card:
        key = self.key_of(person)

        def on_sealed(before: SealedCard) -> tuple[SealedCard, Sequence[Any]]:
            card = self._opened(key, before)
            changed, events = verb(card)
            return (before if changed == card else self._sealed(key, changed)), events

        return self._opened(key, await self.entities.change(key, on_sealed, start=SealedCard(), session=session))

    def _sealed(self, key: str, card: Card) -> SealedCard:
        sealed = b"" if card.closed else self._seal.close(key, resources.answers_to_numbers(card.answers))
        return SealedCard(sealed, card.update_time, card.closed)

    def _opened(self, key: str, stored: SealedCard) -> Card:
        answers = resources.answers_from_numbers(self._seal.open(key, stored.sealed))
        return Card(answers, stored.update_time, stored.closed)

    def _sealed_fields(self, document: Document) -> Document:
        key, answers = document["_id"], _OLD.validate_python(document["answers"])
        sealed = b"" if document["closed"] else self._seal.close(key, resources.answers_to_numbers(answers))
        return {"sealed": sealed}
