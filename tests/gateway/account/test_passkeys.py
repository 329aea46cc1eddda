"""Passkeys in a real browser, with an authenticator of its own, under our Content-Security-Policy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from google.protobuf.message import Message
from playwright.async_api import Browser, Page

from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Unauthenticated
from services.people import passkeys
from services.people.domain.passkeys import Passkey
from tests.browser import axe_findings, page_of, sideways
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, post

CHALLENGE = b"of one attempt, for one use alone"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class People:
    """The people service as far as passkeys go: it verifies as the real one does."""

    town: Fakes
    made: list[Passkey] = field(default_factory=list)

    def start(self, request: pb.StartPasskeyRequest) -> Message:
        options = passkeys.creation_options(request.origin, "pat", b"h" * 32, CHALLENGE, self.made)
        return pb.StartPasskeyResponse(options=options)

    def confirm(self, request: pb.ConfirmPasskeyRequest) -> Message:
        name = request.display_name
        self.made.append(passkeys.registered(request.passkey, CHALLENGE, request.origin, name, clock.now()))
        return pb.RecoveryCodes(codes=["0123456789"])

    def start_use(self, request: pb.StartPasskeyUseRequest) -> Message:
        options = passkeys.request_options(request.origin, CHALLENGE, ())
        expiry = clock.stamp(clock.now())
        return pb.StartPasskeyUseResponse(options=options, attempt="half", attempt_expire_time=expiry)

    def complete(self, request: pb.CompleteSignInRequest) -> Message:
        passkey = next(each for each in self.made if each.id == passkeys.id_in(request.passkey))
        passkeys.verified_count(request.passkey, passkey, CHALLENGE, request.origin)
        return pb.SignInResponse(token="pat", viewer=self.town.viewers["pat"])


@pytest.fixture
def people(town: Fakes) -> People:
    people = People(town)
    town.answers["StartPasskey"] = people.start
    town.answers["ConfirmPasskey"] = people.confirm
    town.answers["StartPasskeyUse"] = people.start_use
    town.answers["CompleteSignIn"] = people.complete
    town.answers["GetSecondFactors"] = pb.SecondFactors()
    return people


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[tuple[Page, Any, list[str]]]:
    """A phone's page, a session to speak with its authenticator, and what the console complains of."""
    async with page_of(browser, 360) as (page, complaints):
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("WebAuthn.enable")
        yield page, devtools, complaints


async def test_a_passkey_is_made_and_then_signs_in_alone(
    client: Client, people: People, page: tuple[Page, Any, list[str]]
) -> None:
    tab, devtools, complaints = page
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    here = f"http://localhost:{client.port}"
    await tab.context.add_cookies([{"name": "ieum_session", "value": "pat", "url": here}])
    await tab.goto(f"{here}/account/second-factor")
    await tab.fill("#passphrase", "three words only")
    await tab.click("button[formaction$=passkey]")
    assert (await axe_findings(tab), await sideways(tab)) == ([], 0)
    await tab.click("[data-passkey=create]")
    await tab.wait_for_selector(".codes")
    assert [made.rp_id for made in people.made] == ["localhost"]
    await tab.context.clear_cookies()
    await tab.goto(f"{here}/sign-in?next=/learning")
    await tab.click("[data-passkey=get]")
    await tab.wait_for_url("**/learning")
    assert complaints == []


async def test_a_device_that_does_not_verify_its_owner_gives_no_passkey_and_says_so(
    client: Client, people: People, page: tuple[Page, Any, list[str]]
) -> None:
    tab, devtools, _ = page
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR | {"isUserVerified": False}})
    await tab.goto(f"http://localhost:{client.port}/sign-in")
    assert await tab.is_hidden("[data-passkey-failed]")
    await tab.click("[data-passkey=get]")
    await tab.wait_for_selector("[data-passkey-failed]:visible")
    assert await tab.is_enabled("[data-passkey=get]")
    assert people.town.requests("CompleteSignIn") == []


async def test_a_passkey_that_is_refused_leads_back_to_signing_in(client: Client, town: Fakes, people: People) -> None:
    town.answers["CompleteSignIn"] = Unauthenticated("PASSKEY_REFUSED", field="passkey")
    headers = STRANGER | {"Cookie": "ieum_attempt=half"}
    form = {"passkey": "{}", "next": "/learning"}
    answer = await client.post("/sign-in/passkey/answer", data=form, headers=headers, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?next=/learning")
    assert answer.cookies["ieum_attempt"].value == ""
    page = await client.post("/sign-in/second", data=form, headers=headers, allow_redirects=False)
    assert (page.status, "data-passkey=" in await page.text()) == (401, True)
    wrong = {"code": "1", "has_passkey": "1"}
    page = await client.post("/sign-in/second", data=wrong, headers=headers, allow_redirects=False)
    assert "data-passkey=" in await page.text()


async def test_a_passkey_is_removed_and_proves_who_asks(client: Client, town: Fakes, people: People) -> None:
    town.viewers["pat"].second_factor = True
    town.answers["RemovePasskey"] = pb.SecondFactors()
    assert (await post(client, "/account/second-factor/passkey/abc_-1/remove"))[:2] == (303, "/account/second-factor")
    assert town.requests("RemovePasskey")[0].name == "people/pat/passkeys/abc_-1"
    options = await client.post("/account/prove/passkey", headers=PAT)
    assert (options.content_type, options.cookies["ieum_attempt"].value) == ("application/json", "half")
    town.answers["ProveOneself"] = pb.SignInResponse(token="rotated", viewer=town.viewers["pat"])
    headers = PAT | {"Cookie": f"{PAT['Cookie']}; ieum_attempt=half"}
    form = {"passkey": '{"id": "x"}', "next": "/account"}
    answer = await client.post("/account/prove", data=form, headers=headers, allow_redirects=False)
    assert answer.headers["Location"] == "/account"
    asked = town.requests("ProveOneself")[0]
    assert (asked.passkey, asked.attempt, asked.token) == ('{"id": "x"}', "half", "pat")
    assert asked.origin.startswith("http://127.0.0.1:")
