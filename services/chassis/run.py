"""Runs a service: connects, composes, listens until it is signalled, then lets the calls in flight finish."""

from __future__ import annotations

import asyncio
import gc
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Generic

import grpc.aio
import uvloop
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from pymongo.errors import PyMongoError
from typing_extensions import TypeVar

from services.chassis import metrics, rpc, tls
from services.chassis.config import Settings
from services.chassis.events import bus
from services.chassis.events.bus import BatchHandler, Bus, Handlers, handled_types
from services.chassis.events.consumer import BROKER_AWAY, Consumer
from services.chassis.events.outbox import Outbox
from services.chassis.metrics import Measure
from services.chassis.observability import trace
from services.chassis.signature import Verifier
from services.chassis.store import mongo
from services.chassis.store.mongo import Database
from services.chassis.tasks import cancel
from services.chassis.token_access import Access

_GRACE_SECONDS = 5.0
_DATABASE_AND_BROKER_WITHIN_SECONDS = 30.0
_SAY_EVERY_SECONDS = 10.0
_ERASURES = "ieum.people.v1.PersonErased"
ALIVE = "alive"
"""The name under which a health check hears that the process works, even while it does not serve yet."""


S = TypeVar("S", bound=Settings, default=Settings)
"""A service with settings of its own names their class to `main`."""


@dataclass
class Frame(Generic[S]):
    """What a service's composition root builds on, and where it registers its servicers, consumers and loops."""

    name: str
    settings: S
    database: Database
    bus: Bus
    outbox: Outbox
    server: grpc.aio.Server
    token_access: dict[str, Access]
    offered: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    loops: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    before_serving: Callable[[], Awaitable[None]] | None = None
    """Waits until whoever was erased is erased here, too: after a restore they are all back at first."""

    def offer(self, service: str, token_access: Mapping[str, Access]) -> grpc.aio.Server:
        """`offer` the full service name, then add the servicer to the server that is returned."""
        self.offered.append(service)
        self.token_access.update(token_access)
        return self.server

    def hear(self, package: str, handlers: Handlers | BatchHandler, apart: str = "") -> None:
        """Handle these events of another service's stream, each at least once.

        `apart` names a consumer of its own. It begins at the first event of the stream, also where the service has
        long handled other events of it.
        """
        if not apart:
            self.heard.append(package)
        durable = f"{self.name}-{apart}" if apart else self.name
        if _ERASURES in handled_types(handlers) and not apart:
            self.before_serving = partial(_until_handled, self.bus, package, durable)
        self.loops.append(Consumer(self.bus, package, durable, handlers).run)

    def keep_running(self, loop: Callable[[], Awaitable[None]]) -> None:
        """A loop that dies takes the process down."""
        self.loops.append(loop)


Compose = Callable[[Frame[S]], Awaitable[None]]


async def serve(
    name: str, compose: Compose[S], settings: S, stop: asyncio.Event, ready: asyncio.Future[str] | None = None
) -> None:
    """Runs until `stop` is set; `ready` gets the address it listens on. Its own stream is that of `ieum.{name}.v1`."""
    checks = health.aio.HealthServicer()
    await checks.set("", health_pb2.HealthCheckResponse.NOT_SERVING)
    await checks.set(ALIVE, health_pb2.HealthCheckResponse.SERVING)
    async with _open_health(checks, settings.health_at):
        await _retry_until_up(partial(mongo.ping, settings.mongo_url))
        await _serve(name, compose, settings, checks, stop, ready)


async def _serve(
    name: str,
    compose: Compose[S],
    settings: S,
    checks: health.aio.HealthServicer,
    stop: asyncio.Event,
    ready: asyncio.Future[str] | None,
) -> None:
    async with (
        mongo.connect(settings.mongo_url) as client,
        bus.connect(settings.nats_url, name, prefix=settings.prefix, replicas=settings.stream_replicas) as events,
    ):
        token_access: dict[str, Access] = {}
        server = rpc.server(Verifier(name, settings.public_keys, settings.shared_key), token_access)
        frame = Frame(
            name, settings, client[f"{settings.prefix}ieum_{name}"], events, Outbox(events), server, token_access
        )
        await _retry_until_up(partial(events.ensure_stream, f"ieum.{name}.v1"))
        async with _preparing():
            await compose(frame)
            await frame.outbox.prepare()
        if settings.metrics_port:
            frame.keep_running(Measure(name, events, frame.outbox, frame.heard).run)
        await _listen(frame, checks, stop, ready)


