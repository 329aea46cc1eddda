"""No official can hold up the others: builds are limited, take turns, and can be stopped in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1.events_pb2 import ReleaseStepTaken
from services.chassis.errors import Forbidden, Missing, Refused
from services.chassis.store.mongo import Database
from services.statistics.releases import builder
from services.statistics.releases.build import Build
from services.statistics.releases.domain.lifecycle import Release
from tests.service.conftest import Published, eventually
from tests.service.statistics.test_releases import Client, Town, client, facts, official, plan, reach, town

__all__ = ["client", "facts", "town"]
State = pb.Release.State


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> dict[str, asyncio.Event]:
    """Builds stand still until their key's event is set; those that have begun are its keys, in order."""
    begun: dict[str, asyncio.Event] = {}
    run = Build.run

    async def waiting(self: Build, release: Release) -> None:
        await begun.setdefault(release.key, asyncio.Event()).wait()
        await run(self, release)

    monkeypatch.setattr(Build, "run", waiting)
    monkeypatch.setattr(builder, "LOOK_SECONDS", 0.02)
    return begun


async def ask(who: Any, name: str) -> pb.Release:
    answer: pb.Release = await who.BuildRelease(pb.BuildReleaseRequest(name=name))
    return answer


async def test_one_officials_builds_do_not_hold_up_those_of_another_place(
    town: Town, client: Client, facts: Callable[[int], Awaitable[None]], gate: dict[str, asyncio.Event]
) -> None:
    await town.open()
    await town.learn(6)
    await facts(6)
    kim, lee, park = (client(who) for who in (official("kim"), official("lee"), official("park", "areas/a")))
    plans = [(await plan(kim, release_id=f"p{number}")).name for number in range(4)]
    other = (await plan(park, area="areas/a", release_id="a1")).name
    for name in plans[:2]:
        await ask(kim, name)
    with pytest.raises(Refused, match="BUILDS_TOO_MANY"):
        await ask(kim, plans[2])
    await ask(kim, plans[1])  # asking again for the same is no third
    await ask(lee, plans[2])

    async def first_begins() -> bool:
        return list(gate) == ["p0"]

    await eventually(first_begins, "the first build begins")
    assert (await ask(park, other)).builds_before == 1, "only the one under way"
    waits = await kim.GetRelease(pb.GetReleaseRequest(name=plans[1]))
    assert (waits.state, waits.builds_before) == (State.BUILDING, 2)
    gate["p0"].set()

    async def other_begins() -> bool:
        return list(gate) == ["p0", "a1"]

    await eventually(other_begins, "the other place is next", 30)
    assert not (await park.GetRelease(pb.GetReleaseRequest(name=other))).HasField("builds_before")


async def test_a_build_is_stopped_leaves_nothing_behind_and_can_be_asked_for_again(
    town: Town,
    client: Client,
    facts: Callable[[int], Awaitable[None]],
    gate: dict[str, asyncio.Event],
    database_of: Callable[[str], Database],
    published: Published,
) -> None:
    await town.open()
    await town.learn(6)
    await facts(6)
    kim, lee, outsider = (client(who) for who in (official("kim"), official("lee"), official("x", "areas/a")))
    name = (await plan(kim, release_id="p0")).name
    await ask(kim, name)

    async def begins() -> bool:
        return "p0" in gate

    await eventually(begins, "the build begins")
    cancel = pb.CancelBuildRequest(name=name)
    with pytest.raises((Forbidden, Missing)):
        await outsider.CancelBuild(cancel)
    for _ in range(2):
        assert (await lee.CancelBuild(cancel)).state == State.PLANNED
    gate.pop("p0")
    await ask(kim, name)
    await eventually(begins, "it begins anew")
    parts = database_of("statistics")["release_decisions"]
    assert await parts.count_documents({}) == 0
    gate["p0"].set()
    built = await reach(kim, name, State.BUILT)
    assert built.cost.cells > 0
    with pytest.raises(Refused, match="RELEASE_NOT_BUILDING"):
        await lee.CancelBuild(cancel)
    steps = [(step.step, step.actor) for step in await published(ReleaseStepTaken, 3)]
    taken = ReleaseStepTaken
    assert steps == [
        (taken.PLANNED, "people/kim"),
        (taken.BUILD_CANCELLED, "people/lee"),
        (taken.BUILD_CANCELLED, "people/lee"),
    ]


async def test_a_build_that_takes_too_long_fails_with_its_reason(
    town: Town,
    client: Client,
    facts: Callable[[int], Awaitable[None]],
    gate: dict[str, asyncio.Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(builder, "LONGEST_SECONDS", 0.1)
    await town.open()
    await town.learn(6)
    await facts(6)
    kim = client(official("kim"))
    name = (await plan(kim)).name
    await ask(kim, name)

    async def failed() -> bool:
        found = await kim.GetRelease(pb.GetReleaseRequest(name=name))
        return bool(found.build_failure.reason == "BUILD_TOO_LONG")

    await eventually(failed, "the build fails")
