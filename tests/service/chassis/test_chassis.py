from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import grpc
import grpc.aio
import pytest
import structlog.testing
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from nats.js.api import AckPolicy, ConsumerConfig
from pymongo.errors import DuplicateKeyError

from ieum.courses.v1.events_pb2 import CoursePublished, CourseReinstated, CourseRetired
from ieum.people.v1 import people_pb2, people_pb2_grpc
from services.chassis import rpc
from services.chassis.clock import now, stamp
from services.chassis.config import Settings
from services.chassis.errors import Forbidden, Missing, Problem, Refused, Unauthenticated
from services.chassis.events import dead_letters
from services.chassis.events.bus import BatchHandler, Bus
from services.chassis.events.outbox import Outbox
from services.chassis.observability import trace
from services.chassis.principal import ANONYMOUS, Kind, Principal, Signer, acting
from services.chassis.run import Frame
from services.chassis.store import entities
from services.chassis.store.batching import Inserts, Updates
from services.chassis.store.entities import Collection, Database, Entities
from tests.service.conftest import Announce, ClientFor, Published, StartService, eventually

ALICE = Principal(kind=Kind.PERSON, person="people/alice")


@dataclass(frozen=True)
class Tally:
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Added:
    count: int


def add(tally: Tally, name: str) -> tuple[Tally, list[Added]]:
    if name in tally.names:
        return tally, []
    return replace(tally, count=tally.count + 1, names=(*tally.names, name)), [Added(tally.count + 1)]


def announced(fact: Added, key: str, revision: int) -> Message:
    return CourseRetired(course=f"{key}-{fact.count}", revision=revision, time=stamp(now()))


class Board(people_pb2_grpc.PeopleServiceServicer):
    """A service made up for the test: signing out counts a name."""

    def __init__(self, tallies: Entities[Tally]) -> None:
        self.tallies = tallies

    async def SignOut(self, request: people_pb2.SignOutRequest, context: object) -> Empty:
        acting().require_person()
        await self.tallies.change("t1", lambda tally: add(tally, request.token), start=Tally(0))
        return Empty()

    async def GetPerson(self, request: people_pb2.GetPersonRequest, context: object) -> people_pb2.Person:
        if request.name == "refused":
            raise Refused("NOT_TODAY", field="name", day="Monday")
        if request.name == "broken":
            raise RuntimeError("secret detail")
        return people_pb2.Person(name=acting().person)


async def compose(frame: Frame) -> None:
    tallies = Entities(frame.database["tallies"], Tally, announced, frame.outbox)
    server = frame.offer("ieum.people.v1.PeopleService", {"SignOut": "learning.write"})
    people_pb2_grpc.add_PeopleServiceServicer_to_server(Board(tallies), server)  # type: ignore[abstract]
    await frame.bus.ensure_stream("ieum.courses.v1")


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


class Nowhere:
    """A bus that nothing is sent on."""


@pytest.mark.parametrize("remember", [0, 2])
async def test_two_processes_racing_on_one_entity_lose_nothing(settings: Settings, remember: int) -> None:
    async with entities.connect(settings.mongo_url) as one, entities.connect(settings.mongo_url) as two:
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
    async with entities.connect(settings.mongo_url) as client:
        rows, outbox = client[f"{settings.prefix}remembered"]["tallies"], Outbox(Nowhere())  # type: ignore[arg-type]
        one, two = (Entities(rows, Tally, announced, outbox, remember=5) for _ in range(2))
        await one.change("t", partial(add, name="first"), start=Tally(0))
        await two.change("t", partial(add, name="second"))
        assert (await one.change("t", partial(add, name="first"))).names == ("first", "second")
        await two.change("t", partial(add, name="third"))
        assert (await one.change("t", partial(add, name="fourth"))).count == 4


async def test_what_is_remembered_is_shown_only_while_it_stands(settings: Settings) -> None:
    async with entities.connect(settings.mongo_url) as client:
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
    async with entities.connect(settings.mongo_url) as client:
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


async def test_what_is_there_already_is_refused_alone_and_the_rest_of_its_lot_is_written(settings: Settings) -> None:
    async with entities.connect(settings.mongo_url) as client:
        rows = client[f"{settings.prefix}inserted"]["rows"]
        await rows.insert_one({"_id": 7})
        inserts = Inserts(rows)
        ended = await asyncio.gather(*(inserts.insert_one({"_id": n}) for n in range(30)), return_exceptions=True)
        assert [(place, type(error)) for place, error in enumerate(ended) if error] == [(7, DuplicateKeyError)]
        assert await rows.count_documents({"_id": {"$gte": 0}}) == 30


