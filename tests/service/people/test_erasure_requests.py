"""Requests for erasure: by the person or at the desk, decided on by another administrator."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ieum.people.v1 import people_pb2 as pb
from services.chassis.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated
from tests.service.conftest import eventually
from tests.service.people.town import HOME, PASSPHRASE, Town

DAY = 24 * 3600


async def ask(who: Any, person: str) -> pb.ErasureRequest:
    asked: pb.ErasureRequest = await who.RequestErasure(pb.RequestErasureRequest(name=person, passphrase=PASSPHRASE))
    return asked


def approval(request: pb.ErasureRequest) -> pb.ApproveErasureRequest:
    return pb.ApproveErasureRequest(name=request.name, passphrase=PASSPHRASE)


async def open_requests(who: Any) -> list[str]:
    listed = await who.ListErasureRequests(pb.ListErasureRequestsRequest(only_open=True))
    return [each.person for each in listed.requests]


async def test_a_person_asks_another_approves_and_whoever_has_the_number_sees_it(town: Town) -> None:
    name, haneul = await town.newcomer("haneul")
    _, administrator = await town.newcomer("chief", "administrator")
    first, second = await asyncio.gather(ask(haneul, name), ask(haneul, name))
    assert first == second
    assert (first.state, first.at_desk) == (pb.ERASURE_ASKED, False)
    assert first.due_time.seconds - first.ask_time.seconds == 10 * DAY
    assert await open_requests(administrator) == [name]
    with pytest.raises(Forbidden):
        await haneul.ApproveErasure(approval(first))
    await administrator.ApproveErasure(approval(first))
    await administrator.ApproveErasure(approval(first))
    assert await open_requests(administrator) == []

    async def is_done() -> bool:
        found = await town.anybody.GetErasureRequest(pb.GetErasureRequestRequest(name=first.name))
        return bool(found.state == pb.ERASURE_DONE)

    await eventually(is_done, "the request is done")
    copied = first.name.lower().removeprefix("erasurerequests/")
    seen = await town.anybody.GetErasureRequest(
        pb.GetErasureRequestRequest(name=f"erasureRequests/{copied[:8]}-{copied[8:]}")
    )
    assert (seen.person, seen.asked_by, seen.decided_by) == ("", "", "")
    assert seen.backups_end_time.seconds - seen.done_time.seconds == 35 * DAY
    assert (await town.system.GetPerson(pb.GetPersonRequest(name=name))).erased
    actions = [each.action for each in await town.audit() if each.subject == name]
    assert {pb.ERASURE_ASKED_FOR, pb.PERSON_ERASED} <= set(actions)
    assert actions.count(pb.ERASURE_ASKED_FOR) == 1


async def test_whoever_asked_at_the_desk_does_not_approve(town: Town) -> None:
    name, _ = await town.newcomer("haneul")
    _, desk = await town.newcomer("desk", "administrator", HOME)
    _, other = await town.newcomer("other", "administrator", HOME)
    _, elsewhere = await town.newcomer("elsewhere", "administrator", "areas/HB02")
    asked = await ask(desk, name)
    assert asked.at_desk
    with pytest.raises(Forbidden):
        await desk.ApproveErasure(approval(asked))
    with pytest.raises(Forbidden):
        await elsewhere.ApproveErasure(approval(asked))
    assert await open_requests(elsewhere) == []
    assert (await elsewhere.GetErasureRequest(pb.GetErasureRequestRequest(name=asked.name))).person == ""
    with pytest.raises(Invalid):
        await other.ApproveErasure(pb.ApproveErasureRequest(name=asked.name, passphrase="not mine at all"))
    assert (await other.ApproveErasure(approval(asked))).state in (pb.ERASURE_RUNNING, pb.ERASURE_DONE)


async def test_a_request_is_taken_back_or_refused_with_a_reason_and_asked_again(town: Town) -> None:
    name, haneul = await town.newcomer("haneul")
    _, administrator = await town.newcomer("chief", "administrator")
    first = await ask(haneul, name)
    for _ in range(2):
        await haneul.TakeBackErasure(pb.TakeBackErasureRequest(name=first.name))
    with pytest.raises(Refused):
        await administrator.ApproveErasure(approval(first))
    second = await ask(haneul, name)
    assert second.name != first.name
    with pytest.raises(Invalid):
        await administrator.RefuseErasure(pb.RefuseErasureRequest(name=second.name, reason=" "))
    await administrator.RefuseErasure(pb.RefuseErasureRequest(name=second.name, reason="An order must be kept."))
    listed = await haneul.ListErasureRequests(pb.ListErasureRequestsRequest(person=name))
    assert [(each.state, each.reason) for each in listed.requests] == [
        (pb.ERASURE_REFUSED, "An order must be kept."),
        (pb.ERASURE_TAKEN_BACK, ""),
    ]
    assert not (await town.system.GetPerson(pb.GetPersonRequest(name=name))).erased


async def test_strangers_and_others_get_nowhere(town: Town) -> None:
    name, haneul = await town.newcomer("haneul")
    _, neighbour = await town.newcomer("bada")
    asked = await ask(haneul, name)
    with pytest.raises(Invalid):
        await haneul.RequestErasure(pb.RequestErasureRequest(name=name, passphrase="wrong words here"))
    with pytest.raises(Forbidden):
        await neighbour.ApproveErasure(approval(asked))
    with pytest.raises(Forbidden):
        await neighbour.TakeBackErasure(pb.TakeBackErasureRequest(name=asked.name))
    with pytest.raises(Forbidden):
        await neighbour.RefuseErasure(pb.RefuseErasureRequest(name=asked.name, reason="no"))
    with pytest.raises(Forbidden):
        await neighbour.ListErasureRequests(pb.ListErasureRequestsRequest())
    with pytest.raises(Unauthenticated):
        await town.anybody.TakeBackErasure(pb.TakeBackErasureRequest(name=asked.name))
    with pytest.raises(Missing):
        await town.anybody.GetErasureRequest(pb.GetErasureRequestRequest(name="erasureRequests/0000000000000000"))
    with pytest.raises(Refused):
        await haneul.ErasePerson(pb.ErasePersonRequest(name=name, passphrase=PASSPHRASE))
