"""Notices, preferences, how mail is, and copies of classes and applications, as documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING

from services.chassis.clock import now
from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.chassis.store.paging import after, decode_token, encode_token
from services.notices.domain import calendar, mail_state, notice, preferences
from services.notices.domain.calendar import Calendar, CalendarKind
from services.notices.domain.mail_state import MailState
from services.notices.domain.notice import Channel, Notice, Outcome, State
from services.notices.domain.preferences import Preferences
from services.notices.messages import mail_announcement, notice_announcement
from services.notices.store.copies import Copies

_MAIL = "mail"
_PERSONAL = {"personal.person": {"$exists": True}}
_NEWEST_FIRST = (("requested_at", -1), ("_id", 1))
_BATCH = 200
_KEPT = timedelta(days=400)
"""What was sent to a person is shown to staff for a term and the next, then it is deleted."""


def _no_events(event: Any, key: str, revision: int) -> Any:
    raise TypeError(event)


class Store:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self.notices = Entities(database["notices"], Notice, notice_announcement, outbox)
        self._preferences = Entities(database["preferences"], Preferences, _no_events, outbox)
        self.calendars = Entities(database["calendars"], Calendar, _no_events, outbox)
        self._channels = Entities(database["channels"], MailState, mail_announcement, outbox)
        self.copies = Copies(database)

    async def prepare(self) -> None:
        notices = self.notices.collection
        await notices.create_index([("state", ASCENDING), ("due_at", ASCENDING)])
        for field in ("class_", "person"):
            keys = [(f"personal.{field}", 1), *_NEWEST_FIRST]
            await notices.create_index(keys, partialFilterExpression=_PERSONAL)
        await notices.create_index(
            [("personal.application", 1), ("personal.kind", 1)], partialFilterExpression=_PERSONAL
        )
        await notices.create_index("personal.secret", partialFilterExpression=_PERSONAL)
        seconds = int(_KEPT.total_seconds())
        await notices.create_index("requested_at", expireAfterSeconds=seconds, partialFilterExpression=_PERSONAL)
        await self.calendars.collection.create_index("digest", unique=True)
        await self.calendars.collection.create_index("person")
        await self.copies.prepare()

    # Notices

    async def request(self, source: str, request: str, requested_at: datetime, revision: int) -> None:
        """Asked for by a service, for an office. Safe to repeat."""
        fresh = notice.new_notice(source, request, requested_at, revision, now())
        await self.notices.change(
            fresh.key, lambda stored: notice.request_again(stored, revision, now()), start=fresh, fresh=True
        )

    async def plan(self, planned: Notice) -> None:
        """Of a person. Safe to repeat."""
        await self.notices.change(planned.key, lambda stored: (stored, []), start=planned, fresh=True)

    async def known(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of the keys that stand here already."""
        found = self.notices.collection.find({"_id": {"$in": list(keys)}}, {"_id": 1})
        return frozenset([document["_id"] async for document in found])

    async def waiting(self, application: str, kind: notice.Kind) -> list[Notice]:
        condition = {"personal.application": application, "personal.kind": kind.value, "state": State.WAITING.value}
        found = self.notices.collection.find(condition | _PERSONAL)
        return [self.notices.load(document) async for document in found]

    async def change(self, key: str, verb: Callable[[Notice], Outcome]) -> Notice:
        return await self.notices.change(key, verb)

    async def due(self, channel: Channel, *, persons_only: bool = False) -> list[str]:
        """Keys of the channel's notices whose time has come, or whose worker is gone; the oldest first."""
        moment = now()
        ready = [
            {"state": State.WAITING, "due_at": {"$lte": moment}},
            {"state": State.SENDING, "lease_until": {"$lte": moment}},
        ]
        # Offices' notices of earlier versions name no channel: they are mails.
        others = [each.value for each in Channel if each is not channel]
        query: dict[str, Any] = {"$or": ready}
        query["channel"] = {"$nin": others} if channel is Channel.EMAIL else channel.value
        query |= _PERSONAL if persons_only else {}
        documents = self.notices.collection.find(query, {"_id": 1}).sort("due_at").limit(_BATCH)
        return [document["_id"] async for document in documents]

    async def move_on(self, key: str, by: str, reason: str) -> None:
        """To the next channel of the person's own order."""
        stored = await self.notices.get(key)
        if stored.personal is None:
            return
        wishes = await self.preferences_of(stored.personal.person)

        def verb(current: Notice) -> Outcome:
            assert current.personal  # noqa: S101 - a notice keeps its kind
            tried = [*(each.channel for each in current.personal.unreached), current.channel]
            to = preferences.next_channel(wishes, current.personal.kind, tried)
            return notice.move_on(current, by, reason, to, now())

        await self.change(key, verb)

    async def page(self, condition: Mapping[str, Any], size: int, token: str) -> tuple[list[Notice], str]:
        """Persons' notices, the newest first."""
        last = decode_token(token, datetime, str)
        query = {"$and": [_PERSONAL, condition, after(_NEWEST_FIRST, last) if last else {}]}
        found = self.notices.collection.find(query).sort(list(_NEWEST_FIRST)).limit(size + 1)
        rows = [self.notices.load(document) async for document in found]
        more, rows = len(rows) > size, rows[:size]
        return rows, encode_token(rows[-1].requested_at.isoformat(), rows[-1].key) if more else ""

    async def to_tell(self, classes: Sequence[str], areas: Sequence[str], most: int) -> list[Notice]:
        """What staff of these classes and areas have to tell, the oldest first."""
        of_area = {"personal.class_": "", "personal.area": {"$in": list(areas)}}
        about = [{"personal.class_": {"$in": list(classes)}}, *([of_area] if areas else [])]
        condition = {"$or": about, "state": State.WAITING, "channel": Channel.CENTRE}
        found = self.notices.collection.find(condition | _PERSONAL).sort("requested_at").limit(most)
        return [self.notices.load(document) async for document in found]

    async def by_secret(self, secret: str) -> Notice | None:
        document = await self.notices.collection.find_one({"personal.secret": secret, **_PERSONAL}) if secret else None
        return self.notices.load(document) if document else None

    # Persons

    async def preferences_of(self, person: str) -> Preferences:
        return await self._preferences.find(person) or Preferences(person)

    async def change_preferences(self, person: str, verb: Callable[[Preferences], preferences.Outcome]) -> Preferences:
        return await self._preferences.change(person, verb, start=Preferences(person))

    async def forget(self, person: str) -> None:
        """Deletes what stands here of somebody who was erased. Safe to repeat."""
        await self.copies.erase(person)
        await self._preferences.collection.delete_one({"_id": person})
        await self.notices.collection.delete_many({"personal.person": person})
        await self.calendars.collection.delete_many({"person": person})

    # Calendars

    async def create_calendar(self, fresh: Calendar) -> Calendar:
        """The person's older ones of this kind stop. A repeat answers the one that is there."""
        created = await self.calendars.change(fresh.id, lambda stored: (stored, []), start=fresh, fresh=True)
        for each in await self.calendars_of(created.person):
            if each.id != created.id and (each.kind, each.centre) == (created.kind, created.centre):
                await self.calendars.change(each.id, lambda stored: calendar.revoke(stored, now()))
        return created

    async def revoke_centre_calendars(self, person: str) -> None:
        """Whoever got other roles makes a new one, if the new roles allow it."""
        for each in await self.calendars_of(person):
            if each.kind is CalendarKind.OF_CENTRE:
                await self.calendars.change(each.id, lambda stored: calendar.revoke(stored, now()))

    async def calendars_of(self, person: str) -> list[Calendar]:
        """Those that are not revoked."""
        found = self.calendars.collection.find({"person": person, "revoked_at": None})
        return [self.calendars.load(document) async for document in found]

    async def calendar_by(self, digest: str) -> Calendar | None:
        document = await self.calendars.collection.find_one({"digest": digest, "revoked_at": None})
        return self.calendars.load(document) if document else None

    # Channels

    async def set_up_mail(self, state: MailState) -> None:
        await self._channels.change(_MAIL, lambda before: mail_state.set_up(before, state), start=MailState(on=False))

    async def report_mail(self, trouble: str) -> None:
        await self._channels.change(_MAIL, lambda before: mail_state.report(before, trouble, now()))
