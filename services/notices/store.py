"""Notices, and how mail is, as documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pymongo import ASCENDING

from services.chassis.clock import now
from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Database, Entities
from services.notices import domain
from services.notices.domain import MailState, Notice, Outcome, State
from services.notices.messages import mail_announcement, notice_announcement

_MAIL = "mail"
_BATCH = 200


class Store:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self.notices = Entities(database["notices"], Notice, notice_announcement, outbox)
        self._channels = Entities(database["channels"], MailState, mail_announcement, outbox)

    async def prepare(self) -> None:
        await self.notices.collection.create_index([("state", ASCENDING), ("due_at", ASCENDING)])

    async def request(self, source: str, request: str, requested_at: datetime, revision: int) -> None:
        """Safe to repeat."""
        notice = domain.new_notice(source, request, requested_at, revision, now())
        await self.notices.change(
            notice.key, lambda stored: domain.request_again(stored, revision, now()), start=notice, fresh=True
        )

    async def change(self, key: str, verb: Callable[[Notice], Outcome]) -> Notice:
        return await self.notices.change(key, verb)

    async def due(self) -> list[str]:
        """Keys of notices whose time has come, or whose worker is gone; the oldest first."""
        moment = now()
        ready = [
            {"state": State.WAITING, "due_at": {"$lte": moment}},
            {"state": State.SENDING, "lease_until": {"$lte": moment}},
        ]
        documents = self.notices.collection.find({"$or": ready}, {"_id": 1}).sort("due_at").limit(_BATCH)
        return [document["_id"] async for document in documents]

    async def set_up_mail(self, state: MailState) -> None:
        await self._channels.change(_MAIL, lambda before: domain.set_up(before, state), start=MailState(on=False))

    async def report_mail(self, trouble: str) -> None:
        await self._channels.change(_MAIL, lambda before: domain.report(before, trouble, now()))
