"""Tables on paper: a browser prints the pages, and every row and column is read back from the PDF."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from pypdf import PdfReader

from ieum.courses.v1.courses_pb2 import Course
from ieum.people.v1.people_pb2 import BatchGetNamesRequest, BatchGetNamesResponse
from ieum.progress.v1 import progress_pb2
from tests.browser import page_of
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.releases import ID, publish

LEARNERS, LESSONS = 141, 12


async def printed(page: Page) -> str:
    """The letters that lie within the sheets, without spaces: what lies beside a sheet is cut off."""
    letters: list[str] = []
    for sheet in PdfReader(io.BytesIO(await page.pdf(prefer_css_page_size=True))).pages:
        width = float(sheet.mediabox.width)

        def keep(text: str, outer: Any, matrix: Any, *_: object, edge: float = width) -> None:
            if 0 <= outer[4] + outer[0] * matrix[4] < edge:
                letters.append(text)

        sheet.extract_text(visitor_text=keep)
    return "".join("".join(letters).split())


async def numbers(page: Page) -> Counter[str]:
    """The numbers that the tables show, and how often each."""
    shown = await page.locator(".scroll :is(th, td)").evaluate_all(
        "all => all.map(each => { for (const unseen of each.querySelectorAll('.unseen')) unseen.remove();"
        " return each.innerText })"
    )
    return Counter(number for text in shown for number in re.findall(r"[\d.,]*\d", text))


async def visit(client: Client, page: Page, path: str, cookie: str = "") -> None:
    origin = str(client.make_url("/")).rstrip("/")
    if cookie:
        await page.context.add_cookies([{"name": "ieum_session", "value": cookie, "url": origin}])
    await page.goto(origin + path)
    await page.emulate_media(media="print")
    for each in await page.locator("main details").all():
        await each.evaluate("details => { details.open = true }")


async def test_a_printed_class_grid_has_every_learner_and_every_lesson(
    client: Client, browser: Browser, fake: Fakes
) -> None:
    fake.sign_in("inst", "instructor")
    fake.answers["GetCourse"] = Course(name="courses/c1", teachers=["people/inst"])
    fake.answers["BatchGetNames"] = names
    fake.answers["ListGrid"] = a_large_class()
    async with page_of(browser, 1280) as (page, _):
        await visit(client, page, "/teach/c1/grid", "inst")
        paper = await printed(page)
    for number in range(LEARNERS):
        assert f"Learner{number:03}" in paper
    for number in range(1, LESSONS + 1):
        assert f"{number}.Lesson{number:02}" in paper
    assert paper.count("97%") == LEARNERS * LESSONS
    assert paper.count("2026") >= 2 * LEARNERS, "the days of finishing and of last learning stand in the last columns"


def names(request: BatchGetNamesRequest) -> BatchGetNamesResponse:
    return BatchGetNamesResponse(display_names={name: f"Learner {name.rpartition('/')[2]}" for name in request.names})


def a_large_class() -> progress_pb2.ListGridResponse:
    answer = progress_pb2.ListGridResponse(totals=progress_pb2.CourseTotals(enrolled=LEARNERS))
    for number in range(1, LESSONS + 1):
        answer.columns.add(lesson=f"l{number}").title["ko"] = f"Lesson {number:02}"
    times = dict.fromkeys(("enrol_ms", "complete_ms", "last_activity_ms"), 1_790_000_000_000)
    for number in range(LEARNERS):
        done = bytes([progress_pb2.DONE] * LESSONS + [98] * LESSONS)
        answer.rows.add(
            enrollment=f"enrollments/e{number}", person=f"people/{number:03}", cells=done, percent=100, **times
        )
    return answer


@pytest.mark.parametrize("show", ["", "?show=EPR"])
async def test_a_printed_release_has_every_cell_of_its_tables(
    client: Client, browser: Browser, fake: Fakes, show: str
) -> None:
    publish(fake)
    async with page_of(browser, 1280) as (page, _):
        await visit(client, page, f"/data/{ID}{show}")
        paper = await printed(page)
        shown = await numbers(page)
    assert len(shown) > 10
    assert {number: times for number, times in shown.items() if paper.count(number) < times} == {}
