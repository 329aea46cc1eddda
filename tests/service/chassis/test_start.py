from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from ieum.people.v1.events_pb2 import PersonErased
from services.chassis import rpc
from services.chassis.config import Settings
from services.chassis.run import ALIVE, Frame, serve
from services.chassis.store import mongo
from tests.chaos.proxy import Line
from tests.service.conftest import Announce, StartService


async def compose(frame: Frame) -> None:
    await frame.database["tallies"].create_index("count")


async def test_a_service_that_starts_before_its_stores_waits_for_them(settings: Settings) -> None:
    to_mongod, to_broker = Line(), Line()
    for line, url in ((to_mongod, settings.mongo_url), (to_broker, settings.nats_url)):
        await line.lay()
        line.lead_to(urlsplit(url).port or 0)
        line.refuse()
    through = {
        "mongo_url": f"mongodb://127.0.0.1:{to_mongod.port}/?directConnection=true",
        "nats_url": f"nats://127.0.0.1:{to_broker.port}",
    }
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve("people", compose, settings.model_copy(update=through), stop, ready))
    try:
        for line in (to_mongod, to_broker):
            await asyncio.sleep(0.5)
            assert not ready.done()
            assert not serving.done()
            line.mend()
        async with asyncio.timeout(20):
            await ready
    finally:
        stop.set()
        await serving
        await asyncio.gather(to_mongod.take_up(), to_broker.take_up())


async def test_an_index_may_take_longer_to_build_than_a_call_may_take(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo, "DEADLINE_MS", 300)
    seen: list[int] = []

    async def look(health_at: str, name: str) -> int:
        async with rpc.channel(health_at) as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            return int((await stub.Check(health_pb2.HealthCheckRequest(service=name))).status)

    async def slow(frame: Frame) -> None:
        await frame.database["tallies"].insert_one({})
        # Stands for an index on millions of documents.
        await frame.database["tallies"].find_one({"_id": {"$ne": 0}, "$where": "sleep(900) || true"})
        seen.extend([await look(health_at, ""), await look(health_at, ALIVE)])

    with socket.create_server(("127.0.0.1", 0)) as free:
        health_at = f"127.0.0.1:{free.getsockname()[1]}"
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    given = settings.model_copy(update={"health_at": health_at})
    serving = asyncio.create_task(serve("people", slow, given, stop, ready))
    try:
        done, _ = await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
        if serving in done:
            await serving
        assert seen == [health_pb2.HealthCheckResponse.NOT_SERVING, health_pb2.HealthCheckResponse.SERVING]
        assert await look(health_at, "") == health_pb2.HealthCheckResponse.SERVING
    finally:
        stop.set()
        await serving


async def test_a_service_does_not_serve_before_whoever_was_erased_is_erased_here_too(
    settings: Settings, start_service: StartService, announce: Announce
) -> None:
    """After a restore all are back at first, and the erasures are only on their way."""
    forgotten: list[str] = []

    async def on_erased(event: PersonErased) -> None:
        await asyncio.sleep(0.2)
        forgotten.append(event.person)

    async def hearing(frame: Frame) -> None:
        frame.hear("ieum.people.v1", {PersonErased: on_erased})

    for who in ("people/kim", "people/lee"):
        await announce(PersonErased(person=who), who.removeprefix("people/"))
    await start_service("enrollment", hearing)
    assert sorted(forgotten) == ["people/kim", "people/lee"]
    # And again at once, where there is nothing new.
    await start_service("enrollment", hearing)


async def test_a_service_that_waits_for_erasures_stops_when_it_is_told_to(
    settings: Settings, announce: Announce
) -> None:
    async def never(event: PersonErased) -> None:
        await asyncio.sleep(3600)

    async def hearing(frame: Frame) -> None:
        frame.hear("ieum.people.v1", {PersonErased: never})

    await announce(PersonErased(person="people/kim"), "kim")
    stop = asyncio.Event()
    serving = asyncio.create_task(serve("enrollment", hearing, settings, stop))
    await asyncio.sleep(0.5)
    stop.set()
    async with asyncio.timeout(10):
        await serving


async def test_a_service_ends_although_one_of_its_loops_lost_the_cancellation(settings: Settings) -> None:
    async def loop() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    async def compose_loop(frame: Frame) -> None:
        frame.keep_running(loop)

    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve("people", compose_loop, settings, stop, ready))
    await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await asyncio.wait_for(serving, 10)
