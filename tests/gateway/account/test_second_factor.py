"""The second step of signing in, as pages and as part of the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from google.protobuf.empty_pb2 import Empty

from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Exhausted, Forbidden, Invalid, Unauthenticated
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post

FORM = {"login": "eunji", "passphrase": "three words only", "next": "/learning"}
HALFWAY = STRANGER | {"Cookie": "ieum_attempt=half"}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def answers(town: Fakes) -> None:
    town.sign_in("fresh")
    expiry = clock.stamp(clock.now() + timedelta(minutes=5))
    town.answers["SignIn"] = pb.SignInResponse(attempt="half", attempt_expire_time=expiry)
    town.answers["CompleteSignIn"] = pb.SignInResponse(token="new", viewer=town.viewers["fresh"])
    town.answers["GetSecondFactors"] = pb.SecondFactors()


async def test_after_the_passphrase_the_second_step_leads_to_the_page_asked_for(client: Client, town: Fakes) -> None:
    first = await client.post("/sign-in", data=FORM, headers=STRANGER, allow_redirects=False)
    assert (first.status, first.headers["Location"]) == (303, "/sign-in/second?next=/learning")
    cookie = first.cookies["ieum_attempt"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("half", True, "Lax")
    assert "ieum_session" not in first.cookies
    page = await get(client, "/sign-in/second?next=/learning", HALFWAY)
    assert 'autocomplete="one-time-code"' in page
    form = {"code": "123 456", "next": "/learning"}
    second = await client.post("/sign-in/second", data=form, headers=HALFWAY, allow_redirects=False)
    assert (second.headers["Location"], second.cookies["ieum_session"].value) == ("/learning", "new")
    assert second.cookies["ieum_attempt"].value == ""
    (asked,) = town.requests("CompleteSignIn")
    assert (asked.attempt, asked.code, asked.address) == ("half", "123 456", "127.0.0.1")


async def test_a_wrong_code_is_asked_again_and_an_attempt_that_is_over_begins_anew(client: Client, town: Fakes) -> None:
    for problem, status in (
        (Unauthenticated("SIGN_IN_CODE_WRONG", field="code"), 401),
        (Exhausted("SLOW_DOWN", seconds=4), 429),
    ):
        town.answers["CompleteSignIn"] = problem
        answer = await client.post("/sign-in/second", data={"code": "1"}, headers=HALFWAY, allow_redirects=False)
        assert answer.status == status
        assert 'id="code-error"' in await answer.text()
    town.answers["CompleteSignIn"] = Unauthenticated("SIGN_IN_ATTEMPT_OVER")
    answer = await client.post("/sign-in/second", data={"code": "1"}, headers=HALFWAY, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?next=")
    assert answer.cookies["ieum_attempt"].value == ""


async def test_the_second_step_leads_nowhere_else_and_not_without_the_first(client: Client) -> None:
    for foreign in ("//evil.example/", "https://evil.example/", "/sign-in/second"):
        form = {"code": "1", "next": foreign}
        answer = await client.post("/sign-in/second", data=form, headers=HALFWAY, allow_redirects=False)
        assert answer.headers["Location"] == "/"
    other = STRANGER | {"Cookie": "lang=en"}
    answer = await client.get("/sign-in/second?next=/learning", headers=other, allow_redirects=False)
    assert answer.headers["Location"] == "/sign-in?next=/learning"
    assert "cookies" in (await get(client, "/sign-in/second", STRANGER)).lower()


async def test_a_program_sends_the_code_with_the_passphrase(client: Client) -> None:
    form = {"login": "eunji", "passphrase": "three words only"}
    answer = await client.post("/api/v1/sessions", json=form, headers=STRANGER)
    assert (answer.status, (await answer.json())["reason"]) == (401, "SECOND_FACTOR_NEEDED")
    answer = await client.post("/api/v1/sessions", json=form | {"code": "123456"}, headers=STRANGER)
    assert (answer.status, answer.cookies["ieum_session"].value) == (200, "new")


async def test_whoever_is_overdue_sets_it_up_before_anything_else_opens(client: Client, town: Fakes) -> None:
    town.viewers["pat"].second_factor_due_time.FromDatetime(clock.now() - timedelta(days=1))
    for path in ("/learning", "/account", "/"):
        answer = await client.get(path, headers=PAT, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/account/second-factor")
    assert "Your role needs a second step" in await get(client, "/account/second-factor")
    api = await client.get("/api/v1/people/me", headers=PAT)
    assert (api.status, (await api.json())["reason"]) == (403, "SECOND_FACTOR_DUE")
    town.answers["StartTotp"] = pb.StartTotpResponse(secret=SECRET, uri=f"otpauth://totp/Ieum:pat?secret={SECRET}")
    status, _, page = await post(client, "/account/second-factor/app", {"passphrase": "three words only"})
    assert status == 200
    assert "JBSW Y3DP" in page
    town.answers["ConfirmTotp"] = pb.RecoveryCodes(codes=["0123456789", "ABCDEFGHJK"])
    status, _, page = await post(client, "/account/second-factor/app/confirm", {"code": "123456"})
    assert "01234-56789" in page
    town.viewers["pat"].ClearField("second_factor_due_time")
    assert (await client.get("/learning", headers=PAT)).status == 200


async def test_before_the_day_the_page_after_signing_in_reminds_of_it(client: Client, town: Fakes) -> None:
    viewer = pb.Viewer()
    viewer.CopyFrom(town.viewers["fresh"])
    viewer.second_factor_due_time.FromDatetime(clock.now() + timedelta(days=3))
    town.answers["SignIn"] = pb.SignInResponse(token="new", viewer=viewer)
    answer = await client.post("/sign-in", data=FORM, headers=STRANGER, allow_redirects=False)
    shown = await get(client, "/learning", PAT | {"Cookie": f"{PAT['Cookie']}; flash={answer.cookies['flash'].value}"})
    assert "Please set up a second step of signing in" in shown


async def test_a_used_recovery_code_is_said_with_how_many_are_left(client: Client, town: Fakes) -> None:
    town.answers["CompleteSignIn"] = pb.SignInResponse(token="new", viewer=town.viewers["fresh"], recovery_codes_left=1)
    answer = await client.post("/sign-in/second", data={"code": "x"}, headers=HALFWAY, allow_redirects=False)
    shown = await get(client, "/learning", PAT | {"Cookie": f"{PAT['Cookie']}; flash={answer.cookies['flash'].value}"})
    assert "1 recovery code is left" in shown


async def test_what_is_wrong_in_setting_up_is_said_at_its_field(client: Client, town: Fakes) -> None:
    town.answers["StartTotp"] = Invalid("PASSPHRASE_WRONG", field="passphrase")
    status, _, page = await post(client, "/account/second-factor/app", {"passphrase": "no"})
    assert (status, 'id="passphrase-error"' in page) == (422, True)
    town.answers["ConfirmTotp"] = Invalid("SIGN_IN_CODE_WRONG", field="code")
    status, _, page = await post(client, "/account/second-factor/app/confirm", {"code": "1"})
    assert (status, 'id="code-error"' in page) == (422, True)
    factors = pb.SecondFactors(recovery_codes_left=9, required=True)
    factors.totp_time.GetCurrentTime()
    town.answers["GetSecondFactors"] = factors
    page = await get(client, "/account/second-factor")
    assert "Set up another app" in page
    assert "Remove the app" not in page


async def test_an_administrator_removes_a_lost_second_step_with_their_own_passphrase(
    client: Client, town: Fakes
) -> None:
    town.sign_in("chief", "administrator")
    chief = STRANGER | {"Cookie": "ieum_session=chief"}
    here = "/admin/people/p1/second-factor"
    assert "There is nothing to remove" in await get(client, here, chief)
    factors = pb.SecondFactors(required=True)
    factors.totp_time.GetCurrentTime()
    town.answers["GetSecondFactors"] = factors
    assert "Remove their second step" in await get(client, here, chief)
    town.answers["ResetSecondFactors"] = Invalid("PASSPHRASE_WRONG", field="passphrase")
    answer = await client.post(here, data={"passphrase": "no"}, headers=chief, allow_redirects=False)
    assert answer.status == 422
    town.answers["ResetSecondFactors"] = Empty()
    answer = await client.post(here, data={"passphrase": "three words only"}, headers=chief, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/people/p1")
    assert town.requests("ResetSecondFactors")[1].parent == "people/p1"


async def test_a_download_that_needs_a_proof_leads_to_it_and_back(client: Client, town: Fakes) -> None:
    town.answers["ListAuditEntries"] = Forbidden("PROOF_NEEDED")
    town.sign_in("chief", "administrator")
    chief = STRANGER | {"Cookie": "ieum_session=chief"}
    origin = str(client.make_url("/admin/audit"))
    answer = await client.get("/admin/audit.csv", headers=chief | {"Referer": origin}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/account/prove?next=/admin/audit")
    api = await client.get("/api/v1/auditEntries", headers=chief)
    assert (api.status, (await api.json())["reason"]) == (403, "PROOF_NEEDED")
    page = await get(client, "/account/prove?next=/admin/audit", chief)
    assert 'name="passphrase"' in page
    town.answers["ProveOneself"] = pb.SignInResponse(token="rotated", viewer=town.viewers["chief"])
    form = {"passphrase": "three words only", "next": "/admin/audit"}
    answer = await client.post("/account/prove", data=form, headers=chief, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/audit")
    assert answer.cookies["ieum_session"].value == "rotated"
    (asked,) = town.requests("ProveOneself")
    assert (asked.token, asked.passphrase) == ("chief", "three words only")
    answer = await client.post("/api/v1/sessions/current:prove", json={"passphrase": "x"}, headers=chief)
    assert (answer.status, answer.cookies["ieum_session"].value) == (200, "rotated")


async def test_whoever_has_a_second_factor_is_asked_for_it_and_not_for_the_passphrase(
    client: Client, town: Fakes
) -> None:
    town.viewers["pat"].second_factor = True
    assert 'name="code"' in await get(client, "/account/prove")
    assert 'name="passphrase"' not in await get(client, "/account/erase")
    town.answers["RequestErasure"] = Forbidden("PROOF_NEEDED")
    headers = PAT | {"Referer": str(client.make_url("/account/erase"))}
    answer = await client.post("/account/erase", data={"sure": "1"}, headers=headers, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/account/prove?next=/account/erase")
    town.answers["ProveOneself"] = Invalid("SIGN_IN_CODE_WRONG", field="code")
    status, _, page = await post(client, "/account/prove", {"code": "1"})
    assert (status, 'id="code-error"' in page) == (422, True)
