"""Three mongods and three nats-servers: any one of them may die, the primary and the stream's leader included."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from deploy import cluster
from deploy.local import DEMO_PASSPHRASE, Ieum, load_demo, running
from deploy.place import CannotStart
from services.chassis.events import bus
from tests.chaos.history import judge
from tests.chaos.load import Load
from tests.chaos.pulse import writing
from tests.system.hanbit import published

# The rule is "a few seconds"; a machine that runs everything at once on two cores gets some more.
STALL = 12.0

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ieum]:
    settings = {"IEUM_DEMO_PASSPHRASE": DEMO_PASSPHRASE, "IEUM_DEMO_PEOPLE": "5", "PROFILE": "cluster"}
    async with running(tmp_path_factory.mktemp("cluster"), environment=settings, say=lambda _: None) as started:
        await load_demo(started)
        yield started


async def primary(system: Ieum) -> str:
    async with AsyncMongoClient[dict[str, Any]](system.environment["IEUM_MONGO_URL"]) as client:
        await client.admin.command("ping")
        address = await client.primary
    assert address is not None
    return _named(system, cluster.MONGODS, address[1])


async def leader(system: Ieum) -> str:
    """Of the stream of whoever people are, which is written to all the time."""
    async with bus.connect(system.environment["IEUM_NATS_URL"], "test") as events:
        info = await events.jetstream.stream_info("people")
    assert info.config.num_replicas == 3
    assert info.cluster is not None
    assert info.cluster.leader is not None
    return info.cluster.leader


def _named(system: Ieum, names: tuple[str, ...], port: int) -> str:
    return next(name for name in names if system.place.ports[name] == port)


async def test_any_one_node_may_die_and_nothing_is_lost(system: Ieum, capsys: pytest.CaptureFixture[str]) -> None:
    versions = await published(system.url)
    load = Load(system.url, [versions["kiosk"], versions["phishing"]], seed=3)
    stalls: dict[str, float] = {}
    async with writing(system.url) as pulse:
        learning = asyncio.create_task(load.run(at_once=2))
        first, heading = await primary(system), await leader(system)
        others = [name for name in (*cluster.MONGODS, *cluster.BROKERS) if name not in (first, heading)]
        for victim in (first, heading, others[0], others[-1]):
            pulse.longest()
            await system.kill(victim)
            await system.ready(victim)
            await asyncio.sleep(0.5)
            stalls[victim] = pulse.longest()
        load.stopping = True
        await learning
    with capsys.disabled():
        print("\nlongest write while a node died:", *(f"{name} {took:.1f} s" for name, took in stalls.items()))
    assert await judge(system, load.acknowledged, within=40) == []
    assert max(stalls.values()) < STALL


async def test_the_second_primary_is_another_one(system: Ieum) -> None:
    first = await primary(system)
    await system.kill(first)
    async with asyncio.timeout(STALL):
        while await primary(system) == first:
            await asyncio.sleep(0.1)
    await system.ready(first)


async def test_a_profile_that_is_not_known_is_refused_with_those_that_are(tmp_path: Any) -> None:
    with pytest.raises(CannotStart, match=r"choose one of: .*cluster"):
        async with running(tmp_path, environment={"PROFILE": "clutser"}):
            pass
