"""What is true of every page of every role: whoever reads it, in both languages, on a phone and enlarged."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from playwright.async_api import Page

from deploy.demo.content import Json
from tests.browser import axe_findings, sideways
from tests.system.hanbit import PHONE, Hanbit, complaints_of

ENLARGED = 640  # what a window of 1280 has left at 200 %
LANGUAGES = ("ko", "en")

pytestmark = pytest.mark.timeout(180)

ANYBODY = ("/", "/courses", "/courses?q=%EC%82%AC%EC%A7%84&level=1", "/help", "/privacy", "/accessibility", "/data")
STRANGER = (
    "/courses/{course}",
    "/courses/{town}/try/tea",
    "/register",
    "/sign-in",
    "/sign-in/forgotten",
    "/certificates",
    "/certificates/IEUM-A",
    "/erasure",
    "/nowhere",
)
ACCOUNT = (
    "/account",
    "/account/about-you",
    "/account/passphrase",
    "/account/tokens",
    "/account/sessions",
    "/account/second-factor",
    "/account/prove",
    "/account/erase",
    "/account/data",
    "/account/data/looks",
    "/privacy/details",
)
LEARNER = (
    *("/learning", "/learning/{done}/complete", "/learning/{begun}/withdraw", "/certificates/{certificate}"),
    *("{screens}", "/courses/{course}"),
)
INSTRUCTOR = (
    *(
        "/teach",
        "/teach/new",
        "/teach/import",
        "/teach/{course}",
        "{lessons}",
        "/teach/{course}/preview",
        "/teach/{course}/grid",
        "/teach/{course}/help",
    ),
    "/teach/{town}/lessons/send/practice/bank",
    "/teach/{town}/cartridge",
)
OFFICIAL = (
    *(
        "/statistics",
        "/statistics/cross",
        "/statistics/working",
        "/statistics/table?by=AGE",
        "/statistics/table?by=TIME_PERIOD&show=CPR",
        "/statistics/table?by=TARGET_GROUP",
    ),
    *("/statistics/table?area=areas/HB0105&by=COURSE", "/statistics/table?area=areas/HB02"),
    *("/statistics/releases", "/statistics/releases/new", "/statistics/releases/new/check?periods=2025"),
    "/statistics/recipients",
)
ADMINISTRATOR = (
    "/admin/people",
    "/admin/people/{person}",
    "/admin/people/{person}/erase",
    "/admin/audit",
    "/admin/erasures",
    "/admin/imports",
    "/centre/counter",
    "/centre/counter/{person}",
    "/centre/device",
)
ROLES = {
    "": (*ANYBODY, *STRANGER),
    "learner": (*LEARNER, *ACCOUNT),
    "instructor": INSTRUCTOR,
    "reviewer": ("/review", "/review/{course}"),
    "official": OFFICIAL,
    "admin": (*ADMINISTRATOR, "/admin/retention", "/admin/places", "/admin/dead-letters"),
}


@dataclass
class Seen:
    """Titles and what is wrong, page by page."""

    titles: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def note(self, what: str, *found: object) -> None:
        self.wrong += [f"{what}: {each}" for each in found if each]


@pytest.fixture(scope="module")
async def places(hanbit: Hanbit) -> dict[str, list[str]]:
    """What the words in braces stand for; a screen of each kind, a lesson of each block."""
    version = hanbit.versions["kiosk"]
    async with hanbit.api("learner") as learner:
        mine = (await learner.get("/progress"))["progress"]
        me = (await learner.get("/people/me"))["name"]
    done = next(each for each in mine if each.get("completeTime"))
    begun = next(each for each in mine if not each.get("completeTime"))
    enrolled = done["name"].removeprefix("progress/")
    course = version["course"].removeprefix("courses/")
    return {
        "course": [course],
        "town": [hanbit.versions["practice-town"]["course"].removeprefix("courses/")],
        "person": [me.removeprefix("people/")],
        "done": [enrolled],
        "begun": [begun["name"].removeprefix("progress/")],
        "certificate": [done["certificate"]["name"].removeprefix("certificates/")],
        "screens": [f"/learning/{enrolled}/{each}" for each in telling_screens(version)],
        "lessons": [f"/teach/{course}/lessons/{lesson['id']}" for lesson in version["content"]["lessons"][:2]],
    }


def telling_screens(version: Json) -> list[str]:
    """The first screen of each kind of block and question."""
    found: dict[str, str] = {}
    for lesson in version["content"]["lessons"]:
        blocks = {block["id"]: block for block in lesson["blocks"]}
        for screen in lesson["screens"]:
            items = {item["id"]: item for block in blocks.values() for item in block.get("quiz", {}).get("items", [])}
            shown = [items[screen["item"]]] if screen.get("item") else [blocks[each] for each in screen["blocks"]]
            for kind in (kind for each in shown for kind in each if kind not in ("id", "joined", "prompt")):
                found.setdefault(kind, f"{lesson['id']}/{screen['key']}")
    return sorted(set(found.values()))


def addresses(role: str, places: dict[str, list[str]]) -> list[str]:
    found = []
    for address in ROLES[role]:
        word = address.partition("{")[2].partition("}")[0]
        found += [address.replace(f"{{{word}}}", each) for each in places[word]] if word else [address]
    return found


@pytest.mark.parametrize("role", ROLES)
async def test_every_page_can_be_used_by_everybody(hanbit: Hanbit, places: dict[str, list[str]], role: str) -> None:
    seen = Seen()
    async with hanbit.visiting(role) as page:
        complaints = complaints_of(page)
        for address in addresses(role, places):
            for language in LANGUAGES:
                await look_at(page, hanbit, address, language, seen)
                seen.note(f"{address} {language}", *complaints)
                complaints.clear()
    assert seen.wrong == []


async def look_at(page: Page, hanbit: Hanbit, address: str, language: str, seen: Seen) -> None:
    where = f"{address} {language}"
    await page.context.add_cookies([{"name": "lang", "value": language, "url": hanbit.url}])
    await page.set_viewport_size({"width": PHONE, "height": 800})
    answer = await page.goto(address)
    seen.note(where, None if answer and answer.status < 500 else f"status {answer and answer.status}")
    seen.note(where, "another language" if await page.locator("html").get_attribute("lang") != language else "")
    headings = await page.locator("h1").count()
    seen.note(where, "" if headings == 1 else f"{headings} headings of the first level")
    title = await page.title()
    other = seen.titles.setdefault(title, where)
    seen.note(where, "" if other == where else f"has the title of {other}: {title}")
    await hold_its_width(page, where, seen)
    if language == "ko":  # the structure is the same in both, and looking costs most
        seen.note(where, *await axe_findings(page))


async def hold_its_width(page: Page, where: str, seen: Seen) -> None:
    for width in (PHONE, ENLARGED):
        await page.set_viewport_size({"width": width, "height": 800})
        over = await sideways(page)
        seen.note(where, f"scrolls sideways by {over} px at {width} px" if over else "")
    usual = await page.evaluate("document.documentElement.className")
    await page.evaluate("document.documentElement.className = 'size-4'")
    over = await sideways(page)
    seen.note(where, f"scrolls sideways by {over} px in the largest letters" if over else "")
    await page.evaluate("usual => { document.documentElement.className = usual }", usual)
