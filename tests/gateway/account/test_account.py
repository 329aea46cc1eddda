"""Registering, signing in and the pages about oneself."""

from __future__ import annotations

import pytest

from ieum.people.v1 import people_pb2
from services.chassis.errors import Exhausted, Exists, Unauthenticated
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post


@pytest.mark.parametrize("path", ["/learning", "/learning/e/one/t", "/account", "/account/about-you", "/account/erase"])
async def test_a_stranger_is_shown_the_way_to_sign_in_and_back(client: Client, town: Fakes, path: str) -> None:
    answer = await client.get(path, headers=STRANGER, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/sign-in?next={path}")


REGISTRATION = {
    "request_id": "r1",
    "display_name": "Park Eun-ji",
    "login": "eunji",
    "passphrase": "three words only",
    "area": "areas/HB0101",
    "next": "/courses/c",
}


async def test_registering_signs_in_and_asks_the_equality_questions_apart(client: Client, town: Fakes) -> None:
    town.answers["SignIn"] = people_pb2.SignInResponse(token="secret", viewer=town.viewers["pat"])
    headers = STRANGER | {"Cookie": "lang=en"}
    answer = await client.post("/register", data=REGISTRATION, headers=headers, allow_redirects=False)
    assert answer.headers["Location"] == "/account/about-you?first=1&next=/courses/c"
    assert "ieum_session=secret" in str(answer.cookies)
    (asked,) = town.requests("Register")
    assert (asked.request_id, asked.login, asked.area, asked.locale) == ("r1", "eunji", "areas/HB0101", "en")


async def test_a_refused_registration_keeps_everything_that_was_typed(client: Client, town: Fakes) -> None:
    town.answers["Register"] = Exists("LOGIN_TAKEN", field="login")
    answer = await client.post("/register", data=REGISTRATION, headers=STRANGER)
    text = await answer.text()
    assert (answer.status, answer.headers["Cache-Control"]) == (409, "no-store")
    for kept in (
        'value="Park Eun-ji"',
        'value="eunji"',
        'value="areas/HB0101" selected',
        'value="r1"',
        'href="#login"',
    ):
        assert kept in text
    assert 'type="password" value="three words only"' in text


async def test_everything_that_is_wrong_with_a_registration_is_said_at_once(client: Client, town: Fakes) -> None:
    wrong = REGISTRATION | {"display_name": " ", "login": "a", "passphrase": "short", "area": "", "email": "abc"}
    status, _, text = await post(client, "/register", wrong, STRANGER)
    assert status == 400
    for field in ("display_name", "login", "passphrase", "area", "email"):
        assert f'href="#{field}"' in text
        assert f'id="{field}-error"' in text
    assert 'value="short"' not in text
    assert town.requests("Register") == []


async def test_a_login_is_meant_without_its_spaces(client: Client, town: Fakes) -> None:
    town.answers["SignIn"] = people_pb2.SignInResponse(token="secret", viewer=town.viewers["pat"])
    await post(client, "/register", REGISTRATION | {"login": "박 영수 "}, STRANGER)
    await post(client, "/sign-in", {"login": " 박 영수", "passphrase": "three words only"}, STRANGER)
    assert [asked.login for asked in (*town.requests("Register"), *town.requests("SignIn"))] == ["박영수"] * 3


async def test_a_browser_that_keeps_no_cookies_is_told_so(client: Client, town: Fakes) -> None:
    town.answers["SignIn"] = people_pb2.SignInResponse(token="secret", viewer=town.viewers["pat"])
    _, address, _ = await post(client, "/sign-in", {"login": "x", "next": "/learning"}, STRANGER)
    assert address == "/signed-in?next=/learning"
    assert "Your browser keeps no cookies" in await get(client, address, STRANGER)
    answer = await client.get(address, headers=PAT, allow_redirects=False)
    assert answer.headers["Location"] == "/learning"


async def test_a_registration_without_a_home_says_so_at_the_list(client: Client, town: Fakes) -> None:
    status, _, text = await post(client, "/register", REGISTRATION | {"area": ""}, STRANGER)
    assert status == 400
    assert 'href="#area"' in text
    assert town.requests("Register") == []


async def test_a_wrong_passphrase_and_a_wrong_name_read_the_same(client: Client, town: Fakes) -> None:
    town.answers["SignIn"] = Unauthenticated("SIGN_IN_REFUSED")
    form = {"login": "pat", "passphrase": "wrong", "shared_device": "1", "next": "/learning"}
    status, _, text = await post(client, "/sign-in", form, STRANGER)
    assert status == 401
    assert "The login or the passphrase is not right." in text
    assert 'value="pat"' in text
    assert 'value="/learning"' in text
    assert "checked" in text
    assert town.requests("SignIn")[0].shared_device


async def test_too_many_tries_say_how_long_to_wait(client: Client, town: Fakes) -> None:
    town.answers["SignIn"] = Exhausted("SLOW_DOWN", seconds=40)
    answer = await client.post("/sign-in", data={"login": "pat"}, headers=STRANGER)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "40")
    assert "Wait 40 seconds" in await answer.text()