async def test_of_changes_sent_together_each_learns_what_became_of_its_own(settings: Settings) -> None:
    async with entities.connect(settings.mongo_url) as client:
        rows = client[f"{settings.prefix}together"]["rows"]
        await rows.create_index("login", unique=True)
        await rows.insert_many([{"_id": f"r{n}", "revision": 1, "login": f"l{n}", "count": 0} for n in range(30)])
        await rows.update_one({"_id": "r3"}, {"$set": {"revision": 2}})

        def change(n: int) -> dict[str, Any]:
            return {"$set": {"revision": 2, "login": "l0" if n == 5 else f"l{n}"}, "$inc": {"count": 1}}

        updates = Updates(rows)
        asked = [updates.update_one(f"r{n}", 1, change(n)) for n in range(31)]
        ended = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(ended.pop(5), DuplicateKeyError)
        missed = {place if place < 5 else place + 1 for place, written in enumerate(ended) if written is not True}
        assert missed == {3, 30}
        assert [row["_id"] async for row in rows.find({"count": 0}).sort("_id")] == ["r3", "r5"]


class SlowAtFirst:
    """A collection whose first bulk write is made at once and answered only when it is told to."""

    def __init__(self, rows: Collection) -> None:
        self.rows, self.find, self.written, self.tell = rows, rows.find, asyncio.Event(), asyncio.Event()

    async def bulk_write(self, *args: Any, **options: Any) -> Any:
        result = await self.rows.bulk_write(*args, **options)
        if not self.written.is_set():
            self.written.set()
            await self.tell.wait()
        return result


@asynccontextmanager
async def slow_rows(settings: Settings, count: int) -> AsyncIterator[tuple[SlowAtFirst, Callable[[int], Any]]]:
    """The collection, and what changes a row of it."""
    async with entities.connect(settings.mongo_url) as client:
        rows = client[f"{settings.prefix}slow"]["rows"]
        await rows.insert_many([{"_id": f"r{n}", "revision": 1, "count": 0} for n in range(count)])
        slow = SlowAtFirst(rows)
        updates = Updates(slow)  # type: ignore[arg-type]
        change = {"$set": {"revision": 2}, "$inc": {"count": 1}}
        yield slow, lambda n: asyncio.create_task(updates.update_one(f"r{n}", 1, change))


async def counts(slow: SlowAtFirst) -> list[int]:
    return [row["count"] async for row in slow.rows.find().sort("_id")]


async def test_what_was_sent_together_is_answered_though_its_sender_is_gone(settings: Settings) -> None:
    async with slow_rows(settings, 2) as (slow, change):
        first, second = change(0), change(1)
        await slow.written.wait()
        first.cancel()
        slow.tell.set()
        assert await second
        assert await counts(slow) == [1, 1]


async def test_behind_a_write_that_is_not_answered_the_next_does_not_wait_for_it(settings: Settings) -> None:
    async with slow_rows(settings, 3) as (slow, change):
        first = change(0)
        await slow.written.wait()
        async with asyncio.timeout(5):
            assert all(await asyncio.gather(change(1), change(2)))
        assert not first.done()
        slow.tell.set()
        assert await first
        assert await counts(slow) == [1, 1, 1]


async def test_a_change_that_nobody_waits_for_any_more_is_not_made_later(settings: Settings) -> None:
    async with slow_rows(settings, 3) as (slow, change):
        first = change(0)
        await slow.written.wait()
        given_up = change(1)
        await asyncio.sleep(0)
        given_up.cancel()
        assert await change(2)
        slow.tell.set()
        assert await first
        assert await counts(slow) == [1, 0, 1]


async def test_a_change_is_known_to_be_written_also_once_another_process_wrote_over_it(settings: Settings) -> None:
    async with slow_rows(settings, 1) as (slow, change):
        first, nowhere = change(0), change(9)
        await slow.written.wait()
        elsewhere = Updates(slow.rows)
        assert await elsewhere.update_one("r0", 2, {"$set": {"revision": 3}})
        assert await elsewhere.update_one("r0", 3, {"$set": {"revision": 4}})
        slow.tell.set()
        assert await first is True
        assert await nowhere is False


async def test_one_that_seemed_fresh_and_was_there_is_changed_as_it_is(settings: Settings) -> None:
    async with entities.connect(settings.mongo_url) as client:
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

    async with entities.connect(settings.mongo_url) as client:
        collection = client[f"{settings.prefix}ieum_people"]["tallies"]
        lost = Entities(collection, Tally, announced, Dead(None))  # type: ignore[arg-type]
        await lost.change("t9", lambda tally: add(tally, "x"), start=Tally(0))
        await start_service("people", compose)
        assert [event.course for event in await published(CourseRetired)] == ["t9-1"]


