"""Two officials and a release: planned on a page, counted, approved by the second, published, read by everybody."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from gateway.web.official.release_plan import finished
from services.chassis import clock
from tests.browser import axe_findings, sideways
from tests.system.hanbit import DESKTOP, Hanbit, plain

COUNTING_MS = 120_000
HERE = "/statistics/releases"
COST = "What is hidden to protect people"
"""For officials alone."""

pytestmark = pytest.mark.timeout(240)


async def plan(page: Page, quarter: str) -> str:
    """Answers the release's address, once it is counted."""
    await page.goto(f"{HERE}/new")
    await page.get_by_role("button", name="See what will be in it").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose at least one quarter or year.")
    await page.locator(f'input[name="periods"][value="{quarter}"]').check()
    await page.get_by_role("button", name="See what will be in it").click()
    await expect(page.get_by_role("heading", name="What will be in the release")).to_be_visible()
    await page.get_by_role("button", name="Plan and count it").click()
    address = page.url
    await look(page, "A second person has to approve it")
    return address


async def look(page: Page, heading: str) -> None:
    """The page of this step, which anybody can use."""
    await expect(page.locator("#step-title")).to_have_text(heading, timeout=COUNTING_MS)
    assert await axe_findings(page) == []
    assert await sideways(page) == 0


async def test_what_one_official_plans_another_approves_and_everybody_reads(hanbit: Hanbit) -> None:
    quarter = finished(clock.now(), ZoneInfo("Asia/Seoul"))[0][0]
    async with hanbit.visiting("official", width=DESKTOP) as page:
        address = await plan(page, quarter)
        await expect(page.get_by_role("heading", name=COST)).to_be_visible()
        await expect(page.get_by_role("button", name="Approve the release")).to_have_count(0)
        await page.get_by_role("link", name="Discard this release").click()
        await expect(page.locator("h1")).to_have_text("Discard this release?")
        assert await axe_findings(page) == []
        assert await sideways(page) == 0
        await page.get_by_role("link", name="Keep it").click()
        await expect(page.locator("#step-title")).to_have_text("A second person has to approve it")
        refused = await page.request.post(address, form={"do": "approve"}, headers={"Origin": hanbit.url})
        assert refused.status == 403
        assert "somebody else has to approve it" in await refused.text()
    public = f"{hanbit.url}/data/{address.rpartition('/')[2]}"
    assert (await plain(public))[0] == 404
    async with hanbit.visiting("official2", javascript=False) as page:
        await page.goto(address)
        await page.get_by_role("link", name="Look at the figures").click()
        await expect(page.locator("table").first).to_contain_text("Hanbit City")
        await page.goto(address)
        await page.get_by_role("button", name="Approve the release").click()
        await expect(page.locator("#step-title")).to_have_text("When does it come out?")
    async with hanbit.visiting("official", width=DESKTOP) as page:
        await page.goto(address)
        await look(page, "When does it come out?")
        await page.get_by_label("On a day that I choose").check()
        await page.locator("#day").fill("2020-01-01")
        await page.get_by_role("button", name="Publish").click()
        await expect(page.get_by_role("alert")).to_contain_text("This time is over already")
        await expect(page.locator("#day")).to_have_value("2020-01-01")
        await page.get_by_label("At once").check()
        await page.get_by_role("button", name="Publish").click()
        await look(page, "Everybody can read it")
        await page.get_by_role("link", name="Open the public page").click()
        await expect(page.locator("h1")).to_contain_text("Hanbit City")
    status, kind, text = await plain(public)
    assert (status, kind) == (200, "text/html")
    assert COST not in text
