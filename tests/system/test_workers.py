"""Gateway and services as two processes each: all do their share, and one after the other restarts unnoticed."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from deploy.local import Ieum, running
from deploy.place import CannotStart, settle, workers_of
from services.chassis.config import Settings

BROWSER = {"Sec-Fetch-Site": "none"}


@pytest.fixture(scope="module")
async def twofold(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ieum]:
    settings = {"IEUM_DEMO": "0", "IEUM_WORKERS": "gateway:2,courses:2"}
    async with running(tmp_path_factory.mktemp("twofold"), environment=settings, say=lambda _: None) as system:
        yield system


async def look(system: Ieum, client: aiohttp.ClientSession, number: int) -> int:
    async with client.get(f"{system.url}/courses?q={number}", headers=BROWSER) as answer:
        await answer.read()
        return answer.status


def lines(system: Ieum, name: str, words: str) -> int:
    return (system.place.data / "logs" / f"{name}.log").read_text().count(words)


async def test_every_process_does_its_share(twofold: Ieum) -> None:
    for number in range(40):
        async with aiohttp.ClientSession() as visitor:  # a connection of its own
            assert await look(twofold, visitor, number) == 200
    for name in ("gateway", "gateway-2"):
        assert lines(twofold, name, '"route":"/courses"') > 0, name
    for name in ("courses", "courses-2"):
        assert lines(twofold, name, "SearchCatalog") > 0, name


@pytest.mark.parametrize("name", ["gateway", "gateway-2", "courses", "courses-2"])
async def test_one_restarts_and_no_request_fails(twofold: Ieum, name: str) -> None:
    statuses: Counter[int] = Counter()
    over = asyncio.Event()

    async def visitor(number: int, client: aiohttp.ClientSession) -> None:
        turn = 0
        while not over.is_set():
            turn += 1
            statuses[await look(twofold, client, number * 100_000 + turn)] += 1
            await asyncio.sleep(0.05)

    before = twofold.pid(name)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client, asyncio.TaskGroup() as crowd:
        for number in range(8):
            crowd.create_task(visitor(number, client))
        await twofold.restart(name)
        over.set()
    assert twofold.pid(name) != before
    assert set(statuses) == {200}
    assert statuses[200] > 20


def test_each_worker_listens_at_its_own_address_and_is_called_with_the_others(tmp_path: Path) -> None:
    place = settle({**os.environ, "IEUM_DATA": str(tmp_path), "IEUM_PORT": "0", "IEUM_WORKERS": "2"}, ("progress",))
    one, two = place.environment["IEUM_PROGRESS"].split(",")
    assert one != two
    addresses = {"progress": f"{one},{two}"}
    assert [Settings(addresses=addresses, worker=worker).address("progress") for worker in (0, 1)] == [one, two]
    assert Settings(addresses=addresses).target("progress") == f"ipv4:{one},{two}"


@pytest.mark.parametrize(("told", "many"), [("", 1), ("3", 3), ("gateway:2, progress:4", 4), ("gateway:2", 1)])
def test_it_may_be_said_for_all_or_for_some(told: str, many: int) -> None:
    assert workers_of({"IEUM_WORKERS": told}, "progress") == many


@pytest.mark.parametrize("told", ["0", "many", "progress:x", "progress:2,3"])
def test_what_is_no_number_of_processes_is_said_to_be(told: str) -> None:
    with pytest.raises(CannotStart, match="IEUM_WORKERS"):
        workers_of({"IEUM_WORKERS": told}, "progress")
