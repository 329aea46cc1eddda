"""The store of reference data: lists of areas over time, tables of residents, assessments. Keeps every version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any

from pydantic import TypeAdapter

from services.chassis.store.mongo import Database, Document
from services.statistics.areas.code_lists import AreaChange, AreaVersion
from services.statistics.areas.geography import Geography, ResidentCounts, build_geography, recast_residents
from services.statistics.figures.assessment import Assessment
from services.statistics.figures.observation import Denominator

_ASSESSMENT = TypeAdapter(Assessment)


class References:
    def __init__(self, database: Database) -> None:
        self._lists = database["area_lists"]
        self._populations = database["populations"]
        self._assessments = database["assessments"]

    async def prepare(self) -> None:
        await self._lists.create_index([("loaded_at", -1)])
        await self._populations.create_index([("kind", 1), ("reference", -1), ("loaded_at", -1)])
        await self._populations.create_index([("table", 1), ("area", 1)])
        await self._assessments.create_index([("period", -1), ("loaded_at", -1)])

    async def geography(self, top: str, day: date, places: Mapping[str, tuple[int, int]]) -> Geography | None:
        """The geography by the newest list that has the top area on that day; None without one."""
        async for document in self._lists.find().sort("loaded_at", -1):
            versions = [_version(row) for row in document["areas"]]
            steps = [_step(row) for row in document["steps"]]
            if geography := build_geography(versions, steps, top, day, places):
                return geography
        return None

    async def residents(self, geography: Geography, period_end: date) -> tuple[ResidentCounts, Denominator | None]:
        """The residents of the newest table whose reference date is not after the period's end; empty without one."""
        latest = datetime.combine(period_end, time.max, tzinfo=UTC)
        order = [("reference", -1), ("loaded_at", -1)]
        table = await self._populations.find_one({"kind": "table", "reference": {"$lte": latest}}, sort=order)
        if table is None:
            return {}, None
        codes = {area.code for area in geography.codes} | geography.above.keys()
        rows = self._populations.find({"table": table["_id"], "area": {"$in": sorted(codes)}})
        counts = {(row["area"], row["sex"], row["age"]): row["residents"] async for row in rows}
        if not counts:
            return {}, None
        reference = table["reference"].date()
        named = Denominator(reference, table["source"], table["licence"], table["checksum"])
        return recast_residents(counts, geography, reference), named

    async def assessment(self, periods: Sequence[str], as_of: datetime) -> Assessment | None:
        """The assessment of the periods' latest year; of several, the newest that was loaded by `as_of`."""
        years = sorted({period[:4] for period in periods})
        match = {"period": {"$in": years}, "loaded_at": {"$lte": as_of}}
        document = await self._assessments.find_one(match, sort=[("period", -1), ("loaded_at", -1), ("_id", 1)])
        return _ASSESSMENT.validate_json(document["content"]) if document else None


def _version(row: Document) -> AreaVersion:
    until = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    since = date.fromisoformat(row["valid_from"])
    return AreaVersion(row["code"], row["parent"], row["level"], row["title"], since, until)


def _step(row: Mapping[str, Any]) -> AreaChange:
    return AreaChange(row["old"], row["new"], date.fromisoformat(row["day"]), Fraction(row["share"]))
