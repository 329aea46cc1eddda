"""Courses with their drafts and versions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.errors import Missing
from services.chassis.events.outbox import Outbox
from services.chassis.store import paging
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database, drop_index
from services.courses.domain.course import Course, Outcome, Published
from services.courses.domain.listing import Version
from services.courses.messages.announcements import announcement

_NEWEST = [("create_time", -1), ("_id", 1)]
_VERSION: TypeAdapter[Version] = TypeAdapter(Version)


class Courses:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._client = database.client
        self._courses = Entities[Course](database["courses"], Course, announcement, outbox)
        self._versions = database["versions"]

    async def prepare(self) -> None:
        courses = self._courses.collection
        await courses.create_index([("teachers", 1), *_NEWEST])
        await courses.create_index([("review_state", 1), *_NEWEST])
        await courses.create_index(_NEWEST)
        await drop_index(courses, "listing.pieces_1")

    async def find(self, key: str) -> Course | None:
        return await self._courses.find(key)

    async def head(self, key: str) -> Course | None:
        """The course without lessons and listing, which is enough to authorise."""
        document = await self._courses.collection.find_one(
            {"_id": key}, {"pending": 0, "listing": 0, "draft.lessons": 0}
        )
        return None if document is None else self._courses.load(document)

    async def create(self, course: Course) -> Course:
        """Stores the course; answers the existing one where the same request has created it before."""
        return await self._courses.change(course.id, lambda current: (current, []), start=course)

    async def change(self, key: str, verb: Callable[[Course], Outcome]) -> Course:
        return await self._courses.change(key, verb, missing="COURSE_NOT_FOUND")

    async def delete(self, key: str) -> None:
        """Deletes a draft. The condition holds against a reviewer who publishes it in the same moment."""
        await self._courses.collection.delete_one(
            {"_id": key, "published_version": 0, "review_state": {"$ne": "IN_REVIEW"}}
        )

    async def publish(self, key: str, verb: Callable[[Course], Outcome]) -> Course:
        """As `change`; stores the course and the version that the verb publishes in one transaction."""

        async def both(session: AsyncClientSession) -> Course:
            course, events = await self._courses.change_with_events(
                key, verb, missing="COURSE_NOT_FOUND", session=session
            )
            for version in (event.version for event in events if isinstance(event, Published)):
                document = {"_id": f"{version.course}-{version.number}", **_VERSION.dump_python(version)}
                await self._versions.insert_one(document, session=session)
            return course

        async with self._client.start_session() as session:
            course = await session.with_transaction(both)
        await self._courses.nudge(key)
        return course

    async def version(self, key: str, number: int) -> Version:
        document = await self._versions.find_one({"_id": f"{key}-{number}"})
        if document is None:
            raise Missing("VERSION_NOT_FOUND")
        return _VERSION.validate_python(document)

    async def everything(self) -> AsyncIterator[Mapping[str, Any]]:
        """Every document that can name a file: courses with their drafts, and all versions."""
        for collection in (self._courses.collection, self._versions):
            async for document in collection.find({"_id": {"$gt": ""}}, {"pending": 0}):
                yield document

    async def page(self, condition: Mapping[str, Any], size: int, token: str) -> tuple[list[Course], str]:
        """Newest first, without blocks and listings."""
        last = paging.decode_token(token, datetime, str)
        behind = paging.after(_NEWEST, last) if last else {}
        left_out = {"pending": 0, "listing": 0, "draft.lessons.blocks": 0}
        rows = self._courses.collection.find({"$and": [condition, behind]}, left_out).sort(_NEWEST).limit(size + 1)
        courses = [self._courses.load(document) async for document in rows]
        return courses[:size], next_token(courses, size, lambda course: (course.create_time, course.id))


def next_token(found: Sequence[Course], size: int, last: Callable[[Course], tuple[datetime, str]]) -> str:
    if len(found) <= size:
        return ""
    time, key = last(found[size - 1])
    return paging.encode_token(time.isoformat(), key)
