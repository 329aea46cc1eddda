"""Hands the events of one producer's stream to one service's handlers: in order for each entity, acknowledged only
after the handler, and out of the way once it is plain that they cannot be handled."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from time import monotonic

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, NoServersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import Error as JetStreamError
from pymongo.errors import ConnectionFailure, PyMongoError

from services.chassis.events import dead_letters
from services.chassis.events.bus import Bus, Handlers, Together, heed_cancellation
from services.chassis.events.prefetch import MOST
from services.chassis.observability import trace, traceparent

# Of events handled together; a line of a log may not be of any length.
_LINE = 100
# Of what is handled together, lots begin so far apart: one that comes alone is handled at once, and many in few writes.
_APART_SECONDS = 0.1
_DELIVERIES = 5
_ACK_WAIT_SECONDS = 10.0
BROKER_AWAY = (JetStreamError, NatsTimeoutError, ConnectionClosedError, NoServersError, OSError)


class Consumer:
    """A durable of one service on one producer's stream. What dies meanwhile is heard again: handlers do not mind."""

    def __init__(self, bus: Bus, package: str, durable: str, handlers: Handlers | Together) -> None:
        self._bus = bus
        self._package = package
        self._durable = durable
        self._together = handlers if isinstance(handlers, Together) else None
        singly = handlers.singly() if isinstance(handlers, Together) else handlers
        self._handlers = {kind.DESCRIPTOR.full_name: (kind, handler) for kind, handler in singly.items()}

    async def prepare(self) -> None:
        await self._bus.ensure_stream(self._package)
        await self._bus.ensure_stream(dead_letters.STREAM)
        await self._bus.jetstream.add_consumer(
            self._bus.stream(self._package),
            ConsumerConfig(
                durable_name=self._durable,
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=_ACK_WAIT_SECONDS,
                max_ack_pending=5_000,
                max_deliver=-1,
                filter_subjects=[self._bus.subject(f"{self._filter()}.>")],
            ),
        )

    def _filter(self) -> str:
        """The broker looks for several subjects at once sixty times as slowly as it sends everything."""
        return next(iter(self._handlers)) if len(self._handlers) == 1 else self._package

    async def listen_for_replays(self) -> None:
        await self._bus.answer(dead_letters.replays(self._durable, self._package), self._replay)

    async def run(self) -> None:
        """Until cancelled."""
        await self.listen_for_replays()
        while True:
            heed_cancellation()
            try:
                await self.prepare()
                await self._pull()
            except BROKER_AWAY:
                trace.log().warning("events delayed", durable=self._durable, exc_info=True)
                await asyncio.sleep(1)

    async def _pull(self) -> None:
        pull = self._bus.pull(self._package, self._durable)
        try:
            while True:
                heed_cancellation()
                try:
                    batch = await pull.batch()
                except TimeoutError:
                    # Also what a vanished consumer looks like: ask, so that it is made anew.
                    await self._bus.behind(self._package, self._durable)
                    continue
                began = monotonic()
                await self._take(batch)
                if self._together and len(batch) < MOST:
                    await asyncio.sleep(began + _APART_SECONDS - monotonic())
        finally:
            await pull.close()

    async def _take(self, batch: Sequence[Msg]) -> None:
        heard = [message for message in batch if _kind(message) in self._handlers]
        if heard:
            await (self._handle_together if self._together else self._handle_apart)(heard)
        for message in batch:
            if _kind(message) not in self._handlers:
                await message.ack()

    async def _handle_apart(self, batch: Sequence[Msg]) -> None:
        """Entities side by side, so that what their handlers write can be sent together; of one entity in order."""
        by_entity: dict[str, list[Msg]] = defaultdict(list)
        for message in batch:
            by_entity[message.subject.rpartition(".")[2]].append(message)
        async with asyncio.TaskGroup() as tasks:
            for messages in by_entity.values():
                tasks.create_task(self._handle_in_order(messages))

    async def _handle_in_order(self, messages: list[Msg]) -> None:
        for message in messages:
            await self._handle(message)

    async def _handle_together(self, batch: Sequence[Msg]) -> None:
        """In halves where something in it cannot be handled, until that is alone."""
        if len(batch) == 1:
            return await self._handle(batch[0])
        try:
            steps = ((_traceparent(message), f"handle {_kind(message)}") for message in batch)
            with trace.following_all(steps, "consumer"):
                await self._handle_lot(batch)
        except Exception as error:
            trace.log().warning("events handled in halves", durable=self._durable, count=len(batch), error=repr(error))
            middle = len(batch) // 2
            await self._handle_together(batch[:middle])
            return await self._handle_together(batch[middle:])
        for message in batch:
            await message.ack()

    async def _handle_lot(self, batch: Sequence[Msg]) -> None:
        assert self._together  # noqa: S101 - asked before
        handle = self._together.handle
        events = [self._handlers[_kind(message)][0].FromString(message.data) for message in batch]
        await self._with_patience(batch, lambda: handle(events))
        for start in range(0, len(batch), _LINE):
            told = batch[start : start + _LINE]
            trace.log().info(
                "events handled",
                types=Counter(map(_kind, told)),
                durable=self._durable,
                traces=[traceparent.id_of(_traceparent(message)) for message in told],
            )

    async def _handle(self, message: Msg) -> None:
        kind, handler = self._handlers[_kind(message)]
        with _following(message):
            try:
                event = kind.FromString(message.data)
                await self._with_patience([message], lambda: handler(event))
                # What happened and not to whom: the subject ends in somebody's id.
                trace.log().info("event handled", type=_kind(message), durable=self._durable)
                await message.ack()
            except Exception as error:
                await self._put_off(message, error)

    async def _with_patience(self, messages: Sequence[Msg], handle: Callable[[], Awaitable[None]]) -> None:
        """A database that is away is no fault of the events: waits for it, for as long as it takes."""
        while True:
            heed_cancellation()
            try:
                return await handle()
            except PyMongoError as error:
                if not is_away(error):
                    raise
                trace.log().warning("event waits for the database", durable=self._durable, error=str(error))
                for message in messages:
                    await message.in_progress()
                await asyncio.sleep(0.5)

    async def _put_off(self, message: Msg, error: Exception) -> None:
        """Again later, or to the dead letters. Where the broker is away as well, it delivers anew by itself."""
        deliveries = message.metadata.num_delivered
        poisoned = deliveries >= _DELIVERIES or isinstance(error, DecodeError)
        trace.note({"messaging.nats.deliveries": deliveries}, failed=True)
        trace.log().error(
            "event not handled", durable=self._durable, subject=message.subject, deliveries=deliveries, exc_info=error
        )
        try:
            if poisoned:
                await self._bury(message, error)
                await message.term()
            else:
                await message.nak(delay=min(30.0, 0.2 * 4**deliveries))
        except BROKER_AWAY:
            trace.log().warning("event stays undecided", durable=self._durable, exc_info=True)

    async def _bury(self, message: Msg, error: Exception) -> None:
        """Once, however often it dies here."""
        place = f"{self._durable}/{message.metadata.stream}/{message.metadata.sequence.stream}"
        headers = dead_letters.headers(message.headers or {}, self._durable, self._package, message.subject, error)
        await self._bus.jetstream.publish(
            self._bus.subject(f"{dead_letters.STREAM}.{self._durable}"),
            message.data,
            headers={**headers, "Nats-Msg-Id": place},
        )

    async def _replay(self, message: Msg) -> bytes:
        """Nothing where it was handled now, else what is wrong."""
        with _following(message):
            try:
                kind, handler = self._handlers[_kind(message)]
                await handler(kind.FromString(message.data))
            except Exception as error:
                trace.log().error("event not handled again", durable=self._durable, exc_info=error)
                return dead_letters.said(error).encode()
        trace.log().info("event handled at last", type=_kind(message), durable=self._durable)
        return b""


def _kind(message: Msg) -> str:
    return (message.headers or {}).get("ce-type", "")


def _traceparent(message: Msg) -> str:
    return (message.headers or {}).get(traceparent.HEADER, "")


def _following(message: Msg) -> AbstractContextManager[str]:
    return trace.following(_traceparent(message), f"handle {_kind(message)}", "consumer")


def is_away(error: PyMongoError) -> bool:
    """A write that lost a race of transactions is as blameless as one that met no server."""
    return error.timeout or isinstance(error, ConnectionFailure) or error.has_error_label("TransientTransactionError")
