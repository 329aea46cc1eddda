"""The schedule, when each account was last used, and whose accounts are going to be erased."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.errors import Conflict
from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.people.domain.audit import Action
from services.people.domain.person import Person
from services.people.domain.retention import Schedule, Unused
from services.people.messages import announcements

_SCHEDULE = "schedule"
_READ_FROM_AUDIT = {"_id": "account use from the audit log"}
_AT_ONCE = 1_000
_COUNTED_FOR = 100_000


class RetentionStore:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        silent = announcements.no_announcement
        self._schedules = Entities(database["retention"], Schedule, silent, outbox)
        self.unused = Entities(database["unused_accounts"], Unused, announcements.unused_announcement, outbox)
        self._use = database["account_use"]
        self._audit = database["audit"]
        self._guards = database["guards"]

    async def prepare(self) -> None:
        """Accounts of an earlier release: when they signed in last stands in the audit log."""
        if await self._guards.find_one(_READ_FROM_AUDIT) is None:
            stages: list[Mapping[str, Any]] = [
                {"$match": {"action": Action.SIGNED_IN.value}},
                {"$group": {"_id": "$actor", "at": {"$max": "$time"}}},
            ]
            found: dict[str, datetime] = {}
            async for each in await self._audit.aggregate(stages, hint="action"):
                found[each["_id"].removeprefix("people/")] = each["at"]
                if len(found) == _AT_ONCE:
                    await self._note(found)
                    found = {}
            await self._note(found)
            await self._guards.update_one(_READ_FROM_AUDIT, {"$set": {"read": True}}, upsert=True)

    async def schedule(self) -> Schedule:
        return await self._schedules.find(_SCHEDULE) or Schedule()

    async def change(self, verb: Callable[[Schedule], tuple[Schedule, list[object]]]) -> Schedule:
        return await self._schedules.change(_SCHEDULE, verb, start=Schedule())

    async def note_use(self, key: str, at: datetime) -> None:
        """Safe to repeat, in any order."""
        await self._note({key: at})

    async def _note(self, used: Mapping[str, datetime]) -> None:
        if used:
            updates = [UpdateOne({"_id": key}, {"$max": {"at": at}}, upsert=True) for key, at in used.items()]
            await self._use.bulk_write(updates, ordered=False)

    async def check_used_at(self, person: Person, used_at: datetime, session: AsyncClientSession) -> None:
        """Raises Conflict unless the account was last used then. Writes first, so that the transaction begins anew
        where somebody signs in meanwhile."""
        for key in (person.id, *person.merged):
            await self._use.update_one({"_id": key}, {"$set": {"checked": True}}, upsert=True, session=session)
        if (await self.used_at([person], session))[person.id] != used_at:
            raise Conflict("ACCOUNT_USED")

    async def used_at(self, people: Iterable[Person], session: AsyncClientSession | None = None) -> dict[str, datetime]:
        """When each was used last, or an account that rests in it; at least when it was made."""
        listed = list(people)
        keys = [key for each in listed for key in (each.id, *each.merged)]
        wanted = {"_id": {"$in": keys}, "at": {"$exists": True}}
        found = {each["_id"]: each["at"] async for each in self._use.find(wanted, session=session)}
        return {
            each.id: max([each.create_time, *(found[key] for key in (each.id, *each.merged) if key in found)])
            for each in listed
        }

    async def warned(self, keys: Iterable[str]) -> dict[str, Unused]:
        found = self.unused.collection.find({"_id": {"$in": list(keys)}}, {"pending": 0})
        return {each["_id"]: self.unused.load(each) async for each in found}

    async def forget(self, key: str, session: AsyncClientSession | None = None) -> None:
        await self.unused.collection.delete_one({"_id": key}, session=session)
        await self._use.delete_one({"_id": key}, session=session)

    async def old_entries(self, before: datetime) -> int:
        """How many entries of the audit log are older; the count stops at 100,000."""
        return await self._audit.count_documents({"time": {"$lt": before}}, limit=_COUNTED_FOR, hint="newest")

    async def drop_entries(self, before: datetime) -> int:
        """Of the audit log, some at a time."""
        dropped = 0
        while True:
            old = self._audit.find({"time": {"$lt": before}}, {"_id": 1}).sort("time", ASCENDING).limit(_AT_ONCE)
            keys = [each["_id"] async for each in old]
            if not keys:
                return dropped
            await self._audit.delete_many({"_id": {"$in": keys}})
            dropped += len(keys)
