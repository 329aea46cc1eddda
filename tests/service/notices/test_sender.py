"""The sender with sources of the test's own, spoken to through the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from ieum.notices.v1.events_pb2 import MailStateChanged, NoticeChanged
from ieum.notices.v1.notices_pb2 import ComposedNotice, ComposeNoticeRequest
from ieum.notices.v1.notices_pb2_grpc import (
    ClassSourceServiceStub,
    ContactSourceServiceStub,
    CourseSourceServiceStub,
    NoticeSourceServiceServicer,
    NoticeSourceServiceStub,
    add_NoticeSourceServiceServicer_to_server,
)
from services.chassis import rpc
from services.chassis.clock import now
from services.chassis.config import Settings
from services.chassis.errors import Missing
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.principal import acting
from services.chassis.signature import Signer, Verifier
from services.chassis.store.mongo import Database
from services.notices.calendars.feed import Feeds
from services.notices.domain.mail_state import MailState
from services.notices.domain.notice import Channel, Notice, State
from services.notices.letters.persons import PersonLetters
from services.notices.letters.writer import Writer
from services.notices.mail import settings as mail_settings
from services.notices.mail.channel import MailChannel
from services.notices.mail.settings import Mail
from services.notices.sender import Sender
from services.notices.settings import NoticesSettings
from services.notices.sources import PersonSources, Sources
from services.notices.store import Store
from tests.mailbox import Mailbox
from tests.service.conftest import Published, eventually


class Source(NoticeSourceServiceServicer):
    """Composes a mail for the address that the request's key names."""

    async def ComposeNotice(self, request: ComposeNoticeRequest, context: object) -> ComposedNotice:
        assert acting().is_system
        who, _, _ = request.request.partition(".")
        if who == "unknown":
            raise Missing("RELEASE_NOT_FOUND")
        subject = "two\nlines" if who == "broken" else "수업 안내"
        return ComposedNotice(
            recipient_name=who, recipient_address=f"{who}@office.test", language="ko", subject=subject,
            text=request.public_url, html="<p>",
        )  # fmt: skip


class Desk:
    """A sender, its store and its database."""

    def __init__(self, store: Store, sender: Sender, outbox: Outbox) -> None:
        self.store = store
        self.sender = sender
        self.outbox = outbox

    async def request(self, source: str, request: str, revision: int = 1) -> None:
        await self.store.request(source, request, now(), revision)

    async def reach(self, key: str, state: State, attempts: int) -> Notice:
        notice: Notice | None = None

        async def reached() -> bool:
            nonlocal notice
            notice = await self.store.notices.find(key)
            return notice is not None and (notice.state, notice.attempts) == (state, attempts)

        await eventually(reached, f"{key} is {state}", 20)
        assert notice
        return notice

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        work = [asyncio.create_task(loop()) for loop in (self.sender.run, self.outbox.run)]
        try:
            yield
        finally:
            for task in work:
                task.cancel()
            await asyncio.wait(work)


@pytest.fixture
async def desk(
    settings: Settings, mailbox: Mailbox, events: Bus, database_of: Callable[[str], Database]
) -> AsyncIterator[Desk]:
    given = {
        **settings.model_dump(), "smtp_url": f"smtp://127.0.0.1:{mailbox.port}", "mail_from": "s@haneul.test",
        "public_url": "https://ieum.test",
    }  # fmt: skip
    mail = mail_settings.read(NoticesSettings.model_validate(given))
    assert isinstance(mail, Mail)
    await events.ensure_stream("ieum.notices.v1")
    signer, outbox = Signer("notices", settings.signing_key("notices")), Outbox(events)
    store = Store(database_of("notices"), outbox)
    await store.prepare()
    await outbox.prepare()
    await store.set_up_mail(MailState(on=True, sender=str(mail.sender)))
    async with AsyncExitStack() as stack:
        server = rpc.server(Verifier("classes", settings.public_keys), {})
        add_NoticeSourceServiceServicer_to_server(Source(), server)
        port = rpc.open_port(server, "127.0.0.1:0", None)
        await server.start()
        stack.push_async_callback(server.stop, None)

        async with rpc.channel(f"127.0.0.1:{port}") as here, rpc.channel("127.0.0.1:1") as gone:
            stubs = {"classes": here, "statistics": gone}
            clients = {name: rpc.client(NoticeSourceServiceStub, each, signer, name) for name, each in stubs.items()}
            persons = PersonSources(
                rpc.client(ContactSourceServiceStub, gone, signer, "people"),
                rpc.client(ClassSourceServiceStub, gone, signer, "classes"),
                rpc.client(CourseSourceServiceStub, gone, signer, "courses"),
                "Asia/Seoul",
            )
            letters = PersonLetters(
                persons, store, Feeds(persons, store, mail.public_url), mail.public_url, settings.zone
            )
            writer = Writer(Sources(clients, persons), letters, mail.public_url)
            yield Desk(store, Sender(Channel.EMAIL, MailChannel(mail, store), store, writer), outbox)


