"""Asking for a visiting class, answering it, and noting help at a desk, without a script."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis.clock import now, stamp
from services.chassis.errors import Invalid
from tests.browser import axe_findings, page_of, sideways
from tests.gateway.centre.test_centre import STAFF
from tests.gateway.classes import NAME, class_, prepare_classes
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post

VISIT = pb.Visit(
    name="visits/abcdefghjkmnpqrs",
    person="people/pat",
    wish=pb.VisitWish(area="areas/HB0101", address="Senior hall", people=12),
    state=pb.VISIT_PLANNED,
    class_name=NAME,
    steps=[pb.VisitStep(time=stamp(now()), state=state) for state in (pb.VISIT_RECEIVED, pb.VISIT_PLANNED)],
)


@pytest.fixture(autouse=True)
def visits(town: Fakes) -> None:
    town.sign_in("teacher", "instructor", "administrator")
    prepare_classes(town, class_(managed=True))
    town.answers["GetVisit"] = town.answers["RequestVisit"] = town.answers["WithdrawVisit"] = VISIT
    town.answers["ListVisits"] = pb.ListVisitsResponse(visits=[VISIT])
    sums = [pb.HelpSum(topic=pb.KIOSK, times=3, minutes=45)]
    entry = pb.Help(date="2026-11-02", topic=pb.KIOSK, minutes=15)
    town.answers["ListHelp"] = pb.ListHelpResponse(help=[entry], sums=sums)


async def test_a_hall_asks_and_follows_its_request(client: Client, town: Fakes) -> None:
    await get(client, "/visits", STRANGER, status=303)
    assert "Senior hall" in await get(client, "/visits")
    form = {"visit_id": "n" * 16, "area": "areas/HB0101", "address": "Hall", "people": "12", "text": "Tuesdays"}
    assert (await post(client, "/visits", form))[:2] == (303, f"/{VISIT.name}")
    (asked,) = town.requests("RequestVisit")
    assert (asked.visit_id, asked.wish.people) == ("n" * 16, 12)
    status, _, text = await post(client, "/visits", form | {"people": "many"})
    assert (status, "Write a whole number." in text, "Tuesdays" in text) == (422, True, True)
    text = await get(client, f"/{VISIT.name}")
    assert "A class is planned" in text
    assert f'href="/{NAME}"' in text
    assert (await post(client, f"/{VISIT.name}/withdraw", {}))[0] == 303


async def test_staff_answer_with_a_class_or_a_reason(client: Client, town: Fakes) -> None:
    assert "Senior hall" in await get(client, "/centre/visits", STAFF)
    path = f"/centre/{VISIT.name}"
    given = {"class_name": NAME, "reason": "TOO_FEW", "note": "", "do": "plan"}
    assert (await post(client, path, given, STAFF))[:2] == (303, "/centre/visits")
    assert (await post(client, path, given | {"do": "refuse"}, STAFF))[0] == 303
    asked = [(each.class_name, each.reason) for each in town.requests("AnswerVisit")]
    assert asked == [(NAME, ""), ("", "TOO_FEW")]
    await get(client, "/centre/visits", PAT, status=403)


async def test_help_at_the_desk_is_noted_with_topic_and_minutes(client: Client, town: Fakes) -> None:
    assert "Ordering at a kiosk" in await get(client, "/centre/help", STAFF)
    form = {"help_id": "n" * 16, "area": "areas/HB0101", "minutes": "20", "topic": str(pb.PHONE), "date": "2026-11-02"}
    assert (await post(client, "/centre/help", form, STAFF))[:2] == (303, "/centre/help")
    (asked,) = town.requests("LogHelp")
    assert (asked.place_area, asked.minutes, asked.topic) == ("areas/HB0101", 20, pb.PHONE)
    town.answers["LogHelp"] = Invalid("TOPIC_UNKNOWN", field="topic")
    status, _, text = await post(client, "/centre/help", form | {"minutes": "25"}, STAFF)
    assert (status, "Choose what the help was about." in text, 'value="25"' in text) == (422, True, True)


async def test_pages_fit_a_phone_and_have_no_accessibility_errors(
    client: Client, town: Fakes, browser: Browser
) -> None:
    async with page_of(browser, 360) as (page, problems):
        origin = str(client.make_url("/"))
        await page.context.add_cookies([{"name": "ieum_session", "value": "teacher", "url": origin}])
        for path in ("/visits", f"/{VISIT.name}", "/centre/visits", "/centre/help"):
            await page.goto(str(client.make_url(path)))
            assert await axe_findings(page) == [], path
            assert await sideways(page) <= 0, path
        assert problems == []


async def test_holidays_are_replaced_from_lines_or_a_calendar_file(client: Client, town: Fakes) -> None:
    town.answers["ListHolidays"] = pb.ListHolidaysResponse(holidays=[pb.Holiday(date="2027-01-01", title="New Year")])
    assert "2027-01-01,New Year" in await get(client, "/admin/holidays", STAFF)
    calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20270301\nSUMMARY:Samil\nEND:VEVENT\nEND:VCALENDAR\n"
    for lines in ("date,title\n2027-03-01,Samil\n", calendar):
        assert (await post(client, "/admin/holidays", {"lines": lines}, STAFF))[0] == 303
    for asked in town.requests("ReplaceHolidays"):
        assert [(each.date, each.title) for each in asked.holidays] == [("2027-03-01", "Samil")]
    repeated = calendar.replace("SUMMARY", "RRULE:FREQ=YEARLY\nSUMMARY")
    status, _, text = await post(client, "/admin/holidays", {"lines": repeated}, STAFF)
    assert (status, "Name each day by itself." in text) == (422, True)
