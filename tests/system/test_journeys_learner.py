"""A learner's way in a real browser on the real system: from the catalogue without an account to the certificate."""

from __future__ import annotations

import io
import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from pypdf import PdfReader

from deploy.demo.__main__ import whole_lesson
from deploy.demo.content import Json, answer
from deploy.local import DEMO_PASSPHRASE
from tests.browser import axe_findings, sideways
from tests.system.hanbit import Hanbit, assert_totals_are_of, away_from, give, item_at, sign_in

pytestmark = pytest.mark.timeout(180)

KINDS = {"choice", "multiple", "trueFalse", "shortText", "number", "matching", "ordering"}
SCREEN = re.compile(r"/learning/[^/]+/[^/]+/[^/?]+")


def kind_of(item: Json) -> str:
    kind = next(kind for kind in KINDS if item.get(kind) is not None)
    return "multiple" if kind == "choice" and item["choice"].get("multiple") else kind


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


async def register(page: Page, name: str, area: str, employer: str = "") -> str:
    """Through the form; answers the login."""
    login = f"walk-{uuid4().hex[:12]}"
    await page.get_by_label("Your name").fill(name)
    await page.locator("#login").fill(login)
    await page.locator("#passphrase").fill(DEMO_PASSPHRASE)
    await page.get_by_label("Where you live").select_option(label=area)
    if employer:
        await page.get_by_label("Do you learn for your work at a public office?").select_option(label=employer)
    await button(page, "Create my account").click()
    await expect(page.get_by_role("heading", name="About you", level=1)).to_be_visible()
    return login


async def answered_here(page: Page, version: Json, *, right: bool) -> str:
    """Answer the question of this screen; its kind."""
    item = item_at(version, page.url)
    assert item is not None
    await give(page, item, answer(item, right=right))
    await expect(page.get_by_role("heading", name="That is right" if right else "Not quite right")).to_be_visible()
    await expect(page.locator("main")).to_contain_text(item["explanation"]["en"][:30])
    return kind_of(item)


async def walk_on(page: Page, version: Json, until: re.Pattern[str]) -> set[str]:
    """Through screens, answering rightly, until an address; the kinds of questions met."""
    met = set()
    while not until.search(page.url):
        assert SCREEN.search(page.url)
        if item_at(version, page.url) and await button(page, "Check my answer").is_visible():
            met.add(await answered_here(page, version, right=True))
        here = page.url
        forward = page.locator("main .button.main").first
        await forward.click()
        await page.wait_for_url(away_from(here))
    return met


@pytest.mark.parametrize(
    ("words", "found"), [("민원", "online-petition"), ("핸드폰 사진", "phone-photos"), ("김치", "")]
)
async def test_a_stranger_finds_a_course_by_a_word_inside_others(hanbit: Hanbit, words: str, found: str) -> None:
    async with hanbit.visiting(language="ko") as page:
        await page.goto("/courses")
        await page.locator("#q").fill(words)
        await page.locator("#main form[role=search] button.main").click()
        cards = page.locator("#main .cards h3, #main .cards h2")
        if found:
            title = hanbit.versions[found]["content"]["title"]["ko"]
            await expect(cards.filter(has_text=title)).to_have_count(1)
        else:
            await expect(page.get_by_text(f"‘{words}’ 과정을 찾지 못했어요.")).to_be_visible()
            await expect(cards.first).to_be_visible()
            await expect(page.locator("#q")).to_have_value(words)


async def test_a_stranger_narrows_the_catalogue_and_reads_what_a_course_asks(hanbit: Hanbit) -> None:
    async with hanbit.visiting() as page:
        await page.goto("/courses")
        await expect(page.get_by_role("heading", name=re.compile(r"^\d+ courses$"))).to_be_visible()
        await page.get_by_text("More filters").click()
        await page.get_by_label("Who is it for?").select_option(label="For employees")
        await button(page, "Show results").click()
        title = hanbit.versions["counter-help"]["content"]["title"]["en"]
        await page.get_by_role("link", name=title).click()
        await expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        rule = page.locator("main", has=page.get_by_role("heading", name="How to complete this course"))
        await expect(rule).to_contain_text("70%")
        await expect(page.get_by_role("link", name="Start for free")).to_be_visible()
        for lesson in hanbit.versions["counter-help"]["content"]["lessons"]:
            await expect(page.locator("main")).to_contain_text(lesson["title"]["en"])


