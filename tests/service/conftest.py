"""One service in this process, on the real stores, spoken to through the wire."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from google.protobuf.message import Message
from nats.js.api import AckPolicy, ConsumerConfig

from deploy.keys import make_keys
from services.chassis import rpc
from services.chassis.config import Settings
from services.chassis.events import bus
from services.chassis.events.bus import Bus
from services.chassis.principal import Principal, acting_as
from services.chassis.run import Compose, serve
from services.chassis.signature import GATEWAY, Signer
from services.chassis.store import mongo
from services.chassis.store.mongo import Database
from services.people.settings import PeopleSettings
from services.registry import SERVICES

S = TypeVar("S")
M = TypeVar("M", bound=Message)


@pytest.fixture(scope="session")
def free_prefixes() -> list[str]:
    """Prefixes whose databases were emptied, with all their collections and indexes."""
    return []


@pytest.fixture
async def prefix(mongo_url: str, nats_url: str, free_prefixes: list[str]) -> AsyncIterator[str]:
    """For names of databases and streams. Those of an earlier test are emptied and used again: to make a service's
    collections and indexes anew costs ten times as much."""
    name = free_prefixes.pop() if free_prefixes else f"t{secrets.token_hex(4)}"
    yield name
    await empty(mongo_url, nats_url, name)
    free_prefixes.append(name)


async def empty(mongo_url: str, nats_url: str, prefix: str) -> None:
    """Removes all documents from the services' databases, all other databases, and all streams."""
    async with mongo.connect(mongo_url) as client:
        for name in await client.list_database_names():
            if not name.startswith(prefix):
                continue
            if name.removeprefix(f"{prefix}ieum_") not in SERVICES:
                await client.drop_database(name)
            elif (await client[name].command("dbStats"))["objects"]:
                for collection in await client[name].list_collection_names():
                    if collection.startswith("system."):
                        await client[name].drop_collection(collection)
                    else:
                        await client[name][collection].delete_many({})
    async with bus.connect(nats_url, "test", prefix=prefix) as events:
        for stream in await events.jetstream.streams_info():
            if stream.config.name and stream.config.name.startswith(prefix):
                await events.jetstream.delete_stream(stream.config.name)


@pytest.fixture
def settings(mongo_url: str, nats_url: str, prefix: str, tmp_path: Path) -> Settings:
    make_keys(tmp_path)
    stores = {"mongo_url": mongo_url, "nats_url": nats_url, "prefix": prefix}
    ports = {"addresses": dict.fromkeys(SERVICES, "127.0.0.1:0")}
    return Settings.model_validate({**stores, **ports, "secrets": tmp_path, "data": tmp_path})


class StartService(Protocol):
    async def __call__(self, name: str, compose: Compose[Any], given: Settings | None = None) -> str: ...


@pytest.fixture
def names() -> dict[str, str]:
    """Of the services that were started, by their address."""
    return {}


@pytest.fixture
async def start_service(settings: Settings, names: dict[str, str]) -> AsyncIterator[StartService]:
    """Starts a service, with settings of its own where `given`, and answers its address. All are stopped at the end."""
    stop = asyncio.Event()
    running: list[asyncio.Task[None]] = []

    async def start(name: str, compose: Compose[Any], given: Settings | None = None) -> str:
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(serve(name, compose, given or _of(name, settings), stop, ready))
        running.append(task)
        both: list[asyncio.Future[Any]] = [task, ready]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            await task
        address = await ready
        names[address] = name
        return address

    yield start
    stop.set()
    await asyncio.gather(*running)


def _of(name: str, settings: Settings) -> Settings:
    return PeopleSettings.model_validate(settings.model_dump()) if name == "people" else settings


class Acting:
    """A client whose every call is made as one principal."""

    def __init__(self, client: Any, who: Principal) -> None:
        self._client = client
        self._who = who

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(request: Any, **options: Any) -> Any:
            with acting_as(self._who):
                return await getattr(self._client, name)(request, **options)

        return call


