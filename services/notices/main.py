"""Composition root of the notices service."""

from __future__ import annotations

from functools import partial

from services.chassis.run import Frame, main_with
from services.notices import sources
from services.notices.domain import MailState
from services.notices.events import statistics_handlers
from services.notices.mail import settings
from services.notices.mail.settings import Mail, Off
from services.notices.sender import Sender
from services.notices.settings import NoticesSettings
from services.notices.store import Store


async def compose(frame: Frame[NoticesSettings]) -> None:
    mail, store = settings.read(frame.settings), Store(frame.database, frame.outbox)
    await store.prepare()
    await store.set_up_mail(_state_of(mail))
    sender = Sender(mail, store, partial(sources.connected, frame.settings))
    frame.hear("ieum.statistics.v1", statistics_handlers(store, sender.nudge))
    frame.keep_running(sender.run)


def _state_of(mail: Mail | Off) -> MailState:
    if isinstance(mail, Off):
        return MailState(on=False, reason=mail.reason)
    return MailState(on=True, sender=str(mail.sender))


if __name__ == "__main__":
    main_with(NoticesSettings, "notices", compose)