async def test_a_resident_takes_a_whole_course_on_a_phone_and_goes_on_elsewhere(hanbit: Hanbit) -> None:
    version = hanbit.versions["phone-photos"]
    title = version["content"]["title"]["en"]
    name = f"Hong Gil-dong {uuid4().hex[:4]}"
    async with hanbit.visiting() as page:
        await page.goto(f"/{version['course']}")
        await page.get_by_role("link", name="Start for free").click()
        login = await register(page, name, "Solnae-dong")
        await page.get_by_role("link", name="Skip this").click()
        await button(page, "Start this course").click()
        await page.wait_for_url(SCREEN)
        await answer_late(page)
        met = await fail_and_pass_the_first_quiz(page, version)
        left_at = await leave_in_the_middle(page, version)
    async with hanbit.visiting(login) as page:
        await page.get_by_role("link", name="Learning", exact=True).click()
        await expect(page.get_by_role("link", name="Continue learning")).to_have_count(1)
        await page.get_by_role("link", name="Continue learning").click()
        assert page.url.partition("?")[0] == left_at.partition("?")[0]
        met |= await walk_on(page, version, re.compile("/complete"))
        await expect(page.get_by_role("heading", name="You have completed the course")).to_be_visible()
        await expect(page.get_by_text("Your quizzes")).to_be_visible()
        assert await sideways(page) == 0
        assert await axe_findings(page) == []
        await hold_the_certificate(hanbit, page, name, title)
        await agree_everywhere(hanbit, page, version, name)
    assert met | {"shortText"} == KINDS


async def answer_late(page: Page) -> None:
    """The equality questions that were skipped, and changed once more; then back to the course."""
    for year in ("1951", "1953"):
        await page.goto("/account/about-you")
        await page.get_by_label("Year of birth").fill(year)
        await page.get_by_label("Woman", exact=True).check()
        await button(page, "Save my answers").click()
        await expect(page.locator("main [role=status]")).to_be_visible()
    await page.goto("/account/about-you")
    await expect(page.get_by_label("Year of birth")).to_have_value("1953")
    await page.goto("/learning")
    await page.get_by_role("link", name="Continue learning").click()


async def fail_and_pass_the_first_quiz(page: Page, version: Json) -> set[str]:
    await walk_on(page, version, re.compile(r"/[^/]+/q-take\.[^/]+$"))
    met = set()
    while not await button(page, "Try again").is_visible():
        met.add(await answered_here(page, version, right=False))
        await expect(page.locator("main")).to_contain_text("The right answer")
        if await button(page, "Continue").is_visible():
            await button(page, "Continue").click()
    await expect(page.locator("main")).to_contain_text("You answered 0 of")
    await button(page, "Try again").click()
    await expect(button(page, "Check my answer")).to_be_visible()
    return met | await walk_on(page, version, re.compile(r"/find/"))


async def leave_in_the_middle(page: Page, version: Json) -> str:
    await walk_on(page, version, re.compile(r"/q-find\.[^/]+$"))
    left_at = page.url
    await page.locator(".whoami summary").click()
    await button(page, "Sign out").click()
    await page.goto(left_at)
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    return left_at


async def hold_the_certificate(hanbit: Hanbit, page: Page, name: str, title: str) -> None:
    address = await page.get_by_role("link", name="Open the certificate (PDF)").get_attribute("href")
    document = PdfReader(io.BytesIO(await (await page.request.get(address or "")).body()))
    text = "".join(sheet.extract_text() for sheet in document.pages)
    assert name in text
    assert title in text
    number = await page.locator("a.number").inner_text()
    assert number in text
    await everybody_can_check(hanbit, number, name)


