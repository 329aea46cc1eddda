"""Pages as a browser shows them on a phone, with the largest letters, with Back, and with storage switched off."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from ieum.progress.v1 import progress_pb2 as pb
from tests.gateway import lessons
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes


async def phone(browser: Browser, client: Client, size: int = 1, scripts: bool = True) -> BrowserContext:
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, base_url=str(client.make_url("/")), java_script_enabled=scripts
    )
    given = {"ieum_session": "pat", "lang": "ko", "size": str(size)}
    url = str(client.make_url("/"))
    await context.add_cookies([{"name": name, "value": value, "url": url} for name, value in given.items()])
    return context


@pytest.mark.parametrize(("size", "furniture"), [(1, 160), (4, 245)])
async def test_the_first_screen_of_a_phone_belongs_to_the_lesson(
    browser: Browser, client: Client, town: Fakes, size: int, furniture: int
) -> None:
    context = await phone(browser, client, size)
    page = await context.new_page()
    await page.goto("/learning/e/one/t")
    title = await page.locator("h1").bounding_box()
    words = await page.get_by_text("Hold it").bounding_box()
    assert title
    assert title["y"] < furniture
    assert words
    assert words["y"] < 370
    await context.close()


async def test_the_menu_of_a_lesson_has_the_ways_and_the_text_size(
    browser: Browser, client: Client, town: Fakes
) -> None:
    context = await phone(browser, client, scripts=False)
    page = await context.new_page()
    await page.goto("/learning/e/one/t")
    await page.get_by_text("메뉴").click()
    await page.get_by_role("button", name="가장 크게").click()
    await expect(page.locator("html.size-4")).to_be_visible()
    await page.locator(".whoami summary").click()
    await expect(page.get_by_role("button", name="로그아웃")).to_be_visible()
    await context.close()


@pytest.mark.parametrize("scripts", [True, False])
async def test_back_never_asks_to_send_a_form_again(
    browser: Browser, client: Client, town: Fakes, scripts: bool
) -> None:
    refused = pb.StepResult(reason="ANSWER_EMPTY")
    town.answers["RecordProgress"] = pb.RecordProgressResponse(
        progress=lessons.standing(lessons.course("choice")), results=[refused]
    )
    context = await phone(browser, client, scripts=scripts)
    page = await context.new_page()
    await page.goto("/learning/e/two/q.choice")
    await page.locator("main .button.main").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.goto("/help")
    answer = await page.go_back()
    assert answer
    assert answer.request.method == "GET"
    await expect(page.locator("h1")).to_be_attached()
    await context.close()


async def test_a_page_works_where_the_browser_keeps_nothing(browser: Browser, client: Client, town: Fakes) -> None:
    context = await phone(browser, client)
    await context.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('off') } })"
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto("/learning/e/two/q.choice")
    await page.locator("input[type=radio]").first.check()
    await page.goto("/account/passphrase")
    await expect(page.locator("[data-shows]").first).to_be_visible()
    assert complaints == []
    await context.close()
