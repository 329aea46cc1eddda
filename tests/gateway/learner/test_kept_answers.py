"""What was typed about oneself when the session was over: it comes back, and only to whoever typed it."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any

import pytest

from ieum.people.v1 import people_pb2
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

STRANGER = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
DETAILS = {"whose": "people/pat", "etag": "7", "display_name": "박은지", "email": "e@x", "area": "areas/HB01"}
ANSWERS = [("whose", "people/pat"), ("birth_year", "1944"), ("sex", "FEMALE"), ("groups", "DISABILITY")]


@pytest.fixture
def town(fake: Fakes) -> Fakes:
    for login in ("pat", "lee"):
        fake.sign_in(login)
    fake.answers["GetPerson"] = lambda asked: people_pb2.Person(name=asked.name, login="x", etag="8", locale="en")
    fake.answers["GetEqualityAnswers"] = people_pb2.EqualityAnswers()
    fake.answers["ListAreas"] = people_pb2.ListAreasResponse()
    fake.answers["ListOrganisations"] = people_pb2.ListOrganisationsResponse()
    return fake


async def lose(client: Client, path: str, form: Any) -> tuple[str, str]:
    """The page that follows, and the cookie that came with it."""
    answer = await client.post(path, data=form, headers=STRANGER)
    assert answer.status == 401
    [(name, morsel)] = [(name, morsel) for name, morsel in answer.cookies.items() if name.startswith("typed_")]
    assert morsel["httponly"]
    assert int(morsel["max-age"]) <= 900
    return await answer.text(), f"{name}={morsel.value}"


async def shown_to(client: Client, login: str, path: str, cookie: str) -> str:
    headers = STRANGER | {"Cookie": f"ieum_session={login}; {cookie}"}
    return await (await client.get(path, headers=headers)).text()


async def test_details_typed_before_the_session_ended_come_back_unsaved(client: Client, town: Fakes) -> None:
    asked, cookie = await lose(client, "/account", DETAILS | {"locale": "ko", "passphrase": "secret"})
    assert 'name="next" value="/account"' in asked
    assert town.requests("UpdatePerson") == []
    text = await shown_to(client, "pat", "/account", cookie)
    for kept in ("This is not saved yet", 'value="박은지"', 'value="e@x"', 'name="etag" value="7"'):
        assert kept in text


async def test_answers_about_oneself_come_back_too(client: Client, town: Fakes) -> None:
    asked, cookie = await lose(client, "/account/about-you", [*ANSWERS, ("first", "1"), ("next", "/courses/c")])
    assert 'value="/account/about-you?next=/courses/c&amp;first=1"' in asked
    text = await shown_to(client, "pat", "/account/about-you", cookie)
    assert 'value="1944"' in text
    assert 'value="FEMALE" checked' in text
    assert 'value="DISABILITY" checked' in text


@pytest.mark.parametrize("path", ["/account", "/account/about-you"])
async def test_nobody_else_sees_them_and_nobody_can_read_them(client: Client, town: Fakes, path: str) -> None:
    asked, cookie = await lose(client, path, DETAILS | dict(ANSWERS))
    assert "박은지" not in asked
    assert "1944" not in asked
    text = await shown_to(client, "lee", path, cookie)
    assert "not saved yet" not in text
    assert "1944" not in text
    assert "e@x" not in text
    name, _, sealed = cookie.partition("=")
    forged = f"{name}={sealed[:-3]}AAA"
    assert "not saved yet" not in await shown_to(client, "pat", path, forged)


async def test_what_is_saved_is_forgotten(client: Client, town: Fakes) -> None:
    for path, form in (("/account", DETAILS | {"locale": "ko"}), ("/account/about-you", dict(ANSWERS))):
        _, cookie = await lose(client, path, form)
        headers = STRANGER | {"Cookie": f"ieum_session=pat; {cookie}"}
        answer = await client.post(path, data=form, headers=headers, allow_redirects=False)
        assert answer.status == 303
        found: SimpleCookie = answer.cookies
        assert found[cookie.partition("=")[0]]["max-age"] == "0"