async def test_a_source_that_is_away_delays_its_own_notices_alone(desk: Desk, mailbox: Mailbox) -> None:
    await desk.request("statistics", "a.1")
    await desk.request("statistics", "b.1")
    await desk.request("classes", "c.1")
    async with desk.running():
        await desk.reach("classes.c.1", State.SENT, 1)
        waiting = await desk.reach("statistics.b.1", State.WAITING, 0)
    assert waiting.due_at > now()
    assert mailbox.addresses == ["c@office.test"]


@pytest.mark.parametrize(("who", "reason"), [("unknown", "RELEASE_NOT_FOUND"), ("broken", "NOTICE_INVALID")])
async def test_a_notice_that_cannot_be_composed_delays_itself_alone(
    desk: Desk, mailbox: Mailbox, who: str, reason: str
) -> None:
    await desk.request("classes", f"{who}.1")
    await desk.request("classes", "c.1")
    async with desk.running():
        put_off = await desk.reach(f"classes.{who}.1", State.WAITING, 1)
        await desk.reach("classes.c.1", State.SENT, 1)
    assert put_off.failure == reason
    assert mailbox.addresses == ["c@office.test"]


@pytest.mark.parametrize("reply", ["421 4.7.0 too many messages, closing", "450 4.2.0 greylisted", "452 4.5.3 later"])
async def test_a_recipient_that_is_refused_for_now_delays_itself_alone(
    desk: Desk, mailbox: Mailbox, published: Published, reply: str
) -> None:
    """Also by 421, with which the server ends the connection: the others go out over the next one."""
    mailbox.replies = {"busy@office.test": reply}
    for who in ("a", "busy", "c", "d"):
        await desk.request("classes", f"{who}.1")
    async with desk.running():
        for who in ("a", "c", "d"):
            await desk.reach(f"classes.{who}.1", State.SENT, 1)
        put_off = await desk.reach("classes.busy.1", State.WAITING, 1)
        states = await published(MailStateChanged)
    assert put_off.due_at > now()
    assert put_off.failure == reply
    assert mailbox.addresses == ["a@office.test", "c@office.test", "d@office.test"]
    assert [state.trouble for state in states if state.trouble] == []


async def test_a_request_that_is_heard_again_sends_nothing_again(desk: Desk, mailbox: Mailbox) -> None:
    async with desk.running():
        for _ in range(3):
            await desk.request("classes", "c.1")
        await desk.reach("classes.c.1", State.SENT, 1)
        await desk.request("classes", "c.1", revision=2)
        desk.sender.nudge()
        await asyncio.sleep(0.5)
    assert len(mailbox.mails) == 1


async def test_no_address_stays_with_notices_nor_in_their_stream(
    desk: Desk, mailbox: Mailbox, published: Published, database_of: Callable[[str], Database]
) -> None:
    """Not even where the mail server repeats it."""
    mailbox.replies = {"c@office.test": "550 5.1.1 <c@office.test>: User unknown"}
    await desk.request("classes", "c.1")
    await desk.request("classes", "d.1")
    async with desk.running():
        failed = await desk.reach("classes.c.1", State.FAILED, 1)
        await desk.reach("classes.d.1", State.SENT, 1)
        changes, states = await published(NoticeChanged, 4), await published(MailStateChanged)
    assert failed.failure == "550 5.1.1 <...>: User unknown"
    database = database_of("notices")
    stored = [str(each) for name in ("notices", "channels") async for each in database[name].find()]
    assert len(changes) >= 4
    assert "@office.test" not in "".join(stored) + str(changes) + str(states)


async def test_a_process_told_to_stop_finishes_the_mail_at_hand_first(desk: Desk, mailbox: Mailbox) -> None:
    """A rolling update must not send twice."""
    at_the_server = asyncio.Event()

    async def slow() -> None:
        at_the_server.set()
        await asyncio.sleep(0.3)

    mailbox.before_yes = slow
    await desk.request("classes", "c.1")
    async with desk.running():
        async with asyncio.timeout(10):
            await at_the_server.wait()
    notice = await desk.store.notices.get("classes.c.1")
    assert (notice.state, len(mailbox.mails)) == (State.SENT, 1)
