"""Unused accounts are warned and then erased; nothing goes before an administrator has said so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pymongo.asynchronous.client_session import AsyncClientSession

from ieum.classes.v1.classes_pb2 import PRESENT
from ieum.classes.v1.events_pb2 import AttendanceMarked
from ieum.people.v1 import events_pb2, people_pb2
from ieum.people.v1 import retention_pb2 as pb
from ieum.people.v1.retention_pb2_grpc import RetentionServiceStub
from services.chassis.clock import moment, now, stamp
from services.chassis.config import Settings
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.principal import ANONYMOUS, Grant, Kind, Principal
from services.chassis.store.mongo import Database
from services.people.domain.person import Person
from services.people.domain.retention import FIRST_WARNING, SECOND_WARNING
from services.people.main import compose
from services.people.retention import run_if_due
from services.people.store import Store
from tests.service.conftest import Announce, ClientFor, Published, StartService, eventually
from tests.service.people.town import PLACES, Town, principal, reason

YEAR, DAY = 365, timedelta(days=1)
CHIEF = Principal(Kind.PERSON, "people/chief", grants=(Grant("administrator", "*"),), proved_until=2**40)


class Desk:
    """The service, whose day begins when a test says so."""

    def __init__(self, town: Town, database: Database, store: Store, client: Any) -> None:
        self.town, self.database, self.store, self.chief = town, database, store, client

    async def age(self, name: str, days: int = 3 * YEAR) -> None:
        """As if the account had been made, and used last, so long ago."""
        key, then = name.removeprefix("people/"), now() - timedelta(days=days)
        await self.database["people"].update_one({"_id": key}, {"$set": {"create_time": then}})
        await self.database["account_use"].delete_one({"_id": key})

    async def set(self, **days: int) -> pb.Retention:
        """Without the work of the day, which a test begins itself."""
        before = await self.chief.GetRetention(pb.GetRetentionRequest())
        held = {"next_run_at": now() + 1000 * DAY}
        after: pb.Retention = await self.chief.SetRetention(pb.SetRetentionRequest(set_time=before.set_time, **days))
        await self.database["retention"].update_one({}, {"$set": held, "$inc": {"revision": 1}})
        return after

    async def run(self, at: datetime) -> None:
        await self.database["retention"].update_one({}, {"$set": {"next_run_at": at}, "$inc": {"revision": 1}})
        # Two processes look; one does the work.
        assert sorted(await asyncio.gather(*(run_if_due(self.store, at) for _ in range(2)))) == [False, True]

    async def is_erased(self, name: str) -> bool:
        return bool((await self.town.system.GetPerson(people_pb2.GetPersonRequest(name=name))).erased)


@pytest.fixture
async def desk(
    start_service: StartService,
    client_for: ClientFor,
    database_of: Callable[[str], Database],
    events: Bus,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Desk]:
    monkeypatch.setattr("services.people.retention._SECONDS", 10_000.0)  # the service itself begins no day
    address = await start_service("people", compose)
    town, database = Town(client_for, address), database_of("people")
    await town.system.ImportPlaces(PLACES)
    outbox = Outbox(events)
    store = Store(database, outbox, settings.pseudonym_key)
    publishing = asyncio.create_task(outbox.run())
    yield Desk(town, database, store, client_for(RetentionServiceStub, address, CHIEF))
    publishing.cancel()
    await asyncio.wait([publishing])


async def test_an_unused_account_is_warned_twice_and_erased_by_a_request(desk: Desk, published: Published) -> None:
    town, begin = desk.town, now()
    unused, used, staff = [(await town.register(login)).name for login in ("unused", "inuse", "staff")]
    await town.appoint(staff, people_pb2.OFFICIAL, "areas/HB01")
    for name in (unused, used, staff):
        await desk.age(name)
    await town.sign_in("inuse")
    looked = await desk.chief.PreviewRetention(pb.PreviewRetentionRequest(unused_days=YEAR))
    assert (looked.accounts, looked.warned, looked.erased, looked.stops) == (2, 1, 0, False)
    assert [(each.person.name, each.warning) for each in looked.people] == [(unused, 1)]
    assert not await desk.database["unused_accounts"].count_documents({"_id": {"$gt": ""}})
    await desk.set(unused_days=YEAR)
    for at in (begin, begin + DAY, begin + FIRST_WARNING - SECOND_WARNING, begin + FIRST_WARNING - DAY):
        await desk.run(at)
    assert not await desk.is_erased(unused)
    await desk.run(begin + FIRST_WARNING)
    assert [await desk.is_erased(name) for name in (unused, used, staff)] == [True, False, False]
    said = await published(events_pb2.AccountUnused, 2)
    assert [(each.person, each.warning) for each in said] == [(unused, 1), (unused, 2)]
    assert moment(said[1].erase_time) == moment(said[0].erase_time)
    [asked] = (await town.system.ListErasureRequests(people_pb2.ListErasureRequestsRequest())).requests
    assert (asked.person, asked.asked_by, asked.by_schedule, asked.at_desk) == (unused, "", True, False)
    [gone] = await published(events_pb2.PersonErased)
    assert gone.person == unused
    for collection in ("unused_accounts", "account_use"):
        assert not await desk.database[collection].find_one({"_id": unused.removeprefix("people/")})
    details = [entry.detail for entry in await town.audit(action=people_pb2.RETENTION_RAN)]
    assert details == [
        f"warned {warned}, erased {erased}, audit entries 0" for warned, erased in ((0, 1), (1, 0), (1, 0))
    ]


async def test_who_uses_the_account_or_is_seen_in_a_class_is_kept(
    desk: Desk, announce: Announce, database_of: Callable[[str], Database]
) -> None:
    town, begin = desk.town, now()
    names = [(await town.register(login)).name for login in ("signs", "attends", "asks", "twice")]
    for name in names:
        await desk.age(name)
    signs, attends, asks, twice = names
    await desk.set(unused_days=YEAR)
    for at in (begin, begin + FIRST_WARNING - SECOND_WARNING + DAY):
        await desk.run(at)
    own = await town.system.GetPerson(people_pb2.GetPersonRequest(name=signs))
    client = desk.chief  # anybody may read; what is their own, they alone
    assert not (await client.GetRetention(pb.GetRetentionRequest())).HasField("own_erase_time")
    await town.sign_in("signs")
    attended = AttendanceMarked(
        application="applications/a", person=attends, session=1, attended=PRESENT, time=stamp(now()), revision=1
    )
    await announce(attended, "a")

    async def heard() -> bool:
        return await desk.database["account_use"].find_one({"_id": attends.removeprefix("people/")}) is not None

    await eventually(heard, "the attendance")
    asking = people_pb2.RequestErasureRequest(name=asks, passphrase="twelve small boats")
    await town.acting(principal(people_pb2.Person(name=asks, universe=own.universe))).RequestErasure(asking)
    # Somebody signs in while they are erased.
    retention = desk.store.retention
    check, signed_in = retention.check_used_at, list[datetime]()

    async def meanwhile(person: Person, used_at: datetime, session: AsyncClientSession) -> None:
        if person.name == twice and not signed_in:
            signed_in.append(now())
            await retention.note_use(person.id, signed_in[0])
        await check(person, used_at, session)

    retention.check_used_at = meanwhile  # type: ignore[method-assign]
    await desk.run(begin + FIRST_WARNING + DAY)
    assert [await desk.is_erased(name) for name in names] == [False] * 4
    listed = (await town.system.ListErasureRequests(people_pb2.ListErasureRequestsRequest())).requests
    assert {each.person: each.state for each in listed} == {
        asks: people_pb2.ERASURE_ASKED,
        twice: people_pb2.ERASURE_TAKEN_BACK,
    }


async def test_the_work_stops_before_many_erasures_and_asks(desk: Desk) -> None:
    begin = now()
    names = [(await desk.town.register(f"learner{number}")).name for number in range(11)]
    for name in names:
        await desk.age(name)
    await desk.set(unused_days=YEAR)
    days = (begin, begin + FIRST_WARNING - SECOND_WARNING + DAY, begin + FIRST_WARNING + DAY)
    for at in days:
        await desk.run(at)
    assert not any([await desk.is_erased(name) for name in names])
    assert (await desk.chief.GetRetention(pb.GetRetentionRequest())).stopped == 11
    with pytest.raises(Conflict):
        await desk.chief.AllowRetention(pb.AllowRetentionRequest(count=3))
    await desk.chief.AllowRetention(pb.AllowRetentionRequest(count=11))
    await desk.run(days[-1] + DAY)
    assert all([await desk.is_erased(name) for name in names])
    assert (await desk.chief.GetRetention(pb.GetRetentionRequest())).stopped == 0


async def test_old_entries_of_the_audit_log_go_and_the_rest_stays(desk: Desk) -> None:
    await desk.town.register("learner")
    await desk.town.sign_in("learner")
    old = now() - timedelta(days=800)
    await desk.database["audit"].update_many({"action": "signed_in"}, {"$set": {"time": old}})
    looked = await desk.chief.PreviewRetention(pb.PreviewRetentionRequest(audit_days=730))
    assert looked.audit_entries == 1
    await desk.set(audit_days=730)
    await desk.run(now())
    assert not await desk.town.audit(action=people_pb2.SIGNED_IN)
    assert await desk.town.audit(action=people_pb2.RETENTION_SET)


async def test_only_administrators_of_everything_set_it_after_a_proof(desk: Desk, client_for: ClientFor) -> None:
    def acting(**fields: Any) -> Any:
        who = Principal(Kind.PERSON, "people/x", **{"proved_until": CHIEF.proved_until} | fields)
        return desk.town._client_for(RetentionServiceStub, desk.town._address, who)

    local = (Grant("administrator", "areas/HB01"),)
    wanted = pb.SetRetentionRequest(unused_days=YEAR)
    for client, expected in (
        (acting(), "ROLE_NEEDED"),
        (acting(grants=local), "ROLE_NEEDED"),
        (acting(grants=CHIEF.grants, proved_until=0), "PROOF_NEEDED"),
    ):
        with pytest.raises(Forbidden) as caught:
            await client.SetRetention(wanted)
        assert reason(caught) == expected
    for client in (acting(), acting(grants=local)):
        with pytest.raises(Forbidden):
            await client.PreviewRetention(pb.PreviewRetentionRequest(unused_days=YEAR))
    with pytest.raises(Invalid):
        await desk.chief.SetRetention(pb.SetRetentionRequest(unused_days=10))
    await desk.set(unused_days=YEAR)
    anybody = desk.town._client_for(RetentionServiceStub, desk.town._address, ANONYMOUS)
    assert (await anybody.GetRetention(pb.GetRetentionRequest())).unused_days == YEAR
