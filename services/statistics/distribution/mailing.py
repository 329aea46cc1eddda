"""The postman: takes each mail that is due, writes it, hands it over, and notes what became of it.

Many may run at once: whoever gets a mail's lease sends it. Where the process dies after the mail server has said yes
and before that is noted, the mail goes out again under the same Message-ID, by which mailboxes know it for the same;
docs/decisions say why this window cannot be closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from ieum.statistics.v1.events_pb2 import ReleasePublished
from services.chassis.clock import moment, new_id, now
from services.chassis.events.bus import Handlers, check_cancelled
from services.chassis.observability import trace
from services.statistics.distribution import domain
from services.statistics.distribution.domain import Delivery, Recipient
from services.statistics.distribution.letters import Summary, letter
from services.statistics.distribution.settings import Mail, Off
from services.statistics.distribution.store import Distribution
from services.statistics.distribution.transport import Interrupted, Never, NotNow, ServerAway, Transport, connected
from services.statistics.facts.store import Facts
from services.statistics.figures.observation import Observation
from services.statistics.releases.domain.lifecycle import Release, State
from services.statistics.releases.store import Releases

LOOK_SECONDS = 2.0
FIRST_REST_SECONDS = 1.0
LONGEST_REST_SECONDS = 300.0
LONGEST_NOTE_PAUSE_SECONDS = 16.0
STOP_SECONDS = 20.0


class Postman:
    def __init__(self, mail: Mail | Off, store: Distribution, releases: Releases, facts: Facts) -> None:
        self._mail = mail
        self._store = store
        self._releases = releases
        self._facts = facts
        self._wake = asyncio.Event()

    def nudge(self) -> None:
        self._wake.set()

    def handlers(self) -> Handlers:
        return {ReleasePublished: self.plan}

    async def plan(self, event: ReleasePublished) -> None:
        """One mail for each recipient whose area the release shows. Who joined the list after the publication is asked
        for on the page: an old release that is heard of again must not go out to them by itself."""
        published = moment(event.publish_time) or now()
        release = await self._releases.entities.get(event.release.removeprefix("releases/"))
        for recipient in await self._store.of_areas(await self.areas(release), published):
            await self._store.plan(event.release, recipient)
        self.nudge()

    async def run(self) -> None:
        """Until cancelled. A mail server that is away is asked again, at longer and longer intervals."""
        rest = FIRST_REST_SECONDS
        while True:
            check_cancelled()
            self._wake.clear()
            if await self._went_well():
                rest = FIRST_REST_SECONDS
                await self._sleep(LOOK_SECONDS)
            else:
                check_cancelled()
                await asyncio.sleep(rest)
                rest = min(2 * rest, LONGEST_REST_SECONDS)

    async def _went_well(self) -> bool:
        try:
            try:
                await self._round()
            except ServerAway as away:
                await self._store.note_trouble(str(away))
                trace.log().warning("mail server away", reason=str(away))
                return False
        except Exception:
            trace.log().error("mail delayed", exc_info=True)
            return False
        return True

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _round(self) -> None:
        if isinstance(self._mail, Off):
            return
        keys = await self._store.due()
        if not keys:
            return
        async with connected(self._mail) as transport:
            await self._store.note_trouble("")
            figures: dict[str, list[Observation]] = {}
            for key in keys:
                check_cancelled()
                await unbroken(self._deliver(key, self._mail, transport, figures))

    async def _deliver(self, key: str, mail: Mail, transport: Transport, figures: dict[str, list[Observation]]) -> None:
        change, me = self._store.deliveries.change, new_id()
        one = await change(key, lambda it: domain.take(it, me, now()))
        if one.lease_by != me:
            return
        release = await self._releases.entities.get(one.release.removeprefix("releases/"))
        recipient = await self._store.recipient(one.recipient)
        if void := await self._void(release, recipient):
            await change(key, lambda it: domain.cancelled(it, void, me))
            return
        message = letter(await self._summary(one, release, recipient, figures), mail)
        try:
            await transport.send(message, recipient.address)
        except ServerAway:
            await change(key, lambda it: domain.let_go(it, me))
            raise
        except Interrupted as error:
            reason = str(error)
            await change(key, lambda it: domain.put_off(it, me, reason, now()))
            raise ServerAway(reason) from error
        except NotNow as error:
            reason = str(error)
            await change(key, lambda it: domain.put_off(it, me, reason, now()))
        except Never as error:
            reason = str(error)
            await change(key, lambda it: domain.refused(it, me, reason))
        else:
            await self._note_sent(key, one.round)

    async def _note_sent(self, key: str, round: int) -> None:
        """Tried again while a database is away: what is not noted would be sent again."""
        pause = FIRST_REST_SECONDS
        while True:
            try:
                await self._store.deliveries.change(key, lambda it: domain.sent(it, round, now()))
                return
            except Exception:
                trace.log().warning("a sent mail is not noted yet", delivery=key, exc_info=True)
                if pause > LONGEST_NOTE_PAUSE_SECONDS:
                    raise
                await asyncio.sleep(pause)
                pause *= 2

    async def _void(self, release: Release, recipient: Recipient) -> str:
        """Why a mail that still waits is not to be sent any more; "" when it is."""
        if recipient.removed:
            return "RECIPIENT_REMOVED"
        correction = release.corrected_by.removeprefix("releases/")
        newer = await self._releases.entities.find(correction) if correction else None
        return "RELEASE_CORRECTED" if newer and newer.state is State.PUBLISHED else ""

    async def _summary(
        self, one: Delivery, release: Release, recipient: Recipient, figures: dict[str, list[Observation]]
    ) -> Summary:
        if release.key not in figures:
            figures[release.key] = await self.headlines(release)
        title: Mapping[str, str] = (await self._facts.areas()).title(recipient.area)
        made = domain.headlines(figures[release.key], recipient.area.removeprefix("areas/"))
        return Summary(one, release, recipient, title, made)

    async def areas(self, release: Release) -> set[str]:
        """Those that it shows, as they were called when it was made."""
        return {f"areas/{one.area}" for one in await self.headlines(release)}

    async def headlines(self, release: Release) -> list[Observation]:
        """Of all areas, in the newest quarter and year."""
        found: list[Observation] = []
        for period in domain.headline_periods(release.periods):
            async for made in self._releases.observations(release, period):
                if made.measure in domain.HEADLINES:
                    found.append(made)
        return found


async def unbroken(work: Coroutine[Any, Any, None]) -> None:
    """A process that is told to stop ends the mail at hand first: broken off, it would be sent twice."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=STOP_SECONDS)
        if task.done() and not task.cancelled():
            task.exception()  # looked at; the stopping goes first
        raise
