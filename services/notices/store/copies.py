"""Copies of what others announce: classes, who has applied for them, areas, who lives where, and who was erased."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.store.areas import Areas
from services.chassis.store.copies import keep_newest
from services.chassis.store.mongo import Database, Document

ACTIVE = ("RECEIVED", "WAITING", "OFFERED", "CONFIRMED")


@dataclass(frozen=True, slots=True)
class Session:
    """`version` is how often it was moved or cancelled."""

    number: int
    starts_at: datetime
    held: bool
    version: int


@dataclass(frozen=True, slots=True)
class HeardClass:
    name: str
    area: str
    centre: str
    instructors: frozenset[str]
    revision: int = 0
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    application: str
    person: str
    class_: str
    since: datetime
    """When the application came to stand as it does."""


class Copies:
    def __init__(self, database: Database) -> None:
        self._classes = database["classes"]
        self._applications = database["applications"]
        self._homes = database["homes"]
        self.areas = Areas(database)
        self._erased = database["erased"]

    async def prepare(self) -> None:
        await self._classes.create_index([("sessions.starts_at", 1)])
        await self._classes.create_index([("centre", 1)])
        await self._classes.create_index([("instructors", 1)])
        await self._applications.create_index([("class_", 1), ("state", 1)])
        await self._applications.create_index([("person", 1)])

    async def keep_class(self, class_: str, revision: int, plan: Mapping[str, Any]) -> None:
        await keep_newest(self._classes, class_, revision, **plan)

    async def class_(self, name: str) -> HeardClass | None:
        found = await self._classes.find_one({"_id": name})
        return _class(found) if found else None

    async def classes_of(self, centre: str) -> list[HeardClass]:
        """All, or those of one centre."""
        return [
            _class(each) async for each in self._classes.find({"centre": centre} if centre else {"_id": {"$gt": ""}})
        ]

    async def classes_with(self, names: Sequence[str]) -> list[HeardClass]:
        return [_class(each) async for each in self._classes.find({"_id": {"$in": list(names)}})]

    async def classes_taught_by(self, person: str) -> list[HeardClass]:
        return [_class(each) async for each in self._classes.find({"instructors": person})]

    async def classes_of_person(self, person: str, states: Sequence[str]) -> list[str]:
        found = self._applications.find({"person": person, "state": {"$in": list(states)}}, {"class_": 1})
        return [each["class_"] async for each in found]

    async def keep_home(self, person: str, area: str, revision: int) -> None:
        await keep_newest(self._homes, person, revision, area=area)
        if await self.is_erased(person):
            await self._homes.delete_one({"_id": person})

    async def home(self, person: str) -> str:
        found = await self._homes.find_one({"_id": person})
        return str(found["area"]) if found else ""

    async def beginning(self, since: datetime, until: datetime) -> list[tuple[str, Session]]:
        """The sessions that begin then, with their class."""
        within = {"$gt": since, "$lte": until}
        found = self._classes.find({"sessions": {"$elemMatch": {"starts_at": within, "held": True}}})
        return [
            (document["_id"], session)
            async for document in found
            for session in _sessions(document)
            if session.held and since < session.starts_at <= until
        ]

    async def keep_application(
        self, application: str, revision: int, person: str, class_: str, state: str, since: datetime
    ) -> bool:
        """False for a person who was erased: nothing is kept of them."""
        if await self.is_erased(person):
            return False
        parts = {"person": person, "class_": class_, "state": state, "since": since}
        await keep_newest(self._applications, application, revision, **parts)
        # Erasure may come in between: each looks for the other after its own write.
        if await self.is_erased(person):
            await self._applications.delete_one({"_id": application})
            return False
        return True

    async def applicants(self, class_: str, states: Sequence[str]) -> list[Applicant]:
        found = self._applications.find({"class_": class_, "state": {"$in": list(states)}})
        return [Applicant(each["_id"], each["person"], each["class_"], each["since"]) async for each in found]

    async def erase(self, person: str) -> None:
        await self._erased.replace_one({"_id": person}, {}, upsert=True)
        await self._applications.delete_many({"person": person})
        await self._homes.delete_one({"_id": person})

    async def is_erased(self, person: str) -> bool:
        return await self._erased.find_one({"_id": person}) is not None


def _class(document: Document) -> HeardClass:
    instructors = frozenset(document.get("instructors", ()))
    return HeardClass(
        document["_id"],
        document.get("area", ""),
        document.get("centre", ""),
        instructors,
        document.get("revisions", {}).get("sessions", 0),
        document.get("changed_at"),
    )


def _sessions(document: Document) -> Iterable[Session]:
    for each in document.get("sessions", ()):
        yield Session(each["number"], each["starts_at"], each["held"], each["version"])
