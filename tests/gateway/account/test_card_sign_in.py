"""Signing in with a card: by number and pictures or PIN, without a script, on a computer of a centre alone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from gateway.documents.card_pictures import PICTURES
from gateway.language.i18n import load
from ieum.people.v1 import cards_pb2 as pb
from ieum.people.v1 import people_pb2
from services.chassis.errors import Exhausted, Forbidden, Invalid, Unauthenticated
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.conftest import Client
from tests.gateway.fakes import MOMENT, Fakes
from tests.gateway.visits import STRANGER, get, post

HERE = "/sign-in/card"
AT_CENTRE = STRANGER | {"Cookie": "ieum_centre=secret-of-the-window"}


def _answer(request: pb.SignInWithCardRequest) -> people_pb2.SignInResponse:
    if not (request.pictures or request.pin):
        raise Invalid("CARD_SECRET_MISSING", field="pictures")
    if list(request.pictures) != ["house", "fish", "moon"] and request.pin != "4071":
        raise Unauthenticated("CARD_REFUSED", misses=5)
    person = people_pb2.Person(name="people/kang", display_name="강영희")
    viewer = people_pb2.Viewer(person=person, session="s", expire_time=MOMENT, shared_device=True)
    return people_pb2.SignInResponse(token="opaque", viewer=viewer)


@pytest.fixture(autouse=True)
def cards(fake: Fakes) -> None:
    fake.answers["SignInWithCard"] = _answer


def _hidden(text: str) -> dict[str, str]:
    return dict(
        re.findall(
            r'type="hidden" name="(number|picked|next)" value="([^"]*)"',
            text.partition('id="pick"')[2].partition("</ul>")[0],
        )
    )


async def test_number_and_three_pictures_open_a_session_without_any_script(client: Client, fake: Fakes) -> None:
    assert HERE in await get(client, "/sign-in", AT_CENTRE)
    assert HERE not in await get(client, "/sign-in")
    assert 'name="number"' in await get(client, f"{HERE}?next=/learning", AT_CENTRE)
    text = (await post(client, HERE, {"number": "1234 5678 9015", "next": "/learning"}, AT_CENTRE))[2]
    assert len(re.findall(r'name="pick" value="\w+"', text)) == 12
    for pick in ("house", "fish"):
        text = (await post(client, HERE, _hidden(text) | {"pick": pick}, AT_CENTRE))[2]
    assert "picture 3 of 3" in text
    answer = await client.post(HERE, data=_hidden(text) | {"pick": "moon"}, headers=AT_CENTRE, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/learning")
    assert answer.cookies["ieum_session"].value == "opaque"
    assert not answer.cookies["ieum_session"]["max-age"]
    asked = fake.requests("SignInWithCard")[-1]
    assert (asked.number, list(asked.pictures), asked.device) == (
        "1234 5678 9015", ["house", "fish", "moon"], "secret-of-the-window",
    )  # fmt: skip


async def test_a_wrong_secret_is_said_and_the_pictures_are_there_again(client: Client, fake: Fakes) -> None:
    given = {"number": "123456789015", "picked": "jar jar", "pick": "jar"}
    status, _, text = await post(client, HERE, given, AT_CENTRE)
    assert status == 401
    assert "do not fit together" in text
    assert _hidden(text)["picked"] == ""
    again = (await post(client, HERE, given | {"pick": "again"}, AT_CENTRE))[2]
    assert "picture 1 of 3" in again
    assert (await post(client, HERE, {"number": "1", "with_pin": "1", "pin": "40 71"}, AT_CENTRE))[0] == 303
    fake.answers["SignInWithCard"] = Exhausted("SLOW_DOWN", seconds=8)
    slow = await client.post(HERE, data={"number": "1", "with_pin": "1", "pin": "1"}, headers=AT_CENTRE)
    assert (slow.status, slow.headers["Retry-After"]) == (429, "8")
    fake.answers["SignInWithCard"] = Invalid("CARD_NUMBER_MISTYPED", field="number")
    mistyped = (await post(client, HERE, {"number": "123456789016"}, AT_CENTRE))[2]
    assert "typing mistake" in mistyped
    assert 'value="123456789016"' in mistyped


async def test_elsewhere_there_is_no_way_in_with_a_card(client: Client, fake: Fakes) -> None:
    for status, _, text in (
        await post(client, HERE, {"number": "123456789015"}),
        ((await client.get(HERE, headers=STRANGER)).status, "", "only on computers"),
    ):
        assert status == 403
        assert "only on computers" in text
    fake.answers["SignInWithCard"] = Forbidden("CENTRE_DEVICE_NEEDED")
    assert (await post(client, HERE, {"number": "1", "with_pin": "1", "pin": "1"}, AT_CENTRE))[0] == 403


async def test_a_lost_card_is_ended_by_its_owner(client: Client, town: Fakes) -> None:
    town.sign_in("pat", by_card=True)
    used = pb.Card(person="people/learner", state=pb.CARD_VALID, make_time=MOMENT, last_use_time=MOMENT)
    town.answers["ListCards"] = pb.ListCardsResponse(cards=[used])
    assert "/account/card/end" in await get(client, "/account/sessions")
    assert (await post(client, "/account/card/end"))[:2] == (303, "/account/sessions")
    (ended,) = town.requests("EndCard")
    assert town.requests("ListCards")[0].people == [ended.person]
    assert "Your card does not count here" in await get(client, "/account/prove")


def test_the_names_of_the_pictures_begin_with_different_sounds_in_korean() -> None:
    korean = load()["ko"]
    names = [korean.gettext(each.name) for each in PICTURES.values()]
    assert len({(ord(name[0]) - ord("가")) // 28 for name in names}) == 12


async def test_the_pictures_are_large_enough_for_a_fingertip(client: Client, browser: Browser) -> None:
    async with page_of(browser, 360) as (page, complaints):
        await page.context.add_cookies([
            {"name": "ieum_centre", "value": "secret", "url": str(client.make_url("/"))},
            {"name": "lang", "value": "ko", "url": str(client.make_url("/"))},
        ])  # fmt: skip
        await page.goto(str(client.make_url(HERE)))
        await page.keyboard.type("123456789015\n")
        await expect(page.locator(".picks .button")).to_have_count(12)
        sizes = await page.locator(".picks .button").evaluate_all(
            "all => all.map(e => e.getBoundingClientRect().height)"
        )
        assert min(sizes) >= 48
        assert not await axe_findings(page)
        assert not await sideways(page)
        assert not await small_print(page)
        assert not complaints
