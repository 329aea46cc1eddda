"""A class taught without network: in a real browser, and what arrives of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from gateway.app import create_app
from gateway.settings import GatewaySettings
from ieum.classes.v1 import classes_pb2 as pb
from ieum.progress.v1 import progress_pb2
from services.chassis.clock import now, stamp
from services.chassis.errors import Forbidden, Refused
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.centre.test_centre import STAFF
from tests.gateway.classes import MINE, NAME, class_, prepare_classes
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.serving import Served
from tests.gateway.visits import STRANGER, get, post

KIM = "applications/bbbbbbbbbbbbbbbbbbbb"
KIT = "k" * 16
PEOPLE = {MINE: "people/pat", KIM: "people/kim"}
HERE = f"/centre/{NAME}/kit"


class ClassesOfADay:
    """What the classes service would keep: the marks that arrived, by session and application, each operation once."""

    def __init__(self, town: Fakes) -> None:
        self.heard: set[int] = set()
        self.marks: dict[tuple[int, str], tuple[int, int]] = {}
        kit = pb.Kit(
            name=f"kits/{KIT}",
            class_name=NAME,
            holder="people/teacher",
            key=b"\7" * 32,
            take_time=stamp(now()),
            end_time=stamp(now() + timedelta(days=3)),
        )
        town.answers |= {"TakeKit": kit, "OpenKit": kit, "ListKits": pb.ListKitsResponse(kits=[kit])}
        town.answers["SyncKit"] = self.take

    def take(self, request: pb.SyncKitRequest) -> pb.SyncKitResponse:
        answer = pb.SyncKitResponse(class_name=NAME, course="courses/c")
        for each in request.operations:
            is_step = not each.session
            answer.verdicts.add(
                number=each.number,
                accepted=True,
                time=each.wall_time,
                person=PEOPLE[each.application] if is_step else "",
            )
            if not is_step and each.number not in self.heard:
                self.marks[each.session, each.application] = (each.attended, each.minutes)
            self.heard.add(each.number)
        return answer


@pytest.fixture
def day(town: Fakes) -> ClassesOfADay:
    town.sign_in("teacher", "instructor", "administrator")
    prepare_classes(town, class_(managed=True))
    result = progress_pb2.StepResult(accepted=True)
    town.answers["RecordProgress"] = lambda asked: progress_pb2.RecordProgressResponse(
        results=[result] * len(asked.steps)
    )
    return ClassesOfADay(town)


async def open_page(page: Page, server: Any) -> str:
    origin = str(server.make_url("/"))
    cookies = {"ieum_session": "teacher", "lang": "en"}
    await page.context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookies.items()])
    return origin.rstrip("/")


async def test_a_day_without_network_arrives_once_when_the_network_is_back(
    services: tuple[Fakes, GatewaySettings], town: Fakes, day: ClassesOfADay, browser: Browser
) -> None:
    _, settings = services
    async with Served(create_app(settings)) as server, page_of(browser, 360) as (page, _):
        origin = await open_page(page, server)
        await page.goto(origin + HERE)
        await page.get_by_role("button", name="Take the class along on this device").click()
        await expect(page.get_by_role("heading", name="Write this code down")).to_be_visible()
        code = await page.locator("[data-code]").inner_text()
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await page.wait_for_function("navigator.serviceWorker.controller !== null")

        await page.context.set_offline(True)
        await page.reload()
        await page.get_by_role("button", name="Open it").click()
        await page.get_by_label("Code of the class").fill("00000-00000")
        await page.get_by_role("button", name="Open the class").click()
        await expect(page.get_by_text("This code does not open the class")).to_be_visible()
        await page.get_by_label("Code of the class").fill(f" {code.lower().replace('-', ' ')} ")
        await page.get_by_role("button", name="Open the class").click()

        await page.locator("[data-sessions] button").last.click()
        await page.get_by_label("Attendance Pat").select_option(label="Absent")
        await expect(page.get_by_text("1 of 2 marked")).to_be_visible()
        await page.get_by_role("button", name="All the others are present").click()
        await expect(page.get_by_text("2 of 2 marked")).to_be_visible()
        await page.get_by_label("Attendance Pat").select_option(label="Late")
        await page.get_by_label("Minutes attended").first.fill("75")
        await page.get_by_role("button", name="Keep").click()
        assert [await axe_findings(page), await sideways(page), await small_print(page)] == [[], 0, []]
        await page.get_by_role("button", name="Back to the class").click()
        await page.get_by_role("button", name="Learners choose their name").click()
        await page.get_by_role("button", name="Kim").click()
        await page.get_by_role("button", name="Begin").click()
        await expect(page.get_by_text("Hold it still.")).to_be_visible()
        await page.get_by_role("button", name="Continue").click()
        await expect(page.get_by_alt_text("A hand")).to_be_visible()
        await page.get_by_role("button", name="All lessons of this course").click()
        await page.get_by_role("button", name="Practise").click()
        await page.get_by_role("button", name="Keep my answer").click()
        await expect(page.get_by_text("Answer first")).to_be_visible()
        await page.get_by_label("Blue").check()
        await page.get_by_role("button", name="Keep my answer").click()
        await expect(page.get_by_text("Your answer is kept.")).to_be_visible()
        assert [await axe_findings(page), await sideways(page), await small_print(page)] == [[], 0, []]
        await expect(page.get_by_text("Not sent yet: 5.")).to_be_visible()
        assert town.requests("SyncKit") == []

        await page.context.clear_cookies()
        await page.context.set_offline(False)
        await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
        await open_page(page, server)
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(page.get_by_text("Everything is sent.")).to_be_visible()
        town.answers["OpenKit"] = Refused("KIT_REVOKED")
        await page.reload()
        await expect(page.get_by_text("The class is no longer on it.")).to_be_visible()
        await expect(page.get_by_text("None. While you have network")).to_be_visible()

    assert day.marks == {(1, MINE): (pb.LATE, 75), (1, KIM): (pb.PRESENT, 0)}
    assert sorted(day.heard) == [1, 2, 3, 4, 5]
    assert {asked.name for asked in town.requests("GetProgress")} == {"progress/e"}
    steps = [step for asked in town.requests("RecordProgress") for step in asked.steps]
    opened, answered = steps
    assert (opened.open_screen.lesson, opened.open_screen.screen) == ("one", "t")
    answer = answered.answer_item
    assert (answer.lesson, answer.quiz, answer.item, answer.attempt) == ("two", "q", "choice", 1)
    assert list(answer.answer.values) == ["blue"]


async def send(client: Client, operations: list[dict[str, Any]], status: int = 200) -> Any:
    body = {"sent": 1_800_000_000_000, "operations": operations}
    answer = await client.post(f"/kit/{KIT}/operations", json=body, headers=STAFF)
    assert answer.status == status
    return await answer.json()


def pressed(n: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"n": n, "kind": kind, "application": KIM, "wall": 1_799_999_000_000 + n, "v": 1, **more}


async def test_what_cannot_be_taken_says_why_and_stops_nothing_else(
    client: Client, town: Fakes, day: ClassesOfADay
) -> None:
    results = [progress_pb2.StepResult(accepted=True), progress_pb2.StepResult(reason="NO_ATTEMPT_LEFT")]
    town.answers["RecordProgress"] = progress_pb2.RecordProgressResponse(results=results)
    operations = [
        pressed(1, "screen", lesson="one", screen="t"),
        pressed(2, "mark", session=1, attended=pb.PRESENT, filled=True),
        pressed(3, "answer", lesson="two", screen="q.choice", attempt=2, fields=[["unknown", "1"]]),
        pressed(4, "answer", lesson="two", screen="nothing"),
        pressed(5, "dance"),
    ]
    answered = (await send(client, operations))["results"]
    assert {each["n"]: each["taken"] for each in answered} == {1: True, 2: True, 3: False, 4: False, 5: False}
    assert "cannot be read" in next(each["words"] for each in answered if each["n"] == 5)
    (sync,) = town.requests("SyncKit")
    assert [(each.number, each.session, each.filled) for each in sync.operations] == [
        (1, 0, False),
        (2, 1, True),
        (3, 0, False),
        (4, 0, False),
    ]
    (recorded,) = town.requests("RecordProgress")
    assert recorded.name == "progress/e"
    assert recorded.steps[1].answer_item.answer.unknown
    assert recorded.steps[0].time == sync.operations[0].wall_time
    town.answers["SyncKit"] = Refused("KIT_REVOKED")
    assert (await send(client, operations, 409))["reason"] == "KIT_REVOKED"
    assert (await client.post(f"/kit/{KIT}/operations", data="{}", headers=STAFF)).status == 400


async def test_a_stranger_learns_of_a_device_only_whether_it_must_lose_the_class(
    client: Client, town: Fakes, day: ClassesOfADay
) -> None:
    for path in ("content", "key"):
        assert (await client.get(f"/kit/{KIT}/{path}", headers=STRANGER)).status == 401
    assert (await client.get(f"/kit/{KIT}/state", headers=STRANGER)).status == 200
    town.answers["OpenKit"] = Refused("KIT_REVOKED")
    lost = await client.get(f"/kit/{KIT}/state", headers=STRANGER)
    assert (await lost.json())["reason"] == "KIT_REVOKED"
    page = await get(client, "/kit/", STAFF)
    assert "teacher" not in page
    assert "박은지" not in page
    worker = await get(client, "/kit/worker.js", STRANGER)
    assert "kit-sync.js" in worker or "/static/build/kit-" in worker


async def test_staff_see_which_devices_have_the_class_and_revoke_one(
    client: Client, town: Fakes, day: ClassesOfADay
) -> None:
    page = await get(client, HERE, STAFF)
    assert "Lee" in page
    assert "In use" in page
    status, location, _ = await post(client, f"{HERE}/{KIT}/revoke", {}, STAFF)
    assert (status, location) == (303, HERE)
    assert [each.name for each in town.requests("RevokeKit")] == [f"kits/{KIT}"]
    town.answers["TakeKit"] = Forbidden("PROOF_NEEDED")
    status, location, _ = await post(client, HERE, {"kit_id": KIT, "days": "3"}, STAFF)
    assert (status, location.partition("?")[0]) == (303, "/account/prove")


async def test_signing_out_leaves_what_is_not_sent_yet(client: Client, day: ClassesOfADay) -> None:
    for cookie, cleared in (("", '"cache", "storage"'), ("; ieum_kit=1", '"cache"')):
        headers = STRANGER | {"Cookie": f"ieum_session=teacher{cookie}"}
        answer = await client.post("/sign-out", headers=headers, allow_redirects=False)
        assert answer.headers["Clear-Site-Data"] == cleared
