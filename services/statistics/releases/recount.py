"""A release counted once more: from today's facts, with the areas and decisions that were frozen when it was built.

The enrolments that a build counted are forgotten when it is done, so that answers which somebody took back are
nowhere. The facts are their source, and say which of them were written since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.statistics.facts.store import Facts
from services.statistics.figures.observation import Denominator, Observation
from services.statistics.figures.periods import is_year, quarters_in, quarters_of
from services.statistics.figures.refusal import InvalidValue
from services.statistics.figures.units import Unit
from services.statistics.reference_data.store import References
from services.statistics.releases import steps
from services.statistics.releases.contexts import context_of
from services.statistics.releases.domain.lifecycle import Release
from services.statistics.releases.snapshot import EnrolmentSnapshot
from services.statistics.releases.store import Releases


@dataclass(frozen=True)
class Recounted:
    """`written_since` are the enrolments of its population that were written after its build was asked for."""

    observations: Sequence[Observation]
    denominators: Sequence[Denominator]
    written_since: int


class Recount:
    def __init__(self, releases: Releases, facts: Facts, enrolments: EnrolmentSnapshot, references: References) -> None:
        self._releases = releases
        self._facts = facts
        self._enrolments = enrolments
        self._references = references

    async def of(self, release: Release) -> Recounted:
        geography = await self._releases.geography(release.key)
        if geography is None:
            raise InvalidValue(f"{release.name} was not built yet", field="release")
        units = await self._enrolments.units(release, geography)
        as_of = release.as_of.astimezone(self._enrolments.zone).date()
        observations: list[Observation] = []
        denominators: dict[Denominator, None] = {}
        hours_hidden: dict[str, frozenset[str]] = {}
        for period in release.periods:
            decision = await self._releases.decision(release.key, period[:4])
            if decision is None:
                raise InvalidValue(f"{release.name} was decided by an earlier version", field="release")
            context, table = await context_of(self._references, release, geography, period, as_of)
            quarters = quarters_in(period)
            kept = frozenset[str]().union(
                *(hours_hidden.get(quarter, ()) for quarter in (quarters_of(period) if is_year(period) else ()))
            )
            done = steps.assemble(
                steps.Period(
                    context,
                    {quarter: begun_in(units, quarter) for quarter in quarters},
                    decision,
                    kept,
                    {quarter: completed_in(units, quarter) for quarter in quarters},
                    release.detail,
                )
            )
            hours_hidden[period] = done.hours_hidden
            observations += done.observations
            denominators |= {table: None} if table else {}
        written = await self._facts.written_since(release.asked_at, release.universe)
        return Recounted(observations, list(denominators), written)


def begun_in(units: Sequence[Unit], quarter: str) -> list[Unit]:
    return [unit for unit in units if unit.quarter == quarter]


def completed_in(units: Sequence[Unit], quarter: str) -> list[Unit]:
    return [unit for unit in units if unit.finished == quarter]
