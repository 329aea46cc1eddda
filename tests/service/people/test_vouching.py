"""Accounts say how they were vouched for; an employee is one whom somebody confirmed."""

from __future__ import annotations

from typing import Any

import pytest

from ieum.people.v1 import events_pb2, people_pb2
from services.chassis.errors import Forbidden
from tests.service.conftest import Published
from tests.service.people.town import HOME, PASSPHRASE, Town

OFFICE = "organisations/hanbit"


async def test_a_stranger_who_names_an_office_is_a_resident_until_its_administrator_confirms(
    town: Town, published: Published
) -> None:
    claimant = await town.register("claimant", organisation=OFFICE)
    assert (claimant.organisation, claimant.universe) == (OFFICE, people_pb2.RESIDENT)
    _, far = await town.newcomer("far", "administrator", "areas/HB02")
    admin_name, admin = await town.newcomer("admin", "administrator", OFFICE)
    request = people_pb2.ConfirmOrganisationRequest(name=claimant.name)
    with pytest.raises(Forbidden):
        await far.ConfirmOrganisation(request)
    for _ in range(2):
        confirmed = await admin.ConfirmOrganisation(request)
    assert (confirmed.universe, confirmed.organisation_confirmed) == (people_pb2.EMPLOYEE, True)
    (event,) = await published(events_pb2.PersonMoved)
    assert (event.person, event.organisation, event.universe) == (claimant.name, OFFICE, people_pb2.EMPLOYEE)
    (entry,) = await town.audit(action=people_pb2.ORGANISATION_CONFIRMED)
    assert (entry.actor, entry.subject, entry.detail) == (admin_name, claimant.name, OFFICE)


async def test_an_account_says_whether_anybody_has_seen_its_person(town: Town) -> None:
    _, admin = await town.newcomer("admin", "administrator", "areas/HB01")
    form: dict[str, Any] = {"display_name": "Haneul", "passphrase": PASSPHRASE, "area": HOME, "organisation": OFFICE}
    alone = await town.register("alone")
    at_desk = await admin.Register(people_pb2.RegisterRequest(login="atdesk", **form))
    elsewhere = await admin.Register(
        people_pb2.RegisterRequest(login="elsewhere", **form | {"area": "areas/HB02", "organisation": ""})
    )
    roster = await town.system.Register(people_pb2.RegisterRequest(login="roster", **form))
    assert [each.vouching for each in (alone, at_desk, elsewhere, roster)] == [
        people_pb2.SELF_DECLARED,
        people_pb2.AT_DESK,
        people_pb2.SELF_DECLARED,
        people_pb2.BY_ROSTER,
    ]
    assert [each.universe for each in (at_desk, roster)] == [people_pb2.EMPLOYEE] * 2
    seen = await admin.VouchForPerson(people_pb2.VouchForPersonRequest(name=alone.name))
    assert seen.vouching == people_pb2.AT_DESK
    assert len(await town.audit(action=people_pb2.PERSON_VOUCHED_FOR)) == 1