async def everybody_can_check(hanbit: Hanbit, number: str, name: str) -> None:
    async with hanbit.visiting() as stranger:
        await stranger.goto("/certificates")
        await stranger.get_by_label("Number of the certificate").fill(number.lower().replace("-", " "))
        await button(stranger, "Check").click()
        await expect(stranger.get_by_role("heading", name="This certificate is valid")).to_be_visible()
        await expect(stranger.locator("main")).to_contain_text(name)
        await stranger.goto("/certificates/IEUM-AAAA-BBBB-CCCC-DDDD")
        await expect(stranger.locator("main")).to_contain_text("There is no certificate with this number")


async def agree_everywhere(hanbit: Hanbit, page: Page, version: Json, name: str) -> None:
    """The learner's own page, the class grid, its CSV, and the course's total."""
    await page.goto("/learning")
    await expect(page.locator(".done")).to_contain_text(version["content"]["title"]["en"])
    async with hanbit.api("instructor") as instructor:
        grid = await instructor.get(f"/{version['course']}/grid?pageSize=1000")
        totals = await instructor.get(f"/{version['course']}/totals")
    row = next(row for row in grid["rows"] if row["displayName"] == name)
    assert (row["percent"], set(row["states"])) == (100, {"DONE"})
    assert_totals_are_of(grid["rows"], totals)


async def test_a_revoked_certificate_says_so_and_shows_no_name(hanbit: Hanbit) -> None:
    login = await hanbit.newcomer("Seong Chunhyang")
    number = await completed_by_api(hanbit, login, "kiosk")
    async with hanbit.api("admin") as admin:
        await admin.post(f"/certificates/{number}:revoke", {"reason": "entered by mistake"})
    async with hanbit.visiting() as stranger:
        await stranger.goto(f"/certificates/{number}")
        await expect(stranger.get_by_role("heading", name="This certificate was revoked")).to_be_visible()
        await expect(stranger.locator("main")).not_to_contain_text("Chunhyang")
    async with hanbit.visiting(login) as page:
        await page.goto("/learning")
        await expect(page.locator(".done")).to_contain_text("The certificate was revoked")


async def completed_by_api(hanbit: Hanbit, login: str, course: str) -> str:
    """The certificate's number."""
    version = hanbit.versions[course]
    async with hanbit.api(login) as learner:
        enrolled = await learner.post("/enrollments", {"course": version["course"]})
        place = enrolled["name"].replace("enrollments/", "progress/")
        for lesson in version["content"]["lessons"]:
            await learner.post(f"/{place}:record", {"steps": whole_lesson(lesson)})
        progress = await learner.get(f"/{place}")
    return str(progress["certificate"]["name"]).removeprefix("certificates/")


async def test_an_employee_registers_for_work_and_takes_an_employees_course(hanbit: Hanbit) -> None:
    version = hanbit.versions["counter-help"]
    async with hanbit.visiting() as page:
        await page.goto(f"/register?next=/{version['course']}")
        login = await register(page, "Kim Clerk", "Haetsal-dong", "Hanbit City Hall, Welfare")
        await page.get_by_role("link", name="Skip this").click()
        await button(page, "Start this course").click()
        await expect(page.get_by_role("alert")).to_contain_text("employees")
        async with hanbit.api("admin") as admin:  # until then they learn as a resident
            person = (await admin.get(f"/people?query={login}"))["people"][0]["name"]
            await admin.post(f"/{person}:confirmOrganisation")
        await page.goto(f"/{version['course']}")
        await button(page, "Start this course").click()
        await page.wait_for_url(SCREEN)


async def test_a_course_for_employees_turns_a_resident_away_in_plain_words(hanbit: Hanbit) -> None:
    login = await hanbit.newcomer("Im Kkeokjeong")
    async with hanbit.visiting(login) as page:
        await page.goto(f"/{hanbit.versions['counter-help']['course']}")
        await button(page, "Start this course").click()
        await expect(page.get_by_role("alert")).to_contain_text("employees")


