"""Participations and the offerings that people enrol in, as documents."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pymongo import ASCENDING

from services.chassis.errors import Missing
from services.chassis.events.outbox import Outbox
from services.chassis.store.batching import Reads
from services.chassis.store.copies import keep_newest
from services.chassis.store.entities import Entities
from services.chassis.store.merged_accounts import MergedAccounts
from services.chassis.store.mongo import Database
from services.chassis.store.paging import decode_token, encode_token
from services.enrollment.domain import (
    Audience,
    Offering,
    Outcome,
    Participation,
    Run,
    forget_person,
    key_of,
)
from services.enrollment.messages.announcements import announcement

Row = tuple[str, Participation, Run]
# How long an offering is cached: another process of this service may have received a newer one.
_KNOWN_SECONDS = 2.0


class Store:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._participations = Entities(database["participations"], Participation, announcement, outbox)
        self._offerings = database["offerings"]
        self._seats = database["seats"]
        self._erased = database["erased"]
        self._is_erased, self._offering = Reads(self._erased), Reads(self._offerings)
        self._known: dict[str, tuple[Offering, float]] = {}
        self.merged = MergedAccounts(database)

    async def prepare(self) -> None:
        for field in ("person", "course"):
            await self._participations.collection.create_index([(field, ASCENDING), ("_id", ASCENDING)])

    async def enrol(self, course: str, person: str, verb: Callable[[Participation], Outcome]) -> Participation:
        key = key_of(course, person)
        participation = await self._participations.change(key, verb, start=Participation(person, course), fresh=True)
        # Enrolment and erasure may come in either order: each looks for the other after its own write.
        if await self._is_erased.find(person):
            participation = await self.change(key, forget_person)
        return participation

    async def account_enrolled(self, course: str, accounts: Sequence[str]) -> str:
        """Of the accounts of one person, the first of which is in use, that with an active run; else the first."""
        for person in accounts[1:]:
            found = await self._participations.find(key_of(course, person))
            if found and found.active:
                return person
        return accounts[0]

    async def keep_seat(self, seat: str, revision: int, *, given: bool) -> bool:
        """Whether the seat stands, by the newest that was heard of it. Freed and given anew at once, it stands."""
        await keep_newest(self._seats, seat, 2 * revision + given, given=given)
        found = await self._seats.find_one({"_id": seat})
        return bool(found and found["given"])

    async def forget(self, person: str) -> None:
        """Removes area and organisation from the person's runs, also from those that come later. Safe to repeat."""
        await self._erased.replace_one({"_id": person}, {}, upsert=True)
        async for document in self._participations.collection.find({"person": person}, {"_id": 1}):
            await self.change(document["_id"], forget_person)

    async def change(self, key: str, verb: Callable[[Participation], Outcome]) -> Participation:
        return await self._participations.change(key, verb, missing="ENROLLMENT_NOT_FOUND")

    async def get(self, key: str) -> Participation:
        return await self._participations.get(key, missing="ENROLLMENT_NOT_FOUND")

    async def page(self, condition: Mapping[str, Any], size: int, token: str) -> tuple[list[Row], str]:
        """Runs in order of key and number; a page may begin in the middle of a participation."""
        key, number = decode_token(token, str, int) or ("", 0)
        query: dict[str, Any] = {**condition, "_id": {"$gte": key}}
        rows: list[Row] = []
        found = self._participations.collection.find(query, {"pending": 0}).sort("_id", ASCENDING)
        async for document in found.limit(size + 2):
            participation = self._participations.load(document)
            found_key = document["_id"]
            rows += [
                (found_key, participation, run) for run in participation.runs if (found_key, run.number) > (key, number)
            ]
        if len(rows) <= size:
            return rows, ""
        last_key, _, last_run = rows[size - 1]
        return rows[:size], encode_token(last_key, last_run.number)

    async def offering(self, course: str) -> Offering:
        """Cached for two seconds, because thousands may enrol in the same course at once."""
        offering, since = self._known.get(course, (None, 0.0))
        if offering and time.monotonic() - since < _KNOWN_SECONDS:
            return offering
        document = await self._offering.find(course)
        if document is None or document.get("version", 0) < 1:
            raise Missing("COURSE_NOT_FOUND", field="course")
        offering = _offering(document)
        self._known[course] = offering, time.monotonic()
        return offering

    async def offerings(self, *courses: str) -> dict[str, Offering]:
        found = self._offerings.find({"_id": {"$in": list(courses)}, "version": {"$gt": 0}})
        return {document["_id"]: _offering(document) async for document in found}

    async def keep_offering(self, course: str, revision: int, **parts: Any) -> None:
        await keep_newest(self._offerings, course, revision, **parts)
        self._known.pop(course, None)


def _offering(document: Mapping[str, Any]) -> Offering:
    return Offering(
        course=document["_id"],
        version=document["version"],
        audience=Audience(document["audience"]),
        retired=document.get("retired", False),
        teachers=tuple(document.get("teachers", ())),
    )
