"""Links by mail, and which addresses were confirmed. The secret of a link is computed from its id with a key: it is
stored nowhere, and a mail that is tried again has the same one."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.people.domain.mail_links import MOST_OPEN, EmailConfirmation, MailLink
from services.people.domain.person import Person
from services.people.messages import announcements


class MailLinkStore:
    def __init__(self, database: Database, outbox: Outbox, key: bytes) -> None:
        self.entities = Entities(database["mail_links"], MailLink, announcements.mail_announcement, outbox)
        self.confirmations = Entities(
            database["email_confirmations"], EmailConfirmation, announcements.no_announcement, outbox
        )
        self._key = hmac.digest(key, b"links by mail", "sha512")

    async def prepare(self) -> None:
        await self.entities.collection.create_index("expire_time", name="expiry", expireAfterSeconds=0)
        await self.entities.collection.create_index("person", name="person")

    def secret_of(self, id: str) -> str:
        """256 bits after the id."""
        proof = hmac.digest(self._key, f"link|{id}".encode(), hashlib.sha256)
        return f"{id}.{base64.urlsafe_b64encode(proof).decode().rstrip('=')}"

    def id_in(self, secret: str) -> str:
        """Of a genuine secret; "" of any other."""
        id = secret.partition(".")[0]
        return id if hmac.compare_digest(self.secret_of(id).encode(), secret.encode(errors="replace")) else ""

    def hash_address(self, person: Person) -> str:
        """Of the address that somebody has now; "" for none."""
        if not person.email:
            return ""
        return hmac.digest(self._key, f"address|{person.id}|{person.email}".encode(), hashlib.sha256).hex()

    async def confirmed_at(self, person: Person) -> datetime | None:
        """When the present address was confirmed."""
        found = await self.confirmations.find(person.id)
        return found.time if found and person.email and found.address == self.hash_address(person) else None

    async def count_open(self, person: str, now: datetime) -> int:
        within = {"person": person, "use_time": None, "expire_time": {"$gt": now}}
        return await self.entities.collection.count_documents(within, limit=MOST_OPEN)

    async def remove_all(self, person: str, session: AsyncClientSession) -> None:
        await self.entities.collection.delete_many({"person": person}, session=session)
        await self.confirmations.collection.delete_one({"_id": person}, session=session)
