"""Documents, indexes and queries of the people service."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.people.domain import devices
from services.people.domain.audit import Action
from services.people.domain.sessions import Session, Token
from services.people.messages import announcements
from services.people.store.attempts import AttemptsStore
from services.people.store.audit import AuditStore
from services.people.store.cards import CardStore, CentreDeviceStore
from services.people.store.certificates import CertificateNames
from services.people.store.desk import DeskSeal
from services.people.store.equality import EqualityStore
from services.people.store.erasure_requests import ErasureRequests
from services.people.store.identities import IdentityStore
from services.people.store.imports import ImportStore
from services.people.store.mail_links import MailLinkStore
from services.people.store.people import PeopleStore
from services.people.store.places import PlacesStore
from services.people.store.privacy_notices import PrivacyNotices
from services.people.store.retention import RetentionStore
from services.people.store.second_factors import SecondFactorStore
from services.people.store.sessions import SessionStore, TokenStore
from services.people.store.told_apart import ToldApart

T = TypeVar("T")


class Store:
    def __init__(self, database: Database, outbox: Outbox, pseudonym_key: bytes) -> None:
        self._database = database
        self._pseudonym_key = pseudonym_key
        self.people = PeopleStore(database, outbox)
        self.imports = ImportStore(database, outbox, pseudonym_key)
        self.told_apart = ToldApart(database)
        self.desk = DeskSeal(pseudonym_key)
        self.equality = EqualityStore(database, outbox, pseudonym_key)
        self.sessions = SessionStore(
            Entities(database["sessions"], Session, announcements.session_announcement, outbox)
        )
        self.tokens = TokenStore(Entities(database["tokens"], Token, announcements.session_announcement, outbox))
        self.identities = IdentityStore(database, outbox, pseudonym_key)
        self.second_factors = SecondFactorStore(database, outbox, pseudonym_key)
        self.cards = CardStore(database, outbox, pseudonym_key)
        self.centre_devices = CentreDeviceStore(database, outbox)
        self.mail_links = MailLinkStore(database, outbox, pseudonym_key)
        self.attempts = AttemptsStore(database, outbox)
        self.places = PlacesStore(database, outbox)
        self.audit = AuditStore(database["audit"])
        self.certificates = CertificateNames(database)
        self.erasure_requests = ErasureRequests(database, outbox)
        self.privacy_notices = PrivacyNotices(database)
        self.retention = RetentionStore(database, outbox)

    async def prepare(self) -> None:
        await self.people.prepare()
        await self.equality.prepare()
        await self.sessions.prepare()
        await self.tokens.prepare()
        await self.identities.prepare()
        await self.second_factors.prepare()
        await self.cards.prepare()
        await self.centre_devices.prepare()
        await self.mail_links.prepare()
        await self.attempts.prepare()
        await self.audit.prepare()
        await self.certificates.prepare()
        await self.imports.prepare()
        await self.told_apart.prepare()
        await self.erasure_requests.prepare()
        await self.privacy_notices.prepare()
        await self.retention.prepare()

    def device_mark(self, person: str) -> str:
        return devices.make_mark(self._pseudonym_key, person, secrets.token_hex(8))

    def device_owner(self, mark: str) -> str:
        return devices.owner_of(self._pseudonym_key, mark)

    def login_mark(self, login_key: str) -> str:
        """Shows in the audit log that tries were about the same login; what was typed is sometimes a passphrase."""
        return hmac.digest(self._pseudonym_key, f"login|{login_key}".encode(), hashlib.sha256).hex()[:10]

    async def recorded(
        self,
        session: AsyncClientSession,
        entities: Entities[T],
        key: str,
        verb: Callable[[T], tuple[T, Sequence[Any]]],
        action: Action,
        subject: str,
        detail: str = "",
    ) -> T:
        """A change, and with it what the audit log says of it; a verb that states no fact leaves no entry."""
        after, events = await entities.change_with_events(key, verb, session=session)
        if events:
            await self.audit.add(action, subject, detail, session=session)
        return after

    async def together(
        self, work: Callable[[AsyncClientSession], Awaitable[T]], *changed: tuple[Entities[Any], str]
    ) -> T:
        """All that `work` writes, or nothing; may run it more than once. Then announces what `changed` carries."""
        async with self._database.client.start_session() as session:
            result = await session.with_transaction(work)
        for entities, key in changed:
            await entities.nudge(key)
        return result
