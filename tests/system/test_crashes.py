"""kill -9 of each process in the middle of the demo load: nothing acknowledged is lost, nothing is counted twice."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from deploy.demo.api import Api
from deploy.local import DEMO_PASSPHRASE, Ieum
from tests.chaos.faults import Hand
from tests.system.recount import doubled, until_statistics_agree

VICTIMS = (("people", "courses", "enrollment", "progress"), ("statistics", "gateway", "mongod", "nats-server"))
MORE_PEOPLE = 22
BEFORE_A_KILL = 4
"""So many of the new people arrive between one kill and the next."""
RESIDENTS = {"login": {"$regex": "^hanbit[0-9]"}}
"""Those whom the demo brings; others have logins of their own."""

Client = AsyncMongoClient[dict[str, Any]]


@pytest.fixture
def system(breakable: Hand) -> Ieum:
    return breakable.system


@pytest.fixture
async def client(system: Ieum) -> AsyncIterator[Client]:
    async with Client(system.environment["IEUM_MONGO_URL"], tz_aware=True) as connected:
        yield connected


async def load_demo(environment: Mapping[str, str], people: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.demo"),
        env={**environment, "IEUM_DEMO_PEOPLE": str(people)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )


async def residents(client: Client) -> int:
    return await client["ieum_people"]["people"].count_documents(RESIDENTS)


async def in_the_middle(client: Client, before: int, load: asyncio.subprocess.Process) -> None:
    """Returns when some of the new residents have arrived and others have not, or the load has ended."""
    async with asyncio.timeout(60):
        while await residents(client) < before + BEFORE_A_KILL:
            if load.returncode is not None:
                return
            await asyncio.sleep(0.02)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("victims", VICTIMS, ids="-".join)
async def test_statistics_equal_a_recount_after_kills_in_the_middle_of_the_load(
    system: Ieum, client: Client, victims: tuple[str, ...]
) -> None:
    before = await residents(client)
    load = await load_demo(system.environment, before + MORE_PEOPLE)
    for number, victim in enumerate(victims):
        await in_the_middle(client, before + number * BEFORE_A_KILL, load)
        if load.returncode is not None:
            _, said = await load.communicate()
            pytest.fail(f"the load was meant to be under way when {victim} is killed: {said.decode()}")
        await system.kill(victim)
    _, complaints = await load.communicate()
    assert load.returncode == 0, complaints.decode()
    for victim in victims:
        await system.ready(victim)
    facts = await until_statistics_agree(client, Path(system.environment["IEUM_SECRETS"]))
    assert len({fact.pseudonym for fact in facts.values()}) >= before + MORE_PEOPLE
    assert await doubled(client) == []
    await the_page_agrees(system, len(facts))


async def the_page_agrees(system: Ieum, enrolments: int) -> None:
    """The API's totals over both universes, less those who left before doing anything."""
    async with Api(system.url) as admin:
        await admin.sign_in("admin", DEMO_PASSPHRASE)
        tables = [await admin.get(f"/statistics/table?area=*&universe={each}") for each in ("RESIDENT", "EMPLOYEE")]
    shown = [value.get("value") for table in tables for value in table["total"]["values"] if value["measure"] == "ENR"]
    assert 0 < sum(int(value) for value in shown if value) <= enrolments
