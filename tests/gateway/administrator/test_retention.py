"""The retention schedule: seen first, then set."""

from __future__ import annotations

import pytest

from ieum.people.v1 import people_pb2
from ieum.people.v1 import retention_pb2 as pb
from services.chassis.clock import now, stamp
from services.chassis.errors import Conflict, Forbidden
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post

HERE = "/admin/retention"
CHIEF = STRANGER | {"Cookie": "ieum_session=chief"}
LOCAL = STRANGER | {"Cookie": "ieum_session=local"}


@pytest.fixture(autouse=True)
def schedule(town: Fakes) -> None:
    town.sign_in("chief", "administrator")
    town.sign_in("local", "administrator", scope="areas/HB01")
    town.answers["GetRetention"] = pb.Retention(unused_days=1096, set_time=stamp(now()), stopped=31)
    somebody = people_pb2.Person(name="people/kang", display_name="강영희", login="48213907")
    unused = pb.UnusedAccount(person=somebody, use_time=stamp(now()), warning=2)
    town.answers["PreviewRetention"] = pb.RetentionPreview(
        accounts=4321, warned=7, warned_again=1, erased=31, audit_entries=100_000, stops=True, people=[unused]
    )
    town.answers["SetRetention"] = town.answers["AllowRetention"] = pb.Retention()


async def test_an_administrator_sees_what_would_go_before_it_is_set(client: Client, town: Fakes) -> None:
    text = await get(client, HERE, CHIEF)
    assert "3 years after its last use" in text
    assert "31 accounts were due" in text
    assert "Set this schedule" not in text
    assert not town.requests("PreviewRetention")
    text = await get(client, f"{HERE}?unused=730&audit=1096", CHIEF)
    (asked,) = town.requests("PreviewRetention")
    assert (asked.unused_days, asked.audit_days) == (730, 1096)
    for shown in ("4,321", "강영희", "second warning", "100,000+", "stop and ask", "Set this schedule"):
        assert shown in text
    assert "set already" in await get(client, f"{HERE}?unused=1096&audit=0", CHIEF)


async def test_it_is_set_as_it_was_seen(client: Client, town: Fakes) -> None:
    stands = town.answers["GetRetention"]
    assert isinstance(stands, pb.Retention)
    form = {"unused": "730", "audit": "1096", "set_time": stands.set_time.ToJsonString()}
    assert (await post(client, HERE, form, CHIEF))[:2] == (303, HERE)
    (asked,) = town.requests("SetRetention")
    assert (asked.unused_days, asked.audit_days, asked.set_time) == (730, 1096, stands.set_time)
    assert (await post(client, f"{HERE}/allow", {"count": "31"}, CHIEF))[:2] == (303, HERE)
    assert [each.count for each in town.requests("AllowRetention")] == [31]
    town.answers["SetRetention"] = Conflict("RETENTION_CHANGED")
    status, _, text = await post(client, HERE, form | {"set_time": "nonsense"}, CHIEF)
    assert (status, "changed this meanwhile" in text) == (412, True)
    town.answers["SetRetention"] = Forbidden("PROOF_NEEDED")
    assert (await post(client, HERE, form, CHIEF))[1].startswith("/account/prove")


async def test_it_is_for_administrators_of_everything_and_its_sum_for_everybody(client: Client, town: Fakes) -> None:
    for who in (LOCAL, PAT):
        await get(client, HERE, who, 403)
    text = await get(client, "/privacy/details", STRANGER)
    assert "If nobody uses it for 3 years, we warn you twice" in text
    town.answers["GetRetention"] = pb.Retention()
    assert "we warn you twice" not in await get(client, "/privacy", PAT)
