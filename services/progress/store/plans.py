"""Plans of course versions, as documents with a cache."""

from __future__ import annotations

import time

from pymongo import ASCENDING, DESCENDING

from ieum.courses.v1.events_pb2 import CoursePublished
from services.chassis.store.mongo import Collection, Document
from services.progress.domain.plan import Plan
from services.progress.messages.plans import plan_from_message

_CACHED_PLANS = 500
_NEWEST_SECONDS = 10.0


class PlanWanted(Exception):
    """Raised by a verb, which cannot await, for a plan that is not in the cache yet."""

    def __init__(self, course: str, version: int) -> None:
        super().__init__(course, version)
        self.course = course
        self.version = version


class Plans:
    """Versions are immutable, so a cached plan never expires. Stored as the event that announced it."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._cache: dict[tuple[str, int], Plan] = {}
        self._newest: dict[str, tuple[int, float]] = {}

    async def prepare(self) -> None:
        await self._collection.create_index([("course", ASCENDING), ("version", DESCENDING)])

    async def keep(self, event: CoursePublished) -> None:
        """Parses the event before storing it, so that a malformed one becomes a dead letter."""
        plan_from_message(event)
        document = {"course": event.course, "version": event.version, "event": event.SerializeToString()}
        key = f"{event.course.rpartition('/')[2]}-{event.version}"
        await self._collection.update_one({"_id": key}, {"$setOnInsert": document}, upsert=True)
        self._newest.pop(event.course, None)

    def cached(self, course: str, version: int) -> Plan:
        try:
            return self._cache[course, version]
        except KeyError:
            raise PlanWanted(course, version) from None

    async def find(self, course: str, version: int) -> Plan | None:
        if (course, version) not in self._cache:
            document = await self._collection.find_one({"course": course, "version": version})
            return self._remember(document) if document else None
        return self._cache[course, version]

    async def newest(self, course: str) -> int:
        """Number of the latest announced version, cached for some seconds; 0 for none."""
        number, since = self._newest.get(course, (0, -_NEWEST_SECONDS))
        if time.monotonic() - since < _NEWEST_SECONDS:
            return number
        document = await self._collection.find_one({"course": course}, {"version": 1}, sort=[("version", DESCENDING)])
        number = document["version"] if document else 0
        self._newest[course] = number, time.monotonic()
        return number

    async def of_course(self, course: str) -> list[Plan]:
        """Latest version first."""
        found = self._collection.find({"course": course}, {"course": 1, "version": 1}).sort("version", DESCENDING)
        versions = [document["version"] async for document in found]
        plans = [await self.find(course, version) for version in versions]
        return [plan for plan in plans if plan]

    def _remember(self, document: Document) -> Plan:
        plan = plan_from_message(CoursePublished.FromString(document["event"]))
        if len(self._cache) >= _CACHED_PLANS:
            del self._cache[next(iter(self._cache))]
        self._cache[plan.course, plan.version] = plan
        return plan
