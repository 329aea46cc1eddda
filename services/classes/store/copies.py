"""Copies of what others announce: courses, where areas lie, where people live and what they completed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.chassis.errors import Missing
from services.chassis.store.areas import Areas
from services.chassis.store.batching import Reads
from services.chassis.store.copies import keep_newest
from services.chassis.store.merged_accounts import MergedAccounts
from services.chassis.store.mongo import Database


@dataclass(frozen=True)
class Home:
    area: str
    organisation: str
    employee: bool


class Copies:
    def __init__(self, database: Database) -> None:
        self._courses = database["courses"]
        self.areas = Areas(database)
        self.merged = MergedAccounts(database)
        self._residents = database["residents"]
        self._completions = database["completions"]
        self._erased = database["erased"]
        self._course = Reads(self._courses)
        self._home, self._completed, self._is_erased = map(Reads, (self._residents, self._completions, self._erased))

    async def keep_course(self, course: str, revision: int, **parts: Any) -> None:
        await keep_newest(self._courses, course, revision, **parts)

    async def require_offered(self, course: str) -> None:
        """Raises Missing for a course that was never published, or that is no longer offered."""
        found = await self._course.find(course)
        if not found or found.get("version", 0) < 1 or found.get("retired"):
            raise Missing("COURSE_NOT_FOUND", field="course")

    async def is_for_employees(self, course: str) -> bool:
        """True for a course that admits only employees."""
        found = await self._course.find(course)
        return bool(found and found.get("for_employees"))

    async def attendance_percent(self, course: str) -> int:
        """How much attendance completes the course, by its current version; 0: attendance does not count."""
        found = await self._course.find(course)
        return found.get("attendance_percent", 0) if found else 0

    async def keep_home(self, person: str, home: Home, revision: int) -> None:
        await keep_newest(
            self._residents,
            person,
            revision,
            area=home.area,
            organisation=home.organisation,
            employee=home.employee,
        )
        if await self.is_erased(person):
            await self._residents.delete_one({"_id": person})

    async def home(self, person: str) -> Home:
        """Raises Missing for somebody who is not registered."""
        found = await self._home.find(person)
        if not found or "area" not in found:
            raise Missing("PERSON_NOT_FOUND", field="person")
        return Home(found["area"], found["organisation"], found["employee"])

    async def keep_completion(self, person: str, course: str) -> None:
        await self._completions.update_one({"_id": person}, {"$addToSet": {"courses": course}}, upsert=True)
        if await self.is_erased(person):
            await self._completions.delete_one({"_id": person})

    async def completed(self, *accounts: str) -> frozenset[str]:
        """By any of the accounts of one person."""
        found = [await self._completed.find(person) for person in accounts]
        return frozenset(course for each in found if each for course in each["courses"])

    async def erase(self, person: str) -> None:
        """Also what comes later of this person is not kept."""
        await self._erased.replace_one({"_id": person}, {}, upsert=True)
        await self._residents.delete_one({"_id": person})
        await self._completions.delete_one({"_id": person})

    async def is_erased(self, person: str) -> bool:
        return await self._is_erased.find(person) is not None
