"""What a browser of somebody else's page, or somebody else's link, cannot do."""

from __future__ import annotations

import io
import re

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient

from gateway.app import create_app
from gateway.http.rate_limit import RateLimit
from gateway.settings import GatewaySettings
from gateway.web.site.frame import local_path
from ieum.people.v1 import people_pb2
from services.chassis.errors import Exhausted
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.serving import Served

FORM = {"lang": "en", "next": "/"}
SESSION = {"Cookie": "ieum_session=ieum_somebody"}


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_a_form_of_our_own_page_is_accepted(client: Client, site: str) -> None:
    answer = await client.post("/preferences", data=FORM, headers={"Sec-Fetch-Site": site}, allow_redirects=False)
    assert answer.status == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "nonsense"])
async def test_a_form_of_another_site_is_refused(client: Client, site: str) -> None:
    own = str(client.make_url("/")).rstrip("/")
    headers = {"Sec-Fetch-Site": site, "Origin": own}
    answer = await client.post("/preferences", data=FORM, headers=headers, allow_redirects=False)
    assert answer.status == 403
    assert "저희 화면에서 보낸 것만" in await answer.text()


@pytest.mark.parametrize("header", ["Origin", "Referer"])
async def test_without_fetch_metadata_origin_or_referer_decides(client: Client, header: str) -> None:
    own = str(client.make_url("/" if header == "Referer" else "")).rstrip("/" if header == "Origin" else "")
    for source, status in ((own, 303), ("http://elsewhere.example", 403), ("null", 403), ("http://[", 403)):
        answer = await client.post("/preferences", data=FORM, headers={header: source}, allow_redirects=False)
        assert answer.status == status, source


async def test_a_browser_that_sends_no_origin_needs_the_csrf_token_of_its_page(client: Client) -> None:
    refused = await client.post("/preferences", data=FORM, allow_redirects=False)
    assert refused.status == 403
    page = await client.get("/nowhere")
    token = re.search(r'name="_csrf" value="([0-9a-f]+)"', await page.text())
    assert token
    cookie = {"Cookie": f"ieum_form={page.cookies['ieum_form'].value}"}
    taken = await client.post("/preferences", data=FORM | {"_csrf": token[1]}, headers=cookie, allow_redirects=False)
    assert taken.status == 303
    forged = await client.post(
        "/preferences", data=FORM | {"_csrf": token[1]}, headers={"Cookie": "ieum_form=other"}, allow_redirects=False
    )
    assert forged.status == 403


async def test_a_browser_with_fetch_metadata_gets_no_csrf_token(client: Client) -> None:
    page = await client.get("/nowhere", headers={"Sec-Fetch-Site": "none"})
    assert "_csrf" not in await page.text()


async def test_a_program_with_a_personal_token_needs_no_origin(client: Client, fake: Fakes) -> None:
    fake.sign_in("ieum_somebody", token_scopes=["statistics.read"])
    bearer = {"Authorization": "Bearer ieum_somebody"}
    assert (await client.post("/api/v1/enrollments", json={"course": "courses/x"}, headers=bearer)).status == 200
    foreign = {"Origin": "http://elsewhere.example"}
    cookie = await client.post("/api/v1/enrollments", json={"course": "courses/x"}, headers=SESSION | foreign)
    assert (cookie.status, (await cookie.json())["reason"]) == (403, "REQUEST_FOREIGN")
    silent = await client.post("/api/v1/enrollments", json={"course": "courses/x"}, headers=SESSION)
    assert silent.status == 403


@pytest.mark.parametrize(
    "path", ["/healthz", "/nowhere", "/api/v1/areas", "/api/nowhere", "/static/source/site/ieum.css"]
)
async def test_every_answer_has_security_headers(client: Client, path: str) -> None:
    answer = await client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


async def test_a_signed_in_page_is_not_cached(client: Client, fake: Fakes) -> None:
    fake.sign_in("ieum_somebody")
    assert (await client.get("/nowhere", headers=SESSION)).headers["Cache-Control"] == "no-store"
    assert (await client.get("/nowhere")).headers["Cache-Control"] == "no-cache"


