"""Composition root of the notices service."""

from __future__ import annotations

from ieum.notices.v1.notices_pb2_grpc import add_NoticesServiceServicer_to_server
from services.chassis.events.audit_events import AuditEvents
from services.chassis.run import Frame, main_with
from services.notices import sms, sources
from services.notices.calendars.feed import Feeds
from services.notices.domain.mail_state import MailState
from services.notices.domain.notice import Channel
from services.notices.events import (
    class_handlers,
    people_handlers,
    progress_handlers,
    statistics_handlers,
    survey_handlers,
)
from services.notices.letters.persons import PersonLetters
from services.notices.letters.writer import Writer
from services.notices.mail import settings
from services.notices.mail.channel import MailChannel
from services.notices.mail.settings import Mail, Off
from services.notices.planner import Planner
from services.notices.sender import Sender
from services.notices.service import TOKEN_ACCESS, NoticesService
from services.notices.settings import NoticesSettings
from services.notices.store import Store


async def compose(frame: Frame[NoticesSettings]) -> None:
    mail, store = settings.read(frame.settings), Store(frame.database, frame.outbox)
    await store.prepare()
    await store.set_up_mail(_state_of(mail))
    public_url, zone = frame.settings.public_url.rstrip("/"), frame.settings.zone
    asked = sources.connect(frame.settings)
    feeds = Feeds(asked.persons, store, public_url)
    letters = PersonLetters(asked.persons, store, feeds, public_url, zone)
    writer = Writer(asked, letters, public_url)
    mails = Sender(Channel.EMAIL, MailChannel(mail, store) if isinstance(mail, Mail) else None, store, writer)
    gateway = sms.gateway(frame.settings)
    texts = Sender(Channel.SMS, gateway, store, writer)
    senders = (mails, texts)

    def nudge() -> None:
        for sender in senders:
            sender.nudge()

    planner = Planner(store, zone, nudge)
    server = frame.offer("ieum.notices.v1.NoticesService", TOKEN_ACCESS)
    service = NoticesService(store, letters, feeds, AuditEvents(frame.bus), sms_on=gateway is not None)
    add_NoticesServiceServicer_to_server(service, server)
    frame.hear("ieum.statistics.v1", statistics_handlers(store, mails.nudge))
    frame.hear("ieum.people.v1", people_handlers(store, mails.nudge, planner))
    frame.hear("ieum.classes.v1", class_handlers(store, planner))
    frame.hear("ieum.progress.v1", progress_handlers(planner))
    frame.hear("ieum.surveys.v1", survey_handlers(planner))
    for sender in senders:
        frame.keep_running(sender.run)
    frame.keep_running(planner.remind)
    frame.keep_running(asked.hold_open)


def _state_of(mail: Mail | Off) -> MailState:
    if isinstance(mail, Off):
        return MailState(on=False, reason=mail.reason)
    return MailState(on=True, sender=str(mail.sender))


if __name__ == "__main__":
    main_with(NoticesSettings, "notices", compose)
