"""Reads what a release counts from the facts, in the city's own time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.store.mongo import Document
from services.statistics.areas.geography import Geography
from services.statistics.facts.store import Facts
from services.statistics.figures.cohort import Enrolment
from services.statistics.figures.dimensions import FLAGS, digcomp_areas
from services.statistics.figures.units import Fact, Unit, units
from services.statistics.releases.domain.lifecycle import Release


class EnrolmentSnapshot:
    def __init__(self, facts: Facts, zone: ZoneInfo) -> None:
        self._facts = facts
        self.zone = zone

    async def units(self, release: Release, geography: Geography) -> list[Unit]:
        """Where the release is of the whole country or province, people of an area that the list lacks count there."""
        tree = await self._facts.areas()
        courses = await self._facts.course_list()
        match: Document = {"universe": release.universe, "enrolled_at": {"$lte": release.as_of}}
        if not tree.is_whole(release.area):
            match["area"] = {"$in": [f"areas/{code}" for code in geography.known]}
        as_of = release.as_of.astimezone(self.zone).date()
        facts = [self._fact(row, geography, courses, as_of) async for row in self._facts.rows(match)]
        return list(units(facts, as_of))

    def _fact(
        self, row: Document, geography: Geography, courses: Mapping[str, Document], as_of: date = date.max
    ) -> Fact:
        traits = row.get("traits", {})
        born = traits.get("birth_year", 0)
        enrolled = self._local(row["enrolled_at"])
        assert enrolled is not None  # noqa: S101 - rows are enrolments
        minutes = [*row.get("minutes", {}).values()]
        sessions = self._sessions(row, as_of)
        spent = minutes + (sessions or [])
        return Fact(
            Enrolment(
                person=row["person"],
                run=f"{row['course']}/{row.get('run', 1)}",
                enrolled_on=enrolled,
                first_activity_on=self._local(_first(row.get("started_at"), row.get("sessions", {}).get("first_at"))),
                completed_on=self._local(row.get("completed_at")),
                withdrawn_on=self._local(row.get("withdrawn_at")),
                hours=Decimal(sum(spent)) / 60 if spent else None,
                sessions=None if sessions is None else len(sessions),
            ),
            area=geography.home(row.get("area", "").removeprefix("areas/")) or geography.top,
            sex=traits.get("sex", ""),
            age=row["enrol_year"] - born if born else None,
            flags=_flags(traits),
            domains=tuple(digcomp_areas(courses.get(row["course"], {}), row.get("version", 0))),
        )

    def _sessions(self, row: Document, as_of: date) -> list[int] | None:
        """Minutes of each attended session of a class; None where no list was ever kept."""
        kept = row.get("sessions")
        return None if kept is None else [minutes for day, minutes in kept["attended"] if day <= str(as_of)]

    def _local(self, moment: datetime | None) -> datetime | None:
        return moment.astimezone(self.zone).replace(tzinfo=None) if moment else None


def _first(*moments: datetime | None) -> datetime | None:
    """A session of a class that was attended is activity too."""
    return min(filter(None, moments), default=None)


def _flags(traits: Mapping[str, Any]) -> tuple[str, ...] | None:
    if not traits.get("groups_answered"):
        return None
    return tuple(code for code, flag in FLAGS.items() if flag in traits.get("groups", ()))
