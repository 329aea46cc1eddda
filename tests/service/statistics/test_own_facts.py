"""What a person is shown of what is counted of them."""

from __future__ import annotations

from typing import Any

import pytest

from ieum.people.v1 import people_pb2 as people
from ieum.statistics.v1 import statistics_pb2 as pb
from ieum.statistics.v1.statistics_pb2_grpc import StatisticsServiceStub
from services.chassis.config import Settings
from services.chassis.errors import Unauthenticated
from services.chassis.principal import ANONYMOUS, Kind, Principal
from services.statistics.main import compose
from tests.service.conftest import Announce, ClientFor, StartService, eventually
from tests.service.statistics.test_facts import Town


async def test_a_person_sees_their_own_facts_and_nobody_elses(
    start_service: StartService, client_for: ClientFor, announce: Announce, settings: Settings
) -> None:
    address, town = await start_service("statistics", compose), Town(announce, settings)

    def client(who: Principal) -> Any:
        return client_for(StatisticsServiceStub, address, who)

    async def facts(person: str) -> pb.ListOwnFactsResponse:
        caller = Principal(kind=Kind.PERSON, person=f"people/{person}")
        answer: pb.ListOwnFactsResponse = await client(caller).ListOwnFacts(pb.ListOwnFactsRequest())
        return answer

    await town.places()
    name = await town.enrol("haneul", "A1")
    await town.complete(name)
    await town.answer("haneul", born=1951, sex=people.FEMALE)

    async def counted() -> bool:
        found = await facts("haneul")
        return bool(found.birth_year and found.facts and found.facts[0].HasField("complete_time"))

    await eventually(counted, "the enrolment is counted")
    found = await facts("haneul")
    assert [(each.course, each.course_title["en"], each.area, each.quarter) for each in found.facts] == [
        ("courses/c", "C", "areas/A1", "2026-Q3")
    ]
    assert (found.birth_year, found.sex, list(found.groups)) == (1951, "F", ["farmer_fisher"])
    assert await facts("bada") == pb.ListOwnFactsResponse()
    with pytest.raises(Unauthenticated):
        await client(ANONYMOUS).ListOwnFacts(pb.ListOwnFactsRequest())
