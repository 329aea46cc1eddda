"""Takes each notice of one channel that is due, has it written, hands it to the channel, and records the outcome.

Many may run at once: whoever gets a notice's lease sends it. Where the process dies after the server has taken a
message and before that is recorded, the message goes out again under the same id, by which mailboxes and gateways
recognise it; docs/decisions say why this window cannot be closed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from services.chassis.clock import new_id, now
from services.chassis.errors import Problem, Unavailable
from services.chassis.events.bus import check_cancelled
from services.chassis.observability import trace
from services.notices.channel import AddressRefused, Channel, Interrupted, Never, NotNow, ServerAway, Transport
from services.notices.domain import notice as life
from services.notices.domain import preferences
from services.notices.domain.notice import Notice
from services.notices.letters.letter import Later, Letter, NotToSend, Unreachable, Written
from services.notices.letters.writer import Writer
from services.notices.store import Store

LOOK_SECONDS = 2.0
FIRST_REST_SECONDS = 1.0
LONGEST_REST_SECONDS = 300.0
LONGEST_RECORD_PAUSE_SECONDS = 16.0
STOP_SECONDS = 20.0
SOURCE_AWAY_PAUSE = timedelta(seconds=10)
PERSONS_WAIT = timedelta(hours=2)
"""How long a person waits for a server that says "not now", before another channel is tried."""


class Sender:
    """`channel` is None where the operator has set none up: then persons are reached over another one, and offices'
    mails wait."""

    def __init__(self, name: life.Channel, channel: Channel | None, store: Store, writer: Writer) -> None:
        self._name = name
        self._channel = channel
        self._store = store
        self._writer = writer
        self._wake = asyncio.Event()

    def nudge(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. A server that is away is asked again, at longer and longer intervals."""
        rest = FIRST_REST_SECONDS
        while True:
            check_cancelled()
            self._wake.clear()
            if await self._try_batch():
                rest = FIRST_REST_SECONDS
                await self._sleep(LOOK_SECONDS)
            else:
                check_cancelled()
                await asyncio.sleep(rest)
                rest = min(2 * rest, LONGEST_REST_SECONDS)

    async def _try_batch(self) -> bool:
        try:
            await (self._send_batch(self._channel) if self._channel else self._pass_on())
        except ServerAway:
            return False
        except Exception:
            trace.log().error("notices delayed", channel=self._name, exc_info=True)
            return False
        return True

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _send_batch(self, channel: Channel) -> None:
        keys = await self._store.due(self._name)
        if not keys:
            return
        batch, waiting = _Batch(channel, self._store, self._writer), deque(keys)
        try:
            while waiting:
                async with channel.connected() as transport:
                    await channel.report("")
                    while waiting and transport.is_open:
                        check_cancelled()
                        await finish(batch.send(waiting.popleft(), transport))
        except ServerAway as away:
            await channel.report(str(away))
            trace.log().warning("server away", channel=self._name, reason=str(away))
            raise

    async def _pass_on(self) -> None:
        for key in await self._store.due(self._name, persons_only=True):
            worker = new_id()
            taken = await self._store.change(key, lambda stored: life.take(stored, worker, now()))  # noqa: B023
            if taken.lease_by == worker:
                await self._store.move_on(key, worker, "CHANNEL_OFF")


class _Batch:
    """What is due at one time. A source that was away once is not asked again in it."""

    def __init__(self, channel: Channel, store: Store, writer: Writer) -> None:
        self._channel = channel
        self._store = store
        self._writer = writer
        self._away: set[str] = set()

    async def send(self, key: str, transport: Transport) -> None:
        worker = new_id()
        notice = await self._store.change(key, lambda stored: life.take(stored, worker, now()))
        if notice.lease_by != worker:
            return
        match await self._written(notice, worker):
            case NotToSend(reason):
                await self._store.change(key, lambda stored: life.cancel(stored, worker, reason))
            case Unreachable(reason):
                await self._store.move_on(key, worker, reason)
            case Later(until):
                await self._store.change(key, lambda stored: life.release(stored, worker, until))
            case Letter() as letter:
                message = await self._message(notice, letter, worker)
                if message is not None:
                    await self._hand_over(notice, message, letter.address, worker, transport)

    async def _written(self, notice: Notice, worker: str) -> Written | None:
        """None when the notice has to wait: for its source, or because this one cannot be composed."""
        try:
            if notice.source in self._away:
                raise Unavailable("SERVICE_AWAY")
            return await self._writer.write(notice)
        except Unavailable as away:
            self._away.add(notice.source)
            trace.log().warning("source away", source=notice.source, reason=away.reason)
            later = now() + SOURCE_AWAY_PAUSE
            await self._store.change(notice.key, lambda stored: life.release(stored, worker, later))
        except Problem as problem:
            reason = problem.reason
            trace.log().error("notice not composed", notice=notice.key, reason=reason)
            await self._store.change(notice.key, lambda stored: life.put_off(stored, worker, reason, now()))
        return None

    async def _message(self, notice: Notice, letter: Letter, worker: str) -> Any | None:
        """None when no message can be made of it. It then delays itself alone."""
        try:
            return self._channel.write(notice, letter)
        except Exception:
            trace.log().error("notice not written", notice=notice.key, exc_info=True)
            await self._store.change(notice.key, lambda stored: life.put_off(stored, worker, "NOTICE_INVALID", now()))
            return None

    async def _hand_over(self, notice: Notice, message: Any, address: str, worker: str, transport: Transport) -> None:
        change = self._store.change
        try:
            await transport.send(message, address)
        except ServerAway:
            await change(notice.key, lambda stored: life.release(stored, worker))
            raise
        except Interrupted as error:
            reason = str(error)
            await change(notice.key, lambda stored: life.put_off(stored, worker, reason, now()))
            raise ServerAway(reason) from error
        except NotNow as error:
            await self._refused_for_now(notice, worker, str(error))
        except Never as error:
            if isinstance(error, AddressRefused):
                await self._mark_bad(notice, address, str(error))
            await self._refused(notice, worker, str(error))
        else:
            await self._record_sent(notice.key)

    async def _refused_for_now(self, notice: Notice, worker: str, reason: str) -> None:
        if notice.personal and now() - notice.requested_at >= PERSONS_WAIT:
            await self._store.move_on(notice.key, worker, reason)
        else:
            await self._store.change(notice.key, lambda stored: life.put_off(stored, worker, reason, now()))

    async def _refused(self, notice: Notice, worker: str, reason: str) -> None:
        if notice.personal:
            await self._store.move_on(notice.key, worker, reason)
        else:
            await self._store.change(notice.key, lambda stored: life.fail(stored, worker, reason))

    async def _mark_bad(self, notice: Notice, address: str, reason: str) -> None:
        """The person and staff see that it does not work, until it is another one."""
        if notice.personal:
            channel, moment = notice.channel, now()
            await self._store.change_preferences(
                notice.personal.person,
                lambda stored: preferences.mark_bad(stored, channel, address, reason, moment),
            )

    async def _record_sent(self, key: str) -> None:
        """Tried again while the database is away: a mail that is not recorded would be sent again."""
        pause = FIRST_REST_SECONDS
        while True:
            try:
                await self._store.change(key, lambda stored: life.mark_sent(stored, now()))
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
