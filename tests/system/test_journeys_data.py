"""Everybody and a published release: from the foot of a page to a file taken home, and a portal's harvest of it."""

from __future__ import annotations

import asyncio
import hashlib

import aiohttp
import pytest
from playwright.async_api import expect
from rdflib import DCAT, Graph

from deploy.demo.content import Json
from deploy.demo.release import finished_quarters
from services.chassis import clock
from tests.system.hanbit import DESKTOP, Hanbit, plain

BUILT_SECONDS = 120

pytestmark = pytest.mark.timeout(240)


async def publish(hanbit: Hanbit) -> Json:
    """A release of Hanbit's employees, as any program may read it."""
    async with hanbit.api("official") as planner, hanbit.api("official2") as approver:
        quarter = finished_quarters(clock.now().date())[-1]
        plan = {"releaseId": "data-journey", "area": "areas/HB01", "universe": "EMPLOYEE", "periods": [quarter]}
        at = f"/statistics/{(await planner.post('/statistics/releases', plan))['name']}"
        await planner.post(f"{at}:build")
        await reach(planner.get, f"{at}/work", "BUILT")
        await approver.post(f"{at}:approve")
        await planner.post(f"{at}:publish", {})
        return await reach(planner.get, at, "PUBLISHED")


async def reach(get: object, at: str, state: str) -> Json:
    assert callable(get)
    async with asyncio.timeout(BUILT_SECONDS):
        while (found := await get(at))["state"] != state:
            assert found["state"] != "FAILED", found
            await asyncio.sleep(0.3)
    release: Json = found
    return release


async def test_a_published_release_is_read_taken_home_and_harvested(hanbit: Hanbit) -> None:
    release = await publish(hanbit)
    sums = {file["name"]: file["sha256"] for file in release["files"]}
    async with hanbit.visiting(width=DESKTOP, javascript=False) as page:
        await page.goto("/courses")
        await page.get_by_role("contentinfo").get_by_role("link", name="Published statistics").click()
        await page.get_by_role("link", name=release["title"]["en"]).click()
        await expect(page.locator("h1")).to_have_text(release["title"]["en"])
        await page.get_by_label("Area", exact=True).select_option("HB0105")
        await page.get_by_role("button", name="Show").click()
        area = await page.locator("#area option:checked").inner_text()
        await expect(page.locator("#headlines")).to_contain_text(area)
        async with page.expect_download() as waiting:
            await page.get_by_role("link", name="Excel workbook").click()
        content = (await (await waiting.value).path()).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sums["tables.xlsx"]
    _, _, turtle = await plain(f"{hanbit.url}/data/catalog.ttl")
    harvested = {str(each) for each in Graph().parse(data=turtle, format="turtle").objects(None, DCAT.downloadURL)}
    async with aiohttp.ClientSession() as session:
        for name, checksum in sums.items():
            address = f"{hanbit.url}/data/data-journey/1/{name}"
            assert address in harvested
            async with session.get(address) as answer:
                assert hashlib.sha256(await answer.read()).hexdigest() == checksum
