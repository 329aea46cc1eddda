"""The privacy notice as people read and accept it, and as an administrator publishes it."""

from __future__ import annotations

import pytest

from ieum.people.v1 import people_pb2
from ieum.people.v1 import privacy_pb2 as pb
from services.chassis.errors import Conflict, Refused
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post

CHIEF = STRANGER | {"Cookie": "ieum_session=chief"}
NOTICE = pb.PrivacyNotice(
    name="privacyNotices/2",
    version=2,
    texts={"en": "## We keep little", "ko": "## 적게"},
    hashes={"en": "ab12", "ko": "cd"},
)


@pytest.fixture(autouse=True)
def published(town: Fakes) -> None:
    town.sign_in("chief", "administrator")
    town.answers["GetPrivacyNotice"] = NOTICE
    listed = [NOTICE, pb.PrivacyNotice(version=1)]
    town.answers["ListPrivacyNotices"] = pb.ListPrivacyNoticesResponse(notices=listed)
    town.answers["ListAcceptances"] = pb.ListAcceptancesResponse()


async def test_anybody_reads_it_with_its_version_and_checksum(client: Client, town: Fakes) -> None:
    text = await get(client, "/privacy", STRANGER)
    for said in ("We keep little", "Version 2", "ab12", 'href="/privacy/1"', 'href="/privacy/details"'):
        assert said in text
    town.answers["GetPrivacyNotice"] = pb.PrivacyNotice()
    assert "What we keep about you" in await get(client, "/privacy", STRANGER)


async def test_whoever_has_not_accepted_reads_it_before_anything_else(client: Client, town: Fakes) -> None:
    town.viewers["pat"].due_notice = 2
    answer = await client.get("/learning", headers=PAT, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/account/privacy-notice")
    for open_page in ("/privacy", "/account/erase", "/account/privacy-notice", "/help"):
        assert (await client.get(open_page, headers=PAT, allow_redirects=False)).status == 200
    assert "We keep little" in await get(client, "/account/privacy-notice")
    sent = await post(client, "/account/privacy-notice", {"version": "2", "language": "en"})
    assert sent[:2] == (303, "/learning")
    (asked,) = town.requests("AcceptPrivacyNotice")
    assert (asked.version, asked.language) == (2, "en")
    town.answers["AcceptPrivacyNotice"] = Refused("NOTICE_CHANGED")
    status, _, text = await post(client, "/account/privacy-notice", {"version": "1", "language": "en"})
    assert status == 409
    assert "has changed meanwhile" in text


async def test_whoever_registers_marks_the_box(client: Client, town: Fakes) -> None:
    town.answers["SignIn"] = people_pb2.SignInResponse(token="secret", viewer=town.viewers["pat"])
    assert "I have read the privacy notice and agree." in await get(client, "/register", STRANGER)
    form = {
        "display_name": "Eun-ji",
        "login": "eunji",
        "passphrase": "three words only",
        "area": "areas/HB0101",
        "notice_version": "2",
    }
    await post(client, "/register", form, STRANGER)
    await post(client, "/register", form | {"accepted_notice": "1"}, STRANGER)
    assert [each.accepted_notice for each in town.requests("Register")] == [0, 2]


async def test_an_administrator_publishes_the_next_version(client: Client, town: Fakes) -> None:
    page = "/admin/privacy-notice"
    assert "We keep little" in await (await client.get(page, headers=CHIEF)).text()
    form = {"text_ko": "글", "text_en": "Text", "after": "2", "passphrase": "mine"}
    assert (await post(client, page, form, CHIEF))[:2] == (303, page)
    (asked,) = town.requests("PublishPrivacyNotice")
    assert (dict(asked.texts), asked.after) == ({"ko": "글", "en": "Text"}, 2)
    town.answers["PublishPrivacyNotice"] = Conflict("NOTICE_CHANGED")
    status, _, text = await post(client, page, form, CHIEF)
    assert status == 412
    assert "Text</textarea>" in text
    assert (await client.get(page, headers=PAT)).status == 403
