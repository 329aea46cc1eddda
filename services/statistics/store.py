"""Facts, and the copies that give them meaning. All arrive by events; every write is an upsert by natural key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from services.chassis.combining import Reads, Writes
from services.chassis.copies import keep_newest
from services.chassis.mongo import Collection, Database, Document
from services.chassis.pages import after
from services.statistics.domain.areas import AreaTree

LOT = 20_000
_BY_ID = (("_id", ASCENDING),)
_BY_CHANGE = (("changed", ASCENDING), ("_id", ASCENDING))
_FOR_TABLES = dict.fromkeys(
    (
        *("pseudonym", "universe", "organisation", "area", "course", "version", "quarter", "enrol_year", "traits"),
        *("enrolled_at", "started_at", "completed_at", "withdrawn_at", "changed"),
    ),
    1,
)
_NOW: Document = {"$currentDate": {"changed": True}}
Kinds = Mapping[str, tuple[str, tuple[int, int] | None]]
"""Area -> its kind, and its column and row on the tile map."""


class Facts:
    """One document per enrolment: no name, no login, only a keyed hash of the person."""

    def __init__(self, database: Database) -> None:
        self.facts = database["facts"]
        self._writes = Writes(self.facts)
        self.traits = database["traits"]
        self._told = Reads(self.traits)
        self.places = database["places"]
        self.courses = database["courses"]

    async def prepare(self) -> None:
        await self.facts.create_index([("universe", ASCENDING), ("area", ASCENDING), ("quarter", ASCENDING)])
        await self.facts.create_index([("universe", ASCENDING), ("organisation", ASCENDING), ("quarter", ASCENDING)])
        await self.facts.create_index([("pseudonym", ASCENDING)])
        await self.facts.create_index(_BY_CHANGE)

    async def put_enrolment(self, enrollment: str, revision: int, version: int, fields: Mapping[str, Any]) -> None:
        """As last corrected; the version only rises."""
        stands = {"$gte": [revision, {"$ifNull": ["$revision", 0]}]}
        update: Document = {
            name: {"$cond": [stands, {"$literal": value}, f"${name}"]} for name, value in fields.items()
        }
        update |= {"revision": {"$max": ["$revision", revision]}, "version": {"$max": ["$version", version]}}
        update |= {"changed": "$$NOW"}
        await self._writes.update_one({"_id": enrollment}, [{"$set": update}], upsert=True)
        await self._carry_traits(fields["pseudonym"])

    async def put_moment(self, enrollment: str, field: str, revision: int, moment: datetime) -> None:
        """What was announced last stands, in whatever order it comes; of two said at once the earlier."""
        known = f"heard.{field}"
        before: Document = {"$ifNull": [f"${known}", -1]}
        later: Document = {"$cond": [{"$gt": [revision, before]}, moment, f"${field}"]}
        stands: Document = {"$cond": [{"$eq": [revision, before]}, {"$min": [f"${field}", moment]}, later]}
        update = [{"$set": {field: stands, known: {"$max": [f"${known}", revision]}, "changed": "$$NOW"}}]
        await self._writes.update_one({"_id": enrollment}, update, upsert=True)

    async def put_version(self, enrollment: str, version: int) -> None:
        await self._writes.update_one({"_id": enrollment}, {"$max": {"version": version}, **_NOW}, upsert=True)

    async def put_minutes(self, enrollment: str, lesson: str, minutes: int) -> None:
        await self._writes.update_one({"_id": enrollment}, {"$max": {f"minutes.{lesson}": minutes}}, upsert=True)

    async def put_traits(self, pseudonym: str, revision: int, traits: Mapping[str, Any]) -> None:
        """Later answers replace earlier ones, also on the facts that stand already."""
        await _put_newer(self.traits, pseudonym, revision, traits)
        await self._carry_traits(pseudonym)

    async def _carry_traits(self, pseudonym: str) -> None:
        """Both doors end here after their own write, so that whichever comes last finds the other's."""
        traits = await self._told.find(pseudonym)
        if traits is not None:
            kept = {name: value for name, value in traits.items() if name != "_id"}
            older = {"pseudonym": pseudonym, "traits.revision": {"$not": {"$gte": traits["revision"]}}}
            await self._writes.update_many(older, {"$set": {"traits": kept}, **_NOW})

    async def put_places(self, revision: int, areas: Sequence[Document], organisations: Sequence[Document]) -> None:
        content = {"areas": list(areas), "organisations": list(organisations)}
        await _put_newer(self.places, "current", revision, content)

    async def put_course(
        self, course: str, revision: int, version: int, title: Mapping[str, str], domains: Sequence[str]
    ) -> None:
        """The newest title and competence areas, and beside them those of each version: who took an earlier one keeps
        counting under what it taught."""
        await keep_newest(self.courses, course, revision, title=dict(title), domains=list(domains))
        await self.courses.update_one({"_id": course}, {"$set": {f"versions.{version}": list(domains)}})

    async def areas(self) -> AreaTree:
        document = await self.places.find_one({"_id": "current"}) or {"areas": [], "organisations": []}
        return AreaTree.of(document["areas"], document["organisations"])

    async def forget_all(self) -> None:
        """Before all events are heard again."""
        for collection in (self.facts, self.traits, self.places, self.courses):
            await collection.delete_many({})

    async def area_kinds(self) -> Kinds:
        document = await self.places.find_one({"_id": "current"}) or {"areas": []}
        return {area["name"]: (area.get("kind", ""), _tile(area)) for area in document["areas"]}

    async def rows(self, match: Document) -> AsyncIterator[Document]:
        """Facts of enrolments; those of which only later events have come are not there yet."""
        async for lot in self._lots(match, None, _BY_ID):
            for document in lot:
                yield document

    def for_tables(self, since: datetime | None = None) -> AsyncIterator[list[Document]]:
        """What a table counts of all facts, or of those written since then by the database's clock."""
        if since is None:
            return self._lots({}, _FOR_TABLES, _BY_ID)
        return self._lots({"changed": {"$gte": since}}, _FOR_TABLES, _BY_CHANGE)

    async def _lots(
        self, match: Document, wanted: Document | None, order: Sequence[tuple[str, int]]
    ) -> AsyncIterator[list[Document]]:
        """Each asked for by itself: all together would take longer than one question to the database may."""
        behind: Mapping[str, Any] = {}
        while True:
            found = self.facts.find({"$and": [match, behind]}, wanted).sort(list(order)).hint(list(order)).limit(LOT)
            lot = await found.to_list()
            yield [document for document in lot if "pseudonym" in document]
            if len(lot) < LOT:
                return
            behind = after(order, [lot[-1][name] for name, _ in order])

    async def last_change(self) -> datetime | None:
        newest = await self.facts.find_one({}, {"changed": 1}, sort=[("changed", DESCENDING)])
        return newest.get("changed") if newest else None

    async def course_list(self) -> dict[str, Document]:
        return {document["_id"]: document async for document in self.courses.find()}


def _tile(area: Document) -> tuple[int, int] | None:
    column, row = area.get("column", 0), area.get("row", 0)
    return (column, row) if column or row else None


async def _put_newer(collection: Collection, key: str, revision: int, fields: Mapping[str, Any]) -> None:
    """Replaces what is older; what is newer stays (there the upsert meets its own key)."""
    with suppress(DuplicateKeyError):
        await collection.replace_one(
            {"_id": key, "revision": {"$lt": revision}}, {"revision": revision, **fields}, upsert=True
        )
