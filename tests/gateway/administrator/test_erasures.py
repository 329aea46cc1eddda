"""Requests for erasure on the pages of the person, of an administrator, and of whoever has the number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ieum.people.v1 import people_pb2 as pb
from services.chassis.clock import now, stamp
from services.chassis.errors import Forbidden, Invalid, Missing
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post

NUMBER = "ABCD0123EFGH4567"
CHIEF = STRANGER | {"Cookie": "ieum_session=chief"}


def wish(state: pb.ErasureState.ValueType = pb.ERASURE_ASKED, **more: Any) -> pb.ErasureRequest:
    values: dict[str, Any] = {
        "name": f"erasureRequests/{NUMBER}",
        "person": "people/pat",
        "asked_by": "people/pat",
        "ask_time": stamp(now() - timedelta(days=12)),
        "due_time": stamp(now() - timedelta(days=2)),
        "backup_days": 35,
    }
    return pb.ErasureRequest(state=state, **{**values, **more})


@pytest.fixture(autouse=True)
def asked(town: Fakes) -> None:
    town.sign_in("chief", "administrator")
    town.answers["ListErasureRequests"] = pb.ListErasureRequestsResponse(requests=[wish()])
    town.answers["GetErasureRequest"] = wish()
    town.answers["BatchGetNames"] = pb.BatchGetNamesResponse(
        display_names={"people/pat": "Pat", "people/chief": "Chief"}
    )


async def test_erasure_is_asked_for_only_when_one_is_sure(client: Client, town: Fakes) -> None:
    town.answers["ListErasureRequests"] = pb.ListErasureRequestsResponse()
    assert "Your passphrase" in await get(client, "/account/erase")
    assert (await post(client, "/account/erase"))[0] == 400
    assert town.requests("RequestErasure") == []
    town.answers["RequestErasure"] = Invalid("PASSPHRASE_WRONG", field="passphrase")
    assert (await post(client, "/account/erase", {"sure": "1", "passphrase": "no"}))[0] == 400
    town.answers["RequestErasure"] = wish()
    assert (await post(client, "/account/erase", {"sure": "1", "passphrase": "old words"}))[:2] == (
        303,
        "/account/erase",
    )
    sent = town.requests("RequestErasure")[-1]
    assert (sent.name, sent.passphrase) == ("people/pat", "old words")


async def test_the_person_sees_how_it_stands_and_takes_it_back(client: Client, town: Fakes) -> None:
    text = await get(client, "/account/erase")
    for said in (
        "ABCD-0123-EFGH-4567",
        "The person asked for it",
        "An administrator decides",
        "35 days after",
        "Take the request back",
    ):
        assert said in text
    assert "Your passphrase" not in text
    assert (await post(client, "/account/erase/take-back"))[:2] == (303, "/account")
    assert [each.name for each in town.requests("TakeBackErasure")] == [f"erasureRequests/{NUMBER}"]
    town.answers["ListErasureRequests"] = pb.ListErasureRequestsResponse(
        requests=[wish(pb.ERASURE_REFUSED, reason="An order must be kept.")]
    )
    text = await get(client, "/account/erase")
    assert "An order must be kept." in text
    assert "Your passphrase" in text


async def test_whoever_has_the_number_sees_it_when_the_account_is_gone(client: Client, town: Fakes) -> None:
    done = wish(pb.ERASURE_DONE, person="", asked_by="", done_time=stamp(now()), backups_end_time=stamp(now()))
    town.answers["GetErasureRequest"] = done
    text = await get(client, "/erasure?number=abcd-0123-efgh-4567", STRANGER)
    assert "The account is erased" in text
    assert "The last backup with these data ends" in text
    assert town.requests("GetErasureRequest")[0].name == "erasureRequests/abcd-0123-efgh-4567"
    town.answers["GetErasureRequest"] = Missing("ERASURE_REQUEST_NOT_FOUND")
    answer = await client.get("/erasure?number=1", headers=STRANGER)
    assert answer.status == 404
    assert "There is no request with this number" in await answer.text()


async def test_an_administrator_sees_what_is_overdue_and_decides(client: Client, town: Fakes) -> None:
    text = await (await client.get("/admin/erasures", headers=CHIEF)).text()
    assert "Overdue" in text
    assert f'href="/admin/erasures/{NUMBER}"' in text
    page = f"/admin/erasures/{NUMBER}"
    assert "Erase for good" in await (await client.get(page, headers=CHIEF)).text()
    town.answers["ApproveErasure"] = Forbidden("ERASURE_BY_ANOTHER")
    assert (await post(client, f"{page}/approve", {"passphrase": "mine"}, CHIEF))[0] == 403
    town.answers["ApproveErasure"] = wish(pb.ERASURE_RUNNING)
    assert (await post(client, f"{page}/approve", {"passphrase": "mine"}, CHIEF))[:2] == (303, page)
    assert (await post(client, f"{page}/refuse", {"reason": "An order."}, CHIEF))[:2] == (303, page)
    assert town.requests("RefuseErasure")[0].reason == "An order."
    assert (await post(client, f"{page}/take-back", {}, CHIEF))[:2] == (303, page)


async def test_whoever_wrote_it_down_is_not_offered_to_approve(client: Client, town: Fakes) -> None:
    town.answers["GetErasureRequest"] = wish(asked_by="people/chief", at_desk=True)
    text = await (await client.get(f"/admin/erasures/{NUMBER}", headers=CHIEF)).text()
    assert "Somebody else has to approve" in text
    assert "Erase for good" not in text


async def test_nobody_is_written_down_by_a_slip(client: Client, town: Fakes) -> None:
    town.answers["GetPerson"] = pb.Person(name="people/eunji", login="eunji")
    town.answers["RequestErasure"] = wish()
    answer = await client.post("/admin/people/eunji/erase", data={"login": "someone"}, headers=CHIEF)
    assert answer.status == 422
    assert 'value="someone"' in await answer.text()
    assert not town.requests("RequestErasure")
    sent = await post(client, "/admin/people/eunji/erase", {"login": " Eunji "}, CHIEF)
    assert sent[:2] == (303, f"/admin/erasures/{NUMBER}")
    assert town.requests("RequestErasure")[0].name == "people/eunji"


async def test_others_are_sent_away(client: Client) -> None:
    assert (await client.get("/admin/erasures", headers=PAT)).status == 403
