"""The pages about centres and their seats, as an official meets them."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from ieum.classes.v1 import classes_pb2 as pb
from ieum.people.v1 import people_pb2
from ieum.statistics.v1 import statistics_pb2
from services.chassis.errors import Forbidden
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get

OFFICIAL = STRANGER | {"Cookie": "ieum_session=official"}
DISTRICTS = {"HB01": ("North", 60_000, 20_000), "HB02": ("South", 40_000, 5_000)}


@pytest.fixture(autouse=True)
def answers(town: Fakes) -> None:
    town.sign_in("official", "official", scope="areas/HB")
    areas = [people_pb2.Area(name="areas/HB", title={"en": "Hanbit"})]
    for column, (code, (title, _, _)) in enumerate(DISTRICTS.items()):
        areas.append(people_pb2.Area(name=f"areas/{code}", parent="areas/HB", title={"en": title}, column=column))
    town.answers["ListAreas"] = people_pb2.ListAreasResponse(areas=areas)
    centre = people_pb2.Centre(name="centres/c", area="areas/HB01", title={"en": "Solnae Centre"})
    town.answers["ListCentres"] = people_pb2.ListCentresResponse(centres=[centre])
    town.answers["ListOrganisations"] = people_pb2.ListOrganisationsResponse()
    use = pb.CentreUse(
        area="areas/HB01", centre="centres/c", classes=2, sessions=8, seats=40, taken=30, offered_minutes=4_800,
        attended_minutes=3_600, visits=200, people=30, residents=24, help_times=12, help_minutes=240,
    )  # fmt: skip
    other = pb.CentreUse(area="areas/HB02", classes=1, sessions=1, seats=20, taken=3, offered_minutes=600, visits=3)
    town.answers["ListCentreUse"] = pb.ListCentreUseResponse(uses=[use, other])
    counted = [
        statistics_pb2.AreaResidents(area=f"areas/{code}", all=people, older=older)
        for code, (_, people, older) in DISTRICTS.items()
    ]
    town.answers["ListResidents"] = statistics_pb2.ListResidentsResponse(residents=counted)


async def test_each_centre_has_its_seats_hours_people_and_reach(client: Client, town: Fakes) -> None:
    text = " ".join((await get(client, "/statistics/centres?year=2026", OFFICIAL)).split())
    assert "Solnae Centre" in text
    assert "Elsewhere in South" in text
    (asked,) = town.requests("ListCentreUse")
    assert (asked.area, asked.from_date, asked.until_date) == ("areas/HB", "2026-01-01", "2026-12-31")
    answer = await client.get("/statistics/centres.csv?year=2026", headers=OFFICIAL)
    head, first, second = (await answer.text()).splitlines()
    assert "per 1,000" in head
    assert first == "Solnae Centre,HB01,60000,2,8,40,30,60,75,200,30,,0.4,12,4"
    assert second.startswith("Elsewhere in South,HB02,40000,1,1,20,3,0,0,3,,,,0,0")


async def test_the_planner_shows_the_gap_between_formula_and_plan(client: Client) -> None:
    address = "/statistics/seats.csv?seats=100&residents=1&older=1&weight=2&own=HB01+1%0AHB02+3"
    lines = (await (await client.get(address, headers=OFFICIAL)).text()).splitlines()
    assert lines[1:] == ["HB01,North,60000,20000,47.500,48,40,-8", "HB02,South,40000,5000,52.500,52,20,-32"]
    text = await get(client, "/statistics/seats", OFFICIAL)
    assert "Missing seats by district" in text
    wrong = await client.get("/statistics/seats?own=XX+1", headers=OFFICIAL)
    assert (wrong.status, "XX 1" in await wrong.text()) == (422, True)


async def test_others_areas_and_others_people_are_refused(client: Client, town: Fakes) -> None:
    assert (await client.get("/statistics/centres", headers=PAT)).status == 403
    town.answers["ListCentreUse"] = Forbidden("AREA_OUT_OF_SCOPE")
    for path in ("centres", "centres.csv", "seats", "seats.csv"):
        assert (await client.get(f"/statistics/{path}?area=areas/SJ", headers=OFFICIAL)).status == 403


async def test_the_pages_fit_a_small_screen_and_can_be_read_aloud(client: Client, browser: Browser) -> None:
    async with page_of(browser, 360) as (page, problems):
        origin = str(client.make_url("/"))
        await page.context.add_cookies([{"name": "lang", "value": "ko", "url": origin}])
        await page.context.add_cookies([{"name": "ieum_session", "value": "official", "url": origin}])
        for path in ("/statistics/centres", "/statistics/seats"):
            await page.goto(str(client.make_url(path)))
            assert await axe_findings(page) == [], path
            assert await sideways(page) <= 0, path
            assert await small_print(page) == [], path
        assert problems == []
