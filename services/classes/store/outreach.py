"""Requests for visiting classes, and help given at desks, as documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.chassis.clock import now
from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.chassis.store.paging import decode_token, encode_token
from services.classes.domain import visits
from services.classes.domain.desk_help import Help, HelpOutcome, Topic
from services.classes.domain.visits import Visit, VisitOutcome
from services.classes.messages.outreach import help_announcement, visit_announcement


class Outreach:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._visits = Entities(database["visits"], Visit, visit_announcement, outbox)
        self._help = Entities(database["help"], Help, help_announcement, outbox)

    async def prepare(self) -> None:
        for field in ("person", "wish.area"):
            await self._visits.collection.create_index([(field, 1), ("_id", 1)])
        for field in ("centre", "helper", "place_area"):
            await self._help.collection.create_index([(field, 1), ("date", -1), ("_id", 1)])

    async def ask(self, visit: Visit, verb: Callable[[Visit], VisitOutcome]) -> Visit:
        return await self._visits.change(visit.id, verb, start=visit)

    async def change(self, key: str, verb: Callable[[Visit], VisitOutcome]) -> Visit:
        return await self._visits.change(key, verb, missing="VISIT_NOT_FOUND")

    async def visit(self, key: str) -> Visit:
        return await self._visits.get(key, missing="VISIT_NOT_FOUND")

    async def visits(self, condition: Mapping[str, Any], size: int, token: str) -> tuple[list[Visit], str]:
        last = decode_token(token, str)
        query = {"$and": [condition, {"_id": {"$gt": last[0]}} if last else {}]}
        found = await self._visits.stored(query, (("_id", 1),), size + 1)
        rows = [stored.value for stored in found[:size]]
        return rows, encode_token(rows[-1].id) if len(found) > size else ""

    async def log(self, help_: Help, verb: Callable[[Help], HelpOutcome]) -> Help:
        return await self._help.change(help_.id, verb, start=help_)

    async def help(self, condition: Mapping[str, Any], size: int, token: str) -> tuple[list[Help], str]:
        """The latest first."""
        last = decode_token(token, str, str)
        later: dict[str, Any] = {}
        if last:
            later = {"$or": [{"date": {"$lt": last[0]}}, {"date": last[0], "_id": {"$gt": last[1]}}]}
        found = await self._help.stored({"$and": [condition, later]}, (("date", -1), ("_id", 1)), size + 1)
        rows = [stored.value for stored in found[:size]]
        return rows, encode_token(rows[-1].date, rows[-1].id) if len(found) > size else ""

    async def sums(self, condition: Mapping[str, Any]) -> list[tuple[Topic, int, int]]:
        """Of each topic how often and how many minutes."""
        stages: list[Mapping[str, Any]] = [
            {"$match": dict(condition)},
            {"$group": {"_id": "$topic", "times": {"$sum": 1}, "minutes": {"$sum": "$minutes"}}},
            {"$sort": {"minutes": -1, "_id": 1}},
        ]
        counted = await self._help.collection.aggregate(stages)
        return [(Topic(each["_id"]), each["times"], each["minutes"]) async for each in counted]

    async def forget(self, person: str) -> None:
        """Safe to repeat."""
        async for found in self._visits.collection.find({"person": person}, {"_id": 1}):
            await self._visits.change(found["_id"], lambda visit: visits.forget(visit, now()))
