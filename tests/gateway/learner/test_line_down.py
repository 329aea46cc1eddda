"""An answer given while the line is down, in a real browser: it stays, it is said not to be saved, it arrives later."""

from __future__ import annotations

from datetime import timedelta

from aiohttp.test_utils import BaseTestServer
from google.protobuf.timestamp_pb2 import Timestamp
from playwright.async_api import Browser, Page, expect

from gateway.app import create_app
from gateway.settings import GatewaySettings
from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.clock import now
from tests.browser import axe_findings, page_of
from tests.gateway import lessons
from tests.gateway.fakes import Fakes
from tests.gateway.lessons import course, standing, version
from tests.gateway.serving import Served


def quiz(fake: Fakes, kind: str) -> None:
    """Of one question, which any answer answers rightly."""
    content = course(kind)

    def take(asked: pb.RecordProgressRequest) -> pb.RecordProgressResponse:
        answered = standing(content)
        answer = asked.steps[0].answer_item.answer
        lessons.attempt(answered, pb.AnsweredItem(item=kind, correct=True, answer=answer), score=100)
        fake.answers["GetProgress"] = answered
        return pb.RecordProgressResponse(progress=answered, results=[pb.StepResult(accepted=True, correct=True)])

    fake.sign_in("pat")
    fake.answers |= {"GetVersion": version(content), "GetProgress": standing(content), "RecordProgress": take}


async def test_an_answer_outlives_a_line_that_is_down(
    services: tuple[Fakes, GatewaySettings], browser: Browser
) -> None:
    fake, settings = services
    quiz(fake, "number")
    async with Served(create_app(settings)) as server, page_of(browser, 360) as (page, _):
        address = str(server.make_url("/learning/e/two/q.number"))
        cookies = {"ieum_session": "pat", "lang": "en"}
        await page.context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
        )
        await page.goto(address)
        await page.get_by_label("A number question?").fill("112")
        await page.context.set_offline(True)
        await page.get_by_role("button", name="Check my answer").click()
        await expect(page.get_by_text("Not saved yet")).to_be_visible()
        assert await axe_findings(page) == []
        await page.context.set_offline(False)
        await expect(page.get_by_role("heading", name="That is right")).to_be_visible()
    (asked,) = fake.requests("RecordProgress")
    assert list(asked.steps[0].answer_item.answer.values) == ["112"]


async def test_an_answer_half_written_is_there_again(services: tuple[Fakes, GatewaySettings], browser: Browser) -> None:
    fake, settings = services
    quiz(fake, "ordering")
    async with (
        Served(create_app(settings)) as server,
        page_of(browser, 360) as (page, complaints),
    ):
        address = str(server.make_url("/learning/e/two/q.ordering"))
        cookies = {"ieum_session": "pat", "lang": "en"}
        await page.context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
        )
        await page.goto(address)
        await page.get_by_role("button", name="Move up: Wash").click()
        await page.goto(str(server.make_url("/learning/e/one/t")))
        await page.goto(address)
        await expect(page.locator(".ordering label")).to_have_text(["Wash", "Rinse", "Dry"])
        await page.get_by_role("button", name="Check my answer").click()
        await expect(page.get_by_role("heading", name="That is right")).to_be_visible()
        assert complaints == []
    (asked,) = fake.requests("RecordProgress")
    assert list(asked.steps[0].answer_item.answer.values) == ["wash", "rinse", "dry"]


async def visit(page: Page, server: BaseTestServer, path: str, login: str = "pat") -> str:
    address = str(server.make_url(path))
    cookies = {"ieum_session": login, "lang": "en"}
    await page.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    await page.goto(address)
    return address


async def test_an_answer_sent_in_vain_is_sent_once_when_its_page_is_opened_again(
    services: tuple[Fakes, GatewaySettings], browser: Browser
) -> None:
    fake, settings = services
    quiz(fake, "number")
    async with Served(create_app(settings)) as server, page_of(browser, 360) as (page, _):
        address = await visit(page, server, "/learning/e/two/q.number")
        await page.get_by_label("A number question?").fill("112")
        await page.context.set_offline(True)
        await page.get_by_role("button", name="Check my answer").click()
        await expect(page.get_by_text("Not saved yet")).to_be_visible()
        context = page.context
        await page.close()
        await context.set_offline(False)
        page = await context.new_page()
        await page.goto(address)
        await expect(page.get_by_role("heading", name="That is right")).to_be_visible()
        await page.goto(address)
        await expect(page.get_by_role("heading", name="That is right")).to_be_visible()
    (asked,) = fake.requests("RecordProgress")
    assert list(asked.steps[0].answer_item.answer.values) == ["112"]


async def test_a_screen_finished_while_the_line_is_down_is_saved_later(
    services: tuple[Fakes, GatewaySettings], browser: Browser
) -> None:
    fake, settings = services
    quiz(fake, "number")
    async with Served(create_app(settings)) as server, page_of(browser, 360) as (page, _):
        await visit(page, server, "/learning/e/one/p")
        before = len(fake.requests("RecordProgress"))
        await page.context.set_offline(True)
        await page.get_by_role("button", name="Continue").click()
        await expect(page.get_by_text("Not saved yet")).to_be_visible()
        assert await axe_findings(page) == []
        await page.context.set_offline(False)
        await page.wait_for_url("**/learning/e/one/p?end=1")
        assert len(fake.requests("RecordProgress")) > before
        left = await page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('answer '))")
    assert left == []


async def test_what_one_person_left_unsent_on_a_shared_computer_is_neither_shown_nor_sent_to_the_next(
    services: tuple[Fakes, GatewaySettings], browser: Browser
) -> None:
    fake, settings = services
    quiz(fake, "number")
    until = Timestamp()
    until.FromDatetime(now() + timedelta(hours=1))
    for login in ("pat", "next_person"):
        fake.sign_in(login, shared_device=True, expire_time=until)
    fake.viewers["next_person"].person.display_name = "다음 사람"
    async with Served(create_app(settings)) as server, page_of(browser, 360) as (page, _):
        await visit(page, server, "/learning/e/two/q.number")
        await page.get_by_label("A number question?").fill("112")
        await page.context.set_offline(True)
        await page.get_by_role("button", name="Check my answer").click()
        await expect(page.get_by_text("Not saved yet")).to_be_visible()
        assert await page.evaluate("localStorage.length") == 0
        await page.goto("about:blank")
        await page.context.set_offline(False)
        fake.calls["RecordProgress"].clear()
        await visit(page, server, "/learning/e/two/q.number", "next_person")
        await expect(page.get_by_text("There is no record of this learning.")).to_be_visible()
        await expect(page.get_by_label("A number question?")).to_have_count(0)
        left = await page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('answer '))")
    assert left == []
    assert fake.requests("RecordProgress") == []
