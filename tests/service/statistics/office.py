"""An office with facts, live tables and a door, on a real database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis.events.audit_events import AuditEvents
from services.chassis.principal import Grant, Kind, Principal, acting_as
from services.chassis.store.mongo import Database
from services.statistics.facts.store import Facts
from services.statistics.live.daily import DailyStates
from services.statistics.live.own_facts import OwnFacts
from services.statistics.live.residents import Residents
from services.statistics.live.service import StatisticsService
from services.statistics.live.store import LiveStates
from services.statistics.reference_data.geographies import Geographies
from services.statistics.reference_data.store import References

SEOUL = ZoneInfo("Asia/Seoul")
TREE = [("P", ""), ("A", "P"), ("A1", "A"), ("A2", "A"), ("A3", "A"), ("B", "P")]


class Office:
    def __init__(self, database: Database, audit: AuditEvents) -> None:
        self.database = database
        self.audit = audit
        self.facts = Facts(database, b"key")
        self._references = References(database)
        self._residents = Residents(Geographies(self.facts, self._references, SEOUL), self._references, SEOUL)
        self.show_from(5)
        self._people = 0

    def show_from(self, persons: int) -> None:
        self.days = DailyStates(self.facts, LiveStates(self.database), SEOUL, persons)
        self.service = StatisticsService(self.days, self._residents, self.audit, OwnFacts(self.facts, b"key"), persons)

    async def open(self) -> None:
        await self.facts.prepare()
        await self._references.prepare()
        await LiveStates(self.database).prepare()
        areas = [
            {"name": f"areas/{code}", "parent": f"areas/{above}" if above else "", "title": {}} for code, above in TREE
        ]
        await self.facts.put_places(1, areas, [])

    async def enrol(self, count: int, area: str, sex: str = "F", *groups: str, **more: Any) -> None:
        """So many people of an area, each once."""
        traits = {"birth_year": 1950, "sex": sex, "groups": list(groups), "groups_answered": True}
        usual = {"universe": "resident", "area": f"areas/{area}", "course": "courses/c", "quarter": "2026-Q3"}
        moments = {"enrolled_at": datetime(2026, 8, 3, tzinfo=UTC), "enrol_year": 2026}
        rows = []
        for _ in range(count):
            self._people += 1
            name = f"enrollments/{self._people}"
            rows.append({"_id": name, "pseudonym": name, "traits": traits, "version": 1, **usual, **moments, **more})
        await self.database["facts"].insert_many(rows)

    async def table(self, scope: str = "areas/P", **request: Any) -> pb.Table:
        grants = (Grant("official", scope),)
        with acting_as(Principal(kind=Kind.PERSON, person="people/o", grants=grants)):
            return await self.service.QueryTable(pb.QueryTableRequest(**request), None)

    async def residents(self, area: str, scope: str = "areas/P") -> dict[str, tuple[int, int]]:
        """All, and those of 65 and older."""
        grants = (Grant("official", scope),)
        with acting_as(Principal(kind=Kind.PERSON, person="people/o", grants=grants)):
            found = await self.service.ListResidents(pb.ListResidentsRequest(area=area), None)
        return {each.area: (each.all, each.older) for each in found.residents}

    async def shown(self, measure: str, scope: str = "areas/P", **request: Any) -> dict[str, str]:
        found = await self.table(scope, **request)
        rows = [*found.rows, found.total]
        return {row.code: v.value or v.obs_status for row in rows for v in row.values if v.measure == measure}
