from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from ieum.courses.v1.events_pb2 import CourseRetired
from ieum.people.v1 import people_pb2, people_pb2_grpc
from services.chassis.config import Settings
from services.chassis.errors import Missing
from services.chassis.events.outbox import Outbox
from services.chassis.store import mongo
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from tests.service.chassis.board import ALICE, Added, Nowhere, Tally, add, announced, compose
from tests.service.conftest import ClientFor, Published, StartService, eventually


async def test_fifty_parallel_changes_are_all_kept_and_each_is_announced_once(
    start_service: StartService,
    client_for: ClientFor,
    published: Published,
    database_of: Callable[[str], Database],
) -> None:
    client = client_for(people_pb2_grpc.PeopleServiceStub, await start_service("people", compose), ALICE)
    async with asyncio.TaskGroup() as tasks:
        for number in range(100):
            tasks.create_task(client.SignOut(people_pb2.SignOutRequest(token=f"n{number % 50}")))
    document = await database_of("people")["tallies"].find_one({"_id": "t1"})
    assert document is not None
    assert (document["count"], document["revision"]) == (50, 50)
    assert [event.revision for event in await published(CourseRetired, 50)] == list(range(1, 51))

    async def cleared() -> bool:
        found = await database_of("people")["tallies"].find_one({"_id": "t1"})
        return found is not None and found["pending"] == [] and "due" not in found

    await eventually(cleared, "the outbox is empty")


@pytest.mark.parametrize("remember", [0, 2])
async def test_two_processes_racing_on_one_entity_lose_nothing(settings: Settings, remember: int) -> None:
    async with mongo.connect(settings.mongo_url) as one, mongo.connect(settings.mongo_url) as two:
        outbox = Outbox(Nowhere())  # type: ignore[arg-type]
        sides = [
            Entities(client[f"{settings.prefix}race"]["tallies"], Tally, announced, outbox, remember=remember)
            for client in (one, two)
        ]
        async with asyncio.TaskGroup() as tasks:
            for number in range(40):
                verb = partial(add, name=f"n{number}")
                tasks.create_task(sides[number % 2].change("t", verb, start=Tally(0)))
        assert (await sides[0].get("t")).count == 40


async def test_what_another_process_wrote_counts_more_than_what_is_remembered(settings: Settings) -> None:
    async with mongo.connect(settings.mongo_url) as client:
        rows, outbox = client[f"{settings.prefix}remembered"]["tallies"], Outbox(Nowhere())  # type: ignore[arg-type]
        one, two = (Entities(rows, Tally, announced, outbox, remember=5) for _ in range(2))
        await one.change("t", partial(add, name="first"), start=Tally(0))
        await two.change("t", partial(add, name="second"))
        assert (await one.change("t", partial(add, name="first"))).names == ("first", "second")
        await two.change("t", partial(add, name="third"))
        assert (await one.change("t", partial(add, name="fourth"))).count == 4


async def test_what_is_remembered_is_shown_only_while_it_stands(settings: Settings) -> None:
    async with mongo.connect(settings.mongo_url) as client:
        rows, outbox = client[f"{settings.prefix}reread"]["tallies"], Outbox(Nowhere())  # type: ignore[arg-type]
        one, two = (Entities(rows, Tally, announced, outbox, remember=2) for _ in range(2))
        await one.change("t", partial(add, name="first"), start=Tally(0))
        await rows.update_one({"_id": "t"}, {"$set": {"pending": []}, "$unset": {"due": ""}})
        assert await two.get("t") == await one.get("t") == Tally(1, ("first",))
        await one.change("t", partial(add, name="second"))
        assert await two.get("t") == await one.get("t") == Tally(2, ("first", "second"))
        await rows.delete_one({"_id": "t"})
        assert await one.find("t") is await two.find("t") is None


async def test_of_a_sequence_only_what_differs_is_written(settings: Settings) -> None:
    async with mongo.connect(settings.mongo_url) as client:
        rows, outbox = client[f"{settings.prefix}sequences"]["tallies"], Outbox(Nowhere())  # type: ignore[arg-type]
        tallies = Entities(rows, Tally, announced, outbox)
        for names in (("a",), ("a", "b", "c"), ("a", "x", "c", "d"), ("d", "a"), (), ("e", "f")):

            def become(tally: Tally, names: tuple[str, ...] = names) -> tuple[Tally, list[Added]]:
                return replace(tally, names=names), [Added(0)]

            await tallies.change("t", become, start=Tally(0))
            assert await tallies.get("t") == Tally(0, names)
        await rows.update_one({"_id": "t"}, {"$set": {"names.0": "untouched"}})
        stands = await tallies.revision("t")
        changed = await tallies._update("t", stands, Tally(0, ("e", "f")), Tally(0, ("e", "g")), [], None)
        assert changed
        assert (await tallies.get("t")).names == ("untouched", "g")


async def test_one_that_seemed_fresh_and_was_there_is_changed_as_it_is(settings: Settings) -> None:
    async with mongo.connect(settings.mongo_url) as client:
        collection = client[f"{settings.prefix}fresh"]["tallies"]
        outbox = Outbox(Nowhere())  # type: ignore[arg-type]
        ours, theirs = (Entities(collection, Tally, announced, outbox) for _ in range(2))
        await ours.change("t", partial(add, name="a"), start=Tally(0), fresh=True)
        after = await theirs.change("t", partial(add, name="b"), start=Tally(0), fresh=True)
        assert after == Tally(2, ("a", "b"))
        assert await ours.revision("t") == 2


async def test_events_written_before_a_crash_are_published_by_the_sweep(
    start_service: StartService, published: Published, database_of: Callable[[str], Database], settings: Settings
) -> None:
    class Dead(Outbox):
        def nudge(self, *_: object) -> bool:
            """As if the process had died right after the write."""
            return True

    async with mongo.connect(settings.mongo_url) as client:
        collection = client[f"{settings.prefix}ieum_people"]["tallies"]
        lost = Entities(collection, Tally, announced, Dead(None))  # type: ignore[arg-type]
        await lost.change("t9", lambda tally: add(tally, "x"), start=Tally(0))
        await start_service("people", compose)
        assert [event.course for event in await published(CourseRetired)] == ["t9-1"]


async def test_a_missing_entity_is_missing(settings: Settings) -> None:
    async with mongo.connect(settings.mongo_url) as client:
        tallies = Entities(client[f"{settings.prefix}x"]["tallies"], Tally, announced, Outbox(None))  # type: ignore[arg-type]
        with pytest.raises(Missing):
            await tallies.change("nobody", lambda tally: (tally, []))
