"""The same steps for programs: what officials do on pages, over REST."""

from __future__ import annotations

from datetime import UTC, datetime

from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis.errors import Forbidden
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.official.test_releases import COST, ENGLISH, release

API = "/api/v1/statistics/releases"


async def test_planning_a_release_answers_its_cost(client: Client, fake: Fakes) -> None:
    fake.sign_in("official", "official", scope="areas/HB01")
    fake.answers["PlanRelease"] = release(pb.Release.PLANNED)
    body = {"area": "areas/HB01", "universe": "RESIDENT", "periods": ["2025"], "publishTime": "2099-01-01T09:00:00Z"}
    planned = await (await client.post(API, headers=ENGLISH, json=body)).json()
    assert (planned["name"], planned["state"]) == ("releases/hb01-res-2025", "PLANNED")
    request = fake.requests("PlanRelease")[0]
    assert request.publish_time.ToDatetime(UTC) == datetime(2099, 1, 1, 9, tzinfo=UTC)
    fake.answers["GetRelease"] = release(pb.Release.BUILT, cost=COST)
    work = await (await client.get(f"{API}/hb01-res-2025/work", headers=ENGLISH)).json()
    assert (work["cost"]["persons"], work["cost"]["everybody"]) == (12, 48)


async def test_a_planner_who_approves_gets_a_problem(client: Client, fake: Fakes) -> None:
    fake.sign_in("official", "official", scope="areas/HB01")
    fake.answers["ApproveRelease"] = Forbidden("SECOND_OFFICIAL_NEEDED")
    answer = await client.post(f"{API}/hb01-res-2025:approve", headers=ENGLISH)
    problem = await answer.json()
    assert (answer.status, problem["reason"]) == (403, "SECOND_OFFICIAL_NEEDED")
    assert "another official of the area or an administrator" in problem["detail"]


async def test_officials_list_unpublished_releases_too(client: Client, fake: Fakes) -> None:
    fake.sign_in("official", "official", scope="areas/HB01")
    fake.answers["ListReleases"] = pb.ListReleasesResponse(releases=[release(pb.Release.BUILT)])
    listed = await (await client.get(f"{API}:all?pageSize=5", headers=ENGLISH)).json()
    assert [release["state"] for release in listed["releases"]] == ["BUILT"]
    request = fake.requests("ListReleases")[0]
    assert (request.all, request.page_size) == (True, 5)
