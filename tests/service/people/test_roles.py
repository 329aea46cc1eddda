from __future__ import annotations

import asyncio

import pytest

from ieum.people.v1 import events_pb2, people_pb2
from services.chassis.errors import (
    Forbidden,
    Refused,
)
from tests.service.conftest import Published
from tests.service.people.town import HOME, PASSPHRASE, Town, reason


async def test_a_role_is_granted_and_revoked_once_and_written_down(town: Town, published: Published) -> None:
    haneul, _ = await town.newcomer("haneul")
    name, admin = await town.newcomer("admin", "administrator")
    grant = people_pb2.Grant(role=people_pb2.OFFICIAL, scope="areas/HB01")
    for _ in range(2):
        after = await admin.GrantRole(people_pb2.GrantRoleRequest(name=haneul, grant=grant, passphrase=PASSPHRASE))
    assert grant in after.grants
    for _ in range(2):
        after = await admin.RevokeRole(people_pb2.RevokeRoleRequest(name=haneul, grant=grant))
    assert grant not in after.grants
    entries = await town.audit(actor=name)
    assert [(entry.action, entry.detail) for entry in entries] == [
        (people_pb2.ROLE_REVOKED, "official @ areas/HB01"),
        (people_pb2.ROLE_GRANTED, "official @ areas/HB01"),
    ]
    events = [event for event in await published(events_pb2.RolesChanged, 3) if event.person == haneul]
    assert [(event.revision, grant in event.grants) for event in events] == [(2, True), (3, False)]


async def test_a_session_sees_a_new_role_at_once(town: Town) -> None:
    person = await town.register("haneul")
    token = (await town.sign_in("haneul")).token
    await town.appoint(person.name, people_pb2.REVIEWER, "*")
    assert people_pb2.REVIEWER in [grant.role for grant in (await town.viewer(token)).person.grants]


async def test_of_two_last_administrators_who_dismiss_each_other_one_stays(town: Town) -> None:
    first, _ = await town.newcomer("first", "administrator")
    second, _ = await town.newcomer("second", "administrator")
    grant = people_pb2.Grant(role=people_pb2.ADMINISTRATOR, scope="*")
    results = await asyncio.gather(
        *(
            town.system.RevokeRole(people_pb2.RevokeRoleRequest(name=name, grant=grant))
            for name in (first, second) * 10
        ),
        return_exceptions=True,
    )
    assert {error.reason for error in results if isinstance(error, Refused)} == {"LAST_ADMINISTRATOR"}
    listed = await town.system.ListPeople(people_pb2.ListPeopleRequest(role=people_pb2.ADMINISTRATOR))
    assert len(listed.people) == 1


async def test_the_last_administrator_cannot_be_erased(town: Town) -> None:
    name, _ = await town.newcomer("admin", "administrator")
    with pytest.raises(Refused) as caught:
        await town.system.ErasePerson(people_pb2.ErasePersonRequest(name=name))
    assert reason(caught) == "LAST_ADMINISTRATOR"


async def test_an_administrator_of_an_area_stays_within_it(town: Town) -> None:
    near, _ = await town.newcomer("near")
    far, _ = await town.newcomer("far", area="areas/HB02")
    chief, _ = await town.newcomer("chief", "administrator")
    _, local = await town.newcomer("local", "administrator", "areas/HB01")

    async def grant(name: str, role: people_pb2.Role.ValueType, scope: str) -> None:
        wanted = people_pb2.Grant(role=role, scope=scope)
        await local.GrantRole(people_pb2.GrantRoleRequest(name=name, grant=wanted, passphrase=PASSPHRASE))

    await grant(near, people_pb2.OFFICIAL, HOME)
    await grant(near, people_pb2.INSTRUCTOR, "organisations/hanbit")
    for name, scope in ((near, "*"), (near, "areas/HB"), (near, "areas/HB02"), (far, HOME), ("people/nobody", HOME)):
        with pytest.raises(Forbidden) as caught:
            await grant(name, people_pb2.OFFICIAL, scope)
        assert reason(caught) == "OUTSIDE_YOUR_AREA"
    with pytest.raises(Forbidden):
        await local.ResetPassphrase(people_pb2.ResetPassphraseRequest(name=chief))
    seen = (await local.ListAuditEntries(people_pb2.ListAuditEntriesRequest())).entries
    assert {entry.subject for entry in seen} >= {near, chief}
    assert far not in {entry.subject for entry in seen}
    listed = await local.ListPeople(people_pb2.ListPeopleRequest())
    assert {person.login for person in listed.people} == {"near", "chief", "local"}
