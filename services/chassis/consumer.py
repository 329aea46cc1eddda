"""Hands the events of one producer's stream to one service's handlers: in order for each entity, acknowledged only
after the handler, and out of the way once it is plain that they cannot be handled."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from google.protobuf.message import DecodeError, Message
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, NoServersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import Error as JetStreamError
from pymongo.errors import ConnectionFailure, PyMongoError

from services.chassis import deadletters, trace
from services.chassis.bus import Bus, Handler, Handlers, heed_cancellation

# Handled side by side, so that what their handlers write can be sent together.
_BATCH = 500
_DELIVERIES = 5
_ACK_WAIT_SECONDS = 10.0
BROKER_AWAY = (JetStreamError, NatsTimeoutError, ConnectionClosedError, NoServersError, OSError)


class Consumer:
    """A durable of one service on one producer's stream. What dies meanwhile is heard again: handlers do not mind."""

    def __init__(self, bus: Bus, package: str, durable: str, handlers: Handlers) -> None:
        self._bus = bus
        self._package = package
        self._durable = durable
        self._handlers = {kind.DESCRIPTOR.full_name: (kind, handler) for kind, handler in handlers.items()}

    async def prepare(self) -> None:
        await self._bus.ensure_stream(self._package)
        await self._bus.ensure_stream(deadletters.STREAM)
        await self._bus.jetstream.add_consumer(
            self._bus.stream(self._package),
            ConsumerConfig(
                durable_name=self._durable,
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=_ACK_WAIT_SECONDS,
                max_ack_pending=5_000,
                max_deliver=-1,
                filter_subjects=[self._bus.subject(f"{name}.>") for name in sorted(self._handlers)],
            ),
        )

    async def listen_for_replays(self) -> None:
        await self._bus.answer(deadletters.replays(self._durable, self._package), self._replay)

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
        stream = self._bus.stream(self._package)
        subscription = await self._bus.jetstream.pull_subscribe_bind(consumer=self._durable, stream=stream)
        try:
            while True:
                heed_cancellation()
                try:
                    batch = await subscription.fetch(_BATCH, timeout=5)
                except TimeoutError:  # of the client, or the bare one between its two requests
                    # Also what a vanished consumer looks like: ask, so that it is made anew.
                    await self._bus.jetstream.consumer_info(stream, self._durable)
                    continue
                await self._handle_batch(batch)
        finally:
            await subscription.unsubscribe()

    async def _handle_batch(self, batch: list[Msg]) -> None:
        """Entities side by side, the events of one entity in order."""
        by_entity: dict[str, list[Msg]] = defaultdict(list)
        for message in batch:
            by_entity[message.subject.rpartition(".")[2]].append(message)
        async with asyncio.TaskGroup() as tasks:
            for messages in by_entity.values():
                tasks.create_task(self._handle_in_order(messages))

    async def _handle_in_order(self, messages: list[Msg]) -> None:
        for message in messages:
            await self._handle(message)

    async def _handle(self, message: Msg) -> None:
        headers = message.headers or {}
        with self._following(headers):
            try:
                known = self._handlers.get(headers.get("ce-type", ""))
                if known:
                    kind, handler = known
                    await self._with_patience(message, handler, kind.FromString(message.data))
                    # What happened and not to whom: the subject ends in somebody's id.
                    trace.log().info("event handled", type=headers["ce-type"], durable=self._durable)
                await message.ack()
            except Exception as error:
                await self._put_off(message, error)

    def _following(self, headers: Mapping[str, str]) -> AbstractContextManager[str]:
        return trace.following(headers.get(trace.HEADER), f"handle {headers.get('ce-type', '')}", "consumer")

    async def _with_patience(self, message: Msg, handler: Handler, event: Message) -> None:
        """A database that is away is no fault of the event: waits for it, for as long as it takes."""
        while True:
            heed_cancellation()
            try:
                return await handler(event)
            except PyMongoError as error:
                if not is_away(error):
                    raise
                trace.log().warning("event waits for the database", durable=self._durable, error=str(error))
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
        headers = deadletters.headers(message.headers or {}, self._durable, self._package, message.subject, error)
        await self._bus.jetstream.publish(
            self._bus.subject(f"{deadletters.STREAM}.{self._durable}"),
            message.data,
            headers={**headers, "Nats-Msg-Id": place},
        )

    async def _replay(self, message: Msg) -> bytes:
        """Nothing where it was handled now, else what is wrong."""
        headers: dict[str, Any] = message.headers or {}
        with self._following(headers):
            try:
                kind, handler = self._handlers[headers.get("ce-type", "")]
                await handler(kind.FromString(message.data))
            except Exception as error:
                trace.log().error("event not handled again", durable=self._durable, exc_info=error)
                return deadletters.said(error).encode()
        trace.log().info("event handled at last", type=headers["ce-type"], durable=self._durable)
        return b""


def is_away(error: PyMongoError) -> bool:
    """A write that lost a race of transactions is as blameless as one that met no server."""
    return error.timeout or isinstance(error, ConnectionFailure) or error.has_error_label("TransientTransactionError")
