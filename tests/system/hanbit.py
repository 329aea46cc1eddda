"""The demo city on the real system, one for all journeys, and how somebody walks through it with a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
from playwright.async_api import Browser, Page, expect

from deploy.demo.api import Api
from deploy.demo.content import Json, courses
from deploy.local import DEMO_PASSPHRASE, Ieum

PHONE = 360
DESKTOP = 1280


@dataclass(frozen=True)
class Hanbit:
    """`versions`: what is published, by the slug of the demo course, with the right answers."""

    system: Ieum
    browser: Browser
    versions: Mapping[str, Json]

    @property
    def url(self) -> str:
        return self.system.url

    @asynccontextmanager
    async def api(self, login: str, passphrase: str = DEMO_PASSPHRASE) -> AsyncIterator[Api]:
        async with Api(self.url) as api:
            await api.sign_in(login, passphrase)
            yield api

    async def newcomer(self, name: str, employer: str = "") -> str:
        """A login of somebody new, registered at the desk."""
        login = f"new-{uuid4().hex[:12]}"
        asked = {"requestId": uuid4().hex, "login": login, "displayName": name, "passphrase": DEMO_PASSPHRASE}
        asked |= {"area": "areas/HB0101", "locale": "en"}
        async with self.api("admin") as admin:
            await admin.post("/people", asked | ({"organisation": f"organisations/{employer}"} if employer else {}))
        return login

    @asynccontextmanager
    async def visiting(
        self, login: str = "", width: int = PHONE, language: str = "en", *, javascript: bool = True
    ) -> AsyncIterator[Page]:
        """A browser of one's own, signed in where a login is given; nothing may go wrong in it unseen."""
        context = await self.browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": 800},
            reduced_motion="reduce",
            locale=language,
            java_script_enabled=javascript,
        )
        context.set_default_timeout(20_000)
        await context.add_cookies([{"name": "lang", "value": language, "url": self.url}])
        page = await context.new_page()
        complaints = complaints_of(page)
        try:
            if login:
                await sign_in(page, login)
            yield page
            assert complaints == [], complaints  # not rewritten by pytest, which would show them
        finally:
            await context.close()


def complaints_of(page: Page) -> list[str]:
    """What the console complains of from now on, but for pages that were refused on purpose."""
    complaints: list[str] = []

    def heard(message: Any) -> None:
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


async def published(url: str) -> dict[str, Json]:
    """With the reviewer's eyes, who sees which answers are right."""
    slugs = {course.source["title"]["en"]: course.slug for course in courses()}
    async with Api(url) as reviewer:
        await reviewer.sign_in("reviewer", DEMO_PASSPHRASE)
        entries = (await reviewer.get("/catalog?pageSize=50"))["entries"]
        versions = [await reviewer.get(f"/{entry['course']}/versions/current") for entry in entries]
    titled = [(version["content"]["title"]["en"], version) for version in versions]
    return {slugs[title]: version for title, version in titled if title in slugs}


async def sign_in(page: Page, login: str, passphrase: str = DEMO_PASSPHRASE) -> None:
    if "/sign-in" not in page.url:
        await page.goto("/sign-in")
    await page.locator("#login").fill(login)
    await page.locator("#passphrase").fill(passphrase)
    await page.locator("#main button.main").click()
    await expect(page.locator("details.whoami")).to_be_visible()


def item_at(version: Json, address: str) -> Json | None:
    """The question, with its right answer, of the screen at an address /learning/{enrolment}/{lesson}/{screen}."""
    lesson, screen = address.partition("?")[0].split("/")[-2:]
    quiz, _, item = screen.partition(".")
    if not item:
        return None
    found: Json = next(each for each in version["content"]["lessons"] if each["id"] == lesson)
    block = next(block for block in found["blocks"] if block["id"] == quiz)
    asked: Json = next(each for each in block["quiz"]["items"] if each["id"] == item)
    return asked


async def give(page: Page, item: Json, answer: Json) -> None:
    """Fill in a question's form, with the buttons where the script made some, and send it."""
    if item.get("matching"):
        for left, right in answer["pairs"].items():
            await page.locator(f"#pair-{left}").select_option(right)
    elif item.get("ordering"):
        await put_in_order(page, answer["values"])
    elif item.get("choice") or item.get("trueFalse") is not None:
        for value in answer["values"]:
            await page.locator(f'input[name="answer"][value="{value}"]').check()
    else:
        await page.locator("#answer").fill(answer["values"][0])
    await page.get_by_role("button", name="Check my answer").click()


async def put_in_order(page: Page, steps: list[str]) -> None:
    for place, step in enumerate(steps):
        line = page.locator(".ordering li", has=page.locator(f"#place-{step}"))
        if await page.locator(".ordering .moves").count() == 0:
            await page.locator(f"#place-{step}").select_option(str(place + 1))
            continue
        while await page.locator(".ordering li").nth(place).locator(f"#place-{step}").count() == 0:
            await line.get_by_role("button", name="Move up").click()


def assert_totals_are_of(rows: list[Json], totals: Json) -> None:
    """A course's totals count what its class grid shows; who left without completing is no longer enrolled."""
    completed = sum(1 for row in rows if row.get("completeTime"))
    left = sum(1 for row in rows if row.get("withdrawn") and not row.get("completeTime"))
    assert (totals.get("enrolled", 0), totals.get("completed", 0)) == (len(rows) - left, completed)
    assert totals.get("withdrawn", 0) == left


def away_from(address: str) -> Callable[[str], bool]:
    return lambda now: now != address


async def plain(url: str, token: str = "", **headers: str) -> tuple[int, str, str]:
    """Status, content type and text, as any program gets them over HTTP."""
    if token:
        headers["Authorization"] = f"Bearer {token}"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, response.content_type, await response.text()
