"""What a plan would hide, from the enrolments as they are today."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from services.chassis.errors import Exhausted
from services.statistics.disclosure.decisions import YearToDecide
from services.statistics.disclosure.layout import EVERYTHING
from services.statistics.disclosure.policy import Policy
from services.statistics.disclosure.preview import Preview, preview
from services.statistics.figures.periods import quarters_in
from services.statistics.reference_data.geographies import Geographies
from services.statistics.releases.domain.lifecycle import Release
from services.statistics.releases.snapshot import EnrolmentSnapshot


class Previews:
    def __init__(self, enrolments: EnrolmentSnapshot, geographies: Geographies) -> None:
        self._enrolments = enrolments
        self._geographies = geographies
        self._asking: set[str] = set()
        self._at_a_time = asyncio.Semaphore(1)

    async def of(self, plan: Release) -> tuple[Preview, Preview]:
        """The plan's own, and that of the same plan with every table."""
        with self._turn(plan.planned_by):
            geography = await self._geographies.at(plan.area, plan.as_of)
            units = await self._enrolments.units(plan, geography)
            years = []
            for year in sorted({period[:4] for period in plan.periods}):
                periods = tuple(period for period in plan.periods if period.startswith(year))
                quarters = sorted({quarter for period in periods for quarter in quarters_in(period)})
                begun = {quarter: [unit for unit in units if unit.quarter == quarter] for quarter in quarters}
                flow = {quarter: [unit for unit in units if unit.finished == quarter] for quarter in quarters}
                policy = Policy(k=plan.k)
                years.append(YearToDecide(geography.areas, policy, periods, begun, flow, detail=plan.detail))
            whole = [replace(year, detail=EVERYTHING) for year in years]
            async with self._at_a_time:
                return await asyncio.to_thread(preview, years), await asyncio.to_thread(preview, whole)

    @contextmanager
    def _turn(self, person: str) -> Iterator[None]:
        """A person has one preview at a time."""
        if person in self._asking:
            raise Exhausted("PREVIEW_RUNNING", seconds=10)
        self._asking.add(person)
        try:
            yield
        finally:
            self._asking.discard(person)
