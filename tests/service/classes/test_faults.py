"""Faults, each with the result that people would call right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ieum.classes.v1 import classes_pb2 as pb
from ieum.classes.v1.events_pb2 import SeatGiven
from ieum.people.v1.events_pb2 import PersonMoved
from ieum.people.v1.people_pb2 import RESIDENT
from services.chassis.clock import new_id
from services.chassis.errors import Conflict, Forbidden, Invalid, Problem, Refused
from services.chassis.store.transactions import Write, commit
from tests.service.classes.town import CHIEF, CITY_ADMIN, KIM, LEE, OTHER, TEACHER, Town, details, soon
from tests.service.conftest import Published, eventually


async def test_of_two_staff_who_edit_one_class_the_second_is_told_and_nothing_is_lost(town: Town) -> None:
    class_ = await town.open_class(5)
    found = await town.as_(TEACHER).GetClass(pb.GetClassRequest(name=class_))
    first = pb.UpdateClassRequest(name=class_, details=found.details, etag=found.etag)
    first.details.place.room = "301"
    second = pb.UpdateClassRequest(name=class_, details=found.details, etag=found.etag)
    second.details.seats = 9
    await town.apply(KIM, class_)
    for worker in (0, 1):
        await town.as_(TEACHER, worker).UpdateClass(first)
    with pytest.raises(Conflict, match="CLASS_CHANGED"):
        await town.as_(CITY_ADMIN).UpdateClass(second)
    now = await town.as_(TEACHER).GetClass(pb.GetClassRequest(name=class_))
    assert (now.details.place.room, now.details.seats, now.confirmed) == ("301", 5, 1)
    second.details.place.room, second.etag = now.details.place.room, now.etag
    assert (await town.as_(CITY_ADMIN).UpdateClass(second)).details.seats == 9


async def test_who_moves_while_waiting_keeps_the_place_and_counts_where_they_lived(
    town: Town, published: Published
) -> None:
    class_ = await town.open_class(1)
    kim, lee = [await town.apply(who, class_) for who in (KIM, LEE)]
    await town.announce(PersonMoved(person=LEE.person, area=OTHER, universe=RESIDENT, revision=5), "lee")
    await town.known("residents", LEE.person, area=OTHER)
    await town.as_(KIM).WithdrawApplication(pb.WithdrawApplicationRequest(name=kim.name))
    accepted = await town.as_(LEE).AcceptOffer(pb.AcceptOfferRequest(name=lee.name))
    assert accepted.state == pb.CONFIRMED
    assert [event.area for event in await published(SeatGiven, 2)] == [KIM.area, LEE.area]


async def test_a_process_that_dies_between_seat_and_announcement_leaves_both_or_neither(
    town: Town, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seat is committed, and nothing after the commit is done: no publication, no answer, as after kill -9."""
    class_ = await town.open_class(2)

    async def die_after(client: Any, writes: Sequence[Write]) -> bool:
        for write in writes:  # so that the outbox never hears of what was written
            monkeypatch.setattr(write.entities, "committed", lambda *_: None)
        await commit(client, writes)
        raise ConnectionError("killed")

    monkeypatch.setattr("services.classes.store.changes.commit", die_after)
    with pytest.raises(Problem):
        await town.as_(KIM).Apply(pb.ApplyRequest(class_name=class_), timeout=2)
    monkeypatch.undo()
    again = await town.apply(KIM, class_, worker=1)
    assert again.state == pb.CONFIRMED
    found = await town.as_(TEACHER).GetClass(pb.GetClassRequest(name=class_))
    mine = {"class_": class_.removeprefix("classes/")}
    stored = await town.database["applications"].find(mine).to_list()
    assert (found.confirmed, [each["state"] for each in stored]) == (1, ["confirmed"])

    async def announced() -> bool:
        return not any(each.get("pending") for each in await town.database["applications"].find(mine).to_list())

    await eventually(announced, "the sweep of the outbox publishes what waited", 40)
    assert len(await published(SeatGiven)) == 1


async def test_a_copy_leaves_out_the_holidays_that_an_administrator_has_loaded(town: Town) -> None:
    holiday = pb.Holiday(date="2030-03-11", title="Office day")
    with pytest.raises(Forbidden, match="ROLE_NEEDED"):
        await town.as_(TEACHER).ReplaceHolidays(pb.ReplaceHolidaysRequest(holidays=[holiday]))
    with pytest.raises(Invalid, match="HOLIDAY_DATE"):
        await town.as_(CHIEF).ReplaceHolidays(pb.ReplaceHolidaysRequest(holidays=[pb.Holiday(date="March")]))
    kept = await town.as_(CHIEF).ReplaceHolidays(pb.ReplaceHolidaysRequest(holidays=[holiday, holiday]))
    assert list(kept.holidays) == [holiday]
    class_ = await town.as_(TEACHER).CreateClass(pb.CreateClassRequest(class_id=new_id(), details=details(2)))
    copy = pb.CopyClassRequest(name=class_.name, class_id=new_id(), first_day="2030-03-04")
    copied = await town.as_(TEACHER).CopyClass(copy)
    assert [each.date for each in copied.details.sessions] == ["2030-03-04", "2030-03-18"]


async def test_a_class_with_too_few_is_cancelled_at_its_time_and_says_so(town: Town) -> None:
    class_ = await town.open_class(5, minimum=3, decide_time=soon(seconds=2))
    application = await town.apply(KIM, class_)

    async def cancelled() -> bool:
        found = await town.as_(KIM).GetApplication(pb.GetApplicationRequest(name=application.name))
        return bool(found.state == pb.APPLICATION_CANCELLED and found.steps[-1].reason == "TOO_FEW")

    await eventually(cancelled, "the class is cancelled", 15)
    with pytest.raises(Refused, match="CLASS_CANCELLED"):
        await town.apply(LEE, class_)
