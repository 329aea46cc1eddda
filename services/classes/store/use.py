"""What happened at the centres of an area, read for a report of their use."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.store.mongo import Database
from services.classes.domain.centre_use import Attended, Visitor, Where


class UseStore:
    def __init__(self, database: Database) -> None:
        self._sheets = database["attendance"]
        self._applications = database["applications"]
        self._help = database["help"]

    async def attended(self, classes: Sequence[str]) -> list[Attended]:
        found = self._sheets.find(
            {"class_": {"$in": list(classes)}, "cancelled": {"$ne": True}},
            {"class_": 1, "session": 1, "lines.application": 1, "lines.minutes": 1},
        )
        return [
            Attended(sheet["class_"], sheet["session"], line["application"], line["minutes"])
            async for sheet in found
            for line in sheet["lines"]
        ]

    async def visitors(self, classes: Sequence[str]) -> dict[str, Visitor]:
        """By application. Who was erased is nobody, and lives nowhere."""
        fields = {"person": 1, "area": 1, "first_timer": 1}
        found = self._applications.find({"class_": {"$in": list(classes)}}, fields)
        return {
            each["_id"]: Visitor(each["person"] or each["_id"], each.get("area", ""), each.get("first_timer", False))
            async for each in found
        }

    async def help_given(self, areas: Sequence[str], days: tuple[str, str]) -> dict[Where, tuple[int, int]]:
        """Times and minutes."""
        stages = [
            {"$match": {"place_area": {"$in": list(areas)}, "date": {"$gte": days[0], "$lte": days[1]}}},
            {
                "$group": {
                    "_id": {"area": "$place_area", "centre": "$centre"},
                    "times": {"$sum": 1},
                    "minutes": {"$sum": "$minutes"},
                }
            },
        ]
        counted = await self._help.aggregate(stages)
        return {
            Where(each["_id"]["area"], each["_id"]["centre"]): (each["times"], each["minutes"])
            async for each in counted
        }
