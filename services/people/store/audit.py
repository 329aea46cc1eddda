"""The audit log: entries are added and read, never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from pymongo import DESCENDING
from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.clock import new_id, now
from services.chassis.principal import acting
from services.chassis.store import paging
from services.chassis.store.batching import Inserts
from services.chassis.store.mongo import Collection
from services.people.domain.audit import DETAIL_LENGTH, Action, Entry

_ENTRY = TypeAdapter(Entry)
_ORDER = [("time", DESCENDING), ("_id", DESCENDING)]


class AuditStore:
    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._inserts = Inserts(collection)

    async def prepare(self) -> None:
        for name, fields in {
            "newest": [],
            "action": ["action"],
            "actor": ["actor"],
            "both": ["actor", "action"],
        }.items():
            await self._collection.create_index([*((field, 1) for field in fields), *_ORDER], name=name)
        await self._collection.create_index([("subject", 1), *_ORDER], name="subject")
        listed = {"subjects": {"$exists": True}}
        await self._collection.create_index([("subjects", 1), *_ORDER], name="subjects", partialFilterExpression=listed)

    async def add(
        self,
        action: Action,
        subject: str,
        detail: str = "",
        *,
        actor: str | None = None,
        request_id: str = "",
        time: datetime | None = None,
        session: AsyncClientSession | None = None,
        subjects: Sequence[str] = (),
    ) -> None:
        """By whoever is acting now, unless an actor and a time are given; once for each request id of theirs.
        `subjects`: each person of a list that was shown."""
        who = acting().person if actor is None else actor
        id = hashlib.sha256(f"{who}|{request_id}".encode()).hexdigest()[:24] if request_id else new_id()
        noted = Entry(id, time or now(), who, action, subject, detail[:DETAIL_LENGTH], tuple(subjects))
        entry = _ENTRY.dump_python(noted, exclude={"subjects"} if not subjects else None)
        if not request_id and session is None:
            return await self._inserts.insert_one({"_id": id, **entry})
        await self._collection.update_one({"_id": id}, {"$setOnInsert": entry}, upsert=True, session=session)

    async def page(
        self,
        action: Action | None,
        actor: str,
        size: int,
        token: str,
        *,
        about: Sequence[str] | None = None,
        between: tuple[datetime | None, datetime | None] = (None, None),
    ) -> tuple[list[Entry], str]:
        """Newest first, and the token of the next page. `about`: only what these did, or what was done to them;
        `between`: from the first moment on and before the second."""
        wanted: dict[str, Any] = {"action": action.value} if action else {}
        if actor:
            wanted["actor"] = actor
        if about is not None:
            wanted["$or"] = [{"actor": {"$in": about}}, {"subject": {"$in": about}}]
        since, until = between
        times = ({"$gte": since} if since else {}) | ({"$lt": until} if until else {})
        if times:
            wanted["time"] = times
        if last := paging.decode_token(token, datetime, str):
            wanted = {"$and": [wanted, paging.after(_ORDER, last)]}
        return await self._read(wanted, size)

    async def of_person(self, person: str, size: int, token: str, *, by_them: bool) -> tuple[list[Entry], str]:
        """Newest first: what this person did, or what others did to them or saw of them."""
        by_others = {"$or": [{"subject": person}, {"subjects": person}], "actor": {"$ne": person}}
        wanted: dict[str, Any] = {"actor": person} if by_them else by_others
        if last := paging.decode_token(token, datetime, str):
            wanted = {"$and": [wanted, paging.after(_ORDER, last)]}
        return await self._read(wanted, size)

    async def _read(self, wanted: dict[str, Any], size: int) -> tuple[list[Entry], str]:
        found = self._collection.find(wanted).sort(_ORDER).limit(size + 1)
        entries = [_ENTRY.validate_python(document) async for document in found]
        more = len(entries) > size
        return entries[:size], paging.encode_token(
            entries[size - 1].time.isoformat(), entries[size - 1].id
        ) if more else ""
