"""More than it can do, slower than anybody would, larger than it takes: the gateway goes on for everybody else."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from gateway.http import admission
from gateway.main import serve
from gateway.settings import GatewaySettings
from ieum.courses.v1.courses_pb2 import SearchCatalogResponse
from tests.gateway.fakes import Fakes

PLACES = 8
BROWSER = {"Sec-Fetch-Site": "none"}
SESSION = BROWSER | {"Cookie": "ieum_session=ieum_somebody"}
WORK_SECONDS = 0.15


async def _slowly(_: Any) -> SearchCatalogResponse:
    await asyncio.sleep(WORK_SECONDS)
    return SearchCatalogResponse()


@asynccontextmanager
async def running(settings: GatewaySettings, **values: Any) -> AsyncIterator[tuple[aiohttp.ClientSession, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(settings.model_copy(update={"port": port, "at_once": PLACES, **values}), stop))
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=connector) as client:
        async with asyncio.timeout(10):
            while not serving.done():
                with suppress(aiohttp.ClientConnectionError):
                    if (await client.get("/healthz")).status == 200:
                        break
                await asyncio.sleep(0.01)
        yield client, port
    stop.set()
    await serving


@pytest.fixture
async def gateway(services: tuple[Fakes, GatewaySettings]) -> AsyncIterator[tuple[aiohttp.ClientSession, int]]:
    fake, settings = services
    fake.sign_in("ieum_somebody")
    fake.answers["SearchCatalog"] = _slowly
    async with running(settings) as opened:
        yield opened


async def crowd(client: aiohttp.ClientSession, many: int, seconds: float) -> int:
    """How often somebody was sent away."""
    away = 0
    end = time.perf_counter() + seconds

    async def visitor(number: int) -> None:
        nonlocal away
        turn = 0
        while time.perf_counter() < end:
            turn += 1
            answer = await client.get(f"/courses?q={number}x{turn}", headers=BROWSER)
            await answer.read()
            if answer.status != 200:
                away += 1
                await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as visitors:
        for number in range(many):
            visitors.create_task(visitor(number))
    return away


@dataclass
class Work:
    """Work that ends when it is told to."""

    now: int = 0
    most: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def search(self, _: Any) -> SearchCatalogResponse:
        self.now += 1
        self.most = max(self.most, self.now)
        await self.done.wait()
        self.now -= 1
        return SearchCatalogResponse()

    async def filled(self, places: int) -> None:
        async with asyncio.timeout(10):
            while self.now < places:
                await asyncio.sleep(0.005)


async def test_as_many_requests_as_slots_are_worked_on_and_all_others_get_503_at_once(
    gateway: tuple[aiohttp.ClientSession, int], services: tuple[Fakes, GatewaySettings]
) -> None:
    client, places = gateway[0], PLACES // 2  # which strangers may take
    for turn in range(3):
        work = Work()
        services[0].answers["SearchCatalog"] = work.search
        let_in = [
            asyncio.create_task(client.get(f"/courses?q={turn}x{number}", headers=BROWSER)) for number in range(places)
        ]
        await work.filled(places)  # though so many were sent away in the turn before
        async with asyncio.timeout(10):  # nobody leaves meanwhile: who waited for a place would wait in vain
            away = await asyncio.gather(
                *(client.get(f"/courses?q={turn}y{number}", headers=BROWSER) for number in range(PLACES * 4))
            )
        assert {answer.status for answer in away} == {503}
        assert all(1 <= int(answer.headers["Retry-After"]) <= 10 for answer in away)
        assert "지금 많은 분이 함께 쓰고 있어요" in await away[0].text()
        work.done.set()
        assert [(await answer).status for answer in let_in] == [200] * places
        assert work.most == places


async def test_a_learner_is_served_while_strangers_get_503(
    gateway: tuple[aiohttp.ClientSession, int],
) -> None:
    client, _ = gateway
    assert (await client.get("/learning", headers=SESSION)).status == 200
    strangers = asyncio.create_task(crowd(client, PLACES * 3, 1))
    statuses = set()
    while not strangers.done():
        statuses.add((await client.get("/learning", headers=SESSION)).status)
    assert await strangers
    assert statuses == {200}


async def test_an_overloaded_gateway_answers_a_program_with_a_problem(
    gateway: tuple[aiohttp.ClientSession, int],
) -> None:
    client, _ = gateway
    strangers = asyncio.create_task(crowd(client, PLACES * 3, 1))
    problem: dict[str, Any] = {}
    while not strangers.done() and problem.get("reason") != "OVERLOADED":
        answer = await client.get("/api/v1/areas")
        problem = await answer.json()
    await strangers
    assert (answer.status, problem["reason"]) == (503, "OVERLOADED")
    assert answer.headers["Retry-After"]


async def test_a_slow_body_takes_no_slot(
    gateway: tuple[aiohttp.ClientSession, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, port = gateway
    monkeypatch.setattr(admission, "BODY_SECONDS", 0.3)
    slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(PLACES * 2)]
    head = b"POST /preferences HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: none\r\nContent-Length: 100\r\n"
    for _, writer in slow:
        writer.write(head + b"Content-Type: application/x-www-form-urlencoded\r\n\r\nlang")
    assert (await client.get("/learning", headers=SESSION)).status == 200
    for reader, writer in slow:
        async with asyncio.timeout(5):
            assert b" 408 " in await reader.readline()
        writer.close()


MULTIPART = b"Sec-Fetch-Site: none\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n"
PART = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n'


async def _idle_upload(port: int, path: str, cookie: str = "") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that sends the beginning of a form with a file, and never the rest."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\n" + (f"Cookie: ieum_session={cookie}\r\n" if cookie else "")
    writer.write(head.encode() + MULTIPART + b"\r\n" + PART)
    return reader, writer


@pytest.mark.parametrize(
    ("path", "cookie", "status"),
    [
        ("/sign-in", "", b" 415 "),
        ("/account", "ieum_somebody", b" 415 "),
        ("/admin/places", "", b" 401 "),
        ("/admin/places", "ieum_somebody", b" 403 "),
    ],
)
async def test_files_are_refused_unread_where_none_belong_and_from_whom_none_are_taken(
    gateway: tuple[aiohttp.ClientSession, int], path: str, cookie: str, status: bytes
) -> None:
    reader, writer = await _idle_upload(gateway[1], path, cookie)
    async with asyncio.timeout(5):
        assert status in await reader.readline()
    writer.close()


async def test_a_file_that_comes_too_slowly_holds_no_slot_and_is_cut_off(
    gateway: tuple[aiohttp.ClientSession, int],
    services: tuple[Fakes, GatewaySettings],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, port = gateway
    services[0].sign_in("ieum_admin", "administrator")
    monkeypatch.setattr(admission, "UPLOAD_SECONDS", 0.3)
    slow = [await _idle_upload(port, "/admin/places", "ieum_admin") for _ in range(PLACES * 2)]
    assert (await client.get("/learning", headers=SESSION)).status == 200
    answers = []
    for reader, writer in slow:
        async with asyncio.timeout(5):
            answers.append((await reader.readline()).split()[1])
        writer.close()
    assert answers.count(b"408") == admission.UPLOADS_OF_PERSON
    assert answers.count(b"503") == PLACES * 2 - admission.UPLOADS_OF_PERSON


async def test_one_person_holds_only_their_share_of_the_slots_and_all_their_requests_are_answered(
    gateway: tuple[aiohttp.ClientSession, int],
    services: tuple[Fakes, GatewaySettings],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, work = gateway[0], Work()
    services[0].answers["SearchCatalog"] = work.search
    services[0].sign_in("ieum_neighbour")
    monkeypatch.setattr(admission, "OF_PERSON", 3)
    for cookie in ("ieum_somebody", "ieum_neighbour"):
        await client.get("/learning", headers=BROWSER | {"Cookie": f"ieum_session={cookie}"})
    mine = [asyncio.create_task(client.get(f"/courses?q=z{number}", headers=SESSION)) for number in range(12)]
    await work.filled(3)
    await asyncio.sleep(0.1)
    assert work.now == 3
    work.done.set()
    assert {(await answer).status for answer in mine} == {200}
    assert work.most == 3


async def test_a_flood_of_headers_is_cut_off(gateway: tuple[aiohttp.ClientSession, int]) -> None:
    client, port = gateway
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
    with suppress(ConnectionError):
        for number in range(20_000):
            writer.write(b"X-%d: %s\r\n" % (number, b"y" * 100))
            await writer.drain()
        writer.write(b"\r\n")
    async with asyncio.timeout(5):
        with suppress(ConnectionError):
            assert b" 400 " in await reader.readline()
    writer.close()
    assert (await client.get("/learning", headers=SESSION)).status == 200


async def test_a_thousand_idle_connections_are_accepted_and_closed_after_the_keepalive_time(
    services: tuple[Fakes, GatewaySettings],
) -> None:
    async with running(services[1], idle_seconds=1.0) as (client, port):
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(1_000)]
        assert (await client.get("/healthz")).status == 200
        idle[0][1].write(b"GET /healthz HTTP/1.1\r\n")  # and never the rest
        async with asyncio.timeout(20):
            for reader, _ in idle:
                assert await reader.read() == b""
        for _, writer in idle:
            writer.close()


async def test_an_unknown_host_is_refused_if_hosts_are_set(services: tuple[Fakes, GatewaySettings]) -> None:
    async with running(services[1], hosts="ieum.example, 127.0.0.1:1") as (client, _):
        assert (await client.get("/help")).status == 421
        assert (await client.get("/help", headers={"Host": "Ieum.Example"} | BROWSER)).status == 200
        assert (await client.get("/healthz")).status == 200


async def test_a_site_with_an_address_answers_under_no_other(services: tuple[Fakes, GatewaySettings]) -> None:
    async with running(services[1], public_url="https://learn.example.test", behind_proxy=True) as (client, _):
        assert (await client.get("/help", headers={"Host": "evil.test"})).status == 421
        assert (await client.get("/help", headers={"Host": "learn.example.test"} | BROWSER)).status == 200
