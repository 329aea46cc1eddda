"""How a release is counted, part by part. Each finished part is stored, so a crash costs only the one at hand: what is
resumed ends in the same bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

from services.chassis.observability import trace
from services.statistics.areas.geography import Geography
from services.statistics.disclosure.concessions import NAMED, given_up
from services.statistics.disclosure.decisions import ROUNDS, Decision, YearToDecide
from services.statistics.disclosure.opened_cells import OpenedCell
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.observation import Observation
from services.statistics.figures.periods import is_year, quarters_in, quarters_of
from services.statistics.reference_data.geographies import Geographies
from services.statistics.reference_data.store import References
from services.statistics.releases import final_audit, steps
from services.statistics.releases.assembly import Assembly, add_cost, collapsed_tables, flow_of
from services.statistics.releases.contexts import context_of
from services.statistics.releases.domain import builds
from services.statistics.releases.domain.lifecycle import CollapsedTable, Cost, Release, key_of
from services.statistics.releases.domain.recasting import recast_observations
from services.statistics.releases.recount import begun_in, completed_in
from services.statistics.releases.snapshot import EnrolmentSnapshot
from services.statistics.releases.store import Releases

T = TypeVar("T")
STEPS = 10  # of each period, and of the attack on each year


class RunApart(Protocol):
    """Runs heavy work beside the loop."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]: ...


class Build:
    def __init__(
        self,
        releases: Releases,
        enrolments: EnrolmentSnapshot,
        geographies: Geographies,
        references: References,
        run_apart: RunApart,
    ) -> None:
        self._releases = releases
        self._enrolments = enrolments
        self._geographies = geographies
        self._references = references
        self._run_apart = run_apart

    async def run(self, release: Release) -> None:
        geography = await self._geography(release)
        await self._releases.put_assessment(
            release.key, await self._references.assessment(release.periods, release.as_of)
        )
        before = await self._published(release, geography)
        await self._snapshot(release, geography, before)
        opened, cost = list[OpenedCell](), Cost()
        for attempt in range(ROUNDS):
            await self._releases.undo(release)
            cost = await self._periods(release, geography, before)
            report_years = partial(self._progressed, release, len(release.periods))
            if not (
                opened := await final_audit.attack_release(
                    self._releases, release, geography, before, self._run_apart, report_years
                )
            ):
                break
            trace.log().warning(
                "opened as a whole", release=release.key, attempt=attempt, cells=[str(cell) for cell in opened[:NAMED]]
            )
            await self._releases.put_opened(release, opened)
        if opened:
            change = partial(builds.fail, reason="AUDIT_OPENED", opened=opened[:NAMED])
            await self._releases.entities.change(release.key, change)
            return
        await self._releases.entities.change(release.key, partial(builds.finish, cost=cost))
        await self._releases.forget_persons(release)

    async def _progressed(self, release: Release, periods: int, years: int = 0) -> None:
        total, done = len(release.periods) + len(final_audit.years(release)), periods + years
        change = partial(builds.record_progress, done=done * STEPS, total=total * STEPS)
        await self._releases.entities.change(release.key, change)

    async def _periods(self, release: Release, geography: Geography, before: list[Observation]) -> Cost:
        cost, people, everybody = Cost(), set[str](), set[str]()
        given_up: list[CollapsedTable] = []
        rounds = await self._releases.opened(release)
        for year in final_audit.years(release):
            printed = tuple(period for period in release.periods if period.startswith(year))
            periods = final_audit.counted_periods(release, before, year)
            begun, flow = await final_audit.units_by_quarter(self._releases, release, periods)
            asked = YearToDecide(
                geography.areas,
                Policy(k=release.k),
                periods,
                begun,
                flow,
                detail=release.detail,
                printed=printed,
                known=final_audit.known_detail(geography, [each for each in before if each.period in periods]),
            )
            decision = await self._decided(release, year, asked, before, rounds)
            given_up += collapsed_tables(decision, geography.top)
            for period in printed:
                assembly = await self._assembled(release, geography, period, asked, decision)
                people |= set(assembly.people)
                cost = add_cost(cost, assembly, len(people))
                await self._progressed(release, 1 + release.periods.index(period))
            everybody |= {unit.person for units in begun.values() for unit in units}
        return replace(cost, everybody=len(everybody), collapsed_tables=tuple(given_up))

    async def _geography(self, release: Release) -> Geography:
        """Returns the areas as they were when the build began, whatever is imported meanwhile."""
        geography = await self._releases.geography(release.key)
        if geography is None:
            await self._releases.put_geography(release.key, await self._geographies.at(release.area, release.as_of))
            geography = await self._releases.geography(release.key)
        assert geography is not None  # noqa: S101 - just written
        return geography

    async def _snapshot(self, release: Release, geography: Geography, before: Sequence[Observation]) -> None:
        """All quarters at once or, after a crash, the rest: they are counted from the same facts as of the same day."""
        years = sorted({period[:4] for period in release.periods})
        counted = [period for year in years for period in final_audit.counted_periods(release, before, year)]
        quarters = sorted({quarter for period in counted for quarter in quarters_in(period)})
        if await self._releases.units(release.key, flow_of(quarters[-1])) is not None:
            return
        units = await self._enrolments.units(release, geography)
        for quarter in quarters:
            await self._releases.put_units(release.key, quarter, begun_in(units, quarter))
            await self._releases.put_units(release.key, flow_of(quarter), completed_in(units, quarter))

    async def _published(self, release: Release, geography: Geography) -> list[Observation]:
        published = []
        for name in release.earlier:
            earlier = await self._releases.entities.get(key_of(name))
            observations = [observation async for observation in self._releases.observations(earlier)]
            published += recast_observations(observations, geography.moved)
        return published

    async def _decided(
        self,
        release: Release,
        year: str,
        asked: YearToDecide,
        before: list[Observation],
        rounds: list[list[OpenedCell]],
    ) -> Decision:
        decision = await self._releases.decision(release.key, year)
        if decision is None:
            areas = [asked.areas.top, *(area for children in asked.areas.children.values() for area in children)]
            whole = replace(
                asked,
                before=steps.earlier_counts(asked.periods, before),
                given_up=given_up(rounds, areas),
            )
            await self._releases.put_decision(
                release.key, year, await self._run_apart(partial(steps.decide_year, whole))
            )
            decision = await self._releases.decision(release.key, year)
        assert decision is not None  # noqa: S101 - just written
        return decision

    async def _assembled(
        self, release: Release, geography: Geography, period: str, year: YearToDecide, decision: Decision
    ) -> Assembly:
        if finished := await self._releases.assembly(release.key, period):
            return finished
        as_of = release.as_of.astimezone(self._enrolments.zone).date()
        context, table = await context_of(self._references, release, geography, period, as_of)
        kept = frozenset[str]()
        for quarter in quarters_of(period) if is_year(period) else ():
            assembly = await self._releases.assembly(release.key, quarter)
            kept |= frozenset(assembly.hours_hidden if assembly else ())
        done = await self._run_apart(
            partial(steps.assemble, steps.Period(context, year.begun, decision, kept, year.flow, release.detail))
        )
        hidden, people = tuple(sorted(done.hours_hidden)), tuple(sorted(done.people))
        numbers = (done.cells, done.primary, done.secondary)
        assembly = Assembly(done.observations, hidden, *numbers, people, table, done.unanswered)
        await self._releases.put_assembly(release.key, period, assembly)
        return assembly
