"""Staff merge two accounts of one person, and separate them again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ieum.notices.v1.notices_pb2 import GetContactRequest
from ieum.notices.v1.notices_pb2_grpc import ContactSourceServiceStub
from ieum.people.v1 import counter_pb2 as pb
from ieum.people.v1 import events_pb2, people_pb2
from ieum.people.v1.counter_pb2_grpc import CounterServiceStub
from services.chassis.errors import Forbidden, Invalid, Problem, Refused, Unauthenticated
from services.chassis.principal import SYSTEM, Grant, Kind, Principal
from services.people.main import compose
from tests.service.conftest import ClientFor, Published, StartService
from tests.service.people.town import HOME, PASSPHRASE, PLACES, Town, principal, reason

ADMINISTRATOR = (Grant("administrator", "areas/HB01"),)
STAFF = Principal(Kind.PERSON, "people/staff", grants=ADMINISTRATOR, proved_until=2**40)
UNPROVED = Principal(Kind.PERSON, "people/staff", grants=ADMINISTRATOR)
ELSEWHERE = Principal(Kind.PERSON, "people/far", grants=(Grant("administrator", "areas/HB02"),))


class Desk:
    """Staff before a counter, and two accounts of one person."""

    def __init__(self, town: Town, address: str, client_for: ClientFor) -> None:
        self.town, self.address, self.make = town, address, client_for
        self.staff = self.acting(STAFF)

    def acting(self, who: Principal) -> Any:
        return self.make(CounterServiceStub, self.address, who)

    async def register(self) -> tuple[str, str]:
        return (await self.town.register("kept")).name, (await self.town.register("merged")).name

    async def merge(self, kept: str, merged: str, *, both_sign_ins: bool = False) -> people_pb2.Person:
        asked = pb.MergeAccountsRequest(kept=kept, merged=merged, both_sign_ins=both_sign_ins)
        found: people_pb2.Person = (await self.staff.MergeAccounts(asked)).person
        return found

    async def separate(self, merged: str) -> people_pb2.Person:
        found: people_pb2.Person = (await self.staff.SeparateAccounts(pb.SeparateAccountsRequest(name=merged))).person
        return found


@pytest.fixture
async def desk(start_service: StartService, client_for: ClientFor) -> Desk:
    address = await start_service("people", compose)
    town = Town(client_for, address)
    await town.system.ImportPlaces(PLACES)
    return Desk(town, address, client_for)


async def test_one_account_stands_for_both_until_they_are_separated(desk: Desk, published: Published) -> None:
    town = desk.town
    kept, merged = await desk.register()
    session, own = (await town.sign_in("merged")).token, (await town.sign_in("kept")).token
    assert list((await desk.merge(kept, merged)).merged) == [merged]
    await desk.merge(kept, merged)
    with pytest.raises(Unauthenticated):
        await town.viewer(session)
    assert list((await town.viewer(own)).person.merged) == [merged]
    with pytest.raises(Unauthenticated) as caught:
        await town.sign_in("merged")
    assert (reason(caught), caught.value.details["login"]) == ("ACCOUNT_MERGED", "kept")
    with pytest.raises(Unauthenticated) as caught:
        await town.sign_in("merged", "wrong")
    assert reason(caught) == "SIGN_IN_REFUSED"
    await desk.separate(merged)
    assert not (await desk.separate(merged)).kept_as
    assert (await town.sign_in("merged")).viewer.person.name == merged
    assert not (await town.viewer(own)).person.merged
    [said] = await published(events_pb2.AccountsMerged)
    [undone] = await published(events_pb2.AccountsSeparated)
    assert (said.person, said.kept, undone.person, undone.kept) == (merged, kept, merged, kept)
    assert undone.revision > said.revision
    for action in (people_pb2.ACCOUNTS_MERGED, people_pb2.ACCOUNTS_SEPARATED):
        [entry] = await town.audit(action=action)
        assert (entry.actor, entry.subject, entry.detail) == (STAFF.person, merged, f"kept: {kept}")


async def test_where_staff_let_it_either_sign_in_opens_the_account_that_is_kept(desk: Desk) -> None:
    town = desk.town
    kept, merged = await desk.register()
    await desk.merge(kept, merged, both_sign_ins=True)
    assert (await town.sign_in("merged")).viewer.person.name == kept
    contacts = desk.make(ContactSourceServiceStub, desk.address, SYSTEM)
    assert (await contacts.GetContact(GetContactRequest(person=merged))).display_name == "Kept"
    # An account with a role is opened by its own sign-in alone.
    await town.appoint(kept, people_pb2.INSTRUCTOR, HOME)
    with pytest.raises(Unauthenticated) as caught:
        await town.sign_in("merged")
    assert reason(caught) == "ACCOUNT_MERGED"


async def test_who_may_not_merge_what(desk: Desk) -> None:
    town = desk.town
    kept, merged = await desk.register()
    official = (await town.register("official")).name
    await town.appoint(official, people_pb2.OFFICIAL, HOME)
    erased = (await town.register("erased")).name
    await town.system.ErasePerson(people_pb2.ErasePersonRequest(name=erased))
    leaving = await town.register("leaving")
    asking = people_pb2.RequestErasureRequest(name=leaving.name, passphrase=PASSPHRASE)
    await town.acting(principal(leaving)).RequestErasure(asking)
    own = Principal(Kind.PERSON, kept, grants=ADMINISTRATOR, proved_until=STAFF.proved_until)
    attempts: list[tuple[Any, str, str, type[Problem], str]] = [
        (desk.staff, kept, kept, Invalid, "SAME_ACCOUNT"),
        (desk.staff, kept, official, Refused, "MERGED_HOLDS_ROLE"),
        (desk.staff, kept, erased, Refused, "PERSON_ERASED"),
        (desk.staff, erased, merged, Refused, "PERSON_ERASED"),
        (desk.staff, kept, leaving.name, Refused, "ERASURE_OPEN"),
        (desk.staff, kept, "people/nobody", Forbidden, "OUTSIDE_YOUR_AREA"),
        (desk.acting(UNPROVED), kept, merged, Forbidden, "PROOF_NEEDED"),
        (desk.acting(ELSEWHERE), kept, merged, Forbidden, "OUTSIDE_YOUR_AREA"),
        (desk.acting(own), kept, merged, Forbidden, "OWN_ACCOUNT_MERGED"),
        (desk.acting(principal(leaving)), kept, merged, Forbidden, "ROLE_NEEDED"),
    ]
    for client, stays, rests, kind, expected in attempts:
        with pytest.raises(kind) as caught:
            await client.MergeAccounts(pb.MergeAccountsRequest(kept=stays, merged=rests))
        assert reason(caught) == expected, (stays, rests)
    assert not await town.audit(action=people_pb2.ACCOUNTS_MERGED)


async def test_of_merges_at_once_that_would_make_a_chain_one_is_refused(desk: Desk) -> None:
    names = [(await desk.town.register(f"learner{number}")).name for number in range(3)]
    circle = [(names[place], names[place - 1]) for place in range(3)]
    answers = await asyncio.gather(*(desk.merge(*pair) for pair in circle), return_exceptions=True)
    found = [await desk.town.system.GetPerson(people_pb2.GetPersonRequest(name=name)) for name in names]
    assert sum(isinstance(answer, people_pb2.Person) for answer in answers) == sum(bool(each.kept_as) for each in found)
    assert any(each.kept_as for each in found)
    for each in found:
        assert not (each.kept_as and each.merged)
        assert all(other.kept_as == each.name for other in found if other.name in each.merged)


async def test_with_the_account_that_is_kept_goes_the_one_that_rests(desk: Desk, published: Published) -> None:
    town = desk.town
    kept, merged = await desk.register()
    await desk.merge(kept, merged)
    with pytest.raises(Refused) as caught:
        await town.acting(STAFF).RequestErasure(people_pb2.RequestErasureRequest(name=merged))
    assert reason(caught) == "ACCOUNT_RESTS"
    await town.system.ErasePerson(people_pb2.ErasePersonRequest(name=kept))
    gone = await published(events_pb2.PersonErased, 2)
    assert {event.person for event in gone} == {kept, merged}
    assert not (await town.system.ListPeople(people_pb2.ListPeopleRequest())).people
