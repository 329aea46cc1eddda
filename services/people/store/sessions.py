"""Sessions and API tokens. Only a secret's SHA-256 is kept; it and its person are verified by one indexed read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection

from services.chassis.store.batching import Batcher
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Document
from services.people.domain.person import Person
from services.people.domain.sessions import Session, Token, end

_PERSON = TypeAdapter(Person)
_MOST_LISTED = 200
_WITH_OWNER = {
    "$lookup": {
        "from": "people",
        "localField": "person",
        "foreignField": "_id",
        "pipeline": [{"$project": {"pending": 0}}],
        "as": "owner",
    }
}


def key_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class SessionStore:
    """Keyed by the hash of the secret."""

    def __init__(self, entities: Entities[Session]) -> None:
        self.entities = entities
        # At nine o'clock everybody comes at once.
        self._lots = Batcher(self._with_owners)

    async def prepare(self) -> None:
        await self.entities.collection.create_index("expire_time", name="expiry", expireAfterSeconds=0)
        await self.entities.collection.create_index("person", name="person")

    async def with_owner(self, key: str) -> tuple[Session, Person] | None:
        document = await self._lots.answer(key)
        return (self.entities.load(document), _PERSON.validate_python(document["owner"][0])) if document else None

    async def _with_owners(self, keys: Sequence[str]) -> Sequence[Document | None]:
        documents = await _with_owner(self.entities.collection, {"_id": {"$in": list(set(keys))}})
        found = {document["_id"]: document for document in documents}
        return [found.get(key) for key in keys]

    async def begin(self, key: str, session: Session) -> None:
        await self.entities.change(key, lambda current: (current, []), start=session, fresh=True)

    async def renew(self, key: str, session: Session) -> None:
        """Writes without raising the revision, so that it neither blocks nor undoes the end of a session."""
        await self.entities.collection.update_one(
            {"_id": key, "ended": False}, {"$set": {"expire_time": session.expire_time}}
        )

    async def note_second_factor(self, person: str, is_set_up: bool) -> None:
        """In all their sessions; none is due from then on. Writes without raising the revision, as `renew` does."""
        noted = {"second_factor": is_set_up, "second_factor_due_time": None}
        await self.entities.collection.update_many({"person": person}, {"$set": noted})

    async def of(self, person: str) -> list[tuple[str, Session]]:
        """Keys and sessions of a person, newest first."""
        found = self.entities.collection.find({"person": person}, {"pending": 0}).sort("begin_time", DESCENDING)
        return [(document["_id"], self.entities.load(document)) async for document in found.limit(_MOST_LISTED)]

    async def end_by_card(self, person: str, now: datetime) -> None:
        """Those that began with the person's card."""
        for key, session in await self.of(person):
            if session.by_card and not session.ended:
                await self.entities.change(key, lambda current: end(current, now))

    async def remove_all(self, person: str, session: AsyncClientSession) -> None:
        await self.entities.collection.delete_many({"person": person}, session=session)


class TokenStore:
    def __init__(self, entities: Entities[Token]) -> None:
        self.entities = entities

    async def prepare(self) -> None:
        await self.entities.collection.create_index("hash", name="hash", unique=True)
        await self.entities.collection.create_index([("person", ASCENDING), ("create_time", ASCENDING)], name="person")

    async def with_owner(self, secret: str) -> tuple[Token, Person] | None:
        for document in await _with_owner(self.entities.collection, {"hash": key_of(secret)}):
            return self.entities.load(document), _PERSON.validate_python(document["owner"][0])
        return None

    async def of(self, person: str) -> list[Token]:
        found = self.entities.collection.find({"person": person}, {"pending": 0}).sort("create_time", ASCENDING)
        return [self.entities.load(document) async for document in found]

    async def revoke_all(self, person: str, session: AsyncClientSession) -> None:
        """No event of its own: the end of the person's sessions, which goes with it, drops their tokens from caches."""
        await self.entities.collection.update_many(
            {"person": person, "revoked": False}, {"$set": {"revoked": True}, "$inc": {"revision": 1}}, session=session
        )

    async def note_use(self, token: Token, now: datetime) -> None:
        """Writes without raising the revision, because the last use is no decision."""
        await self.entities.collection.update_one({"_id": token.id}, {"$max": {"last_use_time": now}})

    async def remove_all(self, person: str, session: AsyncClientSession) -> None:
        await self.entities.collection.delete_many({"person": person}, session=session)


async def _with_owner(collection: AsyncCollection[Document], match: Document) -> list[Document]:
    cursor = await collection.aggregate([{"$match": match}, {"$project": {"pending": 0}}, _WITH_OWNER])
    return [document async for document in cursor if document["owner"]]
