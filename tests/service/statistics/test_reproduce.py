"""A release is counted once more from the facts, and what came out otherwise is named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis.store.mongo import Database
from services.statistics.commands.reproduce import recounted
from services.statistics.figures.refusal import InvalidValue
from services.statistics.settings import StatisticsSettings
from tests.service.conftest import eventually
from tests.service.statistics.test_commands import command
from tests.service.statistics.test_releases import Client, Town, client, facts, official, plan, reach, town

__all__ = ["client", "facts", "town"]


async def test_a_release_is_reproduced_until_somebody_takes_answers_back(
    town: Town,
    client: Client,
    facts: Callable[[int], Awaitable[None]],
    settings: StatisticsSettings,
    database_of: Callable[[str], Database],
) -> None:
    await town.open()
    await town.learn(30)
    await facts(30)
    kim = client(official("kim"))
    planned = await plan(kim)
    for name in (planned.name, "releases/none"):
        with pytest.raises(InvalidValue, match="was not built"):
            await recounted(settings, name)
    await kim.BuildRelease(pb.BuildReleaseRequest(name=planned.name))
    await reach(kim, planned.name, pb.Release.BUILT)

    answer = await recounted(settings, planned.name)
    assert answer["figures"] > 100
    assert (answer["same"], answer["different"]) == (answer["figures"], [])
    assert (answer["enrolments_written_since"], answer["residents_are_the_same"]) == (0, True)

    await town.erase(4)  # a woman with answers: the figures by sex and age lack her, those of everybody do not

    async def erased() -> bool:
        gone = {"traits.sealed": b"", "pseudonym": {"$exists": True}}
        return await database_of("statistics")["facts"].count_documents(gone, hint="pseudonym_1") == 1

    await eventually(erased, "the erasure is heard")
    status, answer, wrong = await command(settings, "reproduce", planned.name)
    assert status == 1, wrong
    assert answer["enrolments_written_since"] == 1
    changed = [each for each in answer["different"] if each["measure"] == "ENR"]
    assert changed
    assert all({"sex", "age", "group"} & each.keys() for each in changed)
