"""A certificate names who got it, whatever they call themselves afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from ieum.people.v1 import people_pb2
from ieum.progress.v1.events_pb2 import CertificateIssued
from services.chassis.clock import now, stamp
from services.chassis.errors import Forbidden, Refused
from tests.service.conftest import Announce, eventually
from tests.service.people.town import HOME, Town

NUMBER = "certificates/IEUM-0123-4567-89AB-CDEF"


async def holder(client: Any, person: str) -> str:
    request = people_pb2.GetCertificateHolderRequest(certificate=NUMBER, person=person)
    return str((await client.GetCertificateHolder(request)).display_name)


async def rename(client: Any, person: str, name: str) -> None:
    await client.UpdatePerson(people_pb2.UpdatePersonRequest(person=people_pb2.Person(name=person, display_name=name)))


async def test_a_name_on_a_certificate_is_changed_at_the_desk_only(town: Town, announce: Announce) -> None:
    person, learner = await town.newcomer("haneul", display_name="김하늘")
    await rename(learner, person, "김하늬")
    assert await holder(learner, person) == "김하늬"
    await announce(CertificateIssued(certificate=NUMBER, person=person, time=stamp(now())), "e1", times=2)

    async def refused() -> bool:
        try:
            await rename(learner, person, "남궁 개명")
        except Refused as refusal:
            return refusal.reason == "NAME_ON_CERTIFICATE"
        await rename(learner, person, "김하늬")
        return False

    await eventually(refused, "the name is on a certificate")
    assert await holder(town.system, person) == "김하늬"
    await rename(learner, person, " 김하늬 ")

    administrator, desk = await town.newcomer("desk", "administrator", HOME)
    await rename(desk, person, "김하늘")
    assert await holder(town.system, person) == "김하늘"
    (entry,) = await town.audit(action=people_pb2.CERTIFICATE_RENAMED)
    assert (entry.actor, entry.subject, entry.detail) == (administrator, person, NUMBER)


async def test_an_erased_holder_is_named_nowhere(town: Town, announce: Announce) -> None:
    person, _ = await town.newcomer("haneul")
    _, other = await town.newcomer("other")
    await announce(CertificateIssued(certificate=NUMBER, person=person, time=stamp(now())), "e1")
    with pytest.raises(Forbidden):
        await holder(other, person)
    await town.system.ErasePerson(people_pb2.ErasePersonRequest(name=person))
    assert await holder(town.system, person) == ""
