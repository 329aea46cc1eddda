from __future__ import annotations

import asyncio

import pytest

from ieum.classes.v1 import classes_pb2 as pb
from ieum.classes.v1.events_pb2 import ApplicationChanged, ClassPublished, SeatFreed, SeatGiven
from services.chassis.clock import new_id
from services.chassis.errors import Forbidden, Missing, Refused
from services.chassis.principal import Principal
from tests.service.classes.town import (
    CITY_ADMIN,
    KIM,
    LEE,
    OTHER_ADMIN,
    PARK,
    TEACHER,
    Town,
    details,
    person,
    soon,
)
from tests.service.conftest import Published, eventually


async def test_two_hundred_at_once_and_two_processes_give_twenty_seats_and_an_ordered_line(
    town: Town, published: Published
) -> None:
    class_ = await town.open_class(20)
    crowd = [person(f"p{number}") for number in range(200)]

    async def twice(number: int, who: Principal) -> pb.Application:
        """Each presses twice, at both processes."""
        first, second = await asyncio.gather(
            town.apply(who, class_, number % 2), town.apply(who, class_, 1 - number % 2)
        )
        assert first.name == second.name
        assert first.state == second.state
        return first

    applications = await asyncio.gather(*(twice(number, who) for number, who in enumerate(crowd)))
    states = [application.state for application in applications]
    assert (states.count(pb.CONFIRMED), states.count(pb.WAITING)) == (20, 180)
    found = await town.as_(TEACHER).GetClass(pb.GetClassRequest(name=class_))
    assert (found.confirmed, found.waiting, found.offered, found.seats_left) == (20, 180, 0, 0)
    stored = await town.database["applications"].find().to_list()
    assert len({each["ticket"] for each in stored}) == len(stored) == 200
    request = pb.ListApplicationsRequest(class_name=class_, page_size=1000)
    listed = (await town.as_(TEACHER).ListApplications(request)).applications
    assert sorted(each.place for each in listed if each.state == pb.WAITING) == list(range(1, 181))
    given = await published(SeatGiven, 20)
    assert len({event.application for event in given}) == len(given) == 20


async def test_a_freed_seat_is_offered_once_and_accepted_once(town: Town, published: Published) -> None:
    class_ = await town.open_class(1)
    kim, lee, park = [await town.apply(who, class_) for who in (KIM, LEE, PARK)]
    assert (kim.state, lee.place, park.place) == (pb.CONFIRMED, 1, 2)
    for _ in range(2):
        await town.as_(KIM).WithdrawApplication(pb.WithdrawApplicationRequest(name=kim.name))
    offered = await town.as_(LEE).GetApplication(pb.GetApplicationRequest(name=lee.name))
    assert (offered.state, offered.HasField("until")) == (pb.OFFERED, True)
    answers = await asyncio.gather(
        *(town.as_(LEE, number % 2).AcceptOffer(pb.AcceptOfferRequest(name=lee.name)) for number in range(6))
    )
    assert {answer.state for answer in answers} == {pb.CONFIRMED}
    assert len(answers[0].steps) == 4
    [freed] = await published(SeatFreed)
    given = await published(SeatGiven, 2)
    assert [event.person for event in given] == [KIM.person, LEE.person]
    assert (freed.person, freed.seat_time) == (KIM.person, given[0].seat_time)
    assert len(await published(ApplicationChanged, 6)) == 6


async def test_an_offer_that_ends_goes_to_the_next_by_itself(town: Town) -> None:
    class_ = await town.open_class(1)
    kim, lee, park = [await town.apply(who, class_) for who in (KIM, LEE, PARK)]
    await town.as_(KIM).WithdrawApplication(pb.WithdrawApplicationRequest(name=kim.name))
    past = soon(minutes=-2).ToDatetime()
    key = lee.name.removeprefix("applications/")
    await town.database["applications"].update_one({"_id": key}, {"$set": {"until": past}, "$inc": {"revision": 1}})

    async def lapsed() -> bool:
        found = await town.as_(PARK).GetApplication(pb.GetApplicationRequest(name=park.name))
        return bool(found.state == pb.OFFERED)

    await eventually(lapsed, "the next in line has the offer")
    with pytest.raises(Refused, match="OFFER_LAPSED"):
        await town.as_(LEE).AcceptOffer(pb.AcceptOfferRequest(name=lee.name))