async def test_a_problem_reaches_the_client_as_it_was_raised(
    start_service: StartService, client_for: ClientFor
) -> None:
    client = client_for(people_pb2_grpc.PeopleServiceStub, await start_service("people", compose), ALICE)
    with pytest.raises(Refused) as refused:
        await client.GetPerson(people_pb2.GetPersonRequest(name="refused"))
    assert (refused.value.reason, refused.value.field, refused.value.details) == (
        "NOT_TODAY",
        "name",
        {"day": "Monday"},
    )
    with pytest.raises(Problem) as broken:
        await client.GetPerson(people_pb2.GetPersonRequest(name="broken"))
    assert broken.value.reason == "INTERNAL"


async def test_a_call_without_a_principal_is_refused(
    start_service: StartService, client_for: ClientFor, settings: Settings
) -> None:
    address = await start_service("people", compose)
    forged = Signer(bytes(32)).sign(ALICE)
    async with rpc.channel(address) as channel:
        stub = people_pb2_grpc.PeopleServiceStub(channel)
        for metadata in ((), (("ieum-principal", forged),), (("ieum-principal", "nonsense"),)):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await stub.GetPerson(people_pb2.GetPersonRequest(), metadata=metadata)
            assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    with pytest.raises(Unauthenticated):
        await client_for(people_pb2_grpc.PeopleServiceStub, address, ANONYMOUS).SignOut(people_pb2.SignOutRequest())


async def test_a_trace_is_followed_through_call_and_event_in_the_logs(
    start_service: StartService, client_for: ClientFor
) -> None:
    heard = asyncio.Event()

    async def hear(event: CourseRetired) -> None:
        heard.set()

    async def speaking_and_listening(frame: Frame) -> None:
        await compose(frame)
        frame.hear("ieum.courses.v1", {CourseRetired: hear})

    address = await start_service("people", speaking_and_listening)
    with structlog.testing.capture_logs([with_trace]) as lines:
        with trace.following(None, "ask", "client") as begun:
            await client_for(people_pb2_grpc.PeopleServiceStub, address, ALICE).SignOut(
                people_pb2.SignOutRequest(token="whoever")
            )
        async with asyncio.timeout(10):
            await heard.wait()

        async def handled() -> bool:
            return {"call", "event handled"} <= {line["event"] for line in lines}

        await eventually(handled, "both logged")
    followed = [line for line in lines if line["event"] in ("call", "event handled")]
    assert {line["trace_id"] for line in followed} == {begun}
    assert "whoever" not in repr(lines)


