"""Officials work with counts: no page of theirs asks for a name, and pages about people are shut to them."""

from __future__ import annotations

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from ieum.people.v1 import people_pb2
from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1 import working_pb2
from ieum.statistics.v1.statistics_pb2 import REF_AREA
from services.chassis.errors import Forbidden
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.official.test_live_table import AREAS
from tests.gateway.official.test_live_table import answer as table_of
from tests.gateway.official.test_releases import COST, ENGLISH, release

NAMING = (
    *("ListPeople", "GetPerson", "ListAuditEntries", "ListGrid", "ListEnrollments", "ListProgress"),
    "ListStandings",
)
COLLEAGUES = {"people/kim", "people/lee"}
"""Who planned and approved the release: people names them to officials of its area, and nobody else."""
ONE = "/statistics/releases/hb01-res-2025"
COUNTS = (
    *(
        "/statistics",
        "/statistics/table?by=COURSE",
        "/statistics/working",
        "/statistics/releases",
        "/statistics/releases/new",
        ONE,
        f"{ONE}/preview",
    ),
    *(
        f"{ONE}/distribution",
        "/statistics/recipients",
        "/api/v1/statistics/table",
        "/api/v1/statistics/table?format=csv",
    ),
    *("/api/v1/statistics/releases:all", "/api/v1/statistics/releases/hb01-res-2025/work", "/data"),
)
SHUT = (
    "/admin/people",
    "/admin/people/kim",
    "/admin/audit",
    "/admin/places",
    "/admin/dead-letters",
    "/teach",
    "/review",
)


@pytest.fixture(autouse=True)
def official(fake: Fakes) -> None:
    fake.sign_in("official", "learner", "official", scope="areas/HB01", proof_expire_time=Timestamp(seconds=2**33))
    fake.answers["ListAreas"] = AREAS
    fake.answers["ListOrganisations"] = people_pb2.ListOrganisationsResponse()
    fake.answers["ListCentres"] = people_pb2.ListCentresResponse()
    fake.answers["QueryTable"] = table_of
    planned = release(pb.Release.APPROVED, planned_by="people/kim", approved_by="people/lee", cost=COST)
    fake.answers["GetRelease"] = planned
    fake.answers["ListReleases"] = pb.ListReleasesResponse(releases=[planned])
    look = working_pb2.WorkingLook(person="people/kim", area="areas/HB01", by=REF_AREA, purpose="rooms")
    fake.answers["ListWorkingLooks"] = working_pb2.ListWorkingLooksResponse(looks=[look])
    for method in NAMING:
        fake.answers[method] = Forbidden("ROLE_NEEDED")
    fake.answers["BatchGetNames"] = people_pb2.BatchGetNamesResponse(display_names={"people/kim": "Kim"})


async def test_what_officials_open_asks_for_no_name_but_of_colleagues(client: Client, fake: Fakes) -> None:
    for address in COUNTS:
        answer = await client.get(address, headers=ENGLISH)
        assert answer.status == 200, address
        assert [method for method in NAMING if fake.calls[method]] == [], address
    assert {name for asked in fake.requests("BatchGetNames") for name in asked.names} <= COLLEAGUES


async def test_the_pages_of_those_who_work_with_people_are_shut(client: Client) -> None:
    shut = {address: (await client.get(address, headers=ENGLISH)).status for address in SHUT}
    assert shut == dict.fromkeys(SHUT, 403)
