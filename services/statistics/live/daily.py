"""Moves the live table on, once a day: it counts whole days, up to the last midnight."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pymongo.errors import PyMongoError

from services.chassis import clock
from services.chassis.errors import Invalid
from services.chassis.events.bus import check_cancelled
from services.statistics.disclosure.policy import Policy
from services.statistics.facts.store import Facts
from services.statistics.figures.periods import last_day, quarter_of
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.lattice import Key, Lattice, World
from services.statistics.live.domain.protection import COUNTS, ShownCell, Tally
from services.statistics.live.domain.questions import LiveState, Question
from services.statistics.live.domain.steps import Unprotected, next_state
from services.statistics.live.store import Head, LiveStates

if TYPE_CHECKING:  # the arrays take as long to load as the rest of the service: it is ready before
    from services.statistics.live.domain.enrolment_arrays import Columns
    from services.statistics.live.domain.returning import Returning

log = logging.getLogger(__name__)
EVERY = 60
"""Seconds after which a new day is looked for though nobody asks."""
FIRST_LOAD = 20
"""On the first day the state is made anew for so many facts more: data is still being loaded."""


class DailyStates:
    """The state of each universe. It depends on what happened and on what was shown before, and not on the caller."""

    def __init__(self, facts: Facts, states: LiveStates, zone: ZoneInfo, k: int) -> None:
        self._facts = facts
        self._states = states
        self._zone = zone
        self._policy = Policy(k=k)
        self._turn = asyncio.Lock()
        self._under_way: dict[Universe, asyncio.Task[None]] = {}
        self._held: dict[Universe, tuple[Head, LiveState]] = {}

    async def at(self, universe: Universe, as_of: datetime | None, now: datetime) -> LiveState:
        """The state that is shown now; or, `as_of` a moment that is kept, the one that was shown then."""
        async with self._turn:
            head, state = await self._current(universe, now)
        if as_of is None or as_of == head.as_of:
            return state
        if as_of not in head.kept:
            raise Invalid("AS_OF_NOT_KEPT", field="as_of")
        shown = await self._states.shown(universe, as_of)
        return replace(self._state(as_of, state.world, shown), is_past=True)

    async def exact(self, asked: Question, moment: datetime) -> tuple[LiveState, Returning]:
        """All that happened before the moment, nothing hidden. Kept nowhere: for the working view alone."""
        held, world = await self._all(), await self._world()
        cells = await asyncio.to_thread(self._counted, held, asked.universe, moment, world)
        shown = {key: ShownCell(tally, COUNTS) for key, tally in cells.items()}
        returns = await asyncio.to_thread(self._returns, held, asked, moment, world)
        return LiveState(moment, shown, world, quarter_of(moment, self._zone)), returns

    def _returns(self, held: Columns, asked: Question, moment: datetime, world: World) -> Returning:
        from services.statistics.live.domain.counting import enrolments_in
        from services.statistics.live.domain.returning import returning

        place = world.place(asked.area)
        return returning(enrolments_in(held, asked.universe, moment, world, place, asked.period), moment)

    async def run(self) -> None:
        """Makes the step of each new day, where somebody ever looked."""
        try:
            while True:
                with suppress(PyMongoError):
                    for universe in Universe:
                        if await self._states.head(universe):
                            async with self._turn:
                                await self._current(universe, clock.now())
                check_cancelled()
                await asyncio.sleep(EVERY)
        finally:
            for step in self._under_way.values():
                step.cancel()

    async def world(self) -> World:
        """Places and courses as they are now, without anything counted."""
        return await self._world()

    async def _current(self, universe: Universe, now: datetime) -> tuple[Head, LiveState]:
        midnight = self._midnight(now)
        head = await self._states.head(universe)
        if head is None or head.as_of < midnight or await self._is_loading(head):
            await self._shared_step(universe, head, midnight)
            head = await self._states.head(universe) or Head(midnight, midnight, 0, "")
        held = self._held.get(universe)
        if held is None or held[0] != head:
            shown = await self._states.shown(universe, head.as_of, head.attempt)
            held = self._held[universe] = head, self._state(head.as_of, await self._world(), shown)
        return held

    async def _shared_step(self, universe: Universe, head: Head | None, midnight: datetime) -> None:
        """Goes on when whoever asked has waited long enough and leaves: the next one finds it made."""
        step = self._under_way.get(universe)
        if step is None:
            step = self._under_way[universe] = asyncio.create_task(self._step(universe, head, midnight))
            step.add_done_callback(lambda done: self._ended(universe, done))
        await asyncio.shield(step)

    def _ended(self, universe: Universe, step: asyncio.Task[None]) -> None:
        self._under_way.pop(universe, None)
        if not step.cancelled() and step.exception():
            log.warning("live table not moved on", extra={"universe": universe.value}, exc_info=step.exception())

    async def _is_loading(self, head: Head) -> bool:
        """An installation that was filled after the first look at it."""
        if head.as_of != head.first:
            return False
        facts = await self._facts.count()
        return facts >= head.facts + (FIRST_LOAD if head.facts else 1)

    async def _step(self, universe: Universe, head: Head | None, midnight: datetime) -> None:
        first = midnight if head is None or head.first == midnight else head.first
        before = await self._states.shown(universe, head.as_of, head.attempt) if head and first != midnight else {}
        facts, world = await self._facts.count(), await self._world()
        held = await self._all()
        try:
            shown = await asyncio.to_thread(self._moved_on, held, universe, midnight, world, before)
        except Unprotected:
            log.exception("live table stays as it is", extra={"universe": universe.value})
            shown = before
        kept = tuple(day for day in (*head.kept, head.as_of) if self._ends_quarter(day)) if head else ()
        after = Head(
            midnight, first, facts, clock.new_id(), tuple(dict.fromkeys(each for each in kept if each < midnight))
        )
        await self._states.move_on(universe, head, after, shown)

    def _moved_on(
        self, held: Columns, universe: Universe, midnight: datetime, world: World, before: dict[Key, ShownCell]
    ) -> dict[Key, ShownCell]:
        cells = self._counted(held, universe, midnight, world)
        return next_state(cells, Lattice(world, cells, self._policy.k), before, self._policy)

    def _counted(self, held: Columns, universe: Universe, moment: datetime, world: World) -> dict[Key, Tally]:
        from services.statistics.live.domain.counting import count

        return count(held, universe, moment, world, self._zone)

    def _state(self, as_of: datetime, world: World, shown: dict[Key, ShownCell]) -> LiveState:
        return LiveState(as_of, shown, world, quarter_of(as_of - timedelta(seconds=1), self._zone))

    async def _all(self) -> Columns:
        from services.statistics.live.domain.enrolment_arrays import Columns

        empty = await asyncio.to_thread(Columns)
        parts = [await asyncio.to_thread(empty.holding, lot) async for lot in self._facts.for_tables()]
        return await asyncio.to_thread(empty.joined, parts)

    async def _world(self) -> World:
        tree, courses = await asyncio.gather(self._facts.areas(), self._facts.course_list())
        return World(tree, courses)

    def _midnight(self, now: datetime) -> datetime:
        local = now.astimezone(self._zone)
        return datetime.combine(local.date(), time(), self._zone).astimezone(now.tzinfo)

    def _ends_quarter(self, moment: datetime) -> bool:
        day = (moment - timedelta(seconds=1)).astimezone(self._zone).date()
        return last_day(quarter_of(moment - timedelta(seconds=1), self._zone)) == day
