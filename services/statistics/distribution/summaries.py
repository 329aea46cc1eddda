"""Plans who gets a published release, and composes what an office gets when its notice goes out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from ieum.notices.v1.notices_pb2 import ComposedNotice
from services.statistics.distribution import domain
from services.statistics.distribution.domain import Delivery, Recipient
from services.statistics.distribution.store import Distribution
from services.statistics.distribution.summary import Summary, write
from services.statistics.facts.store import Facts
from services.statistics.figures.observation import Observation
from services.statistics.releases.domain.lifecycle import Release, State
from services.statistics.releases.store import Releases

_REMEMBERED = 4
"""Releases whose headlines are kept: a notice is composed for one office after another."""


class Summaries:
    def __init__(self, store: Distribution, releases: Releases, facts: Facts) -> None:
        self._store = store
        self._releases = releases
        self._facts = facts
        self._headlines: dict[str, list[Observation]] = {}

    async def plan(self, release_name: str, published_at: datetime) -> None:
        """One delivery for each recipient whose area the release shows. To those who joined the list after the
        publication an official sends it by hand: an old release that is announced again must not go out by itself."""
        release = await self._releases.entities.get(release_name.removeprefix("releases/"))
        for recipient in await self._store.of_areas(await self.areas(release), published_at):
            await self._store.plan(release_name, recipient)

    async def compose(self, request: str, public_url: str) -> ComposedNotice:
        """What the notice with this key says now, or why it is not to be sent any more."""
        key, round = domain.parse_request_key(request)
        delivery = await self._store.deliveries.find(key)
        if (reason := domain.reason_not_to_send(delivery, round)) or delivery is None:
            return ComposedNotice(cancel_reason=reason)
        release = await self._releases.entities.get(delivery.release.removeprefix("releases/"))
        recipient = await self._store.recipient(delivery.recipient)
        if reason := await self._reason_to_cancel(release, recipient):
            return ComposedNotice(cancel_reason=reason)
        written = write(await self._summary(delivery, release, recipient), public_url)
        return ComposedNotice(
            recipient_name=recipient.office,
            recipient_address=recipient.address,
            language=recipient.language,
            subject=written.subject,
            text=written.text,
            html=written.html,
        )

    async def _reason_to_cancel(self, release: Release, recipient: Recipient) -> str:
        if recipient.removed:
            return "RECIPIENT_REMOVED"
        return "RELEASE_CORRECTED" if await self.is_published(release.corrected_by) else ""

    async def _summary(self, delivery: Delivery, release: Release, recipient: Recipient) -> Summary:
        title: Mapping[str, str] = (await self._facts.areas()).title(recipient.area)
        figures = domain.headlines(await self.headlines(release), recipient.area.removeprefix("areas/"))
        return Summary(delivery, release, recipient, title, figures)

    async def is_published(self, release_name: str) -> bool:
        key = release_name.removeprefix("releases/")
        release = await self._releases.entities.find(key) if key else None
        return release is not None and release.state is State.PUBLISHED

    async def areas(self, release: Release) -> set[str]:
        """Those that it shows, as they were called when it was built."""
        return {f"areas/{figure.area}" for figure in await self.headlines(release)}

    async def headlines(self, release: Release) -> list[Observation]:
        """The main figures of all areas in the newest quarter and year. A published release never changes."""
        if release.key not in self._headlines:
            figures = [figure async for figure in self._read_headlines(release)]
            while len(self._headlines) >= _REMEMBERED:
                del self._headlines[next(iter(self._headlines))]
            self._headlines[release.key] = figures
        return self._headlines[release.key]

    async def _read_headlines(self, release: Release) -> AsyncIterator[Observation]:
        for period in domain.headline_periods(release.periods):
            async for figure in self._releases.observations(release, period):
                if figure.measure in domain.HEADLINES:
                    yield figure
