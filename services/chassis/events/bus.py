"""NATS JetStream: one stream per producer, kept for ever; what is stored may be looked at again.

With `consumer` beside it the one place that knows the client library, so that a later move to its successor is small.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.message import Message
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import BadRequestError, NotFoundError, ServerError

from services.chassis import tls
from services.chassis.clock import now
from services.chassis.errors import Unavailable
from services.chassis.events.prefetch import Prefetcher
from services.chassis.observability import trace
from services.chassis.observability.traceparent import HEADER

Handler = Callable[[Any], Awaitable[None]]
Handlers = Mapping[type[Message], Handler]


@dataclass(frozen=True)
class BatchHandler:
    """Handles events of these kinds in batches, in the order of their stream. If `handle` raises, it is called again
    with halves of the batch until the failing event is alone, so it must be idempotent."""

    kinds: Sequence[type[Message]]
    handle: Callable[[Sequence[Any]], Awaitable[None]]

    def one_by_one(self) -> Handlers:
        async def handle_one(event: Message) -> None:
            await self.handle([event])

        return dict.fromkeys(self.kinds, handle_one)


def handled_types(handlers: Handlers | BatchHandler) -> set[str]:
    kinds = handlers.kinds if isinstance(handlers, BatchHandler) else handlers
    return {kind.DESCRIPTOR.full_name for kind in kinds}


_NO_SUCH_MESSAGE = 10057
_NAME_IN_USE = 10058


def check_cancelled() -> None:
    """Raises CancelledError if this task was cancelled. Call it once a round in every loop over the NATS client.

    The client waits by `asyncio.wait_for`, which on Python 3.11 loses a cancellation that arrives together with its
    result; the loop would then outlive its process's wish to stop.
    """
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


@dataclass(frozen=True)
class Stored:
    """An event as its stream holds it; `number` is its place there."""

    number: int
    time: datetime
    subject: str
    headers: Mapping[str, str]
    data: bytes


def cloud_event(type_name: str, identity: str, subject: str, time: datetime) -> dict[str, str]:
    """The attributes of CloudEvents 1.0 as NATS headers. `source` is the service, `subject` what the event is about;
    `dataschema` names the message in the descriptor set that `make proto` writes."""
    return {
        "ce-specversion": "1.0",
        "ce-id": identity,
        "ce-source": f"/ieum/{type_name.split('.')[1]}",
        "ce-type": type_name,
        "ce-subject": subject,
        "ce-time": time.isoformat(),
        "ce-dataschema": f"urn:protobuf:{type_name}",
        "content-type": "application/protobuf",
    }


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
        try:
            await self.jetstream.add_stream(config)
        except BadRequestError as error:
            # It is there, and whoever runs the broker has decided on its replicas.
            if error.err_code != _NAME_IN_USE:
                raise

    async def publish(self, subject: str, type_name: str, identity: str, data: bytes, traceparent: str) -> None:
        """Returns when the broker has stored it."""
        headers = {
            "Nats-Msg-Id": identity,
            **cloud_event(type_name, identity, subject.removeprefix(f"{type_name}."), now()),
            HEADER: traceparent,
        }
        await self.jetstream.publish(self.subject(subject), data, timeout=5, headers=headers)

    def pull(self, package: str, durable: str) -> Prefetcher:
        return Prefetcher(self._client, self.stream(package), durable)

    async def follow(self, package: str, handlers: Handlers) -> None:
        """Until cancelled: what is published from now on, to every process that asks. For caches: nothing is owed."""
        subscription = await self._client.subscribe(self.subject(f"{package}.>"))
        by_name = {kind.DESCRIPTOR.full_name: (kind, handler) for kind, handler in handlers.items()}
        async for message in subscription.messages:
            known = by_name.get((message.headers or {}).get("ce-type", ""))
            if known:
                kind, handler = known
                await handler(kind.FromString(message.data))

    @property
    def connected(self) -> bool:
        return self._client.is_connected

    async def ready(self) -> bool:
        return self.connected

    async def stored(self, package: str, number: int, subject: str = "") -> Stored | None:
        """What a stream holds at a number, or after it where that one is gone; None at its end. `subject`: only of
        this one, which may end in ".>"."""
        wanted = self.subject(subject or f"{package}.>")
        try:
            found = await self.jetstream.get_msg(self.stream(package), seq=number, subject=wanted, next=True)
        except NotFoundError:
            return None
        return Stored(found.seq or 0, found.time or now(), found.subject or "", found.headers or {}, found.data or b"")

    async def behind(self, package: str, durable: str) -> int:
        """Events of a producer that a consumer has not acknowledged."""
        info = await self.jetstream.consumer_info(self.stream(package), durable)
        return (info.num_pending or 0) + (info.num_ack_pending or 0)

    async def until_handled(self, package: str, durable: str, subject: str) -> None:
        """Returns when a consumer has acknowledged the last event of a subject that the stream holds now."""
        last = await self._last(package, subject)
        while last:
            check_cancelled()
            with suppress(NotFoundError):  # the consumer is only being made
                info = await self.jetstream.consumer_info(self.stream(package), durable)
                nothing_left = not info.num_pending and not info.num_ack_pending
                if nothing_left or (info.ack_floor and info.ack_floor.stream_seq >= last):
                    return
            await asyncio.sleep(0.05)

    async def _last(self, package: str, subject: str) -> int:
        await self.ensure_stream(package)
        try:
            found = await self.jetstream.get_last_msg(self.stream(package), self.subject(subject))
        except NotFoundError:
            return 0
        return found.seq or 0

    async def count(self, package: str, subject: str) -> int:
        """How much a stream holds of one subject; 0 where there is no stream."""
        whole = self.subject(subject)
        try:
            info = await self.jetstream.stream_info(self.stream(package), subjects_filter=whole)
        except NotFoundError:
            return 0
        return (info.state.subjects or {}).get(whole, 0)

    async def take_out_all(self, package: str, subject: str) -> None:
        """Every event of a subject. Taken out one by one, because the broker overwrites only then what was on disk."""
        number = 1
        while stored := await self.stored(package, number, subject):
            await self.take_out(package, stored.number)
            number = stored.number + 1

    async def take_out(self, package: str, number: int) -> None:
        """Safe to repeat."""
        try:
            await self.jetstream.delete_msg(self.stream(package), number)
        except ServerError as error:
            if error.err_code != _NO_SUCH_MESSAGE:
                raise

    async def answer(self, subject: str, answer: Callable[[Msg], Awaitable[bytes]]) -> None:
        """From now on one of the processes that `answer` a subject answers each question put to it."""

        async def heard(message: Msg) -> None:
            await message.respond(await answer(message))

        await self._client.subscribe(self.subject(subject), queue="answer", cb=heard)

    async def ask(self, subject: str, data: bytes, headers: Mapping[str, str], seconds: float) -> bytes:
        """Raises Unavailable("SERVICE_AWAY") where nobody answers in time."""
        try:
            answer = await self._client.request(self.subject(subject), data, timeout=seconds, headers=dict(headers))
        except (NoRespondersError, NatsTimeoutError, ConnectionClosedError) as error:
            raise Unavailable("SERVICE_AWAY") from error
        return answer.data


@asynccontextmanager
async def connect(
    url: str, name: str, *, prefix: str = "", replicas: int = 1, on_return: Callable[[], None] | None = None
) -> AsyncIterator[Bus]:
    """A connection that comes back for as long as the process lives; `on_return` is called each time it is back."""

    async def back() -> None:
        if on_return:
            on_return()

    async def note(error: Exception) -> None:
        trace.log().warning("nats", error=repr(error))

    servers, context = tls.of_nats(url)
    client = Client()
    # Also a connection given up while it was being made holds a socket.
    try:
        await client.connect(
            servers=servers,
            name=name,
            # Nobody who may read his own answers reads another's.
            inbox_prefix=f"_INBOX.{name}",
            tls=context,
            tls_handshake_first=context is not None,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.2,  # type: ignore[arg-type]  # seconds
            connect_timeout=2,
            ping_interval=5,
            max_outstanding_pings=2,
            allow_reconnect=True,
            error_cb=note,
            reconnected_cb=back,
        )
        yield Bus(client, prefix, replicas)
    finally:
        await client.close()