async def test_the_lot_is_drawn_when_the_window_closes_and_its_list_is_published(town: Town) -> None:
    class_ = await town.open_class(3, rule=pb.LOT, close_time=soon(seconds=3))
    crowd = [person(f"p{number}") for number in range(8)]
    for who in crowd:
        assert (await town.apply(who, class_)).state == pb.RECEIVED
    before = await town.as_(TEACHER).GetClass(pb.GetClassRequest(name=class_))
    assert before.commitment
    assert not before.draw.secret, "the secret is shown after closing only"

    async def drawn() -> bool:
        found = await town.as_(TEACHER).GetClass(pb.GetClassRequest(name=class_))
        return bool((found.confirmed, found.waiting, found.received) == (3, 5, 0))

    await eventually(drawn, "the lot is drawn", 15)
    after = await town.as_(KIM).GetClass(pb.GetClassRequest(name=class_))
    entries = (await town.as_(KIM).GetDrawList(pb.GetDrawListRequest(name=class_))).entries
    assert (len(entries), after.commitment) == (8, before.commitment)
    with pytest.raises(Refused, match="APPLICATIONS_CLOSED"):
        await town.apply(KIM, class_)


async def test_applying_while_the_class_is_cancelled_leaves_nobody_with_a_seat(town: Town) -> None:
    class_ = await town.open_class(5)
    crowd = [person(f"p{number}") for number in range(30)]
    refused: list[str] = []

    async def attempt(who: Principal) -> None:
        try:
            await town.apply(who, class_)
        except Refused as problem:
            refused.append(problem.reason)

    cancel = pb.CancelClassRequest(name=class_, reason="TEACHER_ILL")
    await asyncio.gather(*map(attempt, crowd[:15]), town.as_(TEACHER).CancelClass(cancel), *map(attempt, crowd[15:]))

    async def freed() -> bool:
        found = await town.as_(TEACHER).GetClass(pb.GetClassRequest(name=class_))
        return bool(found.confirmed + found.waiting + found.offered == 0)

    await eventually(freed, "every seat is given back")
    assert set(refused) <= {"CLASS_CANCELLED"}


async def test_a_person_holds_only_as_many_classes_of_a_term_as_allowed_even_at_once(town: Town) -> None:
    classes = [await town.open_class(5, days=14 + number, most_in_term=2) for number in range(5)]

    async def attempt(class_: str, worker: int) -> str:
        try:
            await town.apply(KIM, class_, worker)
        except Refused as problem:
            return problem.reason
        return ""

    answers = await asyncio.gather(*(attempt(class_, number % 2) for number, class_ in enumerate(classes)))
    assert sorted(answers) == ["", "", *["TERM_LIMIT_REACHED"] * 3]


async def test_staff_enter_residents_at_the_counter_and_only_their_own(town: Town) -> None:
    class_ = await town.open_class(1)
    for name, area in [("choi", "areas/HB01"), ("jung", "areas/SJ")]:
        await town.register(name, area)
    request = pb.ApplyRequest(class_name=class_, person="people/choi", channel=pb.TELEPHONE)
    entered = await town.as_(CITY_ADMIN).Apply(request)
    assert (entered.channel, entered.steps[0].by) == (pb.TELEPHONE, CITY_ADMIN.person)
    request.person = "people/jung"
    with pytest.raises(Forbidden, match="PERSON_OUTSIDE_YOUR_AREA"):
        await town.as_(CITY_ADMIN).Apply(request)
    for who in (OTHER_ADMIN, KIM):
        with pytest.raises(Forbidden, match="NOT_STAFF_OF_CLASS"):
            await town.as_(who).Apply(request)
    request.person = "people/nobody"
    with pytest.raises(Missing, match="PERSON_NOT_FOUND"):
        await town.as_(TEACHER).Apply(request)


async def test_a_class_is_created_once_announced_once_and_its_draft_is_hidden(town: Town, published: Published) -> None:
    request = pb.CreateClassRequest(class_id=new_id(), details=details(2))
    created = [await town.as_(TEACHER, number % 2).CreateClass(request) for number in range(3)]
    assert len({each.name for each in created}) == 1
    with pytest.raises(Missing):
        await town.as_(KIM).GetClass(pb.GetClassRequest(name=created[0].name))
    for who in (KIM, OTHER_ADMIN):
        with pytest.raises(Forbidden):
            await town.as_(who).CreateClass(request)
    for _ in range(2):
        await town.as_(CITY_ADMIN).PublishClass(pb.PublishClassRequest(name=created[0].name))
    [event] = await published(ClassPublished)
    assert (event.plan.area, len(event.plan.sessions)) == ("areas/HB01", 2)
    copy = pb.CopyClassRequest(name=created[0].name, class_id=new_id(), first_day="2030-03-04")
    copied = await town.as_(TEACHER).CopyClass(copy)
    assert (copied.state, [each.date for each in copied.details.sessions]) == (pb.DRAFT, ["2030-03-04", "2030-03-11"])
    listed = await town.as_(KIM).ListClasses(pb.ListClassesRequest(area="areas/HB"))
    assert [each.name for each in listed.classes] == [created[0].name]
    mine = await town.as_(TEACHER).ListClasses(pb.ListClassesRequest(managed=True))
    assert {each.name for each in mine.classes} == {created[0].name, copied.name}
