"""Copies of what others announce: when classes end, who took part in them, and who completed which course."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from services.chassis.store.copies import keep_newest
from services.chassis.store.mongo import Database
from services.surveys.domain.evaluation import Subject


class Copies:
    def __init__(self, database: Database) -> None:
        self._classes = database["classes"]
        self._attendance = database["attendance"]
        self._completions = database["completions"]
        self._erased = database["erased"]

    async def prepare(self) -> None:
        await self._classes.create_index("ends_at")
        await self._attendance.create_index("class_")
        await self._attendance.create_index("person")
        await self._completions.create_index([("course", 1), ("month", 1)])
        await self._completions.create_index("at")
        await self._completions.create_index("person")

    async def keep_class(self, class_: str, revision: int, **plan: Any) -> None:
        await keep_newest(self._classes, class_, revision, **plan)

    async def keep_attendance(self, key: str, revision: int, person: str, **mark: Any) -> None:
        if not await self._is_erased(person):
            await keep_newest(self._attendance, key, revision, person=person, **mark)
            if await self._is_erased(person):
                await self._attendance.delete_many({"person": person})

    async def keep_completion(self, person: str, course: str, at: datetime, month: str) -> None:
        """The first of a course."""
        if not await self._is_erased(person):
            completion = {"person": person, "course": course, "at": at, "month": month}
            await self._completions.update_one({"_id": f"{person}.{course}"}, {"$setOnInsert": completion}, upsert=True)
            if await self._is_erased(person):
                await self._completions.delete_many({"person": person})

    async def erase(self, person: str) -> None:
        await self._erased.replace_one({"_id": person}, {}, upsert=True)
        await self._attendance.delete_many({"person": person})
        await self._completions.delete_many({"person": person})

    async def _is_erased(self, person: str) -> bool:
        return await self._erased.find_one({"_id": person}) is not None

    async def ended_classes(self, after: datetime, until: datetime) -> AsyncIterator[tuple[Subject, datetime]]:
        async for each in self._classes.find({"ends_at": {"$gt": after, "$lte": until}, "cancelled": False}):
            yield (
                Subject(
                    course=each["course"],
                    month=each["month"],
                    class_=each["_id"],
                    centre=each["centre"],
                    area=each["area"],
                    instructors=tuple(each["instructors"]),
                ),
                each["ends_at"],
            )

    async def completed_courses(self, after: datetime, until: datetime) -> list[Subject]:
        """Which were completed then, by month."""
        groups = await self._completions.aggregate(
            [
                {"$match": {"at": {"$gt": after, "$lte": until}}},
                {"$group": {"_id": {"course": "$course", "month": "$month"}}},
                {"$sort": {"_id": 1}},
            ]
        )
        return [Subject(each["_id"]["course"], each["_id"]["month"]) async for each in groups]

    async def attendants(self, class_: str) -> list[str]:
        """Whoever was there for at least one session."""
        return sorted(await self._attendance.distinct("person", {"class_": class_, "minutes": {"$gt": 0}}))

    async def completers(self, course: str, month: str, after: datetime, until: datetime) -> list[tuple[str, datetime]]:
        """Those who completed it by themselves, and when: whoever attended a class of it is asked about that."""
        query = {"course": course, "month": month, "at": {"$gt": after, "$lte": until}}
        found = [(each["person"], each["at"]) async for each in self._completions.find(query)]
        people = {"person": {"$in": [person for person, _ in found]}, "course": course, "minutes": {"$gt": 0}}
        in_class = set(await self._attendance.distinct("person", people))
        return [(person, at) for person, at in found if person not in in_class]