async def test_behind_a_proxy_https_guards_cookie_and_page(services: tuple[Fakes, GatewaySettings]) -> None:
    fake, settings = services
    fake.sign_in("ieum_somebody")
    fake.answers["SignIn"] = people_pb2.SignInResponse(token="new", viewer=fake.viewers["ieum_somebody"])
    app = create_app(settings.model_copy(update={"behind_proxy": True}))
    https = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    async with TestClient(Served(app), cookie_jar=DummyCookieJar()) as client:
        page = await client.get("/nowhere", headers={"Cookie": "__Host-ieum_session=ieum_somebody", **https})
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Strict-Transport-Security"]
        body = {"login": "somebody", "passphrase": "right"}
        signed_in = await client.post("/api/v1/sessions", json=body, headers=https)
        assert signed_in.cookies["__Host-ieum_session"]["secure"]


@pytest.mark.parametrize(
    "asked", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere", "javascript:1", "", "/a\nb"]
)
async def test_a_redirect_after_a_form_stays_on_this_site(client: Client, asked: str) -> None:
    assert local_path(asked) == "/"
    data, ours = {"next": asked}, {"Sec-Fetch-Site": "same-origin"}
    answer = await client.post("/preferences", data=data, headers=ours, allow_redirects=False)
    assert answer.headers["Location"] == "/"


async def test_preferences_are_remembered(client: Client) -> None:
    ours = {"Sec-Fetch-Site": "same-origin"}
    data = {"lang": "en", "size": "4", "next": "/courses/x?a=1"}
    answer = await client.post("/preferences", data=data, headers=ours, allow_redirects=False)
    assert answer.headers["Location"] == "/courses/x?a=1"
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items())
    page = await (await client.get("/nowhere", headers={"Cookie": cookies})).text()
    assert '<html lang="en"' in page
    assert "size-4" in page


async def test_a_body_that_is_too_large_gets_413(client: Client) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/api/v1/sessions", data=io.BytesIO(b" " * 1_100_000), headers=headers)
    assert (answer.status, (await answer.json())["reason"]) == (413, "BODY_TOO_LARGE")


async def test_registrations_by_strangers_are_rate_limited(client: Client, fake: Fakes) -> None:
    body = {"login": "a", "displayName": "b", "passphrase": "c"}
    statuses = [(await client.post("/api/v1/people", json=body)).status for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    assert len(fake.requests("Register")) == 20


def test_a_class_at_a_centre_registers_faster() -> None:
    limit = RateLimit(2, 3, now=lambda: 0.0)
    for _ in range(3):
        limit.check("there", centre=True)
    with pytest.raises(Exhausted):
        limit.check("there", centre=True)


async def test_the_pace_of_registering_holds_for_a_signed_in_learner_and_not_for_an_administrator(
    client: Client, fake: Fakes
) -> None:
    fake.sign_in("ieum_somebody")
    fake.sign_in("ieum_admin", "administrator")
    body = {"login": "a", "displayName": "b", "passphrase": "c"}
    for cookie, expected in (("ieum_admin", [200] * 21), ("ieum_somebody", [200] * 20 + [429])):
        headers = {"Cookie": f"ieum_session={cookie}", "Sec-Fetch-Site": "same-origin"}
        statuses = [(await client.post("/api/v1/people", json=body, headers=headers)).status for _ in range(21)]
        assert statuses == expected


def test_the_rate_limit_recovers_after_a_minute() -> None:
    moments = iter([0.0, 1.0, 2.0, 61.5])
    limit = RateLimit(2, 3, now=lambda: next(moments))
    limit.check("here")
    limit.check("here")
    with pytest.raises(Exhausted):
        limit.check("here")
    limit.check("here")


@pytest.mark.parametrize("host", ["a b", 'evil"x', "x:99999", "x" * 3_500, "[", "x:abc", "a@b", "x/y"])
@pytest.mark.parametrize("path", ["/data/catalog.ttl", "/sign-in", "/api/v1/catalog"])
async def test_a_host_that_is_none_is_refused_before_anything_is_made_of_it(
    client: Client, host: str, path: str
) -> None:
    assert (await client.get(path, headers={"Host": host})).status == 421


@pytest.mark.parametrize("host", ["learn.example.org", "127.0.0.1:8080", "[::1]:8080", "gateway_1:80"])
async def test_any_host_is_answered_where_none_is_set(client: Client, host: str) -> None:
    assert (await client.get("/sign-in", headers={"Host": host})).status == 200
