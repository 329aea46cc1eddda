"""Attendance of the sessions of classes, kept for each person and course and carried to the enrolment it is of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from typing import Any, NamedTuple

from pymongo import ASCENDING, UpdateOne

from services.chassis.store.mongo import Database, Document

_MOST_RUNS = 1_000


class Mark(NamedTuple):
    """What the list of one session says of one person; the newest revision counts. `key` is that of person and session,
    `counts` is false for whoever was absent and where the session was cancelled."""

    key: str
    person: str
    course: str
    day: date
    minutes: int
    counts: bool
    revision: int


class Attendance:
    def __init__(self, database: Database, zone: tzinfo) -> None:
        self.marks = database["attendance"]
        self._facts = database["facts"]
        self._zone = zone

    async def prepare(self) -> None:
        await self.marks.create_index([("person", ASCENDING)])

    async def put(self, marks: Sequence[Mark]) -> None:
        if marks:
            await self.marks.bulk_write([_newest(mark) for mark in marks])
            await self.carry({mark.person for mark in marks})

    async def carry(self, persons: Collection[str]) -> None:
        """To the facts. Both doors, attendance and enrolments, end here after their own write, so that whichever comes
        last finds the other's."""
        marks: dict[tuple[str, str], list[Document]] = defaultdict(list)
        async for mark in self.marks.find({"person": {"$in": list(persons)}}):
            marks[mark["person"], mark["course"]].append(mark)
        if not marks:
            return
        runs: dict[tuple[str, str], list[Document]] = defaultdict(list)
        match = {"pseudonym": {"$in": list(persons)}, "course": {"$in": list({course for _, course in marks})}}
        async for run in self._facts.find(match, {"pseudonym": 1, "course": 1, "enrolled_at": 1}).sort("enrolled_at"):
            runs[run["pseudonym"], run["course"]].append(run)
        updates = [update for who in marks for update in self._updates(runs.get(who, ()), marks[who])]
        if updates:
            await self._facts.bulk_write(updates, ordered=False)

    def _updates(self, runs: Sequence[Document], marks: Iterable[Document]) -> Iterator[UpdateOne]:
        """A session belongs to the last run that had begun by its day. What knew fewer marks or runs is older."""
        attended: dict[str, list[list[Any]]] = defaultdict(list)
        known = list(marks)
        for mark in sorted(known, key=lambda mark: (mark["day"], mark["_id"])) if runs else ():
            begun = [run for run in runs if self._day(run) <= mark["day"]]
            if mark["counts"]:
                attended[(begun or runs)[-1 if begun else 0]["_id"]].append([mark["day"], mark["minutes"]])
        version = sum(mark["revision"] + 1 for mark in known) * _MOST_RUNS + len(runs)
        for run in runs:
            older = {"_id": run["_id"], "sessions.version": {"$not": {"$gt": version}}}
            sessions: Document = {"version": version, "attended": attended[run["_id"]]}
            if sessions["attended"]:
                sessions["first_at"] = self._noon(sessions["attended"][0][0])
            yield UpdateOne(older, {"$set": {"sessions": sessions}, "$currentDate": {"changed": True}})

    def _noon(self, day: str) -> datetime:
        return datetime.combine(date.fromisoformat(day), time(12), self._zone)

    def _day(self, run: Mapping[str, Any]) -> str:
        return str(run["enrolled_at"].astimezone(self._zone).date())


def _newest(mark: Mark) -> UpdateOne:
    stands = {"$gt": [mark.revision, {"$ifNull": ["$revision", -1]}]}
    fields = {"person": mark.person, "course": mark.course, "day": str(mark.day), "minutes": mark.minutes}
    fields |= {"counts": mark.counts, "revision": mark.revision}
    newer: Document = {name: {"$cond": [stands, {"$literal": value}, f"${name}"]} for name, value in fields.items()}
    return UpdateOne({"_id": mark.key}, [{"$set": newer}], upsert=True)
