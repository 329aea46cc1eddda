"""A lesson on paper: all that is to be read, and the way back to the screen."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from gateway.app import create_app
from gateway.settings import GatewaySettings
from ieum.courses.v1.courses_pb2 import SearchCatalogResponse
from ieum.people.v1 import people_pb2
from tests.browser import axe_findings, page_of, sideways
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.lessons import course, listed, standing, version
from tests.gateway.serving import Served
from tests.gateway.visits import entry

STRANGER = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
PAT = STRANGER | {"Cookie": "ieum_session=pat"}


@pytest.fixture
def town(fake: Fakes) -> Fakes:
    content = course("choice", "number")
    fake.sign_in("pat")
    fake.answers["GetVersion"] = version(content)
    fake.answers["GetProgress"] = standing(content)
    fake.answers["ListStandings"] = listed(standing(content))
    fake.answers["ListAreas"] = people_pb2.ListAreasResponse()
    return fake


async def test_the_sheet_holds_every_screen_and_the_address_of_the_lesson(client: Client, town: Fakes) -> None:
    text = await (await client.get("/courses/c/lessons/one/sheet", headers=STRANGER)).text()
    for shown in ("Photos", "Lesson 1 of 2", "Begin", "Hold it <strong>still</strong>.", 'alt="A hand"'):
        assert shown in text
    assert f">{client.make_url('/s/c-1').authority}/s/c-1</a>" in text
    assert 'src="data:image/svg+xml' in text
    assert "Questions" not in text


async def test_questions_are_asked_and_only_who_teaches_gets_the_answers(client: Client, town: Fakes) -> None:
    text = await (await client.get("/courses/c/lessons/two/sheet", headers=STRANGER)).text()
    assert "A choice question?" in text
    assert "☐" in text
    assert "Because." not in text
    assert "right answers" not in text
    content = course("choice", "number")
    content.lessons[1].blocks[0].quiz.items[0].choice.correct.append("blue")
    content.lessons[1].blocks[0].quiz.items[1].number.value = "112"
    town.answers["GetVersion"] = version(content)
    town.sign_in("teacher", "instructor")
    headers = STRANGER | {"Cookie": "ieum_session=teacher"}
    taught = (await (await client.get("/courses/c/lessons/two/sheet", headers=headers)).text()).partition("turned")[2]
    assert "<li>Blue</li>" in taught
    assert "<li>112</li>" in taught


async def test_the_short_address_on_paper_leads_to_the_lesson(client: Client, town: Fakes) -> None:
    town.answers["SearchCatalog"] = SearchCatalogResponse(entries=[entry("c"), entry("d1"), entry("d2")])
    for path, leads_to in {
        "/s/c-2": "/courses/c/lessons/two",
        "/s/c-9": "/courses/c",
        "/s/d-1": "/courses",
        "/s/x-1": "/courses",
    }.items():
        answer = await client.get(path, headers=STRANGER, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, leads_to)


async def test_the_list_of_lessons_leads_to_each_sheet(client: Client, town: Fakes) -> None:
    text = await (await client.get("/courses/c", headers=STRANGER)).text()
    for lesson in ("one", "two"):
        assert f'href="/courses/c/lessons/{lesson}/sheet"' in text


async def test_the_address_on_the_sheet_leads_to_the_lesson_or_to_the_course(client: Client, town: Fakes) -> None:
    for headers, leads_to in ((PAT, "/learning/e/two/q.choice"), (STRANGER, "/courses/c")):
        answer = await client.get("/courses/c/lessons/two", headers=headers, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, leads_to)


@pytest.mark.parametrize("path", ["/courses/c/lessons/none/sheet", "/courses/c/lessons/none"])
async def test_a_lesson_that_is_gone_is_said_to_be(client: Client, town: Fakes, path: str) -> None:
    answer = await client.get(path, headers=PAT, allow_redirects=False)
    assert answer.status == 404
    assert "There is no such lesson in this course." in await answer.text()


async def test_the_sheet_can_be_read_by_everybody_and_prints_large(
    town: Fakes, services: tuple[Fakes, GatewaySettings], browser: Browser
) -> None:
    async with (
        Served(create_app(services[1])) as server,
        page_of(browser, 360) as (page, complaints),
    ):
        await page.goto(str(server.make_url("/courses/c/lessons/one/sheet")))
        assert await page.locator("figure.panel img").evaluate("code => code.naturalWidth") > 0
        assert (await axe_findings(page), await sideways(page), complaints) == ([], 0, [])
        await page.emulate_media(media="print")
        await expect(page.locator(".prose p")).to_have_css("font-size", "18.6667px")  # 14 pt
        await expect(page.locator("form").first).to_be_hidden()
        await expect(page.locator("figure.panel a")).to_be_visible()
