"""What somebody learns of who has looked at their data."""

from __future__ import annotations

from typing import Any

import pytest

from ieum.notices.v1.events_pb2 import ContactsViewed
from ieum.people.v1 import people_pb2 as pb
from services.chassis.clock import now, stamp
from services.chassis.errors import Unauthenticated
from services.chassis.principal import ANONYMOUS
from tests.service.conftest import Announce, eventually
from tests.service.people.town import Town


async def looks(who: Any) -> list[tuple[str, str, str]]:
    answer = await who.ListOwnAuditEntries(pb.ListOwnAuditEntriesRequest())
    return [(answer.actors[each.actor].display_name, each.subject, each.detail) for each in answer.entries]


async def test_everybody_on_a_list_learns_who_saw_them_and_nobody_else_of_the_list(town: Town) -> None:
    _, administrator = await town.newcomer("Chief", "administrator")
    first, one = await town.newcomer("haneul")
    second, other = await town.newcomer("bada")
    await administrator.ListPeople(pb.ListPeopleRequest(query="haneul"))
    await administrator.BatchGetNames(pb.BatchGetNamesRequest(names=[first, second], purpose="class grid of courses/x"))
    await administrator.GetPerson(pb.GetPersonRequest(name=second))
    assert await looks(one) == [
        ("Chief", first, "names of 2: class grid of courses/x"),
        ("Chief", first, "list of 1"),
    ]
    assert await looks(other) == [
        ("Chief", second, "account"),
        ("Chief", second, "names of 2: class grid of courses/x"),
    ]


async def test_own_acts_are_listed_apart_and_page_by_page(town: Town) -> None:
    name, person = await town.newcomer("haneul")
    for _ in range(3):
        await town.sign_in("haneul")
    request = pb.ListOwnAuditEntriesRequest(by_me=True, page_size=2)
    first = await person.ListOwnAuditEntries(request)
    request.page_token = first.next_page_token
    rest = await person.ListOwnAuditEntries(request)
    entries = [*first.entries, *rest.entries]
    assert {each.actor for each in entries} == {name}
    assert len({each.name for each in entries}) == len(entries) >= 3
    assert await looks(person) == []


async def test_people_in_a_list_of_whom_to_tell_learn_of_it(town: Town, announce: Announce) -> None:
    name, person = await town.newcomer("haneul")
    actor, _ = await town.newcomer("teacher", "instructor")
    event = ContactsViewed(id="v1", actor=actor, count=2, persons=[name, "people/other"], time=stamp(now()))
    await announce(event, "v1")

    async def learned() -> bool:
        return await looks(person) == [("Teacher", name, "whom to tell: 2")]

    await eventually(learned, "the look is noted")


async def test_strangers_have_no_entries(town: Town) -> None:
    with pytest.raises(Unauthenticated):
        await town.acting(ANONYMOUS).ListOwnAuditEntries(pb.ListOwnAuditEntriesRequest())
