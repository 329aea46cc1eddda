"""Writes the files of a release whose time is set, and ends its embargo."""

from __future__ import annotations

from collections import Counter
from functools import partial
from time import monotonic

from pymongo.errors import ConnectionFailure

from services.chassis.clock import now
from services.chassis.observability import trace
from services.statistics.releases import steps
from services.statistics.releases.domain import lifecycle
from services.statistics.releases.domain.lifecycle import Release
from services.statistics.releases.edition import EditionBuilder
from services.statistics.releases.rounds import Rounds
from services.statistics.releases.store import Releases
from services.statistics.releases.workers import Workers

RETRY_SECONDS = 1.0
FILE_ATTEMPTS = 5


class Publisher(Rounds):
    """Beside the builder, so that a release comes out at its time whatever is being counted."""

    def __init__(self, releases: Releases, editions: EditionBuilder) -> None:
        super().__init__()
        self._releases = releases
        self._editions = editions
        self._workers = Workers(1)
        self._failures: Counter[str] = Counter()
        self._put_off: dict[str, float] = {}

    async def round(self) -> None:
        for release in await self._releases.scheduled():
            if monotonic() >= self._put_off.get(release.key, 0):
                await self._advance(release)

    def end(self) -> None:
        self._workers.stop()

    async def _advance(self, release: Release) -> None:
        try:
            if not release.files:
                await self._freeze(release)
            elif release.publish_at and release.publish_at <= now():
                await self._releases.entities.change(release.key, lambda latest: lifecycle.end_embargo(latest, now()))
        except ConnectionFailure:
            raise
        except Exception:
            trace.log().error("release not published", release=release.key, exc_info=True)
            await self._try_files_later(release)
        else:
            self._failures.pop(release.key, None)
            self._put_off.pop(release.key, None)

    async def _try_files_later(self, release: Release) -> None:
        """Each time after twice as long; in the end the release fails instead of staying due for ever."""
        self._failures[release.key] += 1
        self._put_off[release.key] = monotonic() + RETRY_SECONDS * 2 ** self._failures[release.key]
        if self._failures[release.key] == FILE_ATTEMPTS:
            await self._releases.entities.change(release.key, lifecycle.fail_files)
            del self._failures[release.key], self._put_off[release.key]

    async def _freeze(self, release: Release) -> None:
        content = await self._editions.content(release)
        rendered = await self._workers.run(partial(steps.render_files, content))
        for file, body in rendered:
            await self._releases.put_file(release.key, file.name, body)
        files = [file for file, _ in rendered]
        checksum = next(file.sha256 for file in files if file.name == "release.json")
        at = release.publish_at  # which the files say: set anew meanwhile, they are written anew
        change = partial(lifecycle.attach_files, files=files, checksum=checksum, at=at)
        await self._releases.entities.change(release.key, change)
        self.nudge()
