"""What a browser keeps of a device, and what becomes of a session that ends."""

from __future__ import annotations

import pytest

from ieum.people.v1 import people_pb2
from services.chassis.errors import Invalid
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post

MARK = "someone.0123abcd.0123abcd"
FORM = {"login": "eunji", "passphrase": "three words only"}


@pytest.fixture(autouse=True)
def answer(town: Fakes) -> None:
    town.sign_in("fresh")
    town.answers["SignIn"] = people_pb2.SignInResponse(token="new", viewer=town.viewers["fresh"], device_mark=MARK)


async def test_a_device_shows_the_marks_of_those_who_signed_in_on_it(client: Client, town: Fakes) -> None:
    first = await client.post("/sign-in", data=FORM, headers=STRANGER, allow_redirects=False)
    cookie = first.cookies["ieum_device"]
    assert (cookie.value, cookie["httponly"]) == (MARK, True)
    kept = f"other.01.02:{MARK}:<script>"
    headers = STRANGER | {"Cookie": f"ieum_device={kept}", "User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
    second = await client.post("/sign-in", data=FORM, headers=headers, allow_redirects=False)
    asked = town.requests("SignIn")[1]
    assert (list(asked.device_marks), asked.agent) == (["other.01.02", MARK], "Firefox, Windows")
    assert second.cookies["ieum_device"].value == f"{MARK}:other.01.02"


async def test_a_shared_computer_stays_one_until_somebody_says_otherwise(client: Client) -> None:
    ticked = 'id="shared_device" name="shared_device" value="1" checked'
    assert ticked not in await get(client, "/sign-in", STRANGER)
    said = await client.post("/sign-in", data=FORM | {"shared_device": "1"}, headers=STRANGER, allow_redirects=False)
    shared = STRANGER | {"Cookie": f"shared_device={said.cookies['shared_device'].value}"}
    for path in ("/sign-in", "/register"):
        assert ticked in await get(client, path, shared)
    said = await client.post("/sign-in", data=FORM, headers=shared, allow_redirects=False)
    assert said.cookies["shared_device"].value == "0"


@pytest.mark.parametrize("api", [True, False])
async def test_the_cookie_of_an_ended_session_does_not_end_the_new_one(client: Client, api: bool) -> None:
    headers = STRANGER | {"Cookie": "ieum_session=ended"}
    if api:
        answer = await client.post("/api/v1/sessions", json=FORM, headers=headers)
    else:
        answer = await client.post("/sign-in", data=FORM, headers=headers, allow_redirects=False)
    assert answer.cookies["ieum_session"].value == "new"


async def test_signing_out_clears_what_the_browser_keeps_of_the_pages(client: Client) -> None:
    answer = await client.post("/sign-out", headers=PAT, allow_redirects=False)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


async def test_whoever_came_in_with_a_code_chooses_a_passphrase_first(client: Client, town: Fakes) -> None:
    town.viewers["pat"].person.passphrase_must_change = True
    for path in ("/learning", "/account/about-you", "/"):
        answer = await client.get(path, headers=PAT, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/account/passphrase")
    assert "Code from the desk" in await get(client, "/account/passphrase")
    api = await client.get("/api/v1/people/me", headers=PAT)
    assert (api.status, (await api.json())["reason"]) == (403, "PASSPHRASE_MUST_CHANGE")
    form = {"current_passphrase": "48271935", "new_passphrase": "new words here"}
    assert (await post(client, "/account/passphrase", form))[0] == 303


async def test_another_address_for_mail_asks_for_the_passphrase_and_keeps_what_was_typed(
    client: Client, town: Fakes
) -> None:
    town.answers["UpdatePerson"] = Invalid("PASSPHRASE_AGAIN", field="passphrase")
    form = {"display_name": "Pat", "email": "pat@example.org", "area": "areas/HB0101", "locale": "en"}
    status, _, text = await post(client, "/account", form)
    assert status == 400
    assert 'type="password"' in text
    assert 'value="pat@example.org"' in text


async def test_sessions_are_listed_and_ended(client: Client, town: Fakes) -> None:
    session = "people/pat/sessions/"
    town.viewers["pat"].session = "aa"
    town.answers["ListSessions"] = people_pb2.ListSessionsResponse(
        sessions=[
            people_pb2.Session(name=f"{session}bb", agent="Chrome, Android", shared_device=True),
            people_pb2.Session(name=f"{session}aa", agent="Firefox, Windows"),
        ]
    )
    text = await get(client, "/account/sessions")
    assert text.index("Firefox, Windows") < text.index("Chrome, Android")
    assert "/account/sessions/bb/end" in text
    assert "/account/sessions/aa/end" not in text
    assert (await post(client, "/account/sessions/bb/end"))[:2] == (303, "/account/sessions")
    assert town.requests("EndSession")[0].name == f"{session}bb"
    assert (await post(client, "/account/sessions/end"))[0] == 303
    assert town.requests("EndSessions")[0].kept == f"{session}aa"


async def test_on_a_computer_of_the_centre_everybody_is_signed_out_whatever_they_choose(
    client: Client, fake: Fakes
) -> None:
    fake.sign_in("boss", "administrator")
    boss = STRANGER | {"Cookie": "ieum_session=boss"}
    assert "Make it a shared computer" in await get(client, "/centre/device", boss)
    made = await client.post("/centre/device", data={"shared": "1"}, headers=boss, allow_redirects=False)
    fixed = STRANGER | {"Cookie": f"shared_device={made.cookies['shared_device'].value}"}
    for path in ("/sign-in", "/register"):
        text = await get(client, path, fixed)
        assert "computer of the centre" in text
        assert 'name="shared_device"' not in text
    signed_in = await client.post("/sign-in", data=FORM, headers=fixed, allow_redirects=False)
    assert fake.requests("SignIn")[-1].shared_device
    assert "shared_device" not in signed_in.cookies
    lifted = await client.post(
        "/centre/device", data={"shared": "0"}, headers=boss | {"Cookie": f"ieum_session=boss; {fixed['Cookie']}"},
        allow_redirects=False,
    )  # fmt: skip
    assert lifted.cookies["shared_device"].value == "0"
    fake.sign_in("learner")
    refused = await client.get("/centre/device", headers=STRANGER | {"Cookie": "ieum_session=learner"})
    assert refused.status == 403
