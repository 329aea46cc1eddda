"""The counter by keyboard alone: a person is found or registered, enrolled, and entered in a class."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from ieum.classes.v1 import classes_pb2
from ieum.people.v1 import counter_pb2 as pb
from ieum.people.v1 import people_pb2
from services.chassis.clock import now, stamp
from services.chassis.errors import Exists, Forbidden, Invalid, Refused
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.centre.test_centre import STAFF
from tests.gateway.classes import NAME, application, class_, prepare_classes
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, get, post

PERSON = people_pb2.Person(
    name="people/kang", display_name="강영희", login="48213907", area="areas/HB0101", locale="ko",
    vouching=people_pb2.AT_DESK, universe=people_pb2.RESIDENT,
)  # fmt: skip
RECORD = pb.DeskRecord(person=PERSON, birth_year=1949, phone="01012345678")
FOUND = pb.FoundPerson(person=PERSON, birth_year=1949, phone_digits="5678")
HERE = "/centre/counter/kang"
FORM = {
    "request_id": "r1", "name": "강영희", "birth_year": "1949", "phone": "010-1234-5678", "area": "areas/HB0101",
    "locale": "ko",
}  # fmt: skip


@pytest.fixture(autouse=True)
def staff(town: Fakes) -> None:
    town.sign_in("teacher", "administrator", scope="areas/HB01")
    prepare_classes(town, class_(managed=True))
    waiting = application(classes_pb2.WAITING, place=2, person="people/kang")
    town.answers["ListApplications"] = classes_pb2.ListApplicationsResponse(applications=[waiting])
    town.answers["FindAtCounter"] = pb.FindAtCounterResponse(people=[FOUND], more=True)
    town.answers["RegisterAtCounter"] = RECORD
    town.answers["GetDeskRecord"] = RECORD
    town.answers["GetPerson"] = PERSON
    other = people_pb2.Person(name="people/kang2", display_name="Kang Younghee", area="areas/HB0101")
    twin = pb.AlikePerson(
        found=pb.FoundPerson(person=other, birth_year=1949), reasons=[pb.SOUNDS_ALIKE, pb.SAME_YEAR], points=5
    )
    town.answers["FindAlike"] = pb.FindAlikeResponse(people=[twin])
    code = people_pb2.ResetPassphraseResponse(code="12345678", expire_time=stamp(now()))
    town.answers["ResetPassphrase"] = code


async def test_a_person_is_found_by_name_year_and_digits(client: Client, town: Fakes) -> None:
    assert "Register somebody new" not in await get(client, "/centre/counter", STAFF)
    text = await get(client, "/centre/counter?q=ㄱㅇㅎ&year=1949&digits=5678", STAFF)
    (asked,) = town.requests("FindAtCounter")
    assert (asked.query, asked.birth_year, asked.phone_digits) == ("ㄱㅇㅎ", 1949, "5678")
    assert '<a href="/centre/counter/kang" autofocus>강영희</a>' in text
    assert "01012345678" not in text
    assert '<option value="areas/HB0101" selected>' in text
    assert "There are more" in text
    assert "Birth year" in await get(client, "/centre/counter?year=49", STAFF, 422)
    assert len(town.requests("FindAtCounter")) == 1


async def test_a_person_is_registered_and_a_twin_is_asked_about(client: Client, town: Fakes) -> None:
    assert (await post(client, "/centre/counter", FORM, STAFF))[:2] == (303, HERE)
    (asked,) = town.requests("RegisterAtCounter")
    assert (asked.request_id, asked.display_name, asked.birth_year, asked.area) == (
        "r1",
        "강영희",
        1949,
        "areas/HB0101",
    )
    town.answers["RegisterAtCounter"] = Exists("PERSON_LIKE_THIS", field="display_name")
    status, _, text = await post(client, "/centre/counter", FORM, STAFF)
    assert status == 409
    assert "another person of the same name" in text
    await post(client, "/centre/counter", FORM | {"another": "yes"}, STAFF)
    assert town.requests("RegisterAtCounter")[-1].is_another_person
    town.answers["RegisterAtCounter"] = Invalid("TELEPHONE_INVALID", field="phone")
    status, _, text = await post(client, "/centre/counter", FORM, STAFF)
    assert (status, 'href="#phone"' in text, 'value="010-1234-5678"' in text) == (422, True, True)


async def test_staff_see_what_the_person_has_and_act_for_them(client: Client, town: Fakes) -> None:
    text = await get(client, HERE, STAFF)
    assert "01012345678" in text
    assert "On the waiting list (place 2 in line)" in text
    assert "<li>Course c</li>" not in text  # only what is still under way
    listed = town.calls["ListEnrollments"][0]
    assert (listed[0].person, listed[1].is_system) == ("people/kang", True)
    for verb, form in (("enrol", {"course": "courses/c"}), ("apply", {"class_name": NAME}), ("desk", FORM)):
        assert (await post(client, f"{HERE}/{verb}", form, STAFF))[:2] == (303, HERE)
    (entered,) = town.requests("Apply")
    assert (entered.class_name, entered.person, entered.channel) == (NAME, "people/kang", classes_pb2.COUNTER)
    (kept,) = town.requests("UpdateDeskRecord")
    assert (kept.birth_year, kept.phone) == (1949, "010-1234-5678")
    assert "12345678" in (await post(client, f"{HERE}/code", {}, STAFF))[2]
    assert await get(client, f"{HERE}/apply", STAFF, 303) == ""


async def test_accounts_that_may_be_of_one_person_are_shown_beside_each_other(client: Client, town: Fakes) -> None:
    text = await get(client, HERE, STAFF)
    assert '<a href="/centre/counter/kang2">Kang Younghee</a>' in text
    assert "a name that sounds alike, the same birth year" in text
    assert (await post(client, f"{HERE}/apart", {"other": "kang2"}, STAFF))[:2] == (303, HERE)
    (asked,) = town.requests("TellApart")
    assert (asked.name, asked.other) == ("people/kang", "people/kang2")


async def test_a_refusal_stands_beside_its_form(client: Client, town: Fakes) -> None:
    town.answers["Apply"] = Refused("NOT_OPEN")
    status, _, text = await post(client, f"{HERE}/apply", {"class_name": NAME}, STAFF)
    assert (status, 'href="#class_name"' in text) == (409, True)
    town.answers["UpdateDeskRecord"] = Invalid("BIRTH_YEAR_INVALID", field="birth_year", min=1900, max=2026)
    status, _, text = await post(client, f"{HERE}/desk", FORM | {"birth_year": "1850"}, STAFF)
    assert (status, 'value="1850"' in text) == (422, True)


async def test_other_areas_and_other_roles_see_nothing(client: Client, town: Fakes) -> None:
    town.answers["GetDeskRecord"] = Forbidden("OUTSIDE_YOUR_AREA", field="name")
    await get(client, HERE, STAFF, 403)
    assert not town.requests("ListEnrollments")
    for path in ("/centre/counter", HERE):
        await get(client, path, PAT, 403)


async def test_the_counter_is_worked_by_keyboard_alone_and_fits_a_small_screen(
    client: Client, town: Fakes, browser: Browser
) -> None:
    town.answers["FindAtCounter"] = pb.FindAtCounterResponse()
    async with page_of(browser, 360) as (page, problems):
        await page.context.add_cookies([{"name": "ieum_session", "value": "teacher", "url": str(client.make_url("/"))}])
        await page.goto(str(client.make_url("/centre/counter")))
        assert await axe_findings(page) == []
        await page.keyboard.type("강영희")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#register")
        assert await axe_findings(page) == []
        await page.keyboard.type("1949")  # the name is taken over, and the next field has the focus
        await page.keyboard.press("Tab")
        await page.keyboard.type("01012345678")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/centre/counter/kang")
        (asked,) = town.requests("RegisterAtCounter")
        assert (asked.display_name, asked.birth_year, asked.phone) == ("강영희", 1949, "01012345678")
        for path in ("/centre/counter?q=x", HERE):
            await page.goto(str(client.make_url(path)))
            assert (await axe_findings(page), await sideways(page) <= 0, await small_print(page)) == ([], True, [])
        assert problems == []
