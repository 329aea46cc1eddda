"""Records as documents: changed with the plans of their courses; read whole, as standings or as rows of a grid."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from bson.codec_options import CodecOptions, DatetimeConversion
from bson.datetime_ms import DatetimeMS
from pymongo import ASCENDING, DESCENDING

from services.chassis.errors import Missing, Unavailable
from services.chassis.events.outbox import Outbox
from services.chassis.store.batching import Batcher, Reads
from services.chassis.store.copies import keep_newest
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database, Document, drop_index
from services.chassis.store.paging import after, decode_token, encode_token
from services.progress.domain.class_attendance import ClassAttendance
from services.progress.domain.enrolling import forget_person
from services.progress.domain.item_statistics import ItemStatistics
from services.progress.domain.plan import Plan
from services.progress.domain.record import Record, Standing
from services.progress.domain.settling import Outcome
from services.progress.messages.announcements import announcement
from services.progress.store.answers import item_statistics
from services.progress.store.classes import ClassCopies
from services.progress.store.plans import Plans, PlanWanted

_MOMENT, _LOOKS, _LOOK_SECONDS = 0.05, 8, 0.25
# Records kept in memory, of learners in the middle of a lesson: some 20 kB each.
_REMEMBERED = 1_000
# Milliseconds instead of datetime: decoding a datetime takes a microsecond, and a grid has thousands.
_IN_MS: CodecOptions[Document] = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_MS)
_AWARE: CodecOptions[Document] = CodecOptions(tz_aware=True)
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
FindPlan = Callable[[Record], Plan | None]
STANDING_FIELDS = (
    "person",
    "course",
    "version",
    "summary",
    "position.lesson",
    "enrol_time",
    "withdraw_time",
    "completion.time",
    "certificate.number",
    "certificate.revoke_time",
    "classes",
)
_LATEST_FIRST = (("enrol_time", DESCENDING), ("_id", ASCENDING))
_GRID_ORDER = (("enrol_time", ASCENDING), ("_id", ASCENDING))
# A covering index: a class grid of thousands is answered without reading records of some 9 kB each from disk.
_GRID_ROW = (
    "enrol_time",
    "_id",
    "person",
    "version",
    "summary.version",
    "summary.cells",
    "summary.percent",
    "completion.time",
    "last_activity_time",
    "withdraw_time",
)
_WITHOUT_ANSWERS = {"pending": 0, "lessons.quizzes.attempts.answers": 0, "lessons.quizzes.earlier": 0}
MOST_LEARNING = 5_000
_UNUSED = "course_1_enrol_time_1__id_1"


class RecordStore:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._records = Entities(database["records"], Record, announcement, outbox, remember=_REMEMBERED)
        self._in_ms = database["records"].with_options(codec_options=_IN_MS)
        self._courses = database["courses"]
        self._erased = database["erased"]
        self._is_erased = Reads(self._erased)
        self._taken = Batcher(self._taken_by)
        self.plans = Plans(database["plans"])
        self.classes = ClassCopies(database)
        self._expected: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    async def prepare(self) -> None:
        await self.plans.prepare()
        await self.classes.prepare()
        records = self._records.collection
        await records.create_index([("person", ASCENDING), ("enrol_time", DESCENDING), ("_id", ASCENDING)])
        await records.create_index([(name, ASCENDING) for name in ("course", *_GRID_ROW)], name="grid")
        await drop_index(records, _UNUSED)
        await records.create_index([("course", ASCENDING), ("summary.standing", ASCENDING)])
        await records.create_index([("course", ASCENDING), ("version", ASCENDING), ("summary.version", ASCENDING)])
        number = "certificate.number"
        await records.create_index(number, unique=True, partialFilterExpression={number: {"$exists": True}})

    async def get(self, key: str) -> Record:
        record = await self._records.get(key, missing="PROGRESS_NOT_FOUND")
        return _enrolled(record)

    async def arrival(self, key: str) -> Record:
        """As `get`, for an enrolment whose event may still be on its way: waits up to two seconds for it. Usually it
        arrives at once, and the database is read only then."""
        heard = self._expected.setdefault(key, asyncio.Event())
        for seconds in (_MOMENT, *[_LOOK_SECONDS] * _LOOKS):
            with suppress(Missing):
                if written := self._records.remembered(key):
                    return _enrolled(written)
                if seconds != _MOMENT:
                    return await self.get(key)
            with suppress(TimeoutError):  # where another process hears of it
                async with asyncio.timeout(seconds):
                    await heard.wait()
        return await self.get(key)

    def arrived(self, key: str) -> None:
        if heard := self._expected.get(key):
            heard.set()

    async def with_certificate(self, number: str) -> Record:
        document = await self._records.collection.find_one({"certificate.number": number}, {"pending": 0})
        if document is None:
            raise Missing("CERTIFICATE_UNKNOWN")
        return self._records.load(document)

    async def learn(self, key: str, check: Callable[[Record], None], verb: Callable[[Record, Plan], Outcome]) -> Record:
        """Changes the record by its plan, where `check` allows: one read and one write, once the plan is in memory."""

        def measured(record: Record, find: FindPlan) -> Outcome:
            check(_enrolled(record))
            if record.erased:
                raise Missing("PROGRESS_NOT_FOUND")
            if (plan := find(record)) is None:
                raise Unavailable("COURSE_NOT_READY")
            return verb(record, plan)

        return await self._change(key, measured, None)

    async def change(self, start: Record, verb: Callable[[Record, FindPlan], Outcome]) -> Record:
        """Changes the record as it now is; `start` stands for one that is not there yet."""
        return await self._change(start.enrollment, verb, start)

    async def _change(self, key: str, verb: Callable[[Record, FindPlan], Outcome], start: Record | None) -> Record:
        absent: set[tuple[str, int]] = set()

        def find(record: Record) -> Plan | None:
            wanted = record.course, record.version
            return None if record.version == 0 or wanted in absent else self.plans.cached(*wanted)

        change = partial(self._records.change, key, start=start, fresh=bool(start), missing="PROGRESS_NOT_FOUND")
        while True:
            try:
                return await change(lambda record: verb(record, find))
            except PlanWanted as wanted:
                if await self.plans.find(wanted.course, wanted.version) is None:
                    absent.add((wanted.course, wanted.version))

    async def forget(self, person: str) -> None:
        """Removes what the person typed, also from records that arrive later. Safe to repeat."""
        await self._erased.replace_one({"_id": person}, {}, upsert=True)
        await self.classes.forget(person)
        async for document in self._records.collection.find({"person": person}, {"_id": 1}):
            await self._records.change(document["_id"], lambda record: (forget_person(record), []))

    async def forget_if_erased(self, record: Record) -> None:
        """Called after each event about a record, so that enrolment and erasure may arrive in either order."""
        if not record.erased and await self.is_erased(record.person):
            await self.forget(record.person)

    async def is_erased(self, person: str) -> bool:
        return await self._is_erased.find(person) is not None

    async def attending(self, course: str, person: str, heard: ClassAttendance) -> Record | None:
        """The run that a class belongs to: the one that has it, else the latest that was not withdrawn."""
        query = {"person": person, "course": course, "enrol_time": {"$ne": None}, "withdraw_time": None}
        found = self._records.collection.find(query, {"pending": 0}).sort("enrol_time", DESCENDING)
        runs = [self._records.load(document) async for document in found]
        having = (run for run in runs if any(each.class_ == heard.class_ for each in run.classes))
        return next(having, runs[0] if runs else None)

    async def unmeasured(self, course: str, version: int) -> AsyncIterator[Record]:
        """Records on this version whose summary was made before its plan arrived."""
        query = {"course": course, "version": version, "summary.version": {"$lt": version}}
        async for document in self._records.collection.find(query, {"pending": 0}):
            yield self._records.load(document)

    async def learning(self, course: str) -> AsyncIterator[Record]:
        """Records of who has not finished, without their answers: the first ones, where a course has very many."""
        query = {"course": course, "summary.standing": {"$in": [Standing.ENROLLED, Standing.STARTED]}}
        found = self._records.collection.find(query, _WITHOUT_ANSWERS, limit=MOST_LEARNING)
        async for document in found:
            yield self._records.load(document)

    async def item_statistics(self, course: str) -> list[ItemStatistics]:
        return await item_statistics(self._records.collection, course)

    async def of_person(self, accounts: Sequence[str], size: int, token: str) -> tuple[list[Record], str]:
        """Latest enrolment first."""
        query: dict[str, Any] = {"person": {"$in": list(accounts)}, "enrol_time": {"$ne": None}}
        if last := _decoded(token):
            query |= after(_LATEST_FIRST, last)
        found = self._records.collection.find(query, {"pending": 0}).sort(list(_LATEST_FIRST)).limit(size + 1)
        documents, token = _page(await found.to_list(), size)
        return [self._records.load(document) for document in documents], token

    async def taken_by(self, accounts: Sequence[str]) -> Sequence[Document]:
        """The records of a person's accounts as stored, latest enrolment first, without their answers."""
        rows = [row for each in await asyncio.gather(*map(self._taken.answer, accounts)) for row in each]
        return rows if len(accounts) == 1 else sorted(rows, key=_latest_first)

    async def _taken_by(self, persons: Sequence[str]) -> Sequence[Sequence[Document]]:
        query = {"person": {"$in": list(set(persons))}, "enrol_time": {"$ne": None}}
        rows = await self._records.collection.find(query, dict.fromkeys(STANDING_FIELDS, 1)).to_list()
        taken: dict[str, list[Document]] = defaultdict(list)
        for row in sorted(rows, key=_latest_first):
            taken[row["person"]].append(row)
        return [taken[person] for person in persons]

    async def grid(self, course: str, size: int, token: str) -> tuple[list[Document], str]:
        """Rows of the covering index in order of enrolment, times as DatetimeMS."""
        last = _decoded(token)
        rows: list[Document] = []
        if last:
            rows = await self._rows({"course": course, "enrol_time": last[0], "_id": {"$gt": last[1]}}, size + 1)
        if len(rows) <= size:
            later = {"course": course, "enrol_time": {"$gt": last[0] if last else _BEFORE_ALL}}
            rows += await self._rows(later, size + 1 - len(rows))
        return _page(rows, size)

    async def _rows(self, query: Mapping[str, Any], most: int) -> list[Document]:
        found = self._in_ms.find(query, _GRID_ROW, batch_size=most, limit=most, sort=list(_GRID_ORDER), hint="grid")
        return await found.to_list()

    async def standings(self, course: str) -> dict[Standing, int]:
        """Number of records of a course by standing; a covered query."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"course": course}},
            {"$group": {"_id": "$summary.standing", "count": {"$sum": 1}}},
        ]
        counted = await self._records.collection.aggregate(stages)
        return {Standing(document["_id"]): document["count"] async for document in counted}

    async def teachers(self, course: str) -> frozenset[str]:
        document = await self._courses.find_one({"_id": course})
        return frozenset(document["teachers"] if document else ())

    async def keep_teachers(self, course: str, revision: int, teachers: Sequence[str]) -> None:
        await keep_newest(self._courses, course, revision, teachers=list(teachers))


def _latest_first(row: Document) -> tuple[float, str]:
    return -row["enrol_time"].timestamp(), row["_id"]


def _decoded(token: str) -> tuple[datetime, Any] | None:
    """Enrolment time and key of the last record on the page before."""
    last = decode_token(token, datetime, str)
    return (last[0], last[1]) if last else None


def _page(documents: list[Document], size: int) -> tuple[list[Document], str]:
    """The page and the token of the next: the query asked for one document more than the page holds."""
    if len(documents) <= size:
        return documents, ""
    last = documents[size - 1]
    moment = last["enrol_time"]
    time = moment.as_datetime(_AWARE) if isinstance(moment, DatetimeMS) else moment
    return documents[:size], encode_token(time.isoformat(), last["_id"])


def _enrolled(record: Record) -> Record:
    """Raises Missing for a record that only a later event than its enrolment has created."""
    if record.enrol_time is None:
        raise Missing("PROGRESS_NOT_FOUND")
    return record
