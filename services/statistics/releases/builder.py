"""Counts the releases that were asked for, one after the other, in turns of areas.

A build can be cancelled at any time, and one that takes too long gives way to the others."""

from __future__ import annotations

import asyncio
from functools import partial
from time import monotonic

from pymongo.errors import ConnectionFailure

from services.chassis.clock import now
from services.chassis.observability import trace
from services.statistics.reference_data.geographies import Geographies
from services.statistics.reference_data.store import References
from services.statistics.releases.build import Build
from services.statistics.releases.domain import builds
from services.statistics.releases.domain.lifecycle import Release
from services.statistics.releases.rounds import Rounds
from services.statistics.releases.snapshot import EnrolmentSnapshot
from services.statistics.releases.store import Releases
from services.statistics.releases.workers import Workers

WORKERS = 2
LOOK_SECONDS = 0.5
GRACE_SECONDS = 5.0
LONGEST_SECONDS = 3 * 3600.0
"""A province of thirty cities and two years takes minutes; what takes longer than this will not end."""
CANCELLED, TOO_LONG = "", "BUILD_TOO_LONG"


class Builder(Rounds):
    def __init__(
        self,
        releases: Releases,
        enrolments: EnrolmentSnapshot,
        geographies: Geographies,
        references: References,
    ) -> None:
        super().__init__()
        self._releases = releases
        self._workers = Workers(WORKERS)
        self._build = Build(releases, enrolments, geographies, references, self._workers.run)
        self._cleaned = False

    async def round(self) -> None:
        """Also what an earlier process began."""
        if not self._cleaned:
            await self._releases.forget_leftovers()
            self._cleaned = True
        while queue := builds.in_order(await self._releases.building(), await self._releases.last_started()):
            await self._advance(queue[0])

    def end(self) -> None:
        self._workers.stop()

    async def _advance(self, release: Release) -> None:
        release = await self._releases.entities.change(release.key, lambda latest: builds.start(latest, now()))
        work, watch = asyncio.create_task(self._build.run(release)), asyncio.create_task(self._watch(release))
        try:
            await asyncio.wait((work, watch), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await self._end(release, work.exception())
            else:
                await self._stop(release, work, watch.result())
        finally:
            for task in (work, watch):
                task.cancel()
            await asyncio.wait((work, watch), timeout=GRACE_SECONDS)

    async def _watch(self, release: Release) -> str:
        """Returns why the build has to stop, once it has to."""
        until = monotonic() + LONGEST_SECONDS
        while monotonic() < until:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                latest = await self._releases.entities.find(release.key)
            except ConnectionFailure:
                continue
            if builds.is_given_up(release, latest):
                return CANCELLED
        return TOO_LONG

    async def _stop(self, release: Release, work: asyncio.Task[None], reason: str) -> None:
        trace.log().warning("build stopped", release=release.key, reason=reason or "cancelled")
        work.cancel()
        self._workers.stop()
        await asyncio.wait((work,))
        if reason:
            await self._fail(release, reason)
        await self._releases.start_over(release)

    async def _end(self, release: Release, error: BaseException | None) -> None:
        if isinstance(error, ConnectionFailure):
            raise error
        if error is not None:
            trace.log().error("release not built", release=release.key, exc_info=error)
            await self._fail(release, "BUILD_FAILED")

    async def _fail(self, release: Release, reason: str) -> None:
        await self._releases.entities.change(release.key, partial(builds.fail, reason=reason))