@pytest.mark.parametrize(
    ("role", "asked", "leads_to"),
    [
        ("learner", "", "/"),
        ("learner", "/learning", "/learning"),
        ("learner", "https://elsewhere.example/", "/"),
        ("learner", "//elsewhere.example", "/"),
        ("instructor", "", "/teach"),
        ("official", "", "/statistics"),
    ],
)
async def test_signing_in_leads_to_where_one_was_going(
    client: Client, town: Fakes, role: str, asked: str, leads_to: str
) -> None:
    town.sign_in("secret", role)
    town.answers["SignIn"] = people_pb2.SignInResponse(token="secret", viewer=town.viewers["secret"])
    headers = STRANGER | {"Cookie": "lang=en"}
    assert (await post(client, "/sign-in", {"login": "x", "next": asked}, headers))[:2] == (303, leads_to)


async def test_equality_answers_go_to_people_alone_and_can_be_skipped(client: Client, town: Fakes) -> None:
    town.answers["GetEqualityAnswers"] = people_pb2.EqualityAnswers()
    text = await get(client, "/account/about-you?first=1&next=/courses/c")
    assert "Skip this" in text
    assert 'href="/courses/c"' in text
    form = {"birth_year": "1951", "sex": "FEMALE", "groups": "DISABILITY", "next": "/courses/c"}
    assert (await post(client, "/account/about-you", form))[:2] == (303, "/courses/c")
    (asked,) = town.requests("UpdateEqualityAnswers")
    assert (asked.answers.name, asked.answers.birth_year) == ("people/pat/equalityAnswers", 1951)


async def test_a_year_that_is_none_keeps_the_other_answers(client: Client, town: Fakes) -> None:
    status, _, text = await post(client, "/account/about-you", {"birth_year": "51", "sex": "MALE"})
    assert status == 400
    assert 'value="51"' in text
    assert 'value="MALE" checked' in text
    assert town.requests("UpdateEqualityAnswers") == []


async def test_changed_details_are_saved_and_speak_the_chosen_language(client: Client, town: Fakes) -> None:
    form = {"display_name": "Pat", "area": "areas/HB0101", "locale": "ko", "etag": "7"}
    answer = await client.post("/account", data=form, headers=PAT, allow_redirects=False)
    assert (answer.status, answer.headers["Location"], answer.cookies["lang"].value) == (303, "/account", "ko")
    (asked,) = town.requests("UpdatePerson")
    assert (asked.person.name, asked.person.display_name, asked.person.etag) == ("people/pat", "Pat", "7")


async def test_a_new_passphrase_keeps_this_session_going(client: Client, town: Fakes) -> None:
    town.answers["SignIn"] = people_pb2.SignInResponse(token="new", viewer=town.viewers["pat"])
    form = {"current_passphrase": "old words", "new_passphrase": "new words"}
    answer = await client.post("/account/passphrase", data=form, headers=PAT, allow_redirects=False)
    assert (answer.status, answer.cookies["ieum_session"].value) == (303, "new")
    assert [asked.passphrase for asked in town.requests("SignIn")] == ["new words"]


async def test_a_shared_computer_is_warned_before_its_session_ends(client: Client, town: Fakes) -> None:
    assert "data-session" not in await get(client, "/learning")
    town.viewers["pat"].shared_device = True
    town.viewers["pat"].expire_time.GetCurrentTime()
    town.viewers["pat"].expire_time.seconds += 1200
    town.viewers["lee"] = town.viewers["pat"]
    lee = PAT | {"Cookie": "ieum_session=lee"}
    assert "data-session=" in await get(client, "/learning", lee)
    answer = await client.post("/session", headers=lee)
    assert 1190 <= (await answer.json())["seconds"] <= 1200