class ClientFor(Protocol):
    def __call__(self, stub: type, address: str, who: Principal) -> Any: ...


@pytest.fixture
async def client_for(settings: Settings, names: dict[str, str]) -> AsyncIterator[ClientFor]:
    """`client_for(PeopleServiceStub, address, principal)`: calls raise the chassis' Problems."""
    signer = Signer(GATEWAY, settings.signing_key(GATEWAY))
    async with AsyncExitStack() as stack:
        channels: dict[str, Any] = {}

        async def close() -> None:
            for channel in channels.values():
                await channel.close()

        stack.push_async_callback(close)

        def make(stub: type, address: str, who: Principal) -> Any:
            channel = channels.setdefault(address, rpc.channel(address))
            return Acting(rpc.client(stub, channel, signer, names.get(address, "")), who)

        yield make


@pytest.fixture
async def events(settings: Settings) -> AsyncIterator[Bus]:
    async with bus.connect(settings.nats_url, "test", prefix=settings.prefix) as connected:
        yield connected


class Published(Protocol):
    async def __call__(self, kind: type[M], count: int = 1) -> list[M]: ...


@pytest.fixture
def published(events: Bus) -> Published:
    """Waits up to 10 s until `count` events of a kind are in the stream and answers all there are, in order."""

    async def read(kind: type[M], count: int = 1) -> list[M]:
        package = kind.DESCRIPTOR.full_name.rpartition(".")[0]
        await events.ensure_stream(package)
        subject = events.subject(f"{kind.DESCRIPTOR.full_name}.>")
        config = ConsumerConfig(
            durable_name=secrets.token_hex(8), ack_policy=AckPolicy.NONE, filter_subject=subject, inactive_threshold=30
        )
        info = await events.jetstream.add_consumer(events.stream(package), config)
        subscription = await events.jetstream.pull_subscribe_bind(consumer=info.name, stream=events.stream(package))
        found: list[M] = []
        try:
            async with asyncio.timeout(10):
                while len(found) < count:
                    found += await _fetch(subscription, kind, 1.0)
            found += await _fetch(subscription, kind, 0.3)
        except TimeoutError:
            pytest.fail(f"{len(found)} of {count} {kind.DESCRIPTOR.name} were published")
        finally:
            await subscription.unsubscribe()
        return found

    return read


async def _fetch(subscription: Any, kind: type[M], seconds: float) -> list[M]:
    try:
        return [kind.FromString(message.data) for message in await subscription.fetch(1_000, timeout=seconds)]
    except TimeoutError:  # the client's own, or (when a fetch ends between its two requests) the bare one
        return []


class Announce(Protocol):
    async def __call__(self, event: Message, key: str, times: int = 1) -> None: ...


@pytest.fixture
def announce(events: Bus) -> Announce:
    """Plays another service: publishes its event, `times` times over as if the broker had never seen it."""

    async def publish(event: Message, key: str, times: int = 1) -> None:
        name = event.DESCRIPTOR.full_name
        await events.ensure_stream(name.rpartition(".")[0])
        for _ in range(times):
            await events.publish(f"{name}.{key}", name, secrets.token_hex(8), event.SerializeToString(), "")

    return publish


@pytest.fixture
async def database_of(settings: Settings) -> AsyncIterator[Callable[[str], Database]]:
    """A look into a service's own database, for recounts."""
    async with mongo.connect(settings.mongo_url) as client:
        yield lambda service: client[f"{settings.prefix}ieum_{service}"]


async def eventually(check: Callable[[], Awaitable[bool]], what: str, seconds: float = 10.0) -> None:
    """Polls until the check holds; fails the test naming `what` when it does not in time."""
    try:
        async with asyncio.timeout(seconds):
            while not await check():
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"not in {seconds} s: {what}")
