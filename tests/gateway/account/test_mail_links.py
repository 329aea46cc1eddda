"""A new passphrase by e-mail, and the confirmation of an address."""

from __future__ import annotations

import pytest

from ieum.people.v1 import mail_links_pb2 as pb
from ieum.people.v1 import people_pb2
from services.chassis.errors import Exhausted, Invalid
from tests.gateway.conftest import Client
from tests.gateway.fakes import MOMENT, Fakes
from tests.gateway.visits import PAT, STRANGER, get, post

SECRET = f"{'a' * 32}.{'B' * 43}"
RESET, CONFIRM = f"/reset-passphrase/{SECRET}", f"/confirm-email/{SECRET}"


async def test_one_page_answers_whoever_asks_for_a_link(client: Client, fake: Fakes) -> None:
    assert "/sign-in/forgotten" in await get(client, "/sign-in", STRANGER)
    assert 'name="login"' in await get(client, "/sign-in/forgotten", STRANGER)
    status, _, text = await post(client, "/sign-in/forgotten", {"login": "han eul"}, STRANGER)
    assert (status, "If there is an account" in text) == (200, True)
    (asked,) = fake.requests("AskForReset")
    assert (asked.login, bool(asked.address)) == ("haneul", True)
    assert (await post(client, "/sign-in/forgotten", {"login": " "}, STRANGER))[0] == 422
    fake.answers["AskForReset"] = Exhausted("SLOW_DOWN", seconds=9)
    assert (await post(client, "/sign-in/forgotten", {"login": "haneul"}, STRANGER))[0] == 429


async def test_a_link_shows_a_form_and_counts_when_it_is_sent(client: Client, fake: Fakes) -> None:
    fake.answers["GetMailLink"] = pb.MailLink(purpose=pb.RESET_PASSPHRASE, expire_time=MOMENT)
    answer = await client.get(RESET, headers=STRANGER)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert not fake.requests("ResetByMail")
    fake.answers["ResetByMail"] = Invalid("PASSPHRASE_TOO_SHORT", field="new_passphrase", min=8)
    status, _, text = await post(client, RESET, {"new_passphrase": "short"}, STRANGER)
    assert (status, "too short" in text) == (422, True)
    del fake.answers["ResetByMail"]
    assert (await post(client, RESET, {"new_passphrase": "nine quiet mountains"}, STRANGER))[:2] == (303, "/sign-in")
    asked = fake.requests("ResetByMail")[-1]
    assert (asked.secret, asked.new_passphrase) == (SECRET, "nine quiet mountains")
    assert (await client.get(CONFIRM, headers=STRANGER)).status == 410  # a link of another purpose


@pytest.mark.parametrize("path", [RESET, CONFIRM])
async def test_a_link_that_is_over_says_how_to_get_another(client: Client, fake: Fakes, path: str) -> None:
    fake.answers["GetMailLink"] = Invalid("MAIL_LINK_OVER", field="secret")
    fake.answers["ResetByMail"] = fake.answers["ConfirmByMail"] = fake.answers["GetMailLink"]
    assert "This link is over" in await get(client, path, STRANGER, 410)
    status, _, text = await post(client, path, {"new_passphrase": "nine quiet mountains"}, STRANGER)
    assert (status, "ask for a new one" in text.lower()) == (410, True)
    assert (await client.get("/reset-passphrase/short", headers=STRANGER)).status == 404


async def test_an_address_is_confirmed_from_the_account(client: Client, town: Fakes) -> None:
    town.answers["GetPerson"] = people_pb2.Person(name="people/pat", login="pat", email="pat@home.test", locale="en")
    town.answers["GetEmailConfirmation"] = pb.EmailConfirmation()
    assert "/account/email/confirm" in await get(client, "/account")
    assert (await post(client, "/account/email/confirm"))[:2] == (303, "/account")
    assert town.requests("AskForConfirmation")[0].person == "people/pat"
    town.answers["GetEmailConfirmation"] = pb.EmailConfirmation(confirm_time=MOMENT)
    assert "/account/email/confirm" not in await get(client, "/account")
    town.answers["GetMailLink"] = pb.MailLink(purpose=pb.CONFIRM_EMAIL, expire_time=MOMENT)
    assert "Is that your mailbox" in await get(client, CONFIRM, STRANGER)
    assert (await post(client, CONFIRM, {}, PAT))[:2] == (303, "/account")
    assert town.requests("ConfirmByMail")[0].secret == SECRET
