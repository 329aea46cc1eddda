"""An office confirms the receipt by a button, once."""

from __future__ import annotations

import pytest

from ieum.statistics.v1 import distribution_pb2 as pb
from services.chassis.errors import Missing
from services.chassis.principal import ANONYMOUS
from tests.mailbox import Mailbox
from tests.service.statistics.distribution.offices import (
    Client,
    Send,
    add,
    deliveries,
    official,
    publication,
    reach,
    secret_in,
)


async def test_opening_is_recorded_once_and_looking_records_nothing(
    client: Client, publish: Send, mailbox: Mailbox
) -> None:
    kim, office = client(official()), client(ANONYMOUS)
    await add(kim, "a")
    await publish(publication())
    await reach(kim, "a", pb.Delivery.SENT)
    secret = secret_in(mailbox.mails[0])
    seen = await office.GetReceipt(pb.GetReceiptRequest(secret=secret))
    assert (seen.area, seen.office, len(seen.figures)) == ("areas/a", "정보화과", 0)
    assert not (await deliveries(kim))["a"].HasField("receive_time")
    opened = await office.ConfirmReceipt(pb.ConfirmReceiptRequest(secret=secret))
    assert [(one.measure, one.value) for one in opened.figures] == [("ENR", "640"), ("CPR", "53.2")]
    once_more = await office.ConfirmReceipt(pb.ConfirmReceiptRequest(secret=secret))
    assert once_more.receive_time == opened.receive_time == (await deliveries(kim))["a"].receive_time
    for wrong in ("", "x" * 32):
        with pytest.raises(Missing, match="RECEIPT_UNKNOWN"):
            await office.ConfirmReceipt(pb.ConfirmReceiptRequest(secret=wrong))
