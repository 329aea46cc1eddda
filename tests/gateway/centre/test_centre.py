"""Staff make a class, look after its applications and keep its attendance, without a script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser

from gateway.documents.attendance_sheet import code_of
from ieum.classes.v1 import classes_pb2 as pb
from ieum.people.v1 import people_pb2
from services.chassis.clock import now, stamp
from services.chassis.errors import Conflict, Forbidden, Invalid, Missing, Refused
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.classes import MINE, NAME, application, class_, prepare_classes
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import STRANGER, get, post

STAFF = STRANGER | {"Cookie": "ieum_session=teacher"}
HERE = f"/centre/{NAME}"
FORM = {
    "class_id": "n" * 16,
    "course": "courses/c",
    "title": "",
    "area": "areas/HB0101",
    "sessions": "2030-03-05 14:00 120\n2030-03-12 9:30 90",
    "seats": "12",
    "reserved": "2",
    "rule": str(pb.LOT),
    "close_time": "2030-03-01 18:00",
    "features": [str(pb.LIFT), str(pb.COMPUTERS)],
    "languages": ["ko", "en"],
    "requires_all": ["courses/c"],
    "instructors": ["people/teacher"],
    "new_instructors": " kim ",
    "delivery": str(pb.BLENDED),
    "organisation": "organisations/hall",
}


@pytest.fixture(autouse=True)
def staff(town: Fakes) -> None:
    town.sign_in("teacher", "instructor", "administrator")
    prepare_classes(town, class_(managed=True))
    applications = [application(pb.WAITING, place=1), application(pb.CONFIRMED, person="people/kim")]
    applications[1].name = "applications/bbbbbbbbbbbbbbbbbbbb"
    town.answers["ListApplications"] = pb.ListApplicationsResponse(applications=applications)


async def sent(client: Client, path: str, form: Any = None) -> tuple[int, str, str]:
    return await post(client, path, form, STAFF)


async def test_a_class_is_made_from_a_form_with_the_title_of_its_course(client: Client, town: Fakes) -> None:
    town.answers["CreateClass"] = class_(pb.DRAFT)
    town.answers["FindPerson"] = people_pb2.FindPersonResponse(name="people/kim")
    assert "Keep as a draft" in await get(client, "/centre/new", STAFF)
    assert (await sent(client, "/centre/new", FORM))[:2] == (303, HERE)
    (asked,) = town.requests("CreateClass")
    details = asked.details
    assert (asked.class_id, details.title, details.zone, details.seats) == ("n" * 16, "Course c", "Asia/Seoul", 12)
    assert [(each.date, each.start, each.minutes) for each in details.sessions] == [
        ("2030-03-05", "14:00", 120),
        ("2030-03-12", "09:30", 90),
    ]
    assert list(details.place.features) == [pb.LIFT, pb.COMPUTERS]
    assert details.admission.close_time.ToJsonString() == "2030-03-01T09:00:00Z"
    assert (list(details.admission.requires_all), list(details.languages)) == (["courses/c"], ["ko", "en"])
    assert list(details.instructors) == ["people/teacher", "people/kim"]
    assert (details.delivery, details.audience.organisation) == (pb.BLENDED, "organisations/hall")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sessions": "Tuesday at two"}, "Write each date like this"),
        ({"close_time": "soon"}, "Write day and time like this"),
        ({"seats": "many"}, "Write a whole number."),
    ],
)
async def test_a_form_that_is_wrong_comes_back_with_what_was_typed(
    client: Client, town: Fakes, wrong: dict[str, str], words: str
) -> None:
    status, _, text = await sent(client, "/centre/new", FORM | wrong)
    assert status == 422
    assert words in text
    assert next(iter(wrong.values())) in text
    assert town.requests("CreateClass") == []
    town.answers["CreateClass"] = Invalid("WINDOW_AFTER_START", field="closes_at")
    status, _, text = await sent(client, "/centre/new", FORM)
    assert 'href="#close_time">Applications must close before the class begins.' in text


async def test_changing_a_published_class_keeps_its_dates(client: Client, town: Fakes) -> None:
    assert "The class is published." in await get(client, HERE + "/edit", STAFF)
    assert (await sent(client, HERE + "/edit", FORM | {"sessions": ""}))[:2] == (303, HERE)
    (asked,) = town.requests("UpdateClass")
    assert list(asked.details.sessions) == list(class_().details.sessions)
    assert asked.details.seats == 12
    town.answers["UpdateClass"] = Conflict("CLASS_CHANGED")
    status, _, text = await sent(client, HERE + "/edit", FORM | {"room": "407"})
    assert (status, "Somebody else has changed this class" in text, "407" in text) == (412, True, True)


async def test_the_page_of_a_class_names_who_applied_and_what_can_be_done(client: Client, town: Fakes) -> None:
    text = await get(client, HERE, STAFF)
    assert "Pat" in text
    assert "Place 1" in text
    assert "17 of 20 taken, 0 reserved" in text
    [names] = town.requests("BatchGetNames")
    assert names.purpose == f"list of {NAME}"


async def test_each_button_calls_its_method_and_a_refusal_is_shown(client: Client, town: Fakes) -> None:
    why = {"reason": "CORRECTION", "note": "as agreed", "person": "people/pat", "word": "7 11", "date": "2030-03-05"}
    key = MINE.removeprefix("applications/")
    buttons = {
        "/publish": "PublishClass",
        "/close": "CloseClass",
        "/draw": "DrawLots",
        "/cancel": "CancelClass",
        "/sessions/1/move": "MoveSession",
        "/sessions/1/cancel": "CancelSession",
        f"/applications/{key}/refuse": "RefuseApplication",
        f"/applications/{key}/offer": "OfferSeat",
        f"/applications/{key}/seat": "AddByHand",
        f"/applications/{key}/withdraw": "WithdrawApplication",
    }
    for path, method in buttons.items():
        assert (await sent(client, HERE + path, why))[:2] == (303, HERE), path
        assert len(town.requests(method)) == 1, method
    town.answers["OfferSeat"] = Refused("NO_SEAT_FREE")
    status, _, text = await sent(client, f"{HERE}/applications/{key}/offer", why)
    assert (status, "No seat is free." in text) == (409, True)
    assert (await sent(client, HERE + "/copy", {"first_day": "2031-01-06", "class_id": "c" * 16}))[0] == 303


async def test_somebody_at_the_counter_is_found_by_login(client: Client, town: Fakes) -> None:
    town.answers["FindPerson"] = people_pb2.FindPersonResponse(name="people/kim")
    form = {"login": "kim", "channel": str(pb.TELEPHONE), "how": "apply"}
    assert (await sent(client, HERE + "/add", form))[:2] == (303, HERE)
    (asked,) = town.requests("Apply")
    assert (asked.person, asked.channel) == ("people/kim", pb.TELEPHONE)
    by_hand = form | {"how": "seat", "reason": "WALK_IN", "note": ""}
    assert (await sent(client, HERE + "/add", by_hand))[0] == 303
    (added,) = town.requests("AddByHand")
    assert (added.walk_in, added.reason) == (True, "WALK_IN")
    town.answers["FindPerson"] = Missing("LOGIN_UNKNOWN", field="login")
    status, _, text = await sent(client, HERE + "/add", form | {"login": "nobody"})
    assert (status, "has this login" in text) == (404, True)


async def test_one_press_marks_the_class_and_only_what_differs_is_sent(client: Client, town: Fakes) -> None:
    text = await get(client, HERE + "/sessions/1", STAFF)
    assert "1 of 2 marked" in text
    assert "came by bus" in text
    pat, kim = MINE.removeprefix("applications/"), "b" * 20
    form = {
        f"was-{pat}": str(pb.LATE), f"wasminutes-{pat}": "90", f"attended-{pat}": str(pb.LATE), f"minutes-{pat}": "90",
        f"was-{kim}": "", f"wasminutes-{kim}": "", f"attended-{kim}": str(pb.LEFT_EARLY), f"minutes-{kim}": "45",
        "others": "present", "reason": "",
    }  # fmt: skip
    assert (await sent(client, HERE + "/sessions/1", form))[:2] == (303, HERE + "/sessions/1")
    (asked,) = town.requests("MarkAttendance")
    assert (asked.session, asked.others_present) == (1, True)
    assert [(mark.application, mark.attended, mark.minutes) for mark in asked.marks] == [
        (f"applications/{kim}", pb.LEFT_EARLY, 45)
    ]
    town.answers["MarkAttendance"] = Refused("SESSION_NOT_BEGUN")
    status, _, text = await sent(client, HERE + "/sessions/1", form)
    assert (status, "one hour before the session" in text) == (409, True)
    assert 'value="45"' in text, "what was typed is still there"


async def test_the_printed_sheet_has_a_line_for_each_and_a_number(client: Client, town: Fakes) -> None:
    text = await get(client, HERE + "/sessions/1/sheet", STAFF)
    assert code_of(NAME, 1) in text
    assert text.index("Pat") < text.index("Kim")
    assert (await sent(client, HERE + "/sessions/1/walk-in", {"login": "kim"}))[:2] == (303, HERE + "/sessions/1")
    (added,) = town.requests("AddByHand")
    assert (added.walk_in, added.reason) == (True, "WALK_IN")


async def test_a_paper_list_is_found_by_its_code_looked_at_and_then_kept(client: Client, town: Fakes) -> None:
    paper = HERE + "/sessions/1/paper"
    found = await client.get(
        "/centre/find", params={"code": code_of(NAME, 1).lower()}, headers=STAFF, allow_redirects=False
    )
    assert found.headers["Location"] == paper
    lines = f"{code_of(NAME, 1)},3,Pat,late,90\n7;결석"
    status, _, text = await sent(client, paper, {"lines": lines})
    assert (status, "This will be kept." in text, town.requests("MarkAttendance")) == (200, True, [])
    assert (await sent(client, paper, {"lines": lines, "keep": "yes"}))[:2] == (303, HERE + "/sessions/1")
    (asked,) = town.requests("MarkAttendance")
    assert [(each.attended, each.minutes) for each in asked.marks] == [(pb.LATE, 90), (pb.ABSENT, 0)]
    assert asked.way == pb.SHEET
    for wrong, words in [
        (f"{code_of('classes/0ther00000000000', 1)},3,Pat,late,90", "Line 1: this line is of another list."),
        ("3,here", "write present, late, left early, excused or absent"),
        ("99,late,30", "Number 99 is not on this list."),
    ]:
        status, _, text = await sent(client, paper, {"lines": wrong, "keep": "yes"})
        assert (status, words in text, wrong in text) == (422, True, True), wrong


async def test_the_code_of_the_room_is_shown_with_a_picture_and_asks_for_the_next(client: Client, town: Fakes) -> None:
    town.answers["ShowRoomCode"] = pb.RoomCode(code="123456", next_time=stamp(now() + timedelta(seconds=30)))
    answer = await client.get(HERE + "/sessions/1/code", headers=STAFF)
    assert "123 456" in await answer.text()
    assert 28 <= int(answer.headers["Refresh"]) <= 32
    town.answers["ShowRoomCode"] = Refused("CODE_NOT_NOW")
    assert "15 minutes before the session" in await get(client, HERE + "/sessions/1/code", STAFF)


async def test_others_are_refused_by_the_service(client: Client, town: Fakes) -> None:
    town.answers["ListApplications"] = Forbidden("NOT_STAFF_OF_CLASS")
    assert "Only the staff of this class" in await get(client, HERE, status=403)
    await get(client, "/centre/new", status=403)
    for path in ("/centre", HERE, "/centre/new"):
        await get(client, path, STRANGER, status=303)


@pytest.mark.parametrize(
    "path",
    [
        *("/centre", "/centre/new", HERE),
        *(HERE + "/sessions/1" + page for page in ("", "/sheet", "/paper", "/code")),
    ],
)
async def test_pages_fit_a_phone_and_have_no_accessibility_errors(
    client: Client, town: Fakes, browser: Browser, path: str
) -> None:
    async with page_of(browser, 360) as (page, problems):
        origin = str(client.make_url("/"))
        await page.context.add_cookies([{"name": "ieum_session", "value": "teacher", "url": origin}])
        for language in ("ko", "en"):
            await page.context.add_cookies([{"name": "lang", "value": language, "url": origin}])
            await page.goto(str(client.make_url(path)))
            assert await axe_findings(page) == []
            assert await sideways(page) <= 0
            assert await small_print(page) == []
        assert problems == []
