"""The look, in a real browser: every component, in each language, narrow and wide, under the gateway's own policy."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from gateway.html.assets import SOURCES
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.serving import Served
from tests.gateway.styleguide import site


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    async with Served(site()) as server:
        yield str(server.make_url("/styleguide"))


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("query", ["lang=ko", "lang=en&wrong=1"])
async def test_every_component_is_sound(browser: Browser, address: str, query: str, width: int) -> None:
    async with page_of(browser, width) as (page, complaints):
        await page.goto(f"{address}?{query}")
        await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert await axe_findings(page) == []
        assert await sideways(page) == 0
        assert await small_print(page) == []
        assert complaints == []


@pytest.mark.parametrize(("width", "size"), [(320, 1), (320, 4), (640, 4)])
async def test_nothing_scrolls_sideways(browser: Browser, address: str, width: int, size: int) -> None:
    async with page_of(browser, width) as (page, _):
        await page.goto(f"{address}?lang=en&size={size}")
        assert await sideways(page) == 0
        await page.get_by_text("Text size").first.click()
        assert await sideways(page) == 0


async def test_a_larger_size_makes_letters_larger(browser: Browser, address: str) -> None:
    async with page_of(browser, 360) as (page, _):
        sizes = []
        for size in range(5):
            await page.goto(f"{address}?size={size}")
            sizes.append(await page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)"))
    assert sizes == pytest.approx([17 * step for step in (0.9, 1, 1.1, 1.3, 1.5)])


async def test_every_target_is_large_enough_to_hit(browser: Browser, address: str) -> None:
    script = """() => [...document.querySelectorAll("button, .button, .input, .choice, nav a, summary")]
      .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.9).map((e) => e.outerHTML)"""
    async with page_of(browser, 360) as (page, _):
        await page.goto(address)
        assert await page.evaluate(script) == []


async def test_a_refused_form_takes_the_focus_and_says_so_in_the_title(browser: Browser, address: str) -> None:
    async with page_of(browser, 360) as (page, _):
        await page.goto(f"{address}?lang=en&wrong=1")
        assert (await page.title()).startswith("Error: ")
        await expect(page.get_by_role("alert")).to_be_focused()
        await page.get_by_role("link", name="The passphrase is too short").click()
        await expect(page.get_by_label("Passphrase")).to_be_focused()


async def test_a_passphrase_can_be_shown(browser: Browser, address: str) -> None:
    async with page_of(browser, 360) as (page, _):
        await page.goto(f"{address}?lang=en")
        field = page.get_by_label("Passphrase")
        await page.get_by_role("button", name="Show").click()
        await expect(field).to_have_attribute("type", "text")
        await page.get_by_role("button", name="Hide").click()
        await expect(field).to_have_attribute("type", "password")


async def test_the_frame_works_without_a_script(browser: Browser, address: str) -> None:
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = await context.new_page()
    await page.goto(f"{address}?lang=en")
    await page.get_by_text("Text size").first.click()
    await expect(page.get_by_role("button", name="Largest")).to_be_visible()
    await expect(page.get_by_role("link", name="My learning")).to_be_visible()
    await expect(page.get_by_role("button", name="Show")).to_have_count(0)
    await context.close()


def test_no_form_is_checked_by_the_browser_whose_words_are_in_its_own_language() -> None:
    templates = SOURCES.parent.rglob("*.html")
    forms = [form for path in templates for form in re.findall(r"<form[^>]*>", path.read_text()) if "post" in form]
    assert len(forms) > 20
    assert [form for form in forms if "novalidate" not in form] == []


def test_the_assets_stay_light() -> None:
    css, script = (SOURCES / "site/ieum.css").read_text(), (SOURCES / "site/ieum.js").read_text()
    minified = re.sub(r"/\*.*?\*/|\s*([{};:,])\s*", r"\1", css, flags=re.DOTALL)
    assert len(minified.encode()) <= 20 * 1024
    assert len(script.encode()) <= 6 * 1024


async def test_no_word_on_a_button_breaks_on_a_phone_with_the_largest_letters(browser: Browser, address: str) -> None:
    async with page_of(browser, 360) as (page, _):
        await page.goto(f"{address}?lang=en&size=4")
        sides = await page.locator(".button:not(.quiet)").evaluate_all(
            "all => all.map(each => getComputedStyle(each).paddingLeft)"
        )
        assert {float(side.removesuffix("px")) for side in sides} == {18.0}
