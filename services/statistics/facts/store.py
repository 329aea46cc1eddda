"""Facts, and the copies that give them meaning. All arrive by events; every write is an upsert by natural key."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple, TypeVar

from pymongo import ASCENDING, UpdateMany, UpdateOne
from pymongo.errors import DuplicateKeyError

from services.chassis.clock import from_ms
from services.chassis.store.copies import keep_newest
from services.chassis.store.mongo import Collection as Documents
from services.chassis.store.mongo import Database, Document, drop_index
from services.chassis.store.paging import after
from services.statistics.areas.tree import AreaTree
from services.statistics.facts.attendance import Attendance
from services.statistics.facts.domain import FactBatch
from services.statistics.facts.merged import Identities, Merge, MergedPersons
from services.statistics.facts.traits import TraitsSeal
from services.statistics.facts.upgrade import FactsUpgrade

T = TypeVar("T")
LOT = 5_000
_BY_ID = (("_id", ASCENDING),)
_BY_CHANGE = (("changed", ASCENDING), ("_id", ASCENDING))
_UNUSED = ("universe_1_area_1_quarter_1", "universe_1_organisation_1_quarter_1")
"""Indexes that earlier versions made: each enrolment paid for them, and tables are counted in memory now."""
_WORDS = ("universe", "organisation", "area", "course", "delivery", "quarter")
_FOR_TABLES: Document = {
    "enrolment": "$_id",
    "person": "$pseudonym",
    **{name: {"$ifNull": [f"${name}", ""]} for name in _WORDS},
    "version": {"$ifNull": ["$version", 0]},
    "enrol_year": "$enrol_year",
    "traits": {"$ifNull": ["$traits", None]},
    **{name: {"$toLong": f"${name}_at"} for name in ("enrolled", "completed", "withdrawn")},
    "started": {"$toLong": {"$min": ["$started_at", "$sessions.first_at"]}},
    "changed": {"$toLong": "$changed"},
}
"""The columns of a `FactBatch`, the traits as they are stored."""
_AS_LOT: Document = {"$group": {"_id": None, **{name: {"$push": each} for name, each in _FOR_TABLES.items()}}}
_ENROLLED = {"pseudonym": {"$exists": True}}
"""Not of those of which only later events have come."""
Kinds = Mapping[str, tuple[str, tuple[int, int] | None]]
"""Area -> its kind, and its column and row on the tile map."""


class Change(NamedTuple):
    """What one event makes of the fact of an enrolment: fields of a stage of an update, or minutes credited by lesson.
    However often and in whatever order changes are made, they end up the same. `person`: whose traits the fact gets."""

    enrollment: str
    fields: Mapping[str, Any] = {}
    minutes: tuple[str, int] | None = None
    person: str = ""


class TraitsRevision(NamedTuple):
    revision: int
    fields: Mapping[str, Any]


def enrolled(enrollment: str, revision: int, version: int, fields: Mapping[str, Any]) -> Change:
    """As last corrected; the version only rises."""
    rises = {"version": {"$max": ["$version", version]}, "changed": "$$NOW"}
    return Change(enrollment, {**_newest(revision, fields), **rises}, person=fields["pseudonym"])


def happened(enrollment: str, field: str, revision: int, moment: datetime) -> Change:
    """What was announced last stands, in whatever order it comes; of two said at once the earlier."""
    known = f"heard.{field}"
    before: Document = {"$ifNull": [f"${known}", -1]}
    later: Document = {"$cond": [{"$gt": [revision, before]}, moment, f"${field}"]}
    stands: Document = {"$cond": [{"$eq": [revision, before]}, {"$min": [f"${field}", moment]}, later]}
    return Change(enrollment, {field: stands, known: {"$max": [f"${known}", revision]}, "changed": "$$NOW"})


def moved(enrollment: str, version: int) -> Change:
    return Change(enrollment, {"version": {"$max": ["$version", version]}, "changed": "$$NOW"})


def credited(enrollment: str, lesson: str, minutes: int) -> Change:
    """No table counts minutes: nobody need read the fact again."""
    return Change(enrollment, minutes=(lesson, minutes))


def _newest(revision: int, fields: Mapping[str, Any]) -> Document:
    stands = {"$gte": [revision, {"$ifNull": ["$revision", 0]}]}
    update: Document = {name: {"$cond": [stands, {"$literal": value}, f"${name}"]} for name, value in fields.items()}
    return update | {"revision": {"$max": ["$revision", revision]}}


class Facts:
    """One document per enrolment: no name, no login, only keyed hashes of the person and of the enrolment."""

    def __init__(self, database: Database, pseudonym_key: bytes, zone: tzinfo = UTC) -> None:
        self.attendance = Attendance(database, zone)
        self._key = pseudonym_key
        self._seal = TraitsSeal(pseudonym_key)
        self.merged = MergedPersons(database, self._seal)
        self.facts = database["facts"]
        self.traits = database["traits"]
        self.places = database["places"]
        self.courses = database["courses"]

    async def prepare(self) -> None:
        await self.facts.create_index([("pseudonym", ASCENDING)])
        await self.facts.create_index(_BY_CHANGE)
        await self.attendance.prepare()
        await self.merged.prepare()
        for name in _UNUSED:
            await drop_index(self.facts, name)
        await FactsUpgrade(self.facts, self.traits, self._key, self._seal).run()

    async def put(self, changes: Sequence[Change]) -> None:
        """As one write, however many of the changes are of the same enrolment."""
        updates = [UpdateOne({"_id": key}, stages, upsert=True) for key, stages in _staged(changes).items()]
        updates += [UpdateOne({"_id": key}, credit, upsert=True) for key, credit in _credited(changes).items()]
        if updates:
            await self.facts.bulk_write(updates, ordered=False)
            persons = {change.person for change in changes} - {""}
            await self._carry_traits(persons)
            await self.attendance.carry(persons)

    async def put_traits(self, traits: Mapping[str, Sequence[TraitsRevision]]) -> None:
        """Of persons by pseudonym. Later answers replace earlier ones, also on the facts that stand already."""
        if traits:
            updates = [
                UpdateOne(
                    {"_id": person},
                    [{"$set": _newest(revision.revision, revision.fields)} for revision in revisions],
                    upsert=True,
                )
                for person, revisions in traits.items()
            ]
            await self.traits.bulk_write(updates, ordered=False)
            await self._carry_traits(traits)
            same = await self.merged.beside(traits)
            if len(same) > len(traits):
                await self._read_again(same)

    async def put_merged(self, merges: Sequence[Merge]) -> None:
        await self._read_again(await self.merged.put(merges))

    async def _read_again(self, persons: Collection[str]) -> None:
        """The facts themselves stay: whoever follows what is written reads them with what is known of their persons."""
        if persons:
            match = {"pseudonym": {"$in": list(persons)}}
            await self.facts.update_many(match, {"$currentDate": {"changed": True}})

    async def _carry_traits(self, persons: Collection[str]) -> None:
        """Both doors end here after their own write, so that whichever comes last finds the other's."""
        if not persons:
            return
        updates = []
        async for traits in self.traits.find({"_id": {"$in": list(persons)}}):
            older = {"pseudonym": traits.pop("_id"), "traits.revision": {"$not": {"$gte": traits["revision"]}}}
            updates.append(UpdateMany(older, {"$set": {"traits": traits}, "$currentDate": {"changed": True}}))
        if updates:
            await self.facts.bulk_write(updates, ordered=False)

    async def put_places(
        self,
        revision: int,
        areas: Sequence[Document],
        organisations: Sequence[Document],
        successors: Mapping[str, str] | None = None,
    ) -> None:
        content = {"areas": list(areas), "organisations": list(organisations), "successors": dict(successors or {})}
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
        return AreaTree.of(document["areas"], document["organisations"], document.get("successors"))

    async def forget_all(self) -> None:
        """Empties the facts before all events are handled again."""
        for collection in (self.facts, self.traits, self.places, self.courses, self.attendance.marks):
            await collection.delete_many({})
        await self.merged.forget_all()

    async def area_kinds(self) -> Kinds:
        document = await self.places.find_one({"_id": "current"}) or {"areas": []}
        return {area["name"]: (area.get("kind", ""), _tile(area)) for area in document["areas"]}

    async def rows(self, match: Document) -> AsyncIterator[Document]:
        """Facts of enrolments; those of which only later events have come are not there yet."""
        identities = await self.merged.identities()
        async for lot in _ahead(self._documents(match)):
            for document in lot:
                opened = self._seal.open(document["pseudonym"], document.get("traits"))
                person = identities.person(document["pseudonym"])
                yield {**document, "person": person, "traits": identities.traits.get(person, opened)}

    def for_tables(self, since: datetime | None = None) -> AsyncIterator[FactBatch]:
        """What a table counts of all facts, or of those written since then by the database's clock, in the order of
        that: what is near in time is near on disk. What is written meanwhile comes again."""
        return _ahead(self._lots(since))

    async def _documents(self, match: Document) -> AsyncIterator[list[Document]]:
        behind: Mapping[str, Any] = {}
        while True:
            documents = await self._asked(_BY_ID, match, behind)
            yield documents
            if len(documents) < LOT:
                return
            behind = after(_BY_ID, [documents[-1]["_id"]])

    async def _lots(self, since: datetime | None) -> AsyncIterator[FactBatch]:
        match: Document = {"changed": {"$gte": since}} if since else {}
        behind: Mapping[str, Any] = {}
        identities = await self.merged.identities()
        while found := await self._asked(_BY_CHANGE, match, behind, _AS_LOT):
            lot = self._batch(found[0], identities)
            yield lot
            if len(lot.enrolment) < LOT:
                return
            behind = after(_BY_CHANGE, [from_ms(lot.changed[-1]), lot.enrolment[-1]])

    def _batch(self, columns: Document, identities: Identities) -> FactBatch:
        traits = [self._seal.open(*each) for each in zip(columns["person"], columns["traits"], strict=True)]
        persons = columns["person"]
        if identities.kept:
            persons = [*map(identities.person, persons)]
            traits = [identities.traits.get(*each) for each in zip(persons, traits, strict=True)]
        opened = {
            "person": persons,
            "sex": [each.get("sex", "") for each in traits],
            "age": [_age(year, each) for year, each in zip(columns["enrol_year"], traits, strict=True)],
            "flags": [each["groups"] if each.get("groups_answered") else None for each in traits],
        }
        found = columns | opened
        return FactBatch._make(found[column] for column in FactBatch._fields)

    async def _asked(
        self, order: Sequence[tuple[str, int]], match: Mapping[str, Any], behind: Mapping[str, Any], *stages: Document
    ) -> list[Document]:
        """A lot by itself: all together would take longer than one question to the database may."""
        found: Document = {"$match": {"$and": [match, _ENROLLED, behind]}}
        lot = await self.facts.aggregate([found, {"$sort": dict(order)}, {"$limit": LOT}, *stages], hint=dict(order))
        return await lot.to_list()

    async def written_since(self, moment: datetime | None, universe: str) -> int:
        """How many enrolments were written or got other traits after the moment, by the database's clock."""
        later: Document = {"changed": {"$gte": moment or datetime.fromtimestamp(0, UTC)}}
        return await self.facts.count_documents(later | {"universe": universe} | _ENROLLED)

    async def count(self) -> int:
        """About how many there are, without looking at them."""
        return await self.facts.estimated_document_count()

    async def course_list(self) -> dict[str, Document]:
        return {document["_id"]: document async for document in self.courses.find()}


