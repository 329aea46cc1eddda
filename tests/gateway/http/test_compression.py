"""What goes out compressed, and what must not because its length would tell."""

from __future__ import annotations

import gzip

import pytest

from services.chassis.errors import Unauthenticated
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

GZIP = {"Accept-Encoding": "gzip"}
SESSION = {"Cookie": "ieum_session=ieum_somebody"}


async def encoding(client: Client, path: str, headers: dict[str, str]) -> str:
    answer = await client.get(path, headers=GZIP | headers, auto_decompress=False)
    body = await answer.read()
    coding = answer.headers.get("Content-Encoding", "")
    assert b"<html" in (gzip.decompress(body) if coding else body)
    assert "Accept-Encoding" in answer.headers["Vary"]
    return coding


@pytest.mark.parametrize(
    ("site", "expected"), [("same-origin", "gzip"), ("none", "gzip"), ("cross-site", ""), ("same-site", "")]
)
async def test_a_signed_in_page_is_compressed_only_for_our_own_pages(
    client: Client, fake: Fakes, site: str, expected: str
) -> None:
    fake.sign_in("ieum_somebody")
    assert await encoding(client, "/learning", SESSION | {"Sec-Fetch-Site": site}) == expected


async def test_a_page_whose_forms_hold_a_token_is_not_compressed(client: Client, fake: Fakes) -> None:
    fake.sign_in("ieum_somebody")
    assert await encoding(client, "/learning", SESSION) == ""
    assert await encoding(client, "/nowhere", {}) == ""


async def test_the_answer_to_a_form_is_not_compressed(client: Client, fake: Fakes) -> None:
    fake.answers["SignIn"] = Unauthenticated("SIGN_IN_FAILED")
    form = {"login": "somebody", "passphrase": ""}
    headers = GZIP | {"Sec-Fetch-Site": "same-origin"}
    answer = await client.post("/sign-in", data=form, headers=headers, auto_decompress=False)
    assert "<html" in await answer.text()
    assert "Content-Encoding" not in answer.headers


async def test_a_programs_json_is_compressed_and_its_tag_says_so(client: Client) -> None:
    address = "/api/openapi.json"
    answer = await client.get(address, headers=GZIP, auto_decompress=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(await answer.read()).startswith(b"{")
    tag = answer.headers.get("ETag", 'W/""')
    assert tag.startswith("W/")


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [("br, GZIP;q=0.5", "gzip"), ("*", "gzip"), ("gzip;q=0, identity", ""), ("*, gzip; q=0.0", ""), ("br", "")],
)
@pytest.mark.parametrize("address", ["/api/openapi.json", "/data"])
async def test_a_client_that_refuses_gzip_gets_plain_text(
    client: Client, address: str, accepted: str, expected: str
) -> None:
    headers = {"Accept-Encoding": accepted, "Sec-Fetch-Site": "none"}
    answer = await client.get(address, headers=headers, auto_decompress=False)
    assert answer.headers.get("Content-Encoding", "") == expected
