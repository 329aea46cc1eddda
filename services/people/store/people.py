"""Accounts: found by id and by login, listed by name, searched by any part of one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from services.chassis.errors import Exists
from services.chassis.events.outbox import Outbox
from services.chassis.search_key import search_key, search_words
from services.chassis.store import paging
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.people.domain import credentials
from services.people.domain.authority import Reach
from services.people.domain.person import RUNS_EVERYTHING, Event, Person, Role
from services.people.domain.places_import import Belonging
from services.people.domain.skeleton import skeleton_word
from services.people.messages import announcements

Verb = Callable[[Person], tuple[Person, Sequence[Event]]]

_ORDER = [("sort_name", ASCENDING), ("_id", ASCENDING)]
_GUARD = {"_id": "administrators"}
_WORDS = {"_id": "search words with first consonants and skeletons"}
_AT_ONCE = 1_000
_ANYBODY: Mapping[str, Any] = {}
_LIMITED = [role.value for role in Role if role is not Role.LEARNER]
"""Roles that may be limited to a place."""
_EVERYTHING = {"grants": {"$elemMatch": {"role": RUNS_EVERYTHING.role.value, "scope": RUNS_EVERYTHING.scope}}}


class PeopleStore:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self.entities = Entities(database["people"], Person, announcements.person_announcement, outbox)
        self._guards = database["guards"]
        self._collection = self.entities.collection

    async def prepare(self) -> None:
        create = self._collection.create_index
        # Greater than "" and not "a string": only so does the planner see that a search for a login fits the index.
        await create("login_key", name="login_key", unique=True, partialFilterExpression={"login_key": {"$gt": ""}})
        await create(_ORDER, name="name")
        await create([("area", ASCENDING), *_ORDER], name="area")
        await create([("organisation", ASCENDING), *_ORDER], name="organisation")
        await create([("grants.role", ASCENDING), *_ORDER], name="role")
        await create("words", name="words")
        await create("desk_marks", name="desk_marks")
        await self._guards.update_one(_GUARD, {"$setOnInsert": {"asked": 0}}, upsert=True)
        if await self._guards.find_one(_WORDS) is None:
            await self._write_words()
            await self._guards.update_one(_WORDS, {"$set": {"written": True}}, upsert=True)

    async def _write_words(self) -> None:
        """The search words of accounts of an earlier release, which knew neither first consonants nor skeletons."""
        updates: list[UpdateOne] = []
        async for person in self._collection.find({"erased": False}, {"login": 1, "display_name": 1}).sort(_ORDER):
            same = {name: person[name] for name in ("_id", "login", "display_name")}
            words = credentials.search_words(person["login"], person["display_name"])
            updates.append(UpdateOne(same, {"$set": {"words": words}}))
            if len(updates) == _AT_ONCE:
                await self._collection.bulk_write(updates, ordered=False)
                updates.clear()
        if updates:
            await self._collection.bulk_write(updates, ordered=False)

    async def get(self, key: str) -> Person:
        return await self.entities.get(key, missing="PERSON_NOT_FOUND")

    async def find(self, key: str) -> Person | None:
        return await self.entities.find(key)

    async def find_login(self, login: str) -> Person | None:
        key = credentials.login_key(login)
        document = await self._collection.find_one({"login_key": key}, {"pending": 0}) if key else None
        return self.entities.load(document) if document else None

    async def change(
        self, key: str, verb: Verb, *, start: Person | None = None, session: AsyncClientSession | None = None
    ) -> Person:
        try:
            return await self.entities.change(key, verb, start=start, missing="PERSON_NOT_FOUND", session=session)
        except DuplicateKeyError as error:
            raise Exists("LOGIN_TAKEN", field="login") from error

    async def administrators(self, session: AsyncClientSession) -> int:
        """How many may administer everything. Within the transaction, whoever else asks has to wait for its end."""
        await self._guards.update_one(_GUARD, {"$inc": {"asked": 1}}, session=session)
        return await self._collection.count_documents(
            {"grants.role": Role.ADMINISTRATOR.value, **_EVERYTHING}, session=session
        )

    async def at_home_in(self, places: Collection[str]) -> list[str]:
        """The names of all who live or work there, also of those erased."""
        within = {"$or": [{"area": {"$in": sorted(places)}}, {"organisation": {"$in": sorted(places)}}]}
        return [f"people/{document['_id']}" async for document in self._collection.find(within, {"_id": 1})]

    async def outside(self, places: Collection[str]) -> dict[str, Belonging]:
        """The places beside these to which people belong, and how many. The indexes alone are read to find them."""
        areas = await self._counts("area", places, "areas/")
        organisations = await self._counts("organisation", places, "organisations/")
        roles = await self._counts("grants.scope", places, "", {"grants.role": {"$in": _LIMITED}})
        return {
            name: Belonging(areas.get(name, 0), organisations.get(name, 0), roles.get(name, 0))
            for name in sorted({*areas, *organisations, *roles})
        }

    async def _counts(
        self, field: str, places: Collection[str], start: str, within: Mapping[str, Any] = _ANYBODY
    ) -> dict[str, int]:
        counts: dict[str, int] = {}
        for name in await self._collection.distinct(field, {**within}):
            if name and name != "*" and name.startswith(start) and name not in places:
                counts[name] = await self._collection.count_documents({field: name, "erased": False, **within})
        return {name: count for name, count in counts.items() if count}

    async def lots(self, size: int) -> AsyncIterator[list[Person]]:
        """All accounts, some at a time, in the order of their keys."""
        last = ""
        while True:
            found = self._collection.find({"_id": {"$gt": last}}, {"pending": 0}).sort("_id", ASCENDING).limit(size)
            people = [self.entities.load(document) async for document in found]
            if people:
                yield people
            if len(people) < size:
                return
            last = people[-1].id

    async def belonging_to(self, places: Collection[str]) -> list[str]:
        """The keys of all who live or work there, or hold a role for it."""
        among = {"$in": sorted(places)}
        anyhow = [{"area": among}, {"organisation": among}, {"grants.role": {"$in": _LIMITED}, "grants.scope": among}]
        found = self._collection.find({"$or": anyhow, "erased": False}, {"_id": 1})
        return [document["_id"] async for document in found]

    async def names(self, keys: Sequence[str], holding: Sequence[Role] = ()) -> dict[str, str]:
        """Key to display name, without those erased or unknown; of holders of these roles alone, if any is named."""
        match: dict[str, Any] = {"_id": {"$in": list(keys)}, "erased": False}
        if holding:
            match["grants.role"] = {"$in": [role.value for role in holding]}
        found = self._collection.find(match, {"display_name": 1})
        return {document["_id"]: document["display_name"] async for document in found}

    async def of(self, names: Sequence[str]) -> list[Person]:
        """Those of these people who are not erased."""
        keys = [name.removeprefix("people/") for name in names]
        found = self._collection.find({"_id": {"$in": keys}, "erased": False}, {"pending": 0})
        return [self.entities.load(document) async for document in found]

    async def page(
        self, reach: Reach, query: str, role: Role | None, size: int, token: str
    ) -> tuple[list[Person], str]:
        """By display name, and the token of the next page."""
        clauses: list[Mapping[str, Any]] = [{"erased": False}, *_words(query)]
        if role:
            clauses.append({"grants.role": role.value})
        clauses += _within(reach)
        if last := paging.decode_token(token, str, str):
            clauses.append(paging.after(_ORDER, last))
        found = self._collection.find({"$and": clauses}, {"pending": 0}).sort(_ORDER).limit(size + 1)
        people = [self.entities.load(document) async for document in found]
        more = len(people) > size
        return people[:size], paging.encode_token(people[size - 1].sort_name, people[size - 1].id) if more else ""

    async def alike(self, reach: Reach, person: Person, marks: Sequence[str], most: int) -> list[Person]:
        """Others of the same name or skeleton, or with both marks."""
        keys = list(filter(None, (search_key(person.display_name), skeleton_word(person.display_name))))
        either: list[Mapping[str, Any]] = [{"words": {"$in": keys}}]
        if len(marks) > 1:
            either.append({"desk_marks": {"$all": list(marks)}})
        in_use = {"erased": False, "kept_as": {"$in": ["", None]}, "_id": {"$ne": person.id}}
        clauses = [in_use, {"$or": either}, *_within(reach)]
        found = self._collection.find({"$and": clauses}, {"pending": 0}).sort(_ORDER).limit(most)
        return [self.entities.load(document) async for document in found]

    async def of_names(self, reach: Reach, keys: Sequence[str], logins: Sequence[str]) -> list[Person]:
        """Those with one of these folded names or logins. A name of others that only ends like one is among them."""
        either = [{"words": {"$in": list(keys)}}, {"login_key": {"$in": list(logins)}}]
        clauses = [{"erased": False}, {"$or": either}, *_within(reach)]
        found = self._collection.find({"$and": clauses}, {"pending": 0})
        return [self.entities.load(document) async for document in found]

    async def taken_logins(self, logins: Sequence[str]) -> set[str]:
        found = self._collection.find({"login_key": {"$in": list(logins)}}, {"login_key": 1})
        return {document["login_key"] async for document in found}

    async def at_counter(self, reach: Reach, query: str, marks: Sequence[str], most: int) -> list[Person]:
        """By display name: those to whom all of this applies."""
        clauses = [{"erased": False}, *_words(query), *_within(reach)]
        if marks:
            clauses.append({"desk_marks": {"$all": list(marks)}})
        found = self._collection.find({"$and": clauses}, {"pending": 0}).sort(_ORDER).limit(most)
        return [self.entities.load(document) async for document in found]


def _within(reach: Reach) -> list[Mapping[str, Any]]:
    if reach.everywhere:
        return []
    places = sorted(reach.places)
    return [{"$or": [{"area": {"$in": places}}, {"organisation": {"$in": places}}]}]


def _words(query: str) -> list[Mapping[str, Any]]:
    words = search_words(query)
    if query.strip() and not words:
        return [{"words": {"$in": []}}]
    as_typed: list[Mapping[str, Any]] = [{"words": {"$regex": f"^{re.escape(word)}"}} for word in words]
    if skeleton := skeleton_word(query):
        return [{"$or": [{"$and": as_typed}, {"words": skeleton}]}]
    return as_typed
