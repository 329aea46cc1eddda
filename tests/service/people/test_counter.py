"""Staff at a counter find and register people of their own area, and of no other."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from ieum.people.v1 import counter_pb2 as pb
from ieum.people.v1 import events_pb2, people_pb2
from ieum.people.v1.counter_pb2_grpc import CounterServiceStub
from services.chassis.errors import Exists, Forbidden, Invalid, Problem
from services.chassis.principal import Grant, Kind, Principal
from services.chassis.store.mongo import Database
from services.people.main import compose
from tests.service.conftest import ClientFor, Published, StartService
from tests.service.people.town import HOME, PLACES, Town, reason

NAME = "강영희"
STAFF = Principal(Kind.PERSON, "people/staff", grants=(Grant("administrator", "areas/HB01"),))
ELSEWHERE = Principal(Kind.PERSON, "people/far", grants=(Grant("administrator", "areas/HB02"),))


@pytest.fixture
async def address(start_service: StartService) -> str:
    return await start_service("people", compose)


@pytest.fixture
async def town(address: str, client_for: ClientFor) -> Town:
    town = Town(client_for, address)
    await town.system.ImportPlaces(PLACES)
    return town


@pytest.fixture
def staff(town: Town, address: str, client_for: ClientFor) -> Any:
    return client_for(CounterServiceStub, address, STAFF)


@pytest.fixture
def elsewhere(town: Town, address: str, client_for: ClientFor) -> Any:
    return client_for(CounterServiceStub, address, ELSEWHERE)


def registration(**fields: Any) -> pb.RegisterAtCounterRequest:
    given: dict[str, Any] = {
        "request_id": "r1",
        "display_name": NAME,
        "birth_year": 1949,
        "phone": "010-1234-5678",
        "area": HOME,
    }
    return pb.RegisterAtCounterRequest(**given | fields)


async def test_somebody_is_registered_once_and_found_by_what_is_known_of_them(
    town: Town, staff: Any, elsewhere: Any
) -> None:
    first, again = await staff.RegisterAtCounter(registration()), await staff.RegisterAtCounter(registration())
    assert first.person.name == again.person.name
    assert (first.birth_year, first.phone) == (1949, "01012345678")
    assert first.person.login.isdigit()
    assert first.person.vouching == people_pb2.AT_DESK
    searches = (
        {"query": "ㄱㅇㅎ"},
        {"query": "ㅇㅎ", "birth_year": 1949},
        {"query": "강 영희"},
        {"query": unicodedata.normalize("NFD", NAME)},
        {"birth_year": 1949},
        {"phone_digits": "5678"},
        {"phone_digits": "1234-5678", "birth_year": 1949},
        {"query": first.person.login[:6]},
    )
    for wanted in searches:
        (found,) = (await staff.FindAtCounter(pb.FindAtCounterRequest(**wanted))).people
        assert (found.person.name, found.phone_digits) == (first.person.name, "5678"), wanted
        assert not (await elsewhere.FindAtCounter(pb.FindAtCounterRequest(**wanted))).people
    for wrong in ({"birth_year": 1950}, {"phone_digits": "91234-5678"}, {"query": NAME, "phone_digits": "0000"}):
        assert not (await staff.FindAtCounter(pb.FindAtCounterRequest(**wrong))).people
    seen = await town.audit(action=people_pb2.PERSONAL_DATA_VIEWED, actor=STAFF.person)
    assert [(entry.subject, entry.detail) for entry in seen] == [(first.person.name, "found at the counter")] * 8
    (entry,) = await town.audit(action=people_pb2.PERSON_REGISTERED)
    assert (entry.actor, entry.subject) == (STAFF.person, first.person.name)


async def test_nobody_signs_in_to_an_account_of_the_counter_before_a_code_was_given(town: Town, staff: Any) -> None:
    made = (await staff.RegisterAtCounter(registration())).person
    for guess in ("", made.login):
        with pytest.raises(Problem):
            await town.sign_in(made.login, guess)
    code = (await town.system.ResetPassphrase(town.reset(made.name))).code
    assert (await town.sign_in(made.login, code)).viewer.person.passphrase_must_change


async def test_the_same_name_and_birth_year_is_asked_about_first(staff: Any, elsewhere: Any) -> None:
    await staff.RegisterAtCounter(registration())
    other = registration(request_id="r2", display_name="강 영희", phone="")
    with pytest.raises(Exists) as caught:
        await staff.RegisterAtCounter(other)
    assert reason(caught) == "PERSON_LIKE_THIS"
    other.is_another_person = True
    await staff.RegisterAtCounter(other)
    assert len((await staff.FindAtCounter(pb.FindAtCounterRequest(query=NAME))).people) == 2
    # Staff of another area learn nothing of her.
    await elsewhere.RegisterAtCounter(registration(request_id="r3", area="areas/HB02"))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"area": "areas/HB02"}, "OUTSIDE_YOUR_AREA"),
        ({"birth_year": 1899}, "BIRTH_YEAR_INVALID"),
        ({"phone": "call me"}, "TELEPHONE_INVALID"),
        ({"phone": "490101-1234567"}, "LOOKS_LIKE_RESIDENT_NUMBER"),
        ({"display_name": " "}, "DISPLAY_NAME_MISSING"),
    ],
)
async def test_what_cannot_be_registered_is_refused(staff: Any, fields: dict[str, Any], expected: str) -> None:
    with pytest.raises(Problem) as caught:
        await staff.RegisterAtCounter(registration(**fields))
    assert reason(caught) == expected


async def test_a_search_for_everybody_is_refused_and_learners_may_not_search(
    town: Town, address: str, client_for: ClientFor, staff: Any
) -> None:
    for empty in ("", " - "):
        with pytest.raises(Invalid):
            await staff.FindAtCounter(pb.FindAtCounterRequest(query=empty))
    with pytest.raises(Invalid) as caught:
        await staff.FindAtCounter(pb.FindAtCounterRequest(phone_digits="12"))
    assert reason(caught) == "PHONE_DIGITS_TOO_FEW"
    learner = client_for(CounterServiceStub, address, Principal(Kind.PERSON, "people/me"))
    with pytest.raises(Forbidden):
        await learner.FindAtCounter(pb.FindAtCounterRequest(query=NAME))


async def test_accounts_that_may_be_of_one_person_are_found_until_staff_say_that_they_are_two(
    staff: Any, elsewhere: Any
) -> None:
    one = (await staff.RegisterAtCounter(registration())).person.name
    latin = registration(request_id="r2", display_name="Younghee Kang", phone="")
    other = (await staff.RegisterAtCounter(latin)).person.name
    await staff.RegisterAtCounter(registration(request_id="r3", display_name="강영희", birth_year=1960, phone=""))
    (found,) = (await staff.FindAlike(pb.FindAlikeRequest(name=one))).people
    assert (found.found.person.name, found.points) == (other, 6)
    assert list(found.reasons) == [pb.SOUNDS_ALIKE, pb.SAME_YEAR, pb.SAME_AREA]
    (back,) = (await staff.FindAlike(pb.FindAlikeRequest(name=other))).people
    assert back.found.person.name == one
    searched = (await staff.FindAtCounter(pb.FindAtCounterRequest(query="kang young hee", birth_year=1949))).people
    assert {each.person.name for each in searched} == {one, other}
    with pytest.raises(Forbidden):
        await elsewhere.FindAlike(pb.FindAlikeRequest(name=one))
    with pytest.raises(Forbidden):
        await elsewhere.TellApart(pb.TellApartRequest(name=one, other=other))
    with pytest.raises(Invalid):
        await staff.TellApart(pb.TellApartRequest(name=one, other=one))
    for _ in range(2):
        assert not (await staff.TellApart(pb.TellApartRequest(name=other, other=one))).people
    assert not (await staff.FindAlike(pb.FindAlikeRequest(name=one))).people


async def test_desk_data_is_changed_by_staff_of_the_area_and_by_the_person_and_is_nowhere_in_the_open(
    town: Town,
    address: str,
    client_for: ClientFor,
    staff: Any,
    elsewhere: Any,
    published: Published,
    database_of: Callable[[str], Database],
) -> None:
    made = (await staff.RegisterAtCounter(registration())).person
    change = pb.UpdateDeskRecordRequest(name=made.name, birth_year=1950, phone="+82 10 9876 5432")
    with pytest.raises(Forbidden):
        await elsewhere.UpdateDeskRecord(change)
    with pytest.raises(Forbidden):
        await elsewhere.GetDeskRecord(pb.GetDeskRecordRequest(name=made.name))
    changed = await staff.UpdateDeskRecord(change)
    assert (changed.birth_year, changed.phone) == (1950, "+821098765432")
    assert [entry.subject for entry in await town.audit(action=people_pb2.DESK_DATA_CHANGED)] == [made.name]
    oneself = client_for(CounterServiceStub, address, Principal(Kind.PERSON, made.name))
    assert (await oneself.GetDeskRecord(pb.GetDeskRecordRequest(name=made.name))).phone == "+821098765432"
    text = repr(await database_of("people")["people"].find_one({"_id": made.name.removeprefix("people/")}))
    assert "9876" not in text
    assert "1950" not in text
    (event,) = await published(events_pb2.PersonRegistered)
    assert (event.person, event.area) == (made.name, HOME)
    await oneself.UpdateDeskRecord(pb.UpdateDeskRecordRequest(name=made.name))
    assert not (await staff.FindAtCounter(pb.FindAtCounterRequest(phone_digits="5432"))).people
