"""Statistics ask the notices service to send, and go on where a version that sent mail itself stood."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from ieum.notices.v1 import notices_pb2 as notices
from ieum.notices.v1 import notices_pb2_grpc
from ieum.statistics.v1 import distribution_pb2 as pb
from services.chassis.clock import now
from services.chassis.errors import Forbidden
from services.chassis.principal import SYSTEM
from services.chassis.store.mongo import Database
from tests.mailbox import Mailbox
from tests.service.conftest import ClientFor, eventually
from tests.service.statistics.distribution.offices import Client, Send, add, official, publication, reach

MOMENT = now() - timedelta(minutes=10)


def stored_delivery(recipient: str, area: str, stage: str, **more: Any) -> dict[str, Any]:
    """As the earlier version wrote it."""
    key = f"spring.{recipient}"
    return {
        "_id": key, "revision": 3, "key": key, "release": "releases/spring", "recipient": f"recipients/{recipient}",
        "area": f"areas/{area}", "secret": f"secret{recipient}", "planned_at": MOMENT, "round_at": MOMENT,
        "due_at": MOMENT, "round": 1, "stage": stage, "attempts": 0, "lease_by": "", "lease_until": None,
        "failure": "", "sent_at": None, "received_at": None, **more,
    }  # fmt: skip


def stored_recipient(key: str, area: str) -> dict[str, Any]:
    return {
        "_id": key, "revision": 1, "key": key, "area": f"areas/{area}", "office": "정보화과",
        "address": f"{area}@office.test", "language": "ko", "created_at": MOMENT, "changed_by": "",
        "changed_at": MOMENT, "removed": False,
    }  # fmt: skip


@pytest.fixture
async def old_database(database: Database, publish: Send) -> None:
    await database["recipients"].insert_many([stored_recipient(f"r{area}", area) for area in "pabc"])
    gone = {"lease_by": "w", "lease_until": MOMENT, "attempts": 1}
    await database["deliveries"].insert_many(
        [
            stored_delivery("rp", "p", "waiting", round=2),
            stored_delivery("ra", "a", "sending", **gone),
            stored_delivery("rb", "b", "sent", sent_at=MOMENT, attempts=1),
            stored_delivery("rc", "c", "failed", failure="550 No such user", attempts=1),
        ]
    )
    await database["mail_health"].insert_one({"_id": "mail server", "reason": "refused", "since": MOMENT})
    await publish(publication())


async def test_deliveries_under_way_are_sent_and_finished_ones_stay(
    old_database: None, client: Client, mailbox: Mailbox, database: Database
) -> None:
    kim = client(official())
    assert (await reach(kim, "p", pb.Delivery.SENT)).round == 2
    await reach(kim, "a", pb.Delivery.SENT)
    assert (await reach(kim, "b", pb.Delivery.SENT)).send_time.ToDatetime() == MOMENT.replace(tzinfo=None)
    assert (await reach(kim, "c", pb.Delivery.FAILED)).failure == "550 No such user"
    assert mailbox.addresses == ["a@office.test", "p@office.test"]
    # A mail of which nobody knows whether it went out keeps the name it had.
    assert mailbox.to("a@office.test")[0]["Message-ID"] == "<spring.ra.1@haneul.test>"
    assert not (await kim.GetMailState(pb.GetMailStateRequest())).trouble
    await kim.SendSummary(pb.SendSummaryRequest(release="releases/spring", recipient="recipients/rc", round=1))
    assert (await reach(kim, "c", pb.Delivery.SENT)).round == 2
    assert await database["mail_health"].count_documents({}) == 1


async def test_how_mail_is_is_known_once_notices_say_so(
    as_: Client, start_notices: Callable[[], Awaitable[Any]]
) -> None:
    kim = as_(official())
    unknown = await kim.GetMailState(pb.GetMailStateRequest())
    assert (unknown.on, unknown.reason) == (False, "NOTICES_SILENT")
    await start_notices()

    async def is_on() -> bool:
        state = await kim.GetMailState(pb.GetMailStateRequest())
        return bool(state.on and "statistics@haneul.test" in state.sender)

    await eventually(is_on, "mail is on")


async def test_only_notices_are_told_an_address(
    as_: Client, client_for: ClientFor, statistics: str, publish: Send, database: Database
) -> None:
    kim = as_(official())
    recipient = await add(kim, "a")
    await publish(publication())
    await reach(kim, "a", pb.Delivery.WAITING)
    key = f"spring.{recipient.name.removeprefix('recipients/')}.1"
    request = notices.ComposeNoticeRequest(request=key, public_url="https://ieum.test")
    with pytest.raises(Forbidden, match="SERVICES_ONLY"):
        await client_for(notices_pb2_grpc.NoticeSourceServiceStub, statistics, official()).ComposeNotice(request)
    composed = await client_for(notices_pb2_grpc.NoticeSourceServiceStub, statistics, SYSTEM).ComposeNotice(request)
    assert composed.recipient_address == "a@office.test"
    await kim.DeleteRecipient(pb.DeleteRecipientRequest(name=recipient.name))
    gone = await client_for(notices_pb2_grpc.NoticeSourceServiceStub, statistics, SYSTEM).ComposeNotice(request)
    assert (gone.cancel_reason, gone.recipient_address) == ("RECIPIENT_REMOVED", "")
