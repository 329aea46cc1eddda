"""An instructor's way: writing a course with every kind of part, its review, its next version, and its class."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
from playwright.async_api import Locator, Page, expect

from deploy.demo.__main__ import whole_lesson
from deploy.demo.content import COURSES, Json
from tests.system.hanbit import DESKTOP, Hanbit

FILES = COURSES / "kiosk"
KINDS = ("choice", "multiple", "true_false", "short_text", "number", "matching", "ordering")

pytestmark = pytest.mark.timeout(180)


def button(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


@pytest.fixture(scope="module")
async def written(hanbit: Hanbit) -> str:
    """A course of one instructor with two short lessons, by API: "courses/{id}", complete and not yet published."""
    async with hanbit.api("instructor") as instructor:
        return await write_by_api(instructor.post, instructor.patch, f"Small course {uuid4().hex[:6]}")


async def write_by_api(post: Callable[..., Awaitable[Json]], patch: Callable[..., Awaitable[Json]], title: str) -> str:
    content: Json = {"title": {"en": title}, "summary": {"en": "Two small lessons."}, "languages": ["en"]}
    content |= {"audience": "BOTH", "competences": ["2.1"], "level": "BASIC"}
    name = str((await post("/courses", {"requestId": uuid4().hex, "content": content}))["name"])
    for lesson in ("one", "two"):
        text = {"id": "b1", "text": {"markdown": {"en": f"This is lesson {lesson}."}}}
        await post(f"/{name}/lessons", {"id": lesson, "title": {"en": lesson}, "minutes": 5, "blocks": [text]})
    await patch(f"/{name}", {"content": {"rule": {"countedLessons": ["one", "two"], "passMark": 0}}})
    return name


@pytest.fixture
async def desk(hanbit: Hanbit) -> AsyncIterator[Page]:
    async with hanbit.visiting("instructor", width=DESKTOP) as page:
        yield page


async def test_a_course_with_every_kind_of_part_is_written_reviewed_sent_back_and_published(
    hanbit: Hanbit, desk: Page
) -> None:
    title = f"Sending parcels {uuid4().hex[:6]}"
    course = await begin(desk, title)
    await button(desk, "Add a lesson").click()
    await write_lesson(desk)
    await reorder(desk)
    await button(desk, "Back to the course").first.click()
    await state_the_rule(desk)
    await button(desk, "Preview as a learner").click()
    await expect(desk.locator("main")).to_contain_text("This is a preview. Nothing is recorded.")
    await desk.goto(f"/teach/{course}")
    await button(desk, "Send to review").click()
    await expect(desk.locator("main")).to_contain_text("The course is being reviewed")
    async with hanbit.visiting("reviewer", width=DESKTOP) as reviewer:
        await judge(reviewer, course, "Please say what a parcel costs.")
        await desk.goto(f"/teach/{course}")
        await expect(desk.locator("main")).to_contain_text("Please say what a parcel costs.")
        await button(desk, "Send to review").click()
        await judge(reviewer, course, "")
    async with hanbit.visiting() as stranger:
        await stranger.goto(f"/courses?q={title.rpartition(' ')[2]}")
        await expect(stranger.get_by_role("link", name=title)).to_have_count(1)


async def begin(page: Page, title: str) -> str:
    await page.goto("/teach/new")
    await page.get_by_label("Title").fill(title)
    await page.locator("input[name=languages][value=ko]").set_checked(False)
    await page.locator("input[name=languages][value=en]").check()
    await page.locator("input[name=audience][value='3']").check()
    await button(page, "Begin the course").click()
    await page.wait_for_url(re.compile(r"/teach/(?!new)[^/]+$"))
    course = page.url.partition("?")[0].rpartition("/")[2]
    await page.locator("#summary").fill("How to send a parcel at a machine.")
    await page.locator("input[name=level]").first.check()
    await page.locator("#competences summary").first.click()
    await page.locator("input[name=competences]").first.check()
    return course


async def write_lesson(page: Page) -> None:
    await page.get_by_label("Title of the lesson").fill("At the machine")
    await page.get_by_label("Minutes it takes").fill("10")
    await expect(page.locator("[data-saved]")).to_contain_text("Saved at")  # by itself
    text = page.locator("ol.blocks > li").first  # a lesson begins with one
    await text.locator("textarea").fill("## A machine\n\nIt takes your parcel.")
    picture = await add(page, "Picture")
    await picture.locator("[name$='.alt']").fill("A parcel machine with a large screen")
    await picture.locator("[name$='.file']").set_input_files(FILES / "cover.png")
    await expect(page.locator("img.thumb")).to_be_visible()
    video = await add(page, "Video")
    await video.locator("[name$='.title']").fill("Sending a parcel")
    await video.locator("[name$='.transcript']").fill("Somebody puts a parcel into a drawer.")
    await video.locator("[name$='.file']").set_input_files(FILES / "film.en.webm")
    await expect(page.get_by_role("link", name="The file that is there now")).to_have_count(1)
    await video.locator("[name$='.captions']").set_input_files(FILES / "film.en.vtt")
    await expect(page.get_by_role("link", name="The captions that are there now")).to_be_visible()
    paper = await add(page, "Hand-out")
    await paper.locator("[name$='.title']").fill("Card for your pocket")
    await paper.locator("[name$='.file']").set_input_files(FILES / "card.en.pdf")
    await expect(page.get_by_role("link", name="The file that is there now")).to_have_count(2)
    quiz = await add(page, "Quiz")
    for kind in KINDS:
        await ask(page, quiz, kind)
    await button(page, "Save").first.click()


async def add(page: Page, kind: str) -> Locator:
    """The new part, the last of the lesson."""
    before = await page.locator("ol.blocks > li").count()
    await button(page.locator("#add"), kind).click()
    await expect(page.locator("ol.blocks > li")).to_have_count(before + 1)
    return page.locator("ol.blocks > li").nth(before)


async def ask(page: Page, quiz: Locator, kind: str) -> None:
    before = await quiz.locator("li.question").count()
    await quiz.locator("select[name$='.kind']").select_option(kind)
    await button(quiz, "Add a question").click()
    await expect(quiz.locator("li.question")).to_have_count(before + 1)
    question = quiz.locator("li.question").nth(before)
    await question.locator("[name$='.prompt']").fill(f"What about {kind}?")
    await question.locator("[name$='.explanation']").fill(f"That is {kind}.")
    for number, option in enumerate(await question.locator(".option").all(), 1):
        for place, words in enumerate(await option.locator("input.input").all()):
            await words.fill(f"{kind} {number} {place}")
    if kind in ("choice", "multiple"):
        await question.locator(".tick input").first.check()
    if kind == "true_false":
        await question.get_by_label("False").check()  # nothing is chosen for the author
    if kind == "short_text":
        await question.locator("[name$='.accepted']").fill("parcel\npackage")
    if kind == "number":
        await question.locator("[name$='.value']").fill("12")


async def reorder(page: Page) -> None:
    kinds = page.locator("ol.blocks > li > details > summary > h3")
    await expect(kinds.nth(0)).to_have_text("1. Text")
    await page.locator("ol.blocks > li").nth(1).get_by_role("button", name="Move up").first.click()
    await expect(kinds.nth(0)).to_have_text("1. Picture")
    await expect(kinds.nth(1)).to_have_text("2. Text")


async def state_the_rule(page: Page) -> None:
    await page.locator("#fold-rule > summary").click()
    await expect(page.locator("#counted")).to_be_checked()  # a new lesson counts
    await page.locator("#pass_mark").fill("60")
    await page.locator("#max_attempts").fill("2")
    await button(page, "Save").first.click()
    await expect(page.locator("#gaps")).to_contain_text("Nothing is missing")
    await expect(page.locator("main")).to_contain_text("60%")


async def judge(reviewer: Page, course: str, note: str) -> None:
    """Send back with a note, or approve where there is none."""
    await reviewer.goto(f"/review/{course}")
    if note:
        await reviewer.locator("#note").fill(note)
        await button(reviewer, "Send back with this note").click()
        await expect(reviewer.locator("main")).to_contain_text("Sent back to the authors")
    else:
        await button(reviewer, "Approve and publish").click()
        await expect(reviewer.locator("main")).to_contain_text("The course is published")


async def test_two_tabs_on_one_lesson_show_both_versions_and_lose_nothing(desk: Page, written: str) -> None:
    address = f"/teach/{written.removeprefix('courses/')}/lessons/two"
    other = await desk.context.new_page()
    await desk.goto(address)
    await other.goto(address)
    await desk.locator("textarea").first.fill("What the first tab says.")
    await button(desk, "Save").first.click()
    await expect(desk.locator("main [role=status]").first).to_contain_text("Saved")
    await other.locator("textarea").first.fill("What the second tab says.")
    await button(other, "Save").first.click()
    clash = other.locator("#differences")
    await expect(clash).to_contain_text("What the first tab says.")
    await expect(clash).to_contain_text("What the second tab says.")
    await expect(other.locator("textarea").first).to_have_value("What the second tab says.")
    await button(other, "Keep mine").click()
    await desk.goto(address)
    await expect(desk.locator("textarea").first).to_have_value("What the second tab says.")


async def test_a_learner_under_way_stays_on_their_version_and_moves_keeping_what_they_did(
    hanbit: Hanbit, desk: Page, written: str
) -> None:
    course = written.removeprefix("courses/")
    await publish(hanbit, written)
    login = await hanbit.newcomer("Under Way")
    async with hanbit.api(login) as learner, hanbit.api("instructor") as instructor:
        place = (await learner.post("/enrollments", {"course": written}))["name"].replace("enrollments/", "progress/")
        first = (await learner.get(f"/{written}/versions/current"))["content"]["lessons"][0]
        await learner.post(f"/{place}:record", {"steps": whole_lesson(first)})
        three = {"id": "three", "title": {"en": "three"}, "minutes": 5}
        three["blocks"] = [{"id": "b1", "text": {"markdown": {"en": "New."}}}]
        await instructor.post(f"/{written}/lessons", three)
        await desk.goto(f"/teach/{course}")
        await expect(desk.locator(".tags")).to_contain_text("Changes not published yet")
        assert len((await learner.get(f"/{written}/versions/current"))["content"]["lessons"]) == 2
        await publish(hanbit, written)
        assert (await learner.get(f"/{place}"))["version"] == 1
        await moves(hanbit, login)
        async with asyncio.timeout(20):
            while (after := await learner.get(f"/{place}"))["version"] == 1:  # this news as well
                await asyncio.sleep(0.05)
    assert after["version"] == 2
    assert [lesson.get("state") for lesson in after["lessons"]] == ["DONE", "NOT_STARTED", "NOT_STARTED"]


async def publish(hanbit: Hanbit, course: str) -> None:
    async with hanbit.api("instructor") as instructor, hanbit.api("reviewer") as reviewer:
        await instructor.post(f"/{course}:submit")
        await reviewer.post(f"/{course}:approve")


async def moves(hanbit: Hanbit, login: str) -> None:
    async with hanbit.visiting(login) as page, asyncio.timeout(20):
        await page.goto("/learning")
        while not await button(page, "Take the newer version").is_visible():  # the news travels as an event
            await asyncio.sleep(0.1)
            await page.reload()
        await button(page, "Take the newer version").click()
        await expect(page.locator("main [role=status]")).to_be_visible()


async def test_a_retired_course_leaves_the_catalogue_but_not_those_who_hold_it(hanbit: Hanbit, desk: Page) -> None:
    title = f"Soon gone {uuid4().hex[:6]}"
    async with hanbit.api("instructor") as instructor:
        course = await write_by_api(instructor.post, instructor.patch, title)
    await publish(hanbit, course)
    login = await hanbit.newcomer("Still Here")
    async with hanbit.api(login) as learner:
        enrolled = (await learner.post("/enrollments", {"course": course}))["name"]
    await desk.goto(f"/teach/{course.removeprefix('courses/')}")
    await desk.locator("summary", has_text="Retire the course").click()
    await button(desk, "Retire the course").click()
    await expect(desk.locator("main")).to_contain_text("The course is retired")
    async with hanbit.visiting(login) as page:
        await page.goto(f"/courses?q={title.rpartition(' ')[2]}")
        await expect(page.get_by_role("link", name=title)).to_have_count(0)
        await page.goto(f"/learning/{enrolled.removeprefix('enrollments/')}")
        await expect(page.get_by_role("heading", name="one", level=1)).to_be_visible()


async def test_the_class_grid_and_its_csv_show_the_same_numbers(hanbit: Hanbit, desk: Page) -> None:
    course = hanbit.versions["kiosk"]["course"].removeprefix("courses/")
    await desk.goto(f"/teach/{course}/grid")
    shown = await desk.locator("table tbody tr").evaluate_all(
        "rows => rows.map(row => [row.querySelector('th a').textContent.trim(), row.cells[1].textContent.trim(),"
        " ...[...row.cells].slice(2, -2).map(cell => cell.classList.contains('done'))])"
    )
    answer = await desk.request.get(f"/teach/{course}/grid.csv")
    heading, *lines = csv.reader(io.StringIO((await answer.body()).decode("utf-8-sig")))
    place = {name: at for at, name in enumerate(heading)}
    lessons = [at for name, at in place.items() if re.match(r"\d+\. ", name) and not name.endswith("(%)")]
    told = [[line[0], f"{line[place['Done in per cent']]}%", *(line[at] == "Done" for at in lessons)] for line in lines]
    assert len(shown) > 1
    assert shown == told
