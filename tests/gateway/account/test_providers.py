"""Signing in with a city's accounts: with a real provider, and what a wrong one or a wrong answer is worth."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient
from google.protobuf.empty_pb2 import Empty
from joserfc import jwt
from joserfc.jwk import RSAKey
from yarl import URL

from gateway.app import create_app
from gateway.settings import GatewaySettings, Provider
from gateway.web.site.frame import SETTINGS
from ieum.people.v1 import people_pb2 as pb
from services.chassis.errors import Unauthenticated
from tests.gateway.account.providers import SECRET, Hostile, real_provider, serving, sign_in_there
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.serving import Served
from tests.gateway.visits import PAT, STRANGER

STRANGER_SIGN_IN = "/sign-in/with/hanbit?next=/learning"


@pytest.fixture(autouse=True)
def people(town: Fakes) -> None:
    town.sign_in("kim")
    town.answers["SignInWithIdentity"] = pb.SignInResponse(token="new", viewer=town.viewers["kim"])
    town.answers["LinkIdentity"] = Empty()


@pytest.fixture
async def city(services: tuple[Fakes, GatewaySettings], unused_tcp_port: int) -> AsyncIterator[tuple[Client, int]]:
    """A gateway that knows a provider at this port, and another that is never there."""
    settings = services[1]
    (settings.secrets / "provider_hanbit").write_text(SECRET)
    shared: dict[str, Any] = {"client_id": "ieum", "area": "areas/HB01", "organisation": "organisations/hanbit"}
    there = Provider(name={"ko": "한빛시청", "en": "Hanbit"}, issuer=f"http://localhost:{unused_tcp_port}", **shared)
    away = Provider(name={"en": "Away"}, issuer="http://localhost:9", **shared)
    providers = {"hanbit": there.model_copy(update={"new_accounts": True}), "away": away}
    app = create_app(settings.model_copy(update={"providers": providers}))
    async with TestClient(Served(app), cookie_jar=DummyCookieJar()) as client:
        yield client, unused_tcp_port


@pytest.fixture
async def hostile(city: tuple[Client, int]) -> AsyncIterator[Hostile]:
    provider = Hostile(city[1])
    async with serving(provider):
        yield provider


async def leave(client: Client, path: str = STRANGER_SIGN_IN, headers: dict[str, str] = STRANGER) -> tuple[URL, str]:
    """Where the browser is sent, and the cookie that it takes along."""
    answer = await client.get(path, headers=headers, allow_redirects=False)
    assert answer.status == 303
    cookies = [f"{name}={morsel.value}" for name, morsel in answer.cookies.items() if name.startswith("ieum_away")]
    return URL(answer.headers["Location"], encoded=True), "; ".join(cookies)


async def come_back(client: Client, path: str, cookie: str, headers: dict[str, str] = STRANGER) -> Any:
    cookies = "; ".join(filter(None, (headers.get("Cookie", ""), cookie)))
    return await client.get(path, headers=headers | {"Cookie": cookies}, allow_redirects=False)


async def round_trip(client: Client, hostile: Hostile, **query: str) -> Any:
    there, cookie = await leave(client)
    hostile.nonce = there.query["nonce"]
    back = URL("/sign-in/from/hanbit").with_query({"code": "c", "state": there.query["state"], **query})
    return await come_back(client, str(back), cookie)


async def test_an_employee_comes_in_by_a_real_provider_and_its_answer_counts_once(
    city: tuple[Client, int], town: Fakes
) -> None:
    client, port = city
    redirect = f"http://127.0.0.1:{client.port}/sign-in/from/hanbit"
    async with real_provider(port, redirect):
        there, cookie = await leave(client)
        assert (there.query["code_challenge_method"], there.query["redirect_uri"]) == ("S256", redirect)
        back = URL(await sign_in_there(str(there), "eunji"))
        answer = await come_back(client, back.raw_path_qs, cookie)
        assert (answer.status, answer.headers["Location"]) == (303, "/learning")
        assert answer.cookies["ieum_session"].value == "new"
        assert answer.cookies[cookie.partition("=")[0]].value == ""
        (asked,) = town.requests("SignInWithIdentity")
        assert (asked.issuer, asked.subject) == (f"http://localhost:{port}", "eunji")
        new = asked.new_account
        assert (new.display_name, new.email) == ("직원 eunji", "eunji@hanbit.test")
        assert (new.area, new.organisation) == ("areas/HB01", "organisations/hanbit")
        for kept in ("", cookie):
            again = await come_back(client, back.raw_path_qs, kept)
            assert again.headers["Location"].startswith("/sign-in?problem=PROVIDER_REFUSED")
        afresh, cookie = await leave(client, "/sign-in/with/hanbit?afresh=1&next=/learning")
        back = URL(await sign_in_there(str(afresh), "eunji"))
        assert (await come_back(client, back.raw_path_qs, cookie)).headers["Location"] == "/learning"
    assert len(town.requests("SignInWithIdentity")) == 2


def change(**changes: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def spoil(claims: dict[str, Any], header: dict[str, Any]) -> None:
        claims.update(changes)

    return spoil


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "of another provider": {"iss": "http://localhost:1"},
    "for another client": {"aud": "stranger"},
    "for us and a stranger": {"aud": ["ieum", "stranger"]},
    "made for a stranger": {"aud": ["ieum", "stranger"], "azp": "stranger"},
    "expired": {"exp": int(time.time()) - 120},
    "old": {"iat": int(time.time()) - 3600},
    "from the future": {"iat": int(time.time()) + 3600},
    "without an end": {"exp": None},
    "of another request": {"nonce": "another"},
    "of nobody": {"sub": ""},
    "of a number": {"sub": 7},
    "with another's access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
async def test_a_token_that_is_not_for_this_request_is_refused(
    city: tuple[Client, int], hostile: Hostile, town: Fakes, wrong: str
) -> None:
    hostile.spoil = change(**WRONG_CLAIMS[wrong])
    answer = await round_trip(city[0], hostile)
    assert answer.headers["Location"] == "/sign-in?problem=PROVIDER_REFUSED&next=/learning"
    assert town.requests("SignInWithIdentity") == []


def signed(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A token as no library makes it."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    text = b".".join(parts)
    return b".".join([text, base64.urlsafe_b64encode(sign(text)).rstrip(b"=")]).decode()


async def test_only_the_providers_own_key_signs(city: tuple[Client, int], hostile: Hostile, town: Fakes) -> None:
    public = hostile.key.as_pem(private=False)
    stranger = RSAKey.generate_key(2048, {"kid": "one"})
    forgeries: list[Callable[[dict[str, Any], dict[str, Any]], str]] = [
        lambda claims, header: signed({"alg": "none", "kid": "one"}, claims, lambda text: b""),
        lambda claims, header: signed(
            {"alg": "HS256", "kid": "one"}, claims, lambda text: hmac.digest(public, text, "sha256")
        ),
        lambda claims, header: jwt.encode(header, claims, stranger),
        lambda claims, header: "no token",
    ]
    assert (await round_trip(city[0], hostile)).headers["Location"] == "/learning"
    for hostile.sign in forgeries:
        answer = await round_trip(city[0], hostile)
        assert answer.headers["Location"].startswith("/sign-in?problem=PROVIDER_REFUSED")
    assert len(town.requests("SignInWithIdentity")) == 1


async def test_an_answer_of_another_provider_or_browser_is_refused(
    city: tuple[Client, int], hostile: Hostile, town: Fakes
) -> None:
    client, _ = city
    hostile.metadata = {"authorization_response_iss_parameter_supported": True}
    for query in ({}, {"iss": "http://localhost:1"}):
        answer = await round_trip(client, hostile, **query)
        assert answer.headers["Location"].startswith("/sign-in?problem=PROVIDER_REFUSED")
    there, cookie = await leave(client)
    _, other = await leave(client)
    state = there.query["state"]
    good = f"/sign-in/from/hanbit?code=c&state={state}&iss={hostile.issuer}"
    name, _, value = cookie.partition("=")
    for path, carried in (
        (good, ""),
        (good, other),
        (good, f"{name}={other.partition('=')[2]}"),
        (good, f"{name}={value[:-1]}0" if value[-1] != "0" else f"{name}={value[:-1]}1"),
        (good.replace("hanbit", "away"), cookie),
        ("/sign-in/from/hanbit?code=c", cookie),
        (f"/sign-in/from/hanbit?error=access_denied&state={state}&iss={hostile.issuer}", cookie),
    ):
        answer = await come_back(client, path, carried)
        assert answer.headers["Location"].startswith("/sign-in?problem=PROVIDER_"), path
    assert town.requests("SignInWithIdentity") == []


async def test_a_provider_that_says_it_is_another_or_knows_no_s256_is_not_used(
    city: tuple[Client, int], hostile: Hostile
) -> None:
    for wrong in (
        {"issuer": "http://localhost:1"},
        {"code_challenge_methods_supported": ["plain"]},
        {"token_endpoint": "http://elsewhere.test/token"},
    ):
        hostile.metadata = wrong
        fresh = create_app_like(city[0])
        async with fresh as client:
            answer = await client.get(STRANGER_SIGN_IN, headers=STRANGER, allow_redirects=False)
        assert answer.headers["Location"].startswith("/sign-in?problem=PROVIDER_REFUSED")


def create_app_like(client: Client) -> Client:
    """Another gateway with the same settings, which knows nothing of the provider yet."""
    assert client.app
    return TestClient(Served(create_app(client.app[SETTINGS])), cookie_jar=DummyCookieJar())


async def test_a_provider_that_is_away_harms_nobody_else(city: tuple[Client, int], town: Fakes) -> None:
    client, _ = city
    page = await (await client.get("/sign-in", headers=STRANGER)).text()
    assert 'href="/sign-in/with/hanbit?next=/"' in page
    for _ in range(3):
        answer = await client.get("/sign-in/with/away", headers=STRANGER, allow_redirects=False)
        assert answer.headers["Location"] == "/sign-in?problem=PROVIDER_AWAY&next=/"
    page = await (await client.get(answer.headers["Location"], headers=STRANGER)).text()
    assert "The other sign-in cannot be reached" in page
    assert (await client.get("/sign-in/with/nobody", headers=STRANGER)).status == 404


async def test_keys_are_asked_for_again_once_however_many_tokens_name_unknown_ones(
    city: tuple[Client, int], hostile: Hostile
) -> None:
    assert (await round_trip(city[0], hostile)).headers["Location"] == "/learning"
    for number in range(5):
        hostile.sign = lambda claims, header, kid=f"unknown{number}": jwt.encode(
            header | {"kid": kid}, claims, hostile.key
        )
        assert "PROVIDER_REFUSED" in (await round_trip(city[0], hostile)).headers["Location"]
    assert hostile.asked.count("keys") <= 2
    assert hostile.asked.count("discovery") == 1


async def test_the_way_back_stays_on_this_site(city: tuple[Client, int], hostile: Hostile) -> None:
    for foreign in ("//evil.test", "https://evil.test", "/\\evil.test"):
        there, cookie = await leave(city[0], str(URL("/sign-in/with/hanbit").with_query(next=foreign)))
        hostile.nonce = there.query["nonce"]
        answer = await come_back(city[0], f"/sign-in/from/hanbit?code=c&state={there.query['state']}", cookie)
        assert answer.headers["Location"] == "/"


async def test_an_account_is_linked_after_a_proof_here_and_a_fresh_sign_in_there(
    city: tuple[Client, int], hostile: Hostile, town: Fakes
) -> None:
    client, link = city[0], "/sign-in/with/hanbit?link=1"
    answer = await client.get(link, headers=PAT, allow_redirects=False)
    assert answer.headers["Location"].startswith("/account/prove?next=")
    town.sign_in("eunji", proof_expire_time={"seconds": int(time.time()) + 600})
    eunji = STRANGER | {"Cookie": "ieum_session=eunji"}
    there, cookie = await leave(client, link, eunji)
    assert (there.query["prompt"], there.query["max_age"]) == ("login", "0")
    hostile.nonce = there.query["nonce"]
    back = f"/sign-in/from/hanbit?code=c&state={there.query['state']}"
    for auth_time, who, expected in (
        (None, eunji, "/account/identities?problem=PROVIDER_REFUSED"),
        (int(time.time()) - 3600, eunji, "/account/identities?problem=PROVIDER_REFUSED"),
        (int(time.time()), PAT, "/account/identities?problem=PROVIDER_REFUSED"),
        (int(time.time()), eunji, "/account/identities?done=linked"),
    ):
        hostile.spoil = change(auth_time=auth_time)
        assert (await come_back(client, back, cookie, who)).headers["Location"] == expected
    (asked,) = town.requests("LinkIdentity")
    assert (asked.parent, asked.provider, asked.subject) == ("people/eunji", "hanbit", "kim")


async def test_whoever_is_not_known_or_has_a_second_factor_is_led_on(
    city: tuple[Client, int], hostile: Hostile, town: Fakes
) -> None:
    town.answers["SignInWithIdentity"] = pb.SignInResponse(attempt="half", has_passkey=True)
    answer = await round_trip(city[0], hostile)
    assert answer.headers["Location"] == "/sign-in/second?next=/learning&passkey=1"
    assert answer.cookies["ieum_attempt"].value == "half"
    town.answers["SignInWithIdentity"] = Unauthenticated("IDENTITY_UNKNOWN")
    answer = await round_trip(city[0], hostile)
    assert answer.headers["Location"] == "/sign-in?problem=IDENTITY_UNKNOWN&next=/learning"


async def test_ones_accounts_elsewhere_are_listed_and_unlinked(city: tuple[Client, int], town: Fakes) -> None:
    key = "a" * 64
    town.answers["ListIdentities"] = pb.ListIdentitiesResponse(
        identities=[pb.Identity(name=f"people/pat/identities/{key}", provider="hanbit")]
    )
    page = await (await city[0].get("/account/identities?done=linked", headers=PAT)).text()
    assert "The account is linked" in page
    assert f"/account/identities/{key}/unlink" in page
    town.answers["UnlinkIdentity"] = Empty()
    answer = await city[0].post(f"/account/identities/{key}/unlink", headers=PAT, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/account/identities")
    town.sign_in("eunji", proof_expire_time={"seconds": int(time.time()) + 600})
    eunji = STRANGER | {"Cookie": "ieum_session=eunji"}
    page = await (await city[0].post("/account/identities/link/hanbit", headers=eunji)).text()
    assert 'href="/sign-in/with/hanbit?link=1"' in page
