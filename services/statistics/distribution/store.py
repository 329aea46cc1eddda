"""Recipients, one delivery for each of them and release, and how mail is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NoReturn

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from services.chassis.clock import new_id, now
from services.chassis.errors import Exists, Missing
from services.chassis.events.outbox import Outbox
from services.chassis.store.copies import keep_newest
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database, Document
from services.chassis.store.paging import after
from services.statistics.distribution import domain
from services.statistics.distribution.domain import Delivery, NoticeState, Recipient, Stage
from services.statistics.distribution.messages import announcement

_IGNORE_CASE = {"locale": "en", "strength": 2}
"""Info@ and info@ are the same address."""
_ORDER = (("area", 1), ("office", 1), ("_id", 1))
_MAIL = "mail"
_OBSOLETE_MAIL = "mail server"
"""An earlier version noted here what it met when it sent mail itself."""


class Distribution:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self.recipients = Entities(database["recipients"], Recipient, _announce_nothing, outbox)
        self.deliveries = Entities(database["deliveries"], Delivery, announcement, outbox)
        self._mail = database["mail_health"]

    async def prepare(self) -> None:
        recipients, deliveries = self.recipients.collection, self.deliveries.collection
        await recipients.create_index(
            [("area", ASCENDING), ("address", ASCENDING)],
            unique=True,
            partialFilterExpression={"removed": False},
            collation=_IGNORE_CASE,
        )
        await recipients.create_index(list(_ORDER))
        await deliveries.create_index([("release", ASCENDING), ("_id", ASCENDING)])
        await deliveries.create_index([("recipient", ASCENDING), ("stage", ASCENDING)])
        await deliveries.create_index([("stage", ASCENDING), ("due_at", ASCENDING)])
        await deliveries.create_index("secret", unique=True)
        await self._mail.delete_one({"_id": _OBSOLETE_MAIL})
        await self._request_planned()

    async def _request_planned(self) -> None:
        """Deliveries that an earlier version, which sent mail itself, left unsent. Safe to repeat."""
        match = {"stage": {"$in": [Stage.WAITING, Stage.SENDING]}, "requested": {"$exists": False}}
        for document in [each async for each in self.deliveries.collection.find(match, {"_id": 1})]:
            await self.deliveries.change(document["_id"], domain.request)

    async def add(self, recipient: Recipient) -> Recipient:
        """Answers the recipient that is there already when office and language are the same."""
        try:
            return await self.recipients.change(recipient.key, lambda stored: (stored, []), start=recipient)
        except DuplicateKeyError:
            existing = await self.at(recipient.area, recipient.address)
        if existing and (existing.office, existing.language) == (recipient.office, recipient.language):
            return existing
        raise Exists("RECIPIENT_EXISTS", field="address")

    async def at(self, area: str, address: str) -> Recipient | None:
        document = await self.recipients.collection.find_one(
            {"area": area, "address": address, "removed": False}, collation=_IGNORE_CASE
        )
        return None if document is None else self.recipients.load(document)

    async def put(self, key: str, changed: Recipient) -> Recipient:
        try:
            return await self.recipients.change(key, lambda _: (changed, []), missing="RECIPIENT_NOT_FOUND")
        except DuplicateKeyError:
            raise Exists("RECIPIENT_EXISTS", field="address") from None

    async def remove(self, key: str, by: str) -> None:
        await self.recipients.change(
            key, lambda stored: domain.remove_recipient(stored, by, now()), missing="RECIPIENT_NOT_FOUND"
        )
        waiting = {"recipient": f"recipients/{key}", "stage": Stage.WAITING}
        for document in [each async for each in self.deliveries.collection.find(waiting, {"_id": 1})]:
            await self.deliveries.change(document["_id"], lambda stored: domain.cancel(stored, "RECIPIENT_REMOVED"))

    async def recipient(self, name: str) -> Recipient:
        """Also a removed one: what was sent to it stays known."""
        return await self.recipients.get(name.removeprefix("recipients/"), missing="RECIPIENT_NOT_FOUND")

    async def page(self, areas: Collection[str] | None, last: Sequence[str] | None, size: int) -> list[Recipient]:
        """`areas` None means all."""
        match: Document = {"removed": False} | ({} if areas is None else {"area": {"$in": list(areas)}})
        behind = after(_ORDER, last) if last else {}
        documents = self.recipients.collection.find({"$and": [match, behind]}).sort(list(_ORDER)).limit(size)
        return [self.recipients.load(document) async for document in documents]

    async def of_areas(self, areas: Collection[str], joined_until: datetime) -> list[Recipient]:
        match = {"removed": False, "area": {"$in": list(areas)}, "created_at": {"$lte": joined_until}}
        return [self.recipients.load(document) async for document in self.recipients.collection.find(match)]

    async def plan(self, release: str, recipient: Recipient) -> Delivery:
        """Answers the delivery that is there already, if any."""
        delivery = domain.new_delivery(release, recipient, new_id() + new_id(), now())
        return await self.deliveries.change(delivery.key, domain.request, start=delivery)

    async def delivery(self, release: str, recipient: str) -> Delivery | None:
        return await self.deliveries.find(domain.delivery_key(release, recipient))

    async def deliveries_of(
        self, release: str, areas: Collection[str] | None, last: Sequence[str] | None, size: int
    ) -> list[Delivery]:
        match: Document = {"release": release} | ({} if areas is None else {"area": {"$in": list(areas)}})
        behind: Document = {"_id": {"$gt": last[0]}} if last else {}
        documents = self.deliveries.collection.find({"$and": [match, behind]}).sort("_id", 1).limit(size)
        return [self.deliveries.load(document) async for document in documents]

    async def offices(self, names: Collection[str]) -> dict[str, str]:
        keys = [name.removeprefix("recipients/") for name in names]
        documents = self.recipients.collection.find({"_id": {"$in": keys}}, {"office": 1})
        return {f"recipients/{document['_id']}": document["office"] async for document in documents}

    async def by_secret(self, secret: str) -> Delivery:
        document = await self.deliveries.collection.find_one({"secret": secret}) if secret else None
        if document is None:
            raise Missing("RECEIPT_UNKNOWN")
        return self.deliveries.load(document)

    async def copy_notice(self, key: str, notice: NoticeState) -> None:
        """Out of order or repeated, an event changes nothing that a newer one said."""
        if await self.deliveries.find(key):
            await self.deliveries.change(key, lambda stored: domain.copy_notice(stored, notice))

    async def keep_mail_state(self, revision: int, state: Document) -> None:
        await keep_newest(self._mail, _MAIL, revision, state=state)

    async def mail_state(self) -> dict[str, Any] | None:
        """None until the notices service has announced it for the first time."""
        document = await self._mail.find_one({"_id": _MAIL})
        return document and document["state"]


def _announce_nothing(event: object, key: str, revision: int) -> NoReturn:
    raise TypeError(f"{type(event).__name__} is not announced")
