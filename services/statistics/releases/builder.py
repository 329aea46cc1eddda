"""Builds releases in the background, part by part. Each finished part is stored, so a crash costs only the one at hand:
what is resumed ends in the same bytes."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

from services.chassis.clock import now
from services.chassis.observability import trace
from services.statistics.areas.geography import Geography
from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.concessions import NAMED, ROUNDS, given_up
from services.statistics.disclosure.decisions import FLOW, MARGIN, PARTS, Decision, Part
from services.statistics.disclosure.opened_cells import OpenedCell
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.observation import Observation
from services.statistics.figures.periods import is_year, last_day, quarters_of
from services.statistics.figures.units import Unit
from services.statistics.figures.universe import Universe
from services.statistics.reference_data.geographies import Geographies
from services.statistics.reference_data.store import References
from services.statistics.releases import final_audit, steps
from services.statistics.releases.assembly import Assembly, add_cost, flow_of
from services.statistics.releases.domain import lifecycle
from services.statistics.releases.domain.lifecycle import Cost, Release, State
from services.statistics.releases.domain.published_figures import Context
from services.statistics.releases.domain.recasting import recast_observations
from services.statistics.releases.edition import EditionBuilder
from services.statistics.releases.snapshot import EnrolmentSnapshot
from services.statistics.releases.store import Releases

T = TypeVar("T")
WORKERS = 2
WAIT_SECONDS = 1.0
STEPS = len(PARTS) + 1  # of each period, and of the attack on each year


def die_with_parent(parent: int) -> None:
    """A worker must not outlive a service that was killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class Builder:
    def __init__(
        self,
        releases: Releases,
        enrolments: EnrolmentSnapshot,
        geographies: Geographies,
        references: References,
        editions: EditionBuilder,
    ) -> None:
        self._releases = releases
        self._enrolments = enrolments
        self._geographies = geographies
        self._references = references
        self._editions = editions
        self._wake = asyncio.Event()
        self._pool: ProcessPoolExecutor | None = None

    def nudge(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled: takes up whatever is at work, also what another life of this process began."""
        try:
            await self._releases.forget_leftovers()
            while True:
                for one in await self._releases.at_work():
                    await self._advance(one)
                self._wake.clear()
                try:
                    async with asyncio.timeout(WAIT_SECONDS):
                        await self._wake.wait()
                except TimeoutError:
                    continue
        finally:
            if self._pool:
                self._pool.shutdown(wait=False, cancel_futures=True)

    async def _advance(self, one: Release) -> None:
        try:
            if one.state is State.BUILDING:
                await self._build(one)
            elif not one.files:
                await self._freeze(one)
            elif one.publish_at and one.publish_at <= now():
                await self._releases.entities.change(one.key, lambda it: lifecycle.end_embargo(it, now()))
        except Exception:
            trace.log().error("release not built", release=one.key, exc_info=True)
            await self._releases.entities.change(one.key, lambda it: lifecycle.fail(it, "BUILD_FAILED"))
            await asyncio.sleep(WAIT_SECONDS)

    async def _apart(self, work: Callable[[], T]) -> T:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(WORKERS, get_context("spawn"), die_with_parent, (os.getpid(),))
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def _build(self, one: Release) -> None:
        geography = await self._geography(one)
        await self._releases.put_assessment(one.key, await self._references.assessment(one.periods, one.as_of))
        await self._snapshot(one, geography)
        before = await self._published(one, geography)
        opened, cost = list[OpenedCell](), Cost()
        for attempt in range(ROUNDS):
            await self._releases.undo(one)
            cost = await self._periods(one, geography, before)
            told = partial(self._progressed, one, len(one.periods))
            if not (
                opened := await final_audit.attack_release(
                    self._releases, one, geography.areas, before, self._apart, told
                )
            ):
                break
            trace.log().warning(
                "opened as a whole", release=one.key, attempt=attempt, cells=[str(cell) for cell in opened[:NAMED]]
            )
            await self._releases.put_opened(one, opened)
        if opened:
            change = partial(lifecycle.fail, reason="AUDIT_OPENED", opened=opened[:NAMED])
            await self._releases.entities.change(one.key, change)
            return
        await self._releases.entities.change(one.key, partial(lifecycle.finish_build, cost=cost))
        await self._releases.forget_persons(one)

    async def _progressed(self, one: Release, periods: int, years: int = 0) -> None:
        total, done = len(one.periods) + len(final_audit.years(one)), periods + years
        change = partial(lifecycle.record_progress, done=done * STEPS, total=total * STEPS)
        await self._releases.entities.change(one.key, change)

    async def _periods(self, one: Release, geography: Geography, before: list[Observation]) -> Cost:
        cost, people, everybody = Cost(), set[str](), set[str]()
        rounds = await self._releases.opened(one)
        for number, period in enumerate(one.periods, 1):
            made, decisions = await self._period(one, geography, period, before, rounds)
            await self._progressed(one, number)
            people |= set(made.people)
            everybody |= {unit.person for unit in await self._units(one, period)}
            cost = add_cost(cost, made, decisions, period, len(people))
        return replace(cost, everybody=len(everybody))

    async def _geography(self, one: Release) -> Geography:
        """As it was when the build began, whatever places are imported or lists loaded meanwhile."""
        there = await self._releases.geography(one.key)
        if there is None:
            await self._releases.put_geography(one.key, await self._geographies.at(one.area, one.as_of))
            there = await self._releases.geography(one.key)
        assert there is not None  # noqa: S101 - just written
        return there

    async def _snapshot(self, one: Release, geography: Geography) -> None:
        """All quarters at once or, after a crash, the rest: they are counted from the same facts as of the same day."""
        quarters = [period for period in one.periods if not is_year(period)]
        if await self._releases.units(one.key, flow_of(quarters[-1])) is not None:
            return
        counted = await self._enrolments.units(one, geography)
        for quarter in quarters:
            await self._releases.put_units(one.key, quarter, [unit for unit in counted if unit.quarter == quarter])
            completed = [unit for unit in counted if unit.finished == quarter]
            await self._releases.put_units(one.key, flow_of(quarter), completed)

    async def _published(self, one: Release, geography: Geography) -> list[Observation]:
        before = []
        for name in one.earlier:
            earlier = await self._releases.entities.get(name.removeprefix("releases/"))
            theirs = [made async for made in self._releases.observations(earlier)]
            before += recast_observations(theirs, geography.moved)
        return before

    async def _period(
        self,
        one: Release,
        geography: Geography,
        period: str,
        before: list[Observation],
        rounds: list[list[OpenedCell]],
    ) -> tuple[Assembly, Mapping[str, Decision]]:
        quarters = [name for name in quarters_of(period) if is_year(period)] or [period]
        units = tuple([unit for name in quarters for unit in await self._units(one, name)])
        flow = tuple([unit for name in quarters for unit in await self._units(one, flow_of(name))])
        own, areas = {FLOW: flow}, geography.areas
        parts = {n: await self._part(one, areas, period, n, own.get(n, units), before) for n in PARTS}
        parts = {n: replace(part, given_up=given_up(rounds, period, n, areas.top)) for n, part in parts.items()}
        decisions = {MARGIN: await self._decided(one, period, parts[MARGIN])}
        async with asyncio.TaskGroup() as tasks:
            waiting = {
                name: tasks.create_task(self._decided(one, period, replace(part, margin=decisions[MARGIN])))
                for name, part in parts.items()
                if name != MARGIN
            }
        decisions |= {name: task.result() for name, task in waiting.items()}
        return await self._assembled(one, geography, period, units, flow, decisions), decisions

    async def _units(self, one: Release, quarter: str) -> tuple[Unit, ...]:
        return await self._releases.units(one.key, quarter) or ()

    async def _part(
        self,
        one: Release,
        areas: ReleaseAreas,
        period: str,
        name: str,
        units: tuple[Unit, ...],
        before: list[Observation],
    ) -> Part:
        quarters = quarters_of(period) if is_year(period) else ()
        found = [await self._releases.decision(one.key, quarter, name) for quarter in quarters]
        made = tuple(decision for decision in found if decision is not None)
        return Part(
            name, areas, Policy(k=one.k), units, quarters=made, before=steps.earlier_counts(name, period, before)
        )

    async def _decided(self, one: Release, period: str, part: Part) -> Decision:
        there = await self._releases.decision(one.key, period, part.name)
        if there is None:
            made = await self._apart(partial(steps.decide_part, part))
            await self._releases.put_decision(one.key, period, part.name, made)
            there = await self._releases.decision(one.key, period, part.name)
        assert there is not None  # noqa: S101 - just written
        return there

    async def _assembled(
        self,
        one: Release,
        geography: Geography,
        period: str,
        units: tuple[Unit, ...],
        flow: tuple[Unit, ...],
        decisions: Mapping[str, Decision],
    ) -> Assembly:
        if there := await self._releases.assembly(one.key, period):
            return there
        residents, table = await self._references.residents(geography, last_day(period))
        if one.universe is Universe.EMPLOYEE:  # residents are no denominator of theirs
            residents, table = {}, None
        broken = frozenset(area.code for area in geography.codes if geography.breaks_in(area.code, period))
        context = Context(one.universe.code, period, geography.areas, Policy(k=one.k), residents, broken)
        kept = frozenset[str]()
        for quarter in quarters_of(period) if is_year(period) else ():
            made = await self._releases.assembly(one.key, quarter)
            kept |= frozenset(made.hours_hidden if made else ())
        done = await self._apart(partial(steps.assemble, steps.Period(context, units, decisions, kept, flow)))
        hidden, people = tuple(sorted(done.hours_hidden)), tuple(sorted(done.people))
        made = Assembly(done.observations, hidden, done.cells, done.primary, done.secondary, people, table)
        await self._releases.put_assembly(one.key, period, made)
        return made

    async def _freeze(self, one: Release) -> None:
        release = await self._editions.content(one, await self._geography(one))
        contents = await self._apart(partial(steps.render_files, release))
        for row, content in contents:
            await self._releases.put_file(one.key, row.name, content)
        rows = [row for row, _ in contents]
        checksum = next(row.sha256 for row in rows if row.name == "release.json")
        at = one.publish_at  # which the files say: set anew meanwhile, they are written anew
        await self._releases.entities.change(one.key, lambda it: lifecycle.attach_files(it, rows, checksum, at))
        self.nudge()
