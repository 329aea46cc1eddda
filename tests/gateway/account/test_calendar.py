"""The addresses of calendar feeds, and what a calendar program gets from them."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from ieum.notices.v1 import notices_pb2 as pb
from ieum.people.v1 import people_pb2
from services.chassis.clock import now, stamp
from services.chassis.errors import Forbidden, Missing
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post

STAFF = STRANGER | {"Cookie": "ieum_session=teacher"}
SECRET = "b" * 32


@pytest.fixture(autouse=True)
def calendars(town: Fakes) -> None:
    town.sign_in("teacher", "instructor", "administrator")
    mine = pb.Calendar(name="calendars/c1", kind=pb.MINE, create_time=stamp(now()))
    town.answers["ListCalendars"] = pb.ListCalendarsResponse(calendars=[mine])
    town.answers["CreateCalendar"] = pb.CreateCalendarResponse(calendar=mine, secret=SECRET)
    town.answers["GetCalendarFile"] = pb.CalendarFile(content=b"BEGIN:VCALENDAR\r\n")
    centre = people_pb2.Centre(name="centres/hb01", title={"en": "Solnae Centre"})
    town.answers["ListCentres"] = people_pb2.ListCentresResponse(centres=[centre])


async def test_an_address_is_shown_once_and_can_be_revoked(client: Client, town: Fakes) -> None:
    text = await get(client, "/account/calendar")
    assert "Classes in which I have a seat" in text
    assert "Which centre?" not in text
    assert SECRET not in text
    status, _, made = await post(client, "/account/calendar", {"kind": str(pb.MINE)}, PAT)
    assert (status, f"/calendars/{SECRET}.ics" in made) == (200, True)
    assert (await post(client, "/account/calendar/c1/revoke", {}, PAT))[:2] == (303, "/account/calendar")
    assert [each.name for each in town.requests("RevokeCalendar")] == ["calendars/c1"]


async def test_a_centre_that_is_not_ones_own_is_refused_beside_its_field(client: Client, town: Fakes) -> None:
    town.answers["CreateCalendar"] = Forbidden("NOT_STAFF_OF_CENTRE", field="centre")
    form = {"kind": str(pb.OF_CENTRE), "centre": "centres/hb01"}
    status, _, text = await post(client, "/account/calendar", form, STAFF)
    assert status == 403
    assert "Only staff of this centre" in text
    assert '<option value="centres/hb01" selected>' in text


async def test_a_calendar_program_gets_only_what_changed(client: Client, town: Fakes) -> None:
    first = await client.get(f"/calendars/{SECRET}.ics")
    assert (first.status, await first.read()) == (200, b"BEGIN:VCALENDAR\r\n")
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert first.headers["Cache-Control"] == "private, max-age=900"
    again = await client.get(f"/calendars/{SECRET}.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    town.answers["GetCalendarFile"] = Missing("CALENDAR_NOT_FOUND")
    assert (await client.get(f"/calendars/{SECRET}.ics")).status == 404


async def test_the_page_fits_a_small_screen_and_can_be_read_aloud(client: Client, browser: Browser) -> None:
    async with page_of(browser, 360) as (page, problems):
        origin = str(client.make_url("/"))
        await page.context.add_cookies([{"name": "lang", "value": "ko", "url": origin}])
        await page.context.add_cookies([{"name": "ieum_session", "value": "teacher", "url": origin}])
        await page.goto(str(client.make_url("/account/calendar")))
        await page.get_by_role("button", name="새 주소 만들기").click()
        assert await page.get_by_text(SECRET).is_visible()
        assert await axe_findings(page) == []
        assert await sideways(page) <= 0
        assert await small_print(page) == []
        assert problems == []
