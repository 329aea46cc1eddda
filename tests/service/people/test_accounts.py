from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ieum.people.v1 import events_pb2, people_pb2
from services.chassis.errors import (
    Conflict,
    Exists,
    Invalid,
)
from services.chassis.store.mongo import Database
from services.people.main import compose
from tests.service.conftest import Published, StartService
from tests.service.people.town import HOME, PASSPHRASE, Town, reason


async def test_whoever_registers_is_a_resident_who_may_learn_everywhere(town: Town, published: Published) -> None:
    person = await town.register("Haneul.Kim", display_name="김하늘", email="haneul@example.org")
    assert (person.login, person.display_name, person.area) == ("Haneul.Kim", "김하늘", HOME)
    assert person.universe == people_pb2.RESIDENT
    assert [(grant.role, grant.scope) for grant in person.grants] == [(people_pb2.LEARNER, "*")]
    (event,) = await published(events_pb2.PersonRegistered)
    assert (event.person, event.area, event.universe, event.revision) == (person.name, HOME, people_pb2.RESIDENT, 1)


async def test_the_same_request_answers_the_same_person_and_announces_it_once(town: Town, published: Published) -> None:
    made = await asyncio.gather(*(town.register("haneul", request_id="desk-1") for _ in range(8)))
    assert len({person.name for person in made}) == 1
    assert len(await published(events_pb2.PersonRegistered)) == 1


async def test_a_repeated_request_shows_nothing_to_whoever_does_not_know_the_passphrase(town: Town) -> None:
    await town.register("haneul", request_id="desk-1")
    with pytest.raises(Exists) as caught:
        await town.register("haneul", request_id="desk-1", passphrase="somebody else's")
    assert reason(caught) == "REQUEST_ID_USED"


async def test_of_twenty_who_want_one_login_one_gets_it(town: Town) -> None:
    async def attempt(number: int) -> str:
        try:
            return (await town.register("Boram" if number % 2 else "ｂｏｒａｍ")).name
        except Exists as refusal:
            return f"{refusal.reason} {refusal.field}"

    names = await asyncio.gather(*(attempt(number) for number in range(20)))
    assert sorted(names)[:-1] == ["LOGIN_TAKEN login"] * 19


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"area": "areas/NOWHERE"}, "AREA_UNKNOWN"),
        ({"area": ""}, "AREA_UNKNOWN"),
        ({"organisation": "organisations/nowhere"}, "ORGANISATION_UNKNOWN"),
        ({"display_name": "900101-1234567"}, "LOOKS_LIKE_RESIDENT_NUMBER"),
        ({"passphrase": "short"}, "PASSPHRASE_TOO_SHORT"),
    ],
)
async def test_what_cannot_be_registered_is_refused_with_its_reason(
    town: Town, fields: dict[str, str], expected: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await town.register("haneul", **fields)
    assert reason(caught) == expected


async def test_a_person_changes_what_is_theirs_and_a_move_is_announced(town: Town, published: Published) -> None:
    name, haneul = await town.newcomer("haneul")
    wanted = people_pb2.Person(name=name, area="areas/HB02", organisation="organisations/saebyeok", locale="en")
    request = people_pb2.UpdatePersonRequest(person=wanted)
    changed = await haneul.UpdatePerson(request)
    assert (changed.area, changed.universe, changed.locale) == ("areas/HB02", people_pb2.RESIDENT, "en")
    assert changed.display_name == "Haneul"
    await haneul.UpdatePerson(request)
    (event,) = await published(events_pb2.PersonMoved)
    assert (event.area, event.universe, event.revision) == ("areas/HB02", people_pb2.RESIDENT, 2)


async def test_a_field_in_the_mask_can_be_emptied(town: Town) -> None:
    name, haneul = await town.newcomer("haneul", email="haneul@example.org")
    request = people_pb2.UpdatePersonRequest(person=people_pb2.Person(name=name), passphrase=PASSPHRASE)
    request.update_mask.paths.append("email")
    assert (await haneul.UpdatePerson(request)).email == ""


async def test_a_change_on_top_of_an_outdated_etag_is_refused(town: Town) -> None:
    name, haneul = await town.newcomer("haneul")
    etag = (await haneul.GetPerson(people_pb2.GetPersonRequest(name=name))).etag
    first = people_pb2.Person(name=name, display_name="하늘", etag=etag)
    await haneul.UpdatePerson(people_pb2.UpdatePersonRequest(person=first))
    second = people_pb2.Person(name=name, display_name="바다", etag=etag)
    with pytest.raises(Conflict) as caught:
        await haneul.UpdatePerson(people_pb2.UpdatePersonRequest(person=second))
    assert reason(caught) == "PERSON_CHANGED"


async def test_people_are_found_by_any_part_of_a_name_or_login(town: Town) -> None:
    await town.register("boram", display_name="이보람")
    await town.register("haneul", display_name="김하늘")
    _, admin = await town.newcomer("admin", "administrator")

    async def found(query: str) -> list[str]:
        answer = await admin.ListPeople(people_pb2.ListPeopleRequest(query=query))
        return [person.login for person in answer.people]

    assert await found("하늘") == ["haneul"]
    assert await found("김하") == ["haneul"]
    assert await found("ORA") == ["boram"]
    assert await found("(.*") == []
    assert await found("\0haneul") == ["haneul"]
    listed = await admin.ListPeople(people_pb2.ListPeopleRequest(role=people_pb2.ADMINISTRATOR))
    assert [person.login for person in listed.people] == ["admin"]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("독고 영재", "독고영재"),
        ("독고영재", "영재"),
        ("Nguyễn Văn An", "nguyen van"),
        ("O'Brien", "O’Brien"),
        ("Бат-Эрдэнэ", "Батэрдэнэ"),
        ("Бат-Эрдэнэ", "бат-эрдэнэ"),
        ("Jean-Pierre", "pierre"),
    ],
)
async def test_a_name_is_found_without_its_spaces_accents_and_hyphens(town: Town, name: str, query: str) -> None:
    _, admin = await town.newcomer("admin", "administrator")
    person = await town.register("someone", display_name=name)
    answer = await admin.ListPeople(people_pb2.ListPeopleRequest(query=query))
    assert [each.name for each in answer.people] == [person.name]


