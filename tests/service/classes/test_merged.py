"""Accounts of one person that were merged apply, and are seated, as one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ieum.classes.v1 import classes_pb2 as pb
from ieum.people.v1.events_pb2 import AccountsMerged
from ieum.progress.v1.events_pb2 import CourseCompleted
from services.chassis.errors import Missing, Refused
from tests.service.classes.town import CITY_ADMIN, KIM, LEE, TEACHER, Town

BOTH = replace(KIM, merged=(LEE.person,))


async def test_accounts_that_were_merged_apply_as_one_person(town: Town) -> None:
    class_, other = await town.open_class(), await town.open_class()
    theirs = await town.apply(LEE, class_)
    assert (await town.apply(BOTH, class_)).name == theirs.name
    with pytest.raises(Refused) as caught:
        await town.apply(BOTH, other)
    assert caught.value.reason == "CLASS_CLASHES"
    # Staff apply for the account that is kept.
    await town.register("kim")
    await town.announce(AccountsMerged(person=LEE.person, kept=KIM.person, revision=1), "lee")
    await town.known("merged_accounts", KIM.person, lee=True)
    for_kim = pb.ApplyRequest(class_name=class_, person=KIM.person)
    assert (await town.as_(CITY_ADMIN).Apply(for_kim)).name == theirs.name
    listed = await town.as_(BOTH).ListApplications(pb.ListApplicationsRequest(person=KIM.person))
    assert [each.name for each in listed.applications] == [theirs.name]
    await town.begin(class_)
    code = await town.as_(TEACHER).ShowRoomCode(pb.ShowRoomCodeRequest(class_name=class_, session=1))
    assert (await town.as_(BOTH).CheckIn(pb.CheckInRequest(code=code.code))).application == theirs.name
    with pytest.raises(Missing):
        await town.as_(KIM).WithdrawApplication(pb.WithdrawApplicationRequest(name=theirs.name))
    withdrawn = await town.as_(BOTH).WithdrawApplication(pb.WithdrawApplicationRequest(name=theirs.name))
    assert withdrawn.state == pb.WITHDRAWN


async def test_what_one_account_completed_admits_the_other(town: Town) -> None:
    needs = "courses/first"
    await town.announce(CourseCompleted(person=LEE.person, course=needs, revision=1), "lee-1")
    await town.known("completions", LEE.person)
    class_ = await town.open_class(requires_all=[needs])
    with pytest.raises(Refused) as caught:
        await town.apply(KIM, class_)
    assert caught.value.reason == "PREREQUISITE_MISSING"
    assert (await town.apply(BOTH, class_)).person == KIM.person
