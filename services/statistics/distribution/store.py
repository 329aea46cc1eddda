"""Recipients, one mail for each of them and release, and how the mail server is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from google.protobuf.message import Message
from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from services.chassis.clock import new_id, now
from services.chassis.errors import Exists, Missing
from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Database, Document, Entities
from services.chassis.store.pages import after
from services.statistics.distribution import domain
from services.statistics.distribution.domain import Delivery, Recipient, Stage

_ORDER = (("area", 1), ("office", 1), ("_id", 1))
_HEALTH = "mail server"


class Distribution:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self.recipients = Entities(database["recipients"], Recipient, _nothing, outbox)
        self.deliveries = Entities(database["deliveries"], Delivery, _nothing, outbox)
        self._health = database["mail_health"]

    async def prepare(self) -> None:
        recipients, deliveries = self.recipients.collection, self.deliveries.collection
        await recipients.create_index(
            [("area", ASCENDING), ("address", ASCENDING)],
            unique=True,
            partialFilterExpression={"removed": False},
            collation={"locale": "en", "strength": 2},  # Info@ and info@ are one
        )
        await recipients.create_index(list(_ORDER))
        await deliveries.create_index([("release", ASCENDING), ("_id", ASCENDING)])
        await deliveries.create_index([("recipient", ASCENDING), ("stage", ASCENDING)])
        await deliveries.create_index([("stage", ASCENDING), ("due_at", ASCENDING)])
        await deliveries.create_index("secret", unique=True)

    async def add(self, one: Recipient) -> Recipient:
        """The recipient that is there already, when it is the same in all."""
        try:
            return await self.recipients.change(one.key, lambda there: (there, []), start=one)
        except DuplicateKeyError:
            there = await self.at(one.area, one.address)
        if there and (there.office, there.language) == (one.office, one.language):
            return there
        raise Exists("RECIPIENT_EXISTS", field="address")

    async def at(self, area: str, address: str) -> Recipient | None:
        found = await self.recipients.collection.find_one(
            {"area": area, "address": address, "removed": False}, collation={"locale": "en", "strength": 2}
        )
        return None if found is None else self.recipients.load(found)

    async def put(self, key: str, changed: Recipient) -> Recipient:
        try:
            return await self.recipients.change(key, lambda _: (changed, []), missing="RECIPIENT_NOT_FOUND")
        except DuplicateKeyError:
            raise Exists("RECIPIENT_EXISTS", field="address") from None

    async def remove(self, key: str, by: str) -> None:
        verb = domain.removed
        await self.recipients.change(key, lambda it: verb(it, by, now()), missing="RECIPIENT_NOT_FOUND")
        waiting = {"recipient": f"recipients/{key}", "stage": Stage.WAITING}
        for delivery in [one["_id"] async for one in self.deliveries.collection.find(waiting, {"_id": 1})]:
            await self.deliveries.change(delivery, lambda it: domain.cancelled(it, "RECIPIENT_REMOVED"))

    async def recipient(self, name: str) -> Recipient:
        """Also a removed one: what was sent to it stays known."""
        return await self.recipients.get(name.removeprefix("recipients/"), missing="RECIPIENT_NOT_FOUND")

    async def page(self, areas: Collection[str] | None, last: Sequence[str] | None, size: int) -> list[Recipient]:
        """None for areas: all."""
        match: Document = {"removed": False} | ({} if areas is None else {"area": {"$in": list(areas)}})
        behind = after(_ORDER, last) if last else {}
        found = self.recipients.collection.find({"$and": [match, behind]}).sort(list(_ORDER)).limit(size)
        return [self.recipients.load(document) async for document in found]

    async def of_areas(self, areas: Collection[str], since_before: datetime) -> list[Recipient]:
        match = {"removed": False, "area": {"$in": list(areas)}, "created_at": {"$lte": since_before}}
        return [self.recipients.load(one) async for one in self.recipients.collection.find(match)]

    async def plan(self, release: str, recipient: Recipient) -> Delivery:
        """The delivery that is there already, when it is."""
        one = domain.planned(release, recipient, new_id() + new_id(), now())
        return await self.deliveries.change(one.key, lambda there: (there, []), start=one)

    async def delivery(self, release: str, recipient: str) -> Delivery | None:
        return await self.deliveries.find(domain.delivery_key(release, recipient))

    async def deliveries_of(
        self, release: str, areas: Collection[str] | None, last: Sequence[str] | None, size: int
    ) -> list[Delivery]:
        match: Document = {"release": release} | ({} if areas is None else {"area": {"$in": list(areas)}})
        behind: Document = {"_id": {"$gt": last[0]}} if last else {}
        found = self.deliveries.collection.find({"$and": [match, behind]}).sort("_id", 1).limit(size)
        return [self.deliveries.load(document) async for document in found]

    async def offices(self, names: Collection[str]) -> dict[str, str]:
        keys = [name.removeprefix("recipients/") for name in names]
        found = self.recipients.collection.find({"_id": {"$in": keys}}, {"office": 1})
        return {f"recipients/{one['_id']}": one["office"] async for one in found}

    async def due(self) -> list[str]:
        """Keys of mails that wait for their time no longer, or whose worker is gone; the oldest first."""
        moment = now()
        ready = [
            {"stage": Stage.WAITING, "due_at": {"$lte": moment}},
            {"stage": Stage.SENDING, "lease_until": {"$lte": moment}},
        ]
        found = self.deliveries.collection.find({"$or": ready}, {"_id": 1}).sort("due_at").limit(200)
        return [document["_id"] async for document in found]

    async def by_secret(self, secret: str) -> Delivery:
        found = await self.deliveries.collection.find_one({"secret": secret}) if secret else None
        if found is None:
            raise Missing("RECEIPT_UNKNOWN")
        return self.deliveries.load(found)

    async def note_trouble(self, reason: str) -> None:
        """`reason` empty: the mail server answers. The beginning of a trouble stays the same until it is over."""
        if not reason:
            await self._health.delete_one({"_id": _HEALTH})
            return
        update = {"$set": {"reason": reason}, "$setOnInsert": {"since": now()}}
        await self._health.update_one({"_id": _HEALTH}, update, upsert=True)

    async def trouble(self) -> tuple[str, datetime | None]:
        found = await self._health.find_one({"_id": _HEALTH})
        return (found["reason"], found["since"]) if found else ("", None)


def _nothing(fact: object, key: str, revision: int) -> Message:
    raise TypeError(f"{type(fact).__name__} is not announced")
