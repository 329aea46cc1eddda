"""All enrolments in memory as they stand, for the tables that officials look at: only what changed is read again, and
only what changed is counted again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from pymongo.errors import PyMongoError

from services.chassis.clock import from_ms
from services.statistics.facts.store import Facts
from services.statistics.live.domain.answers import Cells
from services.statistics.live.domain.protection import Tally
from services.statistics.live.domain.questions import Ask

if TYPE_CHECKING:  # the arrays take as long to load as the rest of the service: it is ready before
    from services.statistics.live.domain.columns import Columns, Layers
    from services.statistics.live.domain.counting import Counts, World

EVERY = 30
"""Seconds after which changes are read though nobody asks, so that whoever does need not wait for a day's."""
_LATE = timedelta(seconds=5)
"""A write may become visible this long after its own timestamp; `_VERY_LATE` includes a frozen database."""
_VERY_LATE = timedelta(minutes=2)
_MANY = 1_000
"""So many changes take some 20 ms to read: as long as there are fewer, everybody who asks has them read."""
_MOST_COUNTS = 1_000
_STEP = 2_000
"""Carrying a count over one change costs as much as counting so many enrolments."""


@dataclass(frozen=True)
class Snapshot:
    """Everything at one moment. `log` are the changes since the counts began, `version` of them known here: each all
    enrolments of some persons, before and after."""

    world: World
    enrolments: Layers
    log: list[tuple[Columns, Columns]]
    counts: dict[Ask, tuple[int, Counts]]
    version: int

    def count(self, ask: Ask) -> Cells:
        counts = self._carried(ask)
        self.counts.pop(ask, None)
        self.counts[ask] = self.version, counts
        for oldest in list(self.counts)[:-_MOST_COUNTS]:
            self.counts.pop(oldest, None)
        return {key: Tally(key[1], *numbers) for key, numbers in counts.items()}

    def _carried(self, ask: Ask) -> Counts:
        from services.statistics.live.domain.counting import carry_over, count

        since, counts = self.counts.get(ask, (self.version + 1, {}))
        steps = self.log[since : self.version]
        if since > self.version or sum(_STEP + len(gone) + len(came) for gone, came in steps) > len(self.enrolments):
            return counts if since == self.version else count(self.enrolments.whole, ask, self.world)
        for gone, came in steps:
            counts = carry_over(counts, count(gone, ask, self.world), count(came, ask, self.world))
        return counts

    def after(self, fresh: Columns) -> Snapshot:
        enrolments, gone, came = self.enrolments.replaced(fresh)
        if gone.same(came):
            return self
        if sum(len(before) + len(after) for before, after in self.log) > len(enrolments):
            return Snapshot(self.world, enrolments, [], {}, 0)
        self.log.append((gone, came))
        return Snapshot(self.world, enrolments, self.log, self.counts, len(self.log))


class FactsInMemory:
    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._turn = asyncio.Lock()
        self._held: Snapshot | None = None
        self._since: datetime | None = None
        self._seen: dict[str, int] = {}
        self._began = self._again = -1.0

    async def now(self) -> Snapshot:
        """Includes all that was written before the call; under heavy writing it is at most a second old."""
        asked = monotonic()
        async with self._turn:
            if self._held is None or (self._began < asked and self._again <= asked):
                await self._refresh(_LATE)
            assert self._held is not None  # noqa: S101 - the first refresh has set it
            return self._held

    async def run(self) -> None:
        while True:
            with suppress(PyMongoError):
                async with self._turn:
                    await self._refresh(_VERY_LATE)
            await asyncio.sleep(EVERY)

    async def _refresh(self, late: timedelta) -> None:
        self._began = monotonic()
        if self._held is None:
            await asyncio.to_thread(_empty)  # what it loads would hold everybody up
        world = await self._world()
        held = self._held
        if held is None:
            newest = await self._facts.last_change()
            held = Snapshot(world, await self._all(), [], {}, 0)
            self._since = newest or datetime.fromtimestamp(0, UTC)
        elif world != held.world:
            held = Snapshot(world, held.enrolments, [], {}, 0)
        self._held = await self._caught_up(held, late)
        took = monotonic() - self._began
        self._again = monotonic() + min(4 * took, 1) if len(self._seen) > _MANY else 0

    async def _caught_up(self, held: Snapshot, late: timedelta) -> Snapshot:
        assert self._since is not None  # noqa: S101 - set when everything was read
        seen: dict[str, int] = {}
        newest, below = self._since, held.enrolments.below
        fresh: list[Columns] = []
        async for lot in self._facts.for_tables(self._since - late):
            seen |= zip(lot.enrolment, lot.changed, strict=True)
            newest = from_ms(lot.changed[-1]) or newest
            new = lot.taken(place for place, name in enumerate(lot.enrolment) if self._seen.get(name) != seen[name])
            if new.enrolment:
                fresh.append(await asyncio.to_thread(below.holding, new))
        if fresh:
            held = await asyncio.to_thread(held.after, fresh[0].joined(fresh[1:]))
        self._seen, self._since = seen, newest
        return held

    async def _all(self) -> Layers:
        from services.statistics.live.domain.columns import Layers

        empty = _empty()
        parts = [await asyncio.to_thread(empty.holding, lot) async for lot in self._facts.for_tables()]
        return Layers.of(await asyncio.to_thread(empty.joined, parts))

    async def _world(self) -> World:
        from services.statistics.live.domain.counting import World

        tree, courses = await asyncio.gather(self._facts.areas(), self._facts.course_list())
        return World(tree, courses)


def _empty() -> Columns:
    from services.statistics.live.domain.columns import Columns

    return Columns()
