"""Requests for visiting classes, and help at a desk."""

from __future__ import annotations

import pytest

from ieum.classes.v1 import classes_pb2 as pb
from ieum.classes.v1.events_pb2 import HelpGiven, VisitChanged
from ieum.people.v1.events_pb2 import PersonErased
from services.chassis.clock import new_id
from services.chassis.errors import Forbidden, Invalid, Missing, Refused
from tests.service.classes.town import CITY, CITY_ADMIN, KIM, LEE, OTHER_ADMIN, TEACHER, TOWN, Town
from tests.service.conftest import Published, eventually

WISH = pb.VisitWish(area=TOWN, address="Senior hall", people=12, text="Tuesdays, 010-0000-0000")


async def test_a_request_is_followed_step_by_step_and_answered_by_the_staff_of_its_area(
    town: Town, published: Published
) -> None:
    request = pb.RequestVisitRequest(visit_id=new_id(), wish=WISH)
    asked = [await town.as_(KIM, worker).RequestVisit(request) for worker in (0, 1)]
    assert asked[0] == asked[1]
    with pytest.raises(Refused, match="REQUEST_ID_USED"):
        await town.as_(LEE).RequestVisit(request)
    for stranger in (LEE, OTHER_ADMIN, TEACHER):
        with pytest.raises(Missing, match="VISIT_NOT_FOUND"):
            await town.as_(stranger).GetVisit(pb.GetVisitRequest(name=asked[0].name))
    with pytest.raises(Forbidden):
        await town.as_(KIM).ListVisits(pb.ListVisitsRequest(managed=True))
    managed = await town.as_(CITY_ADMIN).ListVisits(pb.ListVisitsRequest(managed=True))
    assert [each.name for each in managed.visits] == [asked[0].name]
    class_ = await town.open_class()
    with pytest.raises(Forbidden):
        await town.as_(KIM).AnswerVisit(pb.AnswerVisitRequest(name=asked[0].name, class_name=class_))
    for worker in (0, 1):
        answer = pb.AnswerVisitRequest(name=asked[0].name, class_name=class_, note="We come by bus")
        await town.as_(CITY_ADMIN, worker).AnswerVisit(answer)
    seen = await town.as_(KIM).GetVisit(pb.GetVisitRequest(name=asked[0].name))
    assert (seen.state, seen.class_name, seen.note, len(seen.steps)) == (pb.VISIT_PLANNED, class_, "We come by bus", 2)
    await town.as_(KIM).WithdrawVisit(pb.WithdrawVisitRequest(name=seen.name))
    with pytest.raises(Refused, match="VISIT_ENDED"):
        await town.as_(CITY_ADMIN).AnswerVisit(pb.AnswerVisitRequest(name=seen.name, reason="TOO_FEW"))
    events = await published(VisitChanged, 3)
    assert [event.state for event in events] == [pb.VISIT_RECEIVED, pb.VISIT_PLANNED, pb.VISIT_WITHDRAWN]


async def test_of_somebody_erased_a_request_keeps_no_words(town: Town) -> None:
    visit = await town.as_(KIM).RequestVisit(pb.RequestVisitRequest(visit_id=new_id(), wish=WISH))
    await town.announce(PersonErased(person=KIM.person, revision=2), "kim", times=2)

    async def ended() -> bool:
        found = await town.as_(CITY_ADMIN).GetVisit(pb.GetVisitRequest(name=visit.name))
        return bool(found.state == pb.VISIT_WITHDRAWN and not found.person)

    await eventually(ended, "the request has ended")
    stored = await town.database["visits"].find({}, {"pending": 0}).to_list()
    assert KIM.person not in str(stored)
    assert "010-0000" not in str(stored)


async def test_help_is_logged_once_without_a_name_and_summed_by_topic(town: Town, published: Published) -> None:
    help_ = pb.LogHelpRequest(
        help_id=new_id(), centre="centres/hb01", place_area=TOWN, area=TOWN, minutes=20, topic=pb.KIOSK
    )
    for worker in (0, 1):
        logged = await town.as_(TEACHER, worker).LogHelp(help_)
    assert logged.helper == TEACHER.person
    with pytest.raises(Forbidden):
        await town.as_(KIM).LogHelp(help_)
    with pytest.raises(Invalid, match="HELP_MINUTES_INVALID"):
        await town.as_(TEACHER).LogHelp(pb.LogHelpRequest(help_id=new_id(), place_area=CITY, area=CITY, topic=pb.PHONE))
    centre = pb.ListHelpRequest(centre="centres/hb01")
    for who, count in ((CITY_ADMIN, 1), (OTHER_ADMIN, 0)):
        listed = await town.as_(who).ListHelp(centre)
        assert [(each.topic, each.times, each.minutes) for each in listed.sums] == [(pb.KIOSK, 1, 20)] * count
    assert len((await town.as_(TEACHER).ListHelp(pb.ListHelpRequest())).help) == 1
    [event] = await published(HelpGiven)
    assert (event.minutes, event.topic, event.centre) == (20, pb.KIOSK, "centres/hb01")