def with_trace(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["trace_id"] = trace.trace_id()
    return event


async def test_a_token_opens_only_the_methods_of_its_scopes(start_service: StartService, client_for: ClientFor) -> None:
    address = await start_service("people", compose)
    token = replace(ALICE, token_scopes=("learning.write",))
    client = client_for(people_pb2_grpc.PeopleServiceStub, address, token)
    await client.SignOut(people_pb2.SignOutRequest(token="a"))
    with pytest.raises(Forbidden):
        await client.GetPerson(people_pb2.GetPersonRequest())


async def test_a_missing_entity_is_missing(settings: Settings) -> None:
    async with entities.connect(settings.mongo_url) as client:
        tallies = Entities(client[f"{settings.prefix}x"]["tallies"], Tally, announced, Outbox(None))  # type: ignore[arg-type]
        with pytest.raises(Missing):
            await tallies.change("nobody", lambda tally: (tally, []))


async def test_an_event_that_cannot_be_handled_goes_to_the_dead_letters_and_the_rest_moves_on(
    start_service: StartService, announce: Announce, settings: Settings
) -> None:
    handled: list[str] = []

    async def handle(event: CourseRetired) -> None:
        if event.course == "poison":
            raise ValueError("cannot")
        handled.append(event.course)

    async def listening(frame: Frame) -> None:
        frame.hear("ieum.courses.v1", {CourseRetired: handle})

    await announce(CourseRetired(course="poison"), "p")
    for number in range(5):
        await announce(CourseRetired(course=f"c{number}"), f"c{number}", times=2)
    await start_service("statistics", listening)

    async def all_but_poison() -> bool:
        return sorted(set(handled)) == [f"c{number}" for number in range(5)]

    await eventually(all_but_poison, "the healthy events were handled")


@dataclass
class Heard:
    """Handles events many at once, but for what is poison; `lots` is what came through, as it came."""

    lots: list[list[CourseRetired]]

    async def handle(self, events: Sequence[CourseRetired]) -> None:
        if any(event.course == "poison" for event in events):
            raise ValueError("cannot")
        self.lots.append(list(events))

    def courses(self) -> list[tuple[str, int]]:
        return [(event.course, event.revision) for lot in self.lots for event in lot]

    async def compose(self, frame: Frame) -> None:
        self.bus = frame.bus
        frame.hear("ieum.courses.v1", BatchHandler((CourseRetired, CoursePublished), self.handle))

    async def done(self) -> bool:
        return await self.bus.behind("ieum.courses.v1", "statistics") == 0

    async def dead(self) -> int:
        return await self.bus.count(dead_letters.STREAM, f"{dead_letters.STREAM}.statistics")


async def test_events_handled_together_keep_their_order_and_their_traces(
    start_service: StartService, announce: Announce
) -> None:
    heard = Heard([])
    for revision in range(1, 41):
        await announce(CourseRetired(course=f"c{revision % 4}", revision=revision), f"c{revision % 4}")
        await announce(CourseReinstated(course="c0"), "c0")
    with structlog.testing.capture_logs() as lines:
        await start_service("statistics", heard.compose)
        await eventually(lambda: asyncio.sleep(0, len(heard.courses()) == 40), "all are handled")
        await eventually(heard.done, "what it does not handle is done with as well")
    assert [revision for _, revision in heard.courses()] == list(range(1, 41))
    assert len(heard.lots) < 40
    told = [line for line in lines if line["event"] == "events handled"]
    assert sum(line["types"]["ieum.courses.v1.CourseRetired"] for line in told) == sum(len(x["traces"]) for x in told)


async def test_one_that_cannot_be_handled_goes_to_the_dead_letters_alone_and_the_rest_of_its_batch_is_kept(
    start_service: StartService, announce: Announce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.events.consumer._DELIVERIES", 1)
    heard = Heard([])
    for number in range(21):
        course = "poison" if number == 8 else f"c{number}"
        await announce(CourseRetired(course=course, revision=number), course)
    await start_service("statistics", heard.compose)
    await eventually(lambda: asyncio.sleep(0, len(set(heard.courses())) == 20), "the healthy ones are handled")
    await eventually(heard.done, "all are done with")
    assert await heard.dead() == 1


async def test_a_consumer_that_asked_for_several_subjects_goes_on_where_it_was(
    start_service: StartService, announce: Announce, events: Bus
) -> None:
    for number in range(3):
        await announce(CourseRetired(course=f"c{number}"), "a")
    kinds = [events.subject(f"ieum.courses.v1.{kind}.>") for kind in ("CoursePublished", "CourseRetired")]
    before = ConsumerConfig(durable_name="statistics", ack_policy=AckPolicy.EXPLICIT, filter_subjects=kinds)
    await events.jetstream.add_consumer(events.stream("ieum.courses.v1"), before)
    pull = events.pull("ieum.courses.v1", "statistics")
    taken = await pull.batch()
    await taken[0].ack()
    for message in taken[1:]:
        await message.nak()
    await pull.close()
    heard = Heard([])
    await start_service("statistics", heard.compose)
    await eventually(lambda: asyncio.sleep(0, len(heard.courses()) == 2), "the rest is handled")
    assert {course for course, _ in heard.courses()} == {"c1", "c2"}


async def test_what_a_consumer_did_not_take_goes_to_the_next_at_once(events: Bus, announce: Announce) -> None:
    await announce(CourseRetired(course="first"), "a")
    slow = ConsumerConfig(durable_name="d", ack_policy=AckPolicy.EXPLICIT, ack_wait=60)
    await events.jetstream.add_consumer(events.stream("ieum.courses.v1"), slow)
    ours, theirs = (events.pull("ieum.courses.v1", "d") for _ in range(2))
    for message in await ours.batch():
        await message.ack()
    for number in range(3):
        await announce(CourseRetired(course=f"c{number}"), "a")
    await eventually(lambda: is_behind(events, 3), "three are under way")
    await asyncio.sleep(0.1)
    await ours.close()
    taken: list[str] = []
    async with asyncio.timeout(10):
        while len(taken) < 3:
            taken += [CourseRetired.FromString(message.data).course for message in await theirs.batch()]
    assert sorted(taken) == ["c0", "c1", "c2"]
    await theirs.close()


async def is_behind(events: Bus, count: int) -> bool:
    info = await events.jetstream.consumer_info(events.stream("ieum.courses.v1"), "d")
    return bool(info.num_ack_pending == count)