async def test_accounts_of_an_earlier_release_are_found_likewise(
    town: Town, database_of: Callable[[str], Database], start_service: StartService
) -> None:
    database = database_of("people")
    person = await town.register("someone", display_name="Nguyễn Văn An")
    await database["people"].update_many({}, {"$set": {"words": ["nguyễn", "guyễn", "someone"]}})
    await database["guards"].delete_one({"_id": {"$regex": "^search words"}})
    await start_service("people", compose)
    answer = await town.system.ListPeople(people_pb2.ListPeopleRequest(query="nguyen"))
    assert [each.name for each in answer.people] == [person.name]


async def test_a_list_walked_while_people_register_shows_everybody_who_was_there_once(town: Town) -> None:
    there = [(await town.register(f"person-{number:02}")).name for number in range(7)]
    seen: list[str] = []
    token = ""
    for number in range(20):
        answer = await town.system.ListPeople(people_pb2.ListPeopleRequest(page_size=2, page_token=token))
        seen += [person.name for person in answer.people]
        await town.register(f"later-{number:02}")
        token = answer.next_page_token
        if not token:
            break
    assert len(seen) == len(set(seen))
    assert set(there) <= set(seen)


async def test_names_for_a_class_are_given_to_instructors_and_written_down(town: Town) -> None:
    haneul, _ = await town.newcomer("haneul", display_name="김하늘")
    name, teacher = await town.newcomer("teacher", "instructor")
    request = people_pb2.BatchGetNamesRequest(names=[haneul, name, "people/gone"], purpose="class grid of courses/x")
    answer = await teacher.BatchGetNames(request)
    assert dict(answer.display_names) == {haneul: "김하늘", name: "Teacher"}
    (entry,) = await town.audit(action=people_pb2.PERSONAL_DATA_VIEWED)
    assert (entry.actor, entry.detail) == (name, "names of 2: class grid of courses/x")


async def test_ones_own_name_is_nobodys_business(town: Town) -> None:
    name, haneul = await town.newcomer("haneul")
    assert dict((await haneul.BatchGetNames(people_pb2.BatchGetNamesRequest(names=[name]))).display_names)
    await haneul.GetPerson(people_pb2.GetPersonRequest(name=name))
    assert await town.audit(action=people_pb2.PERSONAL_DATA_VIEWED) == []


async def test_no_question_reads_a_whole_collection(town: Town, database_of: Callable[[str], Database]) -> None:
    people = await asyncio.gather(*(town.register(f"person{number}") for number in range(12)))
    _, admin = await town.newcomer("admin", "administrator", "areas/HB01")
    database = database_of("people")
    await database.command({"profile": 2})
    answer = await town.sign_in("person7")
    await town.viewer(answer.token)
    for request in (
        people_pb2.ListPeopleRequest(),
        people_pb2.ListPeopleRequest(query="son1"),
        people_pb2.ListPeopleRequest(role=people_pb2.ADMINISTRATOR, page_size=1),
    ):
        for client in (admin, town.system):
            await client.ListPeople(request)
    await town.system.BatchGetNames(people_pb2.BatchGetNamesRequest(names=[person.name for person in people]))
    await town.system.ListTokens(people_pb2.ListTokensRequest(parent=people[0].name))
    for wanted in ({}, {"actor": "people/x"}, {"action": people_pb2.SIGNED_IN}):
        await town.audit(**wanted)
    await town.system.ErasePerson(people_pb2.ErasePersonRequest(name=people[0].name))
    await database.command({"profile": 0})
    noted = await database["system.profile"].find({"planSummary": {"$exists": True}}).to_list()
    assert len(noted) > 20
    scanned = {(each["op"], each["ns"].rpartition(".")[2]) for each in noted if "COLLSCAN" in each["planSummary"]}
    assert scanned == set()
