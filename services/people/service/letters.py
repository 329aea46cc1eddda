# ruff: noqa: N802 - gRPC method names are the contract's
"""The mails of the account, composed when they go out: neither text nor address stands anywhere before."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path

from ieum.notices.v1.notices_pb2 import ComposedNotice, ComposeNoticeRequest
from ieum.notices.v1.notices_pb2_grpc import NoticeSourceServiceServicer
from services.chassis.clock import now
from services.chassis.errors import Forbidden
from services.chassis.principal import acting
from services.people.domain import mail_links
from services.people.domain.mail_links import MailLink, Purpose
from services.people.domain.person import Person
from services.people.store import Store

_PATHS = {Purpose.RESET: "/reset-passphrase/", Purpose.CONFIRM: "/confirm-email/"}


class AccountLetters(NoticeSourceServiceServicer):
    def __init__(self, store: Store) -> None:
        self._store = store

    async def ComposeNotice(self, request: ComposeNoticeRequest, context: object) -> ComposedNotice:
        if not acting().is_system:
            raise Forbidden("SERVICES_ONLY")
        link = await self._store.mail_links.entities.find(request.request)
        person = await self._store.people.find(link.person) if link else None
        if link is None or not mail_links.is_open(link, now()):
            return ComposedNotice(cancel_reason="TOO_LATE")
        if person is None or person.erased or self._store.mail_links.hash_address(person) != link.address:
            return ComposedNotice(cancel_reason="ADDRESS_CHANGED")
        return self._letter(link, person, request.request, request.public_url)

    def _letter(self, link: MailLink, person: Person, id: str, public_url: str) -> ComposedNotice:
        language = person.locale if person.locale in _words() else "en"
        words = _words()[language][link.purpose]
        path = _PATHS.get(link.purpose, "")
        address = f"{public_url}{path}{self._store.mail_links.secret_of(id)}" if path else ""
        facts = {"name": person.display_name, "login": person.login, "link": address, "site": public_url}
        paragraphs = [line.format(**facts) for line in words["text"].strip().split("\n\n")]
        return ComposedNotice(
            # Whoever has not confirmed the address may have typed somebody else's; they read nothing of the account.
            recipient_name="" if link.purpose is Purpose.CONFIRM else person.display_name,
            recipient_address=person.email,
            language=language,
            subject=words["subject"],
            text="\n\n".join(paragraphs) + "\n",
            html="".join(f"<p>{escape(each).replace(chr(10), '<br>')}</p>" for each in paragraphs),
        )


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
