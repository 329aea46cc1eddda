"""Takes each notice that is due, asks its source for the text, hands it to the mail server, and records the outcome.

Many may run at once: whoever gets a notice's lease sends it. Where the process dies after the mail server has taken a
mail and before that is recorded, the mail goes out again under the same Message-ID, by which mailboxes recognise it;
docs/decisions say why this window cannot be closed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from ieum.notices.v1.notices_pb2 import ComposedNotice
from services.chassis.clock import new_id, now
from services.chassis.errors import Problem, Unavailable
from services.chassis.events.bus import check_cancelled
from services.chassis.observability import trace
from services.notices import domain
from services.notices.domain import Notice
from services.notices.mail.message import write
from services.notices.mail.settings import Mail, Off
from services.notices.mail.transport import Interrupted, Never, NotNow, ServerAway, Transport, connected
from services.notices.sources import Sources
from services.notices.store import Store

LOOK_SECONDS = 2.0
FIRST_REST_SECONDS = 1.0
LONGEST_REST_SECONDS = 300.0
LONGEST_RECORD_PAUSE_SECONDS = 16.0
STOP_SECONDS = 20.0
SOURCE_AWAY_PAUSE = timedelta(seconds=10)

ConnectSources = Callable[[], AbstractAsyncContextManager[Sources]]


class Sender:
    def __init__(self, mail: Mail | Off, store: Store, sources: ConnectSources) -> None:
        self._mail = mail
        self._store = store
        self._sources = sources
        self._wake = asyncio.Event()

    def nudge(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. A mail server that is away is asked again, at longer and longer intervals."""
        rest = FIRST_REST_SECONDS
        async with self._sources() as sources:
            while True:
                check_cancelled()
                self._wake.clear()
                if await self._try_batch(sources):
                    rest = FIRST_REST_SECONDS
                    await self._sleep(LOOK_SECONDS)
                else:
                    check_cancelled()
                    await asyncio.sleep(rest)
                    rest = min(2 * rest, LONGEST_REST_SECONDS)

    async def _try_batch(self, sources: Sources) -> bool:
        try:
            try:
                await self._send_batch(sources)
            except ServerAway as away:
                await self._store.report_mail(str(away))
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

    async def _send_batch(self, sources: Sources) -> None:
        if isinstance(self._mail, Off):
            return
        keys = await self._store.due()
        if not keys:
            return
        batch, waiting = _Batch(self._mail, self._store, sources), deque(keys)
        while waiting:
            async with connected(self._mail) as transport:
                await self._store.report_mail("")
                while waiting and transport.is_open:
                    check_cancelled()
                    await finish(batch.send(waiting.popleft(), transport))


class _Batch:
    """What is due at one time. A source that was away once is not asked again in it."""

    def __init__(self, mail: Mail, store: Store, sources: Sources) -> None:
        self._mail = mail
        self._store = store
        self._sources = sources
        self._away: set[str] = set()

    async def send(self, key: str, transport: Transport) -> None:
        worker = new_id()
        notice = await self._store.change(key, lambda stored: domain.take(stored, worker, now()))
        if notice.lease_by != worker:
            return
        composed = await self._compose(notice, worker)
        if composed is None:
            return
        if reason := composed.cancel_reason:
            await self._store.change(key, lambda stored: domain.cancel(stored, worker, reason))
        elif message := await self._write(notice, composed, worker):
            await self._hand_over(notice, message, composed.recipient_address, worker, transport)

    async def _compose(self, notice: Notice, worker: str) -> ComposedNotice | None:
        """None when the notice has to wait: for its source, or because the source cannot compose this one."""
        try:
            if notice.source in self._away:
                raise Unavailable("SERVICE_AWAY")
            return await self._sources.compose(notice, self._mail.public_url)
        except Unavailable as away:
            self._away.add(notice.source)
            trace.log().warning("source away", source=notice.source, reason=away.reason)
            later = now() + SOURCE_AWAY_PAUSE
            await self._store.change(notice.key, lambda stored: domain.release(stored, worker, later))
        except Problem as problem:
            reason = problem.reason
            trace.log().error("notice not composed", notice=notice.key, reason=reason)
            await self._store.change(notice.key, lambda stored: domain.put_off(stored, worker, reason, now()))
        return None

    async def _write(self, notice: Notice, composed: ComposedNotice, worker: str) -> EmailMessage | None:
        """None when no mail can be made of it. It then delays itself alone."""
        try:
            return write(notice, composed, self._mail)
        except Exception:
            trace.log().error("notice not written", notice=notice.key, exc_info=True)
            await self._store.change(notice.key, lambda stored: domain.put_off(stored, worker, "NOTICE_INVALID", now()))
            return None

    async def _hand_over(
        self, notice: Notice, message: EmailMessage, address: str, worker: str, transport: Transport
    ) -> None:
        change = self._store.change
        try:
            await transport.send(message, address)
        except ServerAway:
            await change(notice.key, lambda stored: domain.release(stored, worker))
            raise
        except Interrupted as error:
            reason = str(error)
            await change(notice.key, lambda stored: domain.put_off(stored, worker, reason, now()))
            raise ServerAway(reason) from error
        except NotNow as error:
            reason = str(error)
            await change(notice.key, lambda stored: domain.put_off(stored, worker, reason, now()))
        except Never as error:
            reason = str(error)
            await change(notice.key, lambda stored: domain.fail(stored, worker, reason))
        else:
            await self._record_sent(notice.key)

    async def _record_sent(self, key: str) -> None:
        """Tried again while the database is away: a mail that is not recorded would be sent again."""
        pause = FIRST_REST_SECONDS
        while True:
            try:
                await self._store.change(key, lambda stored: domain.mark_sent(stored, now()))
                return
            except Exception:
                trace.log().warning("a sent mail is not recorded yet", notice=key, exc_info=True)
                if pause > LONGEST_RECORD_PAUSE_SECONDS:
                    raise
                await asyncio.sleep(pause)
                pause *= 2


async def finish(work: Coroutine[Any, Any, None]) -> None:
    """A process that is told to stop finishes the mail at hand first: broken off, it would be sent twice."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=STOP_SECONDS)
        if task.done() and not task.cancelled():
            task.exception()  # retrieved, so that nobody warns of it: stopping goes first
        raise
