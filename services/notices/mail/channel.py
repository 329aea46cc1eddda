"""The mail server as the sender uses it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from email.message import EmailMessage

from services.notices.domain.notice import Notice
from services.notices.letters.letter import Letter
from services.notices.mail import message, transport
from services.notices.mail.settings import Mail
from services.notices.store import Store


class MailChannel:
    def __init__(self, mail: Mail, store: Store) -> None:
        self._mail = mail
        self._store = store

    def connected(self) -> AbstractAsyncContextManager[transport.Transport]:
        return transport.connected(self._mail)

    def write(self, notice: Notice, letter: Letter) -> EmailMessage:
        return message.write(notice, letter, self._mail)

    async def report(self, trouble: str) -> None:
        await self._store.report_mail(trouble)
