"""The catalogue: what is published and not retired, narrowed by filters and searched by words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from services.chassis.errors import Invalid
from services.chassis.events.outbox import Outbox
from services.chassis.store import paging
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database, Document
from services.courses.domain import search, synonyms
from services.courses.domain.content import Audience
from services.courses.domain.course import Course
from services.courses.domain.listing import Version
from services.courses.domain.search import Searchable, Wanted
from services.courses.domain.synonyms import Synonyms
from services.courses.messages.announcements import announcement
from services.courses.store.courses import next_token

_NEWEST_PUBLISHED = [("listing.publish_time", -1), ("_id", 1)]
_LISTED = {"pending": 0, "draft": 0, "listing.text": 0, "listing.pieces": 0}
_COURSE: TypeAdapter[Course] = TypeAdapter(Course)
_VERSION: TypeAdapter[Version] = TypeAdapter(Version)


@dataclass(frozen=True)
class Results:
    courses: Sequence[Course]
    next_token: str
    total: int
    nearest: bool = False


class Catalogue:
    """Search texts are cached in memory, by the number of the version: a version never changes."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._courses = database["courses"]
        self._synonyms = Entities[Synonyms](database["search"], Synonyms, announcement, outbox)
        self._versions = database["versions"]
        self._searchable: dict[str, tuple[int, Searchable]] = {}

    async def prepare(self) -> None:
        await self._courses.create_index([("retired", 1), *_NEWEST_PUBLISHED])

    async def synonyms(self) -> Synonyms:
        """The shipped list until somebody stores another."""
        return await self._synonyms.find(synonyms.shipped().id) or synonyms.shipped()

    async def change_synonyms(self, groups: Sequence[Sequence[str]], etag: str, time: datetime) -> Synonyms:
        start = synonyms.shipped()
        return await self._synonyms.change(
            start.id, lambda value: (synonyms.change(value, groups, etag, time), []), start=start
        )

    async def search(self, wanted: Wanted, size: int, token: str) -> Results:
        """With a query the best first, without one the newest published first."""
        if wanted.query.strip():
            return await self._ranked(wanted, size, token)
        last = paging.decode_token(token, datetime, str)
        behind = paging.after(_NEWEST_PUBLISHED, last) if last else {}
        condition = _condition(wanted)
        rows = self._courses.find({"$and": [condition, behind]}, _LISTED).sort(_NEWEST_PUBLISHED).limit(size + 1)
        listed = [_listed(document) async for document in rows]
        total = await self._courses.count_documents(condition)
        return Results(listed[:size], next_token(listed, size, _published), total)

    async def _ranked(self, wanted: Wanted, size: int, token: str) -> Results:
        start = _place(paging.decode_token(token, int))
        known = synonyms.by_word((await self.synonyms()).groups)
        hits = search.find(wanted.query, await self._searched(wanted), known)
        keys = hits.keys[start : start + size]
        rows = self._courses.find({"_id": {"$in": list(keys)}}, _LISTED)
        courses = {document["_id"]: _listed(document) async for document in rows}
        end = start + size
        following = paging.encode_token(end) if end < len(hits.keys) else ""
        return Results([courses[key] for key in keys if key in courses], following, len(hits.keys), hits.nearest)

    async def _searched(self, wanted: Wanted) -> Mapping[str, Searchable]:
        """What the filters leave: courses for residents before those for employees alone, then the newest first."""
        shown = {"published_version": 1, "listing.audience": 1}
        rows = self._courses.find(_condition(wanted), shown).sort(_NEWEST_PUBLISHED)
        found = [document async for document in rows]
        found.sort(key=lambda document: bool(document["listing"]["audience"] == Audience.EMPLOYEES))
        await self._remember({document["_id"]: document["published_version"] for document in found})
        return {document["_id"]: self._searchable[document["_id"]][1] for document in found}

    async def _remember(self, numbers: Mapping[str, int]) -> None:
        missing = [f"{key}-{number}" for key, number in numbers.items() if self._searchable.get(key, (0,))[0] != number]
        if missing:
            async for document in self._versions.find({"_id": {"$in": missing}}):
                version = _VERSION.validate_python(document)
                self._searchable[version.course] = version.number, search.searchable_of(version.content)


def _listed(document: Document) -> Course:
    return _COURSE.validate_python(document | {"draft": {}})


def _condition(wanted: Wanted) -> Document:
    condition: Document = {"retired": False, "listing.publish_time": {"$exists": True}}
    if wanted.areas:
        condition["listing.areas"] = {"$in": wanted.areas}
    if wanted.levels:
        condition["listing.level"] = {"$in": wanted.levels}
    if wanted.language:
        condition["listing.languages"] = wanted.language
    if wanted.max_minutes:
        condition["listing.minutes"] = {"$lte": wanted.max_minutes}
    if wanted.audience and wanted.audience is not Audience.BOTH:
        condition["listing.audience"] = {"$in": [wanted.audience, Audience.BOTH]}
    return condition


def _published(course: Course) -> tuple[datetime, str]:
    assert course.publish_time  # noqa: S101 - is in the condition
    return course.publish_time, course.id


def _place(last: list[Any] | None) -> int:
    """How many of the ranked courses were seen already."""
    place = last[0] if last else 0
    if not isinstance(place, int) or place < 0:
        raise Invalid("PAGE_TOKEN_INVALID", field="page_token")
    return place
