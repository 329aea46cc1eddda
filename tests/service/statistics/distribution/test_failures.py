"""A mail server or a process that fails delays mails, and neither loses nor doubles them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from ieum.statistics.v1 import distribution_pb2 as pb
from services.chassis.clock import now
from services.chassis.store.mongo import Database
from services.notices.settings import NoticesSettings
from services.registry import SERVICES
from tests.mailbox import Mailbox
from tests.service.conftest import eventually
from tests.service.statistics.distribution.offices import Client, Send, add, deliveries, official, publication, reach


async def test_a_dead_mail_server_delays_and_neither_loses_nor_doubles(
    client: Client, publish: Send, mailbox: Mailbox
) -> None:
    kim = client(official())
    for area in "abc":
        await add(kim, area)
    await mailbox.stop()
    await publish(publication())

    async def troubled() -> bool:
        return bool((await kim.GetMailState(pb.GetMailStateRequest())).trouble)

    await eventually(troubled, "the trouble is shown")
    waiting = await deliveries(kim)
    assert {one.state for one in waiting.values()} == {pb.Delivery.WAITING}
    assert {one.attempts for one in waiting.values()} == {0}
    await mailbox.start()
    for area in "abc":
        await reach(kim, area, pb.Delivery.SENT)
    assert mailbox.addresses == ["a@office.test", "b@office.test", "c@office.test"]
    assert not await troubled()


async def test_two_workers_never_send_one_mail_twice(
    client: Client, start_notices: Callable[[], Awaitable[Any]], publish: Send, mailbox: Mailbox
) -> None:
    kim = client(official())
    await start_notices()
    for number in range(30):
        await add(kim, "a", address=f"a{number}@office.test")
    await publish(publication())

    async def all_sent() -> bool:
        answer = await kim.ListDeliveries(pb.ListDeliveriesRequest(release="releases/spring", page_size=100))
        return [one.state for one in answer.deliveries] == [pb.Delivery.SENT] * 30

    await eventually(all_sent, "30 mails are sent")
    assert set(Counter(mailbox.addresses).values()) == {1}
    assert len(mailbox.mails) == 30


async def test_a_refusal_is_shown_in_the_servers_words_and_mended_by_the_official(
    client: Client, publish: Send, mailbox: Mailbox, database: Database
) -> None:
    kim = client(official())
    wrong = await add(kim, "a")
    await add(kim, "b")
    mailbox.replies = {"a@office.test": "550 No such user here", "b@office.test": "451 Greylisted, come back"}
    await publish(publication())
    failed = await reach(kim, "a", pb.Delivery.FAILED)
    assert failed.failure == "550 No such user here"

    async def put_off() -> bool:
        return bool((await deliveries(kim))["b"].failure)

    await eventually(put_off, "the second is put off")
    later = (await deliveries(kim))["b"]
    assert (later.state, later.failure) == (pb.Delivery.WAITING, "451 Greylisted, come back")
    assert later.due_time.seconds > now().timestamp() + 30
    mailbox.replies = {}
    right = pb.Recipient(name=wrong.name, address="new@office.test")
    await kim.UpdateRecipient(pb.UpdateRecipientRequest(recipient=right, update_mask=FieldMask(paths=["address"])))
    again = pb.SendSummaryRequest(release="releases/spring", recipient=wrong.name, round=1)
    for _ in range(2):  # pressed twice
        await kim.SendSummary(again)
    await kim.SendSummary(pb.SendSummaryRequest(release="releases/spring", recipient=later.recipient, round=1))
    assert (await reach(kim, "a", pb.Delivery.SENT)).round == 2
    assert (await reach(kim, "b", pb.Delivery.SENT)).round == 1
    assert mailbox.addresses == ["b@office.test", "new@office.test"]


@asynccontextmanager
async def killable(settings: NoticesSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {
        **os.environ,
        **{f"IEUM_{name.upper()}": settings.addresses[name] for name in SERVICES},
        "IEUM_MONGO_URL": settings.mongo_url,
        "IEUM_NATS_URL": settings.nats_url,
        **{f"IEUM_{name.upper()}": str(getattr(settings, name)) for name in ("prefix", "secrets", "data")},
        "IEUM_SMTP_URL": settings.smtp_url.get_secret_value(),
        "IEUM_MAIL_FROM": settings.mail_from,
        "IEUM_PUBLIC_URL": settings.public_url,
        "IEUM_LOG_LEVEL": "error",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.notices.main", env=environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize(("moment", "copies"), [("before_data", 1), ("before_yes", 2)])
async def test_a_worker_killed_with_a_mail_in_hand_leaves_it_to_the_next(
    notices_settings: NoticesSettings, as_: Client, database_of: Callable[[str], Database], publish: Send,
    start_notices: Callable[[], Awaitable[Any]], mailbox: Mailbox, moment: str, copies: int,
) -> None:  # fmt: skip
    """Killed after the server took it and before anybody could record that, it is sent again: the same mail, byte by
    byte, under the same Message-ID."""
    kim = as_(official())
    await add(kim, "a")
    async with killable(notices_settings) as process:

        async def kill() -> None:
            setattr(mailbox, moment, nothing)
            process.send_signal(signal.SIGKILL)
            await process.wait()

        setattr(mailbox, moment, kill)
        await publish(publication())
        async with asyncio.timeout(60):
            assert await process.wait() == -signal.SIGKILL
    await reach(kim, "a", pb.Delivery.SENDING)
    # Three minutes later.
    past = now() - timedelta(seconds=1)
    freed = await database_of("notices")["notices"].update_one({"state": "sending"}, {"$set": {"lease_until": past}})
    assert freed.modified_count == 1
    await start_notices()
    delivery = await reach(kim, "a", pb.Delivery.SENT)
    assert (delivery.round, delivery.attempts) == (1, 2)
    assert len(mailbox.raw) == copies
    assert len(set(mailbox.raw)) == 1


async def nothing() -> None:
    return None