async def _ahead(lots: AsyncIterator[T]) -> AsyncIterator[T]:
    """The next is asked for while one is looked at."""

    async def following() -> T | None:
        return await anext(lots, None)

    coming = asyncio.create_task(following())
    try:
        while (lot := await coming) is not None:
            coming = asyncio.create_task(following())
            yield lot
    finally:
        coming.cancel()


def _staged(changes: Sequence[Change]) -> dict[str, list[Document]]:
    stages: dict[str, list[Document]] = defaultdict(list)
    for change in changes:
        if change.fields:
            stages[change.enrollment].append({"$set": change.fields})
    return stages


def _credited(changes: Sequence[Change]) -> dict[str, Document]:
    """Most events are these, and the database takes an operator in two thirds of the time of a stage."""
    most: dict[str, dict[str, int]] = defaultdict(dict)
    for change in changes:
        if change.minutes:
            lesson, minutes = change.minutes
            credits = most[change.enrollment]
            credits[f"minutes.{lesson}"] = max(minutes, credits.get(f"minutes.{lesson}", 0))
    return {key: {"$max": credits} for key, credits in most.items()}


def _age(year: int, traits: Mapping[str, Any]) -> int | None:
    born: int = traits.get("birth_year", 0)
    return year - born if born else None


def _tile(area: Document) -> tuple[int, int] | None:
    column, row = area.get("column", 0), area.get("row", 0)
    return (column, row) if column or row else None


async def _put_newer(collection: Documents, key: str, revision: int, fields: Mapping[str, Any]) -> None:
    """Replaces what is older; what is newer stays (there the upsert meets its own key)."""
    with suppress(DuplicateKeyError):
        await collection.replace_one(
            {"_id": key, "revision": {"$lt": revision}}, {"revision": revision, **fields}, upsert=True
        )
