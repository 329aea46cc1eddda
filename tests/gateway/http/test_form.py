"""What is no form, or too long for one, is refused before anything is done with it."""

from __future__ import annotations

import pytest

from tests.gateway.conftest import Client
from tests.gateway.visits import STRANGER

URLENCODED = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (f"{URLENCODED}; charset=klingon", b"login=a"),
        (f"{URLENCODED}; charset=zip", b"login=a"),
        (f"{URLENCODED}; charset=utf-16", b"login=abc"),
        (f"{URLENCODED}; charset=utf-7", b"login=+2AA-"),
        (URLENCODED, b"login=\xff\xfe"),
    ],
)
async def test_a_body_that_is_no_form_is_refused_with_words(client: Client, kind: str, body: bytes) -> None:
    answer = await client.post("/sign-in", data=body, headers=STRANGER | {"Content-Type": kind})
    assert answer.status == 400
    assert "could not be read" in await answer.text()


@pytest.mark.parametrize("path", ["/sign-in", "/register", "/preferences", "/account/about-you"])
async def test_a_field_is_no_longer_than_a_line(client: Client, path: str) -> None:
    answer = await client.post(path, data={"login": "a\u0301\u0323" * 40_000}, headers=STRANGER)
    assert answer.status == 400
    assert "Use up to 400 characters" in await answer.text()
