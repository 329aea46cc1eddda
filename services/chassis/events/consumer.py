"""Consumes one producer's stream for one service: in order for each entity, acknowledged after the handler returns, and
moved to the dead letters after the last failed delivery."""

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
from services.chassis.events.bus import BatchHandler, Bus, Handlers, check_cancelled
from services.chassis.events.prefetch import MOST
from services.chassis.observability import trace, traceparent

# Events in one line of the log.
_MOST_LOGGED = 100
# The least time between the starts of two batches: a single event is handled at once, and many take few writes.
_BATCH_INTERVAL_SECONDS = 0.1
_DELIVERIES = 5
_ACK_WAIT_SECONDS = 10.0
BROKER_AWAY = (JetStreamError, NatsTimeoutError, ConnectionClosedError, NoServersError, OSError)


class Consumer:
    """A durable consumer of one service. Delivery is at least once, so handlers are idempotent."""

    def __init__(self, bus: Bus, package: str, durable: str, handlers: Handlers | BatchHandler) -> None:
        self._bus = bus
        self._package = package
        self._durable = durable
        self._batch_handler = handlers if isinstance(handlers, BatchHandler) else None
        one_by_one = handlers.one_by_one() if isinstance(handlers, BatchHandler) else handlers
        self._handlers = {kind.DESCRIPTOR.full_name: (kind, handler) for kind, handler in one_by_one.items()}

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
        """One subject, or the whole stream: several filter subjects make the broker sixty times as slow as none."""
        return next(iter(self._handlers)) if len(self._handlers) == 1 else self._package

    async def listen_for_replays(self) -> None:
        await self._bus.answer(dead_letters.replays(self._durable, self._package), self._replay)

    async def run(self) -> None:
        """Until cancelled."""
        await self.listen_for_replays()
        while True:
            check_cancelled()
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
                check_cancelled()
                try:
                    batch = await pull.batch()
                except TimeoutError:
                    # A deleted consumer looks the same: this call raises then, and `run` creates it again.
                    await self._bus.behind(self._package, self._durable)
                    continue
                began = monotonic()
                await self._take(batch)
                if self._batch_handler and len(batch) < MOST:
                    await asyncio.sleep(began + _BATCH_INTERVAL_SECONDS - monotonic())
        finally:
            await pull.close()

    async def _take(self, batch: Sequence[Msg]) -> None:
        handled = [message for message in batch if _kind(message) in self._handlers]
        if handled and self._batch_handler:
            await self._handle_batch(handled)
        elif handled:
            await self._handle_by_entity(handled)
        for message in batch:
            if _kind(message) not in self._handlers:
                await message.ack()

    async def _handle_by_entity(self, batch: Sequence[Msg]) -> None:
        """Entities concurrently, so that their writes share a batch; the events of one entity in order."""
        by_entity: dict[str, list[Msg]] = defaultdict(list)
        for message in batch:
            by_entity[message.subject.rpartition(".")[2]].append(message)
        async with asyncio.TaskGroup() as tasks:
            for messages in by_entity.values():
                tasks.create_task(self._handle_in_order(messages))

    async def _handle_in_order(self, messages: list[Msg]) -> None:
        for message in messages:
            await self._handle(message)

    async def _handle_batch(self, batch: Sequence[Msg]) -> None:
        """A batch that fails is halved and tried again, until the event that cannot be handled is alone."""
        if len(batch) == 1:
            return await self._handle(batch[0])
        try:
            steps = ((_traceparent(message), f"handle {_kind(message)}") for message in batch)
            with trace.following_all(steps, "consumer"):
                await self._call_batch_handler(batch)
        except Exception as error:
            trace.log().warning("events handled in halves", durable=self._durable, count=len(batch), error=repr(error))
            middle = len(batch) // 2
            await self._handle_batch(batch[:middle])
            return await self._handle_batch(batch[middle:])
        for message in batch:
            await message.ack()

    async def _call_batch_handler(self, batch: Sequence[Msg]) -> None:
        assert self._batch_handler  # noqa: S101 - the caller looked
        handle = self._batch_handler.handle
        events = [self._handlers[_kind(message)][0].FromString(message.data) for message in batch]
        await self._with_patience(batch, lambda: handle(events))
        for start in range(0, len(batch), _MOST_LOGGED):
            logged = batch[start : start + _MOST_LOGGED]
            trace.log().info(
                "events handled",
                types=Counter(map(_kind, logged)),
                durable=self._durable,
                traces=[traceparent.id_of(_traceparent(message)) for message in logged],
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
                await self._retry_later(message, error)

    async def _with_patience(self, messages: Sequence[Msg], handle: Callable[[], Awaitable[None]]) -> None:
        """Waits for a database that is away, for as long as it takes: that is no fault of the events."""
        while True:
            check_cancelled()
            try:
                return await handle()
            except PyMongoError as error:
                if not is_away(error):
                    raise
                trace.log().warning("event waits for the database", durable=self._durable, error=str(error))
                for message in messages:
                    await message.in_progress()
                await asyncio.sleep(0.5)

    async def _retry_later(self, message: Msg, error: Exception) -> None:
        """Again later, or to the dead letters. Where the broker is away as well, it delivers anew by itself."""
        deliveries = message.metadata.num_delivered
        poisoned = deliveries >= _DELIVERIES or isinstance(error, DecodeError)
        trace.note({"messaging.nats.deliveries": deliveries}, error=type(error).__name__)
        trace.log().error(
            "event not handled", durable=self._durable, subject=message.subject, deliveries=deliveries, exc_info=error
        )
        try:
            if poisoned:
                await self._to_dead_letters(message, error)
                await message.term()
            else:
                await message.nak(delay=min(30.0, 0.2 * 4**deliveries))
        except BROKER_AWAY:
            trace.log().warning("event stays undecided", durable=self._durable, exc_info=True)

    async def _to_dead_letters(self, message: Msg, error: Exception) -> None:
        """Published once, because the message id is the event's position in its stream."""
        place = f"{self._durable}/{message.metadata.stream}/{message.metadata.sequence.stream}"
        headers = dead_letters.headers(message.headers or {}, self._durable, self._package, message.subject, error)
        await self._bus.jetstream.publish(
            self._bus.subject(f"{dead_letters.STREAM}.{self._durable}"),
            message.data,
            headers={**headers, "Nats-Msg-Id": place},
        )

    async def _replay(self, message: Msg) -> bytes:
        """Empty if the event could be handled now, else the error's text."""
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
