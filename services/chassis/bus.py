"""NATS JetStream: one stream per producer, pull consumers only, ack after the handler, dead letters for poison.

The one module that knows the client library, so that a later move to its successor stays small.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from google.protobuf.message import DecodeError, Message
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, NoServersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import Error as JetStreamError
from pymongo.errors import ConnectionFailure, PyMongoError

from services.chassis import trace

Handler = Callable[[Any], Awaitable[None]]
Handlers = Mapping[type[Message], Handler]

_BATCH = 200
_AT_ONCE = 32
_DELIVERIES = 5
_ACK_WAIT_SECONDS = 10.0
DEAD_LETTERS = "deadletters"


def heed_cancellation() -> None:
    """Once a round in every loop over the client, which waits by `asyncio.wait_for`: on Python 3.11 that loses a
    cancellation that comes together with its result, and the loop would outlive its process's wish to stop."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


class Bus:
    def __init__(self, client: Client, prefix: str, replicas: int) -> None:
        self._client = client
        self._prefix = prefix
        self._replicas = replicas
        self.jetstream = client.jetstream(timeout=5)

    def stream(self, package: str) -> str:
        """Name of a producer's stream: of "ieum.people.v1" it is "people"."""
        return f"{self._prefix}{package.split('.')[1] if '.' in package else package}"

    def subject(self, subject: str) -> str:
        return f"{self._prefix}.{subject}" if self._prefix else subject

    async def ensure_stream(self, package: str) -> None:
        """Safe to repeat, by producer and consumers alike. Kept for ever: statistics are rebuilt from it."""
        config = StreamConfig(
            name=self.stream(package),
            subjects=[self.subject(f"{package}.>")],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            num_replicas=self._replicas,
            duplicate_window=600,
        )
        await self.jetstream.add_stream(config)

    async def publish(self, subject: str, type_name: str, identity: str, data: bytes, traceparent: str) -> None:
        """Returns when the broker has stored it. Headers follow CloudEvents' names."""
        headers = {
            "Nats-Msg-Id": identity,
            "ce-specversion": "1.0",
            "ce-id": identity,
            "ce-type": type_name,
            "content-type": "application/protobuf",
            trace.HEADER: traceparent,
        }
        await self.jetstream.publish(self.subject(subject), data, timeout=5, headers=headers)

    async def consume(self, package: str, durable: str, handlers: Handlers) -> None:
        """Until cancelled: hands each event of the package that has a handler to it, at least once."""
        await Consumer(self, package, durable, handlers).run()

    async def follow(self, package: str, handlers: Handlers) -> None:
        """Until cancelled: what is published from now on, to every process that asks. For caches: nothing is owed."""
        subscription = await self._client.subscribe(self.subject(f"{package}.>"))
        by_name = {kind.DESCRIPTOR.full_name: (kind, handler) for kind, handler in handlers.items()}
        async for message in subscription.messages:
            known = by_name.get((message.headers or {}).get("ce-type", ""))
            if known:
                kind, handler = known
                await handler(kind.FromString(message.data))

    async def ready(self) -> bool:
        return self._client.is_connected


class Consumer:
    """A durable of one service on one producer's stream."""

    def __init__(self, bus: Bus, package: str, durable: str, handlers: Handlers) -> None:
        self._bus = bus
        self._package = package
        self._durable = durable
        self._handlers = {kind.DESCRIPTOR.full_name: (kind, handler) for kind, handler in handlers.items()}
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def prepare(self) -> None:
        await self._bus.ensure_stream(self._package)
        await self._bus.ensure_stream(DEAD_LETTERS)
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

    async def run(self) -> None:
        while True:
            heed_cancellation()
            try:
                await self.prepare()
                await self._pull()
            except (JetStreamError, NatsTimeoutError, ConnectionClosedError, NoServersError, OSError):
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
            async with self._gate:
                await self._handle(message)

    async def _handle(self, message: Msg) -> None:
        headers = message.headers or {}
        with trace.following(headers.get(trace.HEADER)):
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

    async def _with_patience(self, message: Msg, handler: Handler, event: Message) -> None:
        """A database that is away is no fault of the event: waits for it, for as long as it takes."""
        while True:
            heed_cancellation()
            try:
                return await handler(event)
            except PyMongoError as error:
                if not (error.timeout or isinstance(error, ConnectionFailure)):
                    raise
                trace.log().warning("event waits for the database", durable=self._durable, error=str(error))
                await message.in_progress()
                await asyncio.sleep(0.5)

    async def _put_off(self, message: Msg, error: Exception) -> None:
        deliveries = message.metadata.num_delivered
        poisoned = deliveries >= _DELIVERIES or isinstance(error, DecodeError)
        trace.log().error(
            "event not handled", durable=self._durable, subject=message.subject, deliveries=deliveries, exc_info=error
        )
        if not poisoned:
            await message.nak(delay=min(30.0, 0.2 * 4**deliveries))
            return
        headers = {
            **(message.headers or {}),
            "ieum-durable": self._durable,
            "ieum-error": repr(error)[:500].replace("\n", " "),
        }
        headers["Nats-Msg-Id"] = f"{self._durable}/{message.metadata.stream}/{message.metadata.sequence.stream}"
        headers["ieum-subject"] = message.subject
        await self._bus.jetstream.publish(
            self._bus.subject(f"{DEAD_LETTERS}.{self._durable}"), message.data, headers=headers
        )
        await message.term()


@asynccontextmanager
async def connect(url: str, name: str, *, prefix: str = "", replicas: int = 1) -> AsyncIterator[Bus]:
    """A connection that comes back for as long as the process lives."""

    async def note(error: Exception) -> None:
        trace.log().warning("nats", error=repr(error))

    client = Client()
    # Also a connection given up while it was being made holds a socket.
    try:
        await client.connect(
            servers=url.split(","),
            name=name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.2,  # type: ignore[arg-type]  # seconds
            connect_timeout=2,
            ping_interval=5,
            max_outstanding_pings=2,
            allow_reconnect=True,
            error_cb=note,
        )
        yield Bus(client, prefix, replicas)
    finally:
        await client.close()