async def test_a_form_that_is_refused_keeps_what_was_typed(hanbit: Hanbit) -> None:
    async with hanbit.visiting() as page:
        await page.goto("/register")
        await page.get_by_label("Your name").fill("Heo Jun")
        await page.locator("#login").fill("learner")
        await page.locator("#passphrase").fill("short")
        await page.get_by_label("Where you live").select_option(label="Solnae-dong")
        await button(page, "Create my account").click()
        await expect(page.locator("[data-error-summary]")).to_be_focused()
        assert (await page.title()).startswith("Error:")
        await expect(page.get_by_label("Your name")).to_have_value("Heo Jun")
        await page.locator("#passphrase").fill(DEMO_PASSPHRASE)
        await button(page, "Create my account").click()
        await expect(page.locator("#login-error")).to_be_visible()
        await expect(page.locator("#login")).to_have_value("learner")


async def test_without_scripts_a_course_is_found_begun_and_finished(hanbit: Hanbit) -> None:
    version = hanbit.versions["kiosk"]
    login = await hanbit.newcomer("Jang Geumi")
    async with hanbit.visiting(javascript=False) as page:
        await page.goto("/courses?q=kiosk")
        await page.get_by_role("link", name=version["content"]["title"]["en"]).click()
        await page.locator("main").get_by_role("link", name="Sign in", exact=True).click()
        await sign_in(page, login)
        await button(page, "Start this course").click()
        await walk_on(page, version, re.compile("/complete"))
        await expect(page.get_by_role("heading", name="You have completed the course")).to_be_visible()


async def press_until(page: Page, wanted: str) -> None:
    """Tab until the focus is on what matches."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab never reaches {wanted} on {page.url}")


async def test_a_lesson_is_taken_by_keyboard_alone(hanbit: Hanbit) -> None:
    version = hanbit.versions["kiosk"]
    login = await hanbit.newcomer("Yi Sun-sin")
    async with hanbit.visiting() as page:
        await page.goto(f"/sign-in?next=/{version['course']}")
        await press_until(page, "#login")
        await page.keyboard.type(login)
        await press_until(page, "#passphrase")
        await page.keyboard.type(DEMO_PASSPHRASE)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{hanbit.url}/{version['course']}")
        await press_until(page, "#main button.main")
        await page.keyboard.press("Enter")
        await page.wait_for_url(SCREEN)
        second = version["content"]["lessons"][1]["id"]
        while f"/{second}/" not in page.url:
            await screen_by_keyboard(page, item_at(version, page.url))


async def screen_by_keyboard(page: Page, item: Json | None) -> None:
    here = page.url
    if item and await button(page, "Check my answer").is_visible():
        await answer_by_keyboard(page, item, answer(item, right=True))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="That is right")).to_be_visible()
        here = page.url
    await press_until(page, "#main .button.main")
    await page.keyboard.press("Enter")
    await page.wait_for_url(away_from(here))


async def answer_by_keyboard(page: Page, item: Json, wanted: Json) -> None:
    if item.get("matching"):
        for left, right in wanted["pairs"].items():
            await press_until(page, f"#pair-{left}")
            await page.keyboard.type(next(o["text"]["en"] for o in item["matching"]["right"] if o["id"] == right)[:12])
    elif item.get("choice") and item["choice"].get("multiple"):
        for value in wanted["values"]:
            await press_until(page, f'input[value="{value}"]')
            await page.keyboard.press("Space")
    else:
        await choose_by_arrows(page, wanted["values"][0])
    await press_until(page, "#main button.main")


async def choose_by_arrows(page: Page, value: str) -> None:
    await press_until(page, "input[type=radio]")
    await page.keyboard.press("Space")
    while not await page.locator(f'input[value="{value}"]').is_checked():
        await page.keyboard.press("ArrowDown")
