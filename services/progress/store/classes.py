"""Copies of what the classes service announces: plans of classes, and of each learner and course the seats and marks.

They wait here for the enrolment, which may be heard of later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.chassis.store.batching import Reads
from services.chassis.store.copies import keep_newest
from services.chassis.store.mongo import Collection, Database, Document
from services.progress.domain.class_attendance import ClassAttendance, ClassSession, SessionMark


class ClassCopies:
    def __init__(self, database: Database) -> None:
        self._plans: Collection = database["class_plans"]
        self._attendance: Collection = database["class_attendance"]
        self._plan, self._of_learner = Reads(self._plans), Reads(self._attendance)

    async def prepare(self) -> None:
        await self._attendance.create_index([("classes", 1)])
        await self._attendance.create_index([("person", 1)])

    async def keep_plan(self, class_: str, sessions: tuple[ClassSession, ...], revision: int) -> None:
        await keep_newest(self._plans, class_, revision, sessions=[vars(session) for session in sessions])

    async def keep_seat(self, course: str, person: str, class_: str, revision: int, *, held: bool) -> None:
        await self._keep(course, person, class_, revision, f"seat {class_}", held)

    async def keep_mark(self, course: str, person: str, class_: str, session: int, minutes: int, revision: int) -> None:
        await self._keep(course, person, class_, revision, f"mark {class_} {session}", minutes)

    async def _keep(self, course: str, person: str, class_: str, revision: int, part: str, value: Any) -> None:
        key = _key(course, person)
        await keep_newest(self._attendance, key, revision, **{part: value})
        mine = {"$set": {"course": course, "person": person}, "$addToSet": {"classes": class_}}
        await self._attendance.update_one({"_id": key}, mine)

    async def learners_of(self, class_: str) -> list[tuple[str, str]]:
        """Course and person of each who has, or had, a seat."""
        found = self._attendance.find({"classes": class_}, {"course": 1, "person": 1})
        return [(each["course"], each["person"]) async for each in found]

    async def of_learner(self, course: str, person: str) -> list[ClassAttendance]:
        document = await self._of_learner.find(_key(course, person))
        if document is None:
            return []
        return [await self._attendance_of(class_, document) for class_ in document.get("classes", ())]

    async def _attendance_of(self, class_: str, document: Document) -> ClassAttendance:
        plan = await self._plan.find(class_) or {"sessions": (), "revisions": {"sessions": 0}}
        seat = f"seat {class_}"
        return ClassAttendance(
            class_,
            plan["revisions"]["sessions"],
            tuple(ClassSession(**session) for session in plan["sessions"]),
            document["revisions"].get(seat, 0),
            document.get(seat, False),
            tuple(_marks(class_, document)),
        )

    async def forget(self, person: str) -> None:
        await self._attendance.delete_many({"person": person})


def _key(course: str, person: str) -> str:
    return f"{course} {person}"


def _marks(class_: str, document: Document) -> Iterator[SessionMark]:
    prefix = f"mark {class_} "
    for part, minutes in document.items():
        if part.startswith(prefix):
            yield SessionMark(int(part.removeprefix(prefix)), minutes, document["revisions"][part])
