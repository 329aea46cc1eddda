from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import grpc.aio
import pytest

from ieum.people.v1 import people_pb2
from ieum.people.v1.people_pb2_grpc import PeopleServiceStub
from services.chassis import rpc
from services.chassis.errors import (
    Forbidden,
    Missing,
    Problem,
    Unauthenticated,
)
from services.chassis.principal import ANONYMOUS, Grant
from services.people.main import compose
from tests.service.conftest import StartService
from tests.service.people.town import Town, principal, reason

_ANY = people_pb2.Grant(role=people_pb2.OFFICIAL, scope="areas/HB01")


_FOR_ADMINISTRATORS_OR_ONESELF: dict[str, Callable[[str], Any]] = {
    "GetPerson": lambda name: people_pb2.GetPersonRequest(name=name),
    "UpdatePerson": lambda name: people_pb2.UpdatePersonRequest(person=people_pb2.Person(name=name)),
    "ListPeople": lambda name: people_pb2.ListPeopleRequest(),
    "ResetPassphrase": lambda name: people_pb2.ResetPassphraseRequest(name=name),
    "ChangePassphrase": lambda name: people_pb2.ChangePassphraseRequest(name=name),
    "ErasePerson": lambda name: people_pb2.ErasePersonRequest(name=name),
    "RequestErasure": lambda name: people_pb2.RequestErasureRequest(name=name),
    "ListErasureRequests": lambda name: people_pb2.ListErasureRequestsRequest(person=name),
    "ListTokens": lambda name: people_pb2.ListTokensRequest(parent=name),
    "CreateToken": lambda name: people_pb2.CreateTokenRequest(parent=name),
    "RevokeToken": lambda name: people_pb2.RevokeTokenRequest(name=f"{name}/tokens/t1"),
    "GrantRole": lambda name: people_pb2.GrantRoleRequest(name=name, grant=_ANY),
    "RevokeRole": lambda name: people_pb2.RevokeRoleRequest(name=name, grant=_ANY),
    "ListAuditEntries": lambda name: people_pb2.ListAuditEntriesRequest(),
    "ImportPlaces": lambda name: people_pb2.ImportPlacesRequest(),
}


async def test_others_may_not_whether_or_not_the_person_exists(town: Town) -> None:
    there = (await town.register("haneul")).name
    stranger = principal(await town.register("stranger"))
    officer = principal(await town.register("officer"), *(Grant(role, "*") for role in ("instructor", "official")))
    for method, request_for in _FOR_ADMINISTRATORS_OR_ONESELF.items():
        for who, kind in ((ANONYMOUS, "Unauthenticated"), (stranger, "Forbidden"), (officer, "Forbidden")):
            answers = []
            for name in (there, "people/nobody"):
                with pytest.raises(Problem) as caught:
                    await getattr(town.acting(who), method)(request_for(name))
                answers.append((method, type(caught.value).__name__, reason(caught)))
            assert answers[0] == answers[1]
            assert answers[0][:2] == (method, kind)


async def test_names_are_for_instructors_and_administrators(town: Town) -> None:
    there = (await town.register("haneul")).name
    learner = town.acting(principal(await town.register("curious")))
    for client, kind in ((town.anybody, Unauthenticated), (learner, Forbidden)):
        with pytest.raises(kind):
            await client.BatchGetNames(people_pb2.BatchGetNamesRequest(names=[there]))


async def test_an_official_learns_the_names_of_colleagues_alone(town: Town) -> None:
    resident = (await town.register("haneul")).name
    colleague, _ = await town.newcomer("second", "official", "areas/HB01")
    official = town.acting(principal(await town.register("official"), Grant("official", "areas/HB01")))
    asked = people_pb2.BatchGetNamesRequest(names=[resident, colleague], purpose="who made releases/r")
    assert list((await official.BatchGetNames(asked)).display_names) == [colleague]


async def test_an_instructor_finds_instructors_alone_by_their_login(town: Town) -> None:
    await town.register("learner")
    colleague, teacher = await town.newcomer("colleague", "instructor")
    found = await teacher.FindInstructor(people_pb2.FindInstructorRequest(login=" Colleague "))
    assert found.name == colleague
    for login in ("learner", "nobody", ""):
        with pytest.raises(Missing) as caught:
            await teacher.FindInstructor(people_pb2.FindInstructorRequest(login=login))
        assert reason(caught) == "INSTRUCTOR_NOT_FOUND"
    learner = town.acting(principal(await town.register("curious")))
    with pytest.raises(Forbidden):
        await learner.FindInstructor(people_pb2.FindInstructorRequest(login="colleague"))


async def test_staff_find_somebody_at_the_counter_by_the_whole_login_and_it_is_noted(town: Town) -> None:
    there = await town.register("soonja")
    _, teacher = await town.newcomer("colleague", "instructor")
    found = await teacher.FindPerson(people_pb2.FindPersonRequest(login=" Soonja "))
    assert (found.name, found.display_name) == (there.name, there.display_name)
    for login in ("soon", ""):
        with pytest.raises(Missing) as caught:
            await teacher.FindPerson(people_pb2.FindPersonRequest(login=login))
        assert reason(caught) == "LOGIN_UNKNOWN"
    for who in (town.acting(principal(there)), town.acting(principal(there, Grant("official", "*")))):
        with pytest.raises(Forbidden):
            await who.FindPerson(people_pb2.FindPersonRequest(login="colleague"))


async def test_an_official_learns_of_nobody(town: Town) -> None:
    there = (await town.register("haneul")).name
    official = town.acting(principal(await town.register("official"), Grant("official", "*")))
    asked: dict[str, Any] = {
        "GetPerson": people_pb2.GetPersonRequest(name=there),
        "ListPeople": people_pb2.ListPeopleRequest(),
        "ListAuditEntries": people_pb2.ListAuditEntriesRequest(),
        "ListTokens": people_pb2.ListTokensRequest(parent=there),
        "GetEqualityAnswers": people_pb2.GetEqualityAnswersRequest(name=f"{there}/equalityAnswers"),
    }
    for method, request in asked.items():
        with pytest.raises(Forbidden):
            await getattr(official, method)(request)
    assert not (await official.BatchGetNames(people_pb2.BatchGetNamesRequest(names=[there]))).display_names


async def test_a_call_that_does_not_say_who_asks_is_refused(start_service: StartService) -> None:
    address = await start_service("people", compose)
    async with rpc.channel(address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await PeopleServiceStub(channel).ListAreas(people_pb2.ListAreasRequest())
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_an_administrator_of_everything_is_told_that_somebody_is_missing(town: Town) -> None:
    _, admin = await town.newcomer("admin", "administrator")
    with pytest.raises(Missing) as caught:
        await admin.GetPerson(people_pb2.GetPersonRequest(name="people/nobody"))
    assert reason(caught) == "PERSON_NOT_FOUND"
