"""A learner takes a course along on the own phone."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from gateway.app import create_app
from gateway.settings import GatewaySettings
from ieum.progress.v1 import progress_pb2
from services.chassis.clock import now
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.lessons import course, standing
from tests.gateway.serving import Served
from tests.gateway.visits import PAT, STRANGER, get


async def test_what_a_learner_does_without_network_is_recorded_once_in_the_own_name(
    services: tuple[Fakes, GatewaySettings], town: Fakes, browser: Browser
) -> None:
    _, settings = services
    result = progress_pb2.StepResult(accepted=True)
    town.answers["RecordProgress"] = lambda asked: progress_pb2.RecordProgressResponse(
        results=[result] * len(asked.steps)
    )
    async with Served(create_app(settings)) as server, page_of(browser, 360) as (page, _):
        origin = str(server.make_url("/")).rstrip("/")
        cookies = {"ieum_session": "pat", "lang": "en"}
        await page.context.add_cookies(
            [{"name": name, "value": value, "url": origin} for name, value in cookies.items()]
        )
        await page.goto(f"{origin}/learning/e/along")
        assert [await axe_findings(page), await sideways(page), await small_print(page)] == [[], 0, []]
        await page.get_by_role("link", name="Take the course along").click()
        await expect(page.get_by_role("heading", name="The course is on this phone")).to_be_visible()
        await page.get_by_role("button", name="Start").click()
        await page.context.set_offline(True)
        await page.get_by_role("button", name="Practise").click()
        await page.get_by_label("Red").check()
        await page.get_by_role("button", name="Keep my answer").click()
        await expect(page.get_by_text("Not sent yet: 1.")).to_be_visible()
        await page.context.set_offline(False)
        await expect(page.get_by_text("Everything is sent.")).to_be_visible()
    (asked,) = town.requests("RecordProgress")
    (step,) = asked.steps
    assert (asked.name, step.answer_item.attempt) == ("progress/e", 1)
    assert list(step.answer_item.answer.values) == ["red"]
    assert {principal.person for _, principal in town.calls["RecordProgress"]} == {"people/pat"}


async def test_a_course_is_taken_along_by_its_own_learner_and_not_on_a_shared_computer(
    client: Client, town: Fakes
) -> None:
    own = await client.get("/kit/own/e/content", headers=PAT)
    assert (await own.json())["people"][0]["attempts"] == {}
    body = {"sent": round(now().timestamp() * 1000), "operations": []}
    assert (await client.get("/kit/own/e/content", headers=STRANGER)).status == 401
    assert (await client.post("/kit/own/e/operations", json=body, headers=STRANGER)).status == 401
    shared = PAT | {"Cookie": "ieum_session=pat; shared_device=centre"}
    answer = await client.get("/kit/own/e/content", headers=shared)
    assert (answer.status, (await answer.json())["reason"]) == (409, "DEVICE_SHARED")
    assert "Not on a shared computer" in await get(client, "/learning/e/along", shared)
    town.answers["GetProgress"] = standing(course("choice"), person="people/kim")
    for path in ("/kit/own/e/content", "/learning/e/along"):
        assert (await client.get(path, headers=PAT)).status == 404
    assert (await client.post("/kit/own/e/operations", json=body, headers=PAT)).status == 404