@asynccontextmanager
async def _preparing() -> AsyncIterator[None]:
    """Migrations and indexes take as long as they take; the log says that they are still at it."""

    async def say() -> None:
        began = time.monotonic()
        while True:
            await asyncio.sleep(_SAY_EVERY_SECONDS)
            trace.log().info("preparing the database", seconds=round(time.monotonic() - began))

    saying = asyncio.create_task(say())
    try:
        with mongo.without_deadline():
            yield
    finally:
        saying.cancel()


async def _retry_until_up(ask: Callable[[], Awaitable[None]]) -> None:
    """The store may be starting or electing a primary, or this service's user may not exist yet."""
    deadline = time.monotonic() + _DATABASE_AND_BROKER_WITHIN_SECONDS
    while True:
        try:
            return await ask()
        except (PyMongoError, *BROKER_AWAY) as error:
            if time.monotonic() > deadline:
                raise
            trace.log().warning("waiting for a store", error=str(error))
            await asyncio.sleep(0.2)


async def _listen(
    frame: Frame[S], checks: health.aio.HealthServicer, stop: asyncio.Event, ready: asyncio.Future[str] | None
) -> None:
    health_pb2_grpc.add_HealthServicer_to_server(checks, frame.server)
    if frame.settings.reflection:
        names = [*frame.offered, health.SERVICE_NAME, reflection.SERVICE_NAME]
        reflection.enable_server_reflection(names, frame.server)
    address = frame.settings.address(frame.name)
    port = rpc.open_port(frame.server, address, tls.identity(frame.settings))
    async with asyncio.TaskGroup() as tasks:
        loops = [tasks.create_task(_forever(loop)) for loop in (frame.outbox.run, *frame.loops)]
        try:
            if frame.before_serving and not await _done_before(stop, frame.before_serving):
                return
            await frame.server.start()
            await checks.set("", health_pb2.HealthCheckResponse.SERVING)
            trace.log().info("listening", address=address, port=port)
            if ready is not None:
                ready.set_result(f"{address.rpartition(':')[0]}:{port}")
            await stop.wait()
        finally:
            await checks.enter_graceful_shutdown()
            await frame.server.stop(_GRACE_SECONDS)
            await cancel(*loops)


@asynccontextmanager
async def _open_health(checks: health.aio.HealthServicer, address: str) -> AsyncIterator[None]:
    """A second health check, without TLS, for probes that have no certificate."""
    if not address:
        yield
        return
    server = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    rpc.open_port(server, address, None)
    await server.start()
    try:
        yield
    finally:
        await server.stop(None)


async def _until_handled(events: Bus, package: str, durable: str) -> None:
    while True:
        try:
            return await events.until_handled(package, durable, f"{_ERASURES}.>")
        except BROKER_AWAY as error:
            trace.log().warning("waiting for the erasures", error=repr(error))
            await asyncio.sleep(1)


async def _done_before(stop: asyncio.Event, work: Callable[[], Awaitable[None]]) -> bool:
    """False if the process was told to stop first."""
    working, stopping = asyncio.ensure_future(work()), asyncio.ensure_future(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    for each in (working, stopping):
        each.cancel()
    if working.done() and not working.cancelled():
        await working
        return True
    return False


async def _forever(loop: Callable[[], Awaitable[None]]) -> None:
    await loop()
    raise RuntimeError("a loop that should run for ever has ended")


def main(name: str, compose: Compose) -> None:
    """Entry point of a service's process; SIGTERM and SIGINT end it with exit status 0."""
    main_with(Settings, name, compose)


def main_with(kind: type[S], name: str, compose: Compose[S]) -> None:
    """The same, for a service with settings of its own."""
    settings = kind()
    trace.configure_logging(name, settings.log_level)
    # Imported modules live as long as the process: exempt from garbage collection, they save it 50 ms a time.
    gc.freeze()

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        with metrics.exposed(settings, name), trace.recorded(name):
            await serve(name, compose, settings, stop)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop if settings.uvloop else None) as runner:
        runner.run(run())
