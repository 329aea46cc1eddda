"""Requests for erasure, by their number. Nobody has two that are open."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from services.chassis.events.outbox import Outbox
from services.chassis.store import paging
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.people.domain import erasure_request
from services.people.domain.authority import Reach
from services.people.domain.erasure_request import ErasureRequest, Outcome
from services.people.messages import announcements

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16
_SOONEST = [("due_at", ASCENDING), ("_id", ASCENDING)]
_LATEST = [("asked_at", DESCENDING), ("_id", DESCENDING)]


class ErasureRequests:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        silent = announcements.no_announcement
        self.entities = Entities(database["erasure_requests"], ErasureRequest, silent, outbox)
        self._collection = self.entities.collection

    async def prepare(self) -> None:
        create, is_open = self._collection.create_index, {"is_open": True}
        await create("person", name="open", unique=True, partialFilterExpression=is_open)
        await create([("person", ASCENDING), *_LATEST], name="person")
        await create(_SOONEST, name="due", partialFilterExpression=is_open)
        await create(_LATEST, name="latest")

    async def open_of(self, person: str) -> ErasureRequest | None:
        document = await self._collection.find_one({"person": person, "is_open": True}, {"pending": 0})
        return self.entities.load(document) if document else None

    async def ask(
        self, person: str, area: str, organisation: str, asked_by: str, now: datetime
    ) -> tuple[ErasureRequest, bool]:
        """The open request of the person, and whether it was made just now."""
        if known := await self.open_of(person):
            return known, False
        number = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        asked = erasure_request.ask(number, person, area, organisation, asked_by, now)
        try:
            return await self.entities.change(number, lambda current: (current, []), start=asked, fresh=True), True
        except DuplicateKeyError:  # asked twice at once
            return await self.open_of(person) or asked, False

    async def get(self, number: str) -> ErasureRequest:
        return await self.entities.get(number, missing="ERASURE_REQUEST_NOT_FOUND")

    async def change(
        self, number: str, verb: Callable[[ErasureRequest], Outcome], session: AsyncClientSession | None = None
    ) -> ErasureRequest:
        missing = "ERASURE_REQUEST_NOT_FOUND"
        return await self.entities.change(number, verb, missing=missing, session=session)

    async def latest_of(self, person: str) -> list[ErasureRequest]:
        found = self._collection.find({"person": person}, {"pending": 0}).sort(_LATEST)
        return [self.entities.load(document) async for document in found]

    async def finish(self, person: str, now: datetime) -> None:
        """The requests of whoever was erased, but those that were taken back or refused before."""
        wanted = {"person": person, "state": {"$in": [erasure_request.State.ASKED, erasure_request.State.RUNNING]}}
        for document in await self._collection.find(wanted, {"_id": 1}).to_list():
            await self.change(document["_id"], lambda current: erasure_request.finish(current, now))

    async def page(self, reach: Reach, size: int, token: str, *, only_open: bool) -> tuple[list[ErasureRequest], str]:
        """Open ones by when they are due, else all, the latest first; and the token of the next page."""
        field, order = ("due_at", _SOONEST) if only_open else ("asked_at", _LATEST)
        clauses: list[Any] = [{"is_open": True} if only_open else {field: {"$exists": True}}]
        if not reach.everywhere:
            places = {"$in": sorted(reach.places)}
            clauses.append({"$or": [{"area": places}, {"organisation": places}]})
        if last := paging.decode_token(token, datetime, str):
            clauses.append(paging.after(order, last))
        found = self._collection.find({"$and": clauses}, {"pending": 0}).sort(order).limit(size + 1)
        requests = [self.entities.load(document) async for document in found]
        if len(requests) <= size:
            return requests, ""
        moment = getattr(requests[size - 1], field)
        return requests[:size], paging.encode_token(moment.isoformat(), requests[size - 1].id)
