"""Classes, applications and attendance as documents."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from services.chassis.clock import now
from services.chassis.errors import Refused
from services.chassis.events.outbox import Outbox
from services.chassis.store.batching import Batcher
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.chassis.store.paging import decode_token, encode_token
from services.classes.domain import attendance
from services.classes.domain.application import Application, Holder, State, forgotten, key_of
from services.classes.domain.attendance import Sheet, sheet_key
from services.classes.domain.course_class import Class, ClassEvent, ClassState, Outcome
from services.classes.domain.details import Details
from services.classes.domain.seats import SeatOutcome, counted
from services.classes.domain.settling import lapses_before
from services.classes.messages.announcements import (
    application_announcement,
    attendance_announcement,
    class_announcement,
)
from services.classes.store.changes import Answer, Changes, Question
from services.classes.store.copies import Copies
from services.classes.store.holidays import Holidays
from services.classes.store.kits import Kits
from services.classes.store.outreach import Outreach
from services.classes.store.use import UseStore

_RANKS_SECONDS = 2.0
_RANKED_CLASSES = 200


def _no_events(event: Any, key: str, revision: int) -> Any:
    raise TypeError(event)


class Store:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._classes = Entities(database["classes"], Class, class_announcement, outbox)
        self._applications = Entities(database["applications"], Application, application_announcement, outbox)
        self._holders = Entities(database["holders"], Holder, _no_events, outbox)
        self._sheets = Entities(database["attendance"], Sheet, attendance_announcement, outbox)
        self._changes = Changes(database, self._classes, self._applications, self._holders)
        self._ranks: dict[str, tuple[float, list[str]]] = {}
        self._lines = Batcher(self._read_lines)
        self.copies = Copies(database)
        self.outreach = Outreach(database, outbox)
        self.holidays = Holidays(database)
        self.use = UseStore(database)
        self.kits = Kits(database, outbox)

    async def prepare(self) -> None:
        await self.outreach.prepare()
        await self.kits.prepare()
        classes, applications = self._classes.collection, self._applications.collection
        for field in ("course", "place.centre", "place.area", "instructors"):
            await classes.create_index([(f"details.{field}", 1), ("_id", 1)])
        await classes.create_index([("state", 1), ("_id", 1)])
        await classes.create_index([("settle_at", 1)])
        await applications.create_index([("class_", 1), ("state", 1), ("rank", 1), ("_id", 1)])
        await applications.create_index([("class_", 1), ("_id", 1)])
        await applications.create_index([("person", 1), ("_id", 1)])
        offered = {"state": State.OFFERED.value}
        await applications.create_index([("until", 1)], name="offered", partialFilterExpression=offered)
        await self._sheets.collection.create_index([("class_", 1)])

    # Classes

    async def create(self, key: str, details: Details, verb: Callable[[Class], Outcome]) -> Class:
        return await self._classes.change(key, verb, start=Class(key, details))

    async def change_class(self, key: str, verb: Callable[[Class], Outcome], draw_word: str | None = None) -> Class:
        def on_class(
            class_: Class, application: Application, _: Holder
        ) -> tuple[Class, Application, Sequence[ClassEvent]]:
            after, events = verb(class_)
            return after, application, events

        return (await self._changes.change(key, Question(on_class, draw_word=draw_word))).class_

    async def get(self, key: str) -> Class:
        return await self._classes.get(key, missing="CLASS_NOT_FOUND")

    async def page(self, condition: Mapping[str, Any], size: int, token: str) -> tuple[list[Class], str]:
        last = decode_token(token, str)
        query = {"$and": [condition, {"_id": {"$gt": last[0]}} if last else {}]}
        found = await self._classes.stored(query, (("_id", 1),), size + 1)
        classes = [stored.value for stored in found[:size]]
        return classes, encode_token(classes[-1].id) if len(found) > size else ""

    async def taught(self, areas: Sequence[str], days: tuple[str, str]) -> list[Class]:
        """The classes in these areas that have a session on one of the days, both included."""
        open_states = [ClassState.PUBLISHED.value, ClassState.CLOSED.value, ClassState.OVER.value]
        session = {"$elemMatch": {"date": {"$gte": days[0], "$lte": days[1]}}}
        query = {"details.place.area": {"$in": list(areas)}, "state": {"$in": open_states}, "details.sessions": session}
        return [stored.value for stored in await self._classes.stored(query)]

    async def prerequisites(self) -> dict[str, frozenset[str]]:
        """What the classes that are open need, by course."""
        open_states = {"state": {"$in": [ClassState.PUBLISHED.value, ClassState.CLOSED.value]}}
        fields = {"details.course": 1, "details.admission": 1}
        needs: dict[str, frozenset[str]] = {}
        async for found in self._classes.collection.find(open_states, fields):
            details = found["details"]
            each = {*details["admission"]["requires_all"], *details["admission"]["requires_any"]}
            needs[details["course"]] = needs.get(details["course"], frozenset()) | each
        return needs

    # Applications

    async def change_new(
        self, class_: str, person: str, verb: Callable[[Class, Application, Holder], SeatOutcome]
    ) -> Answer:
        """As `change_application`, for one that may not be there yet."""

        def on_application(
            before: Class, application: Application, holder: Holder
        ) -> tuple[Class, Application, Sequence[ClassEvent]]:
            return *verb(before, application, holder), ()

        key = key_of(class_, person)
        answer = await self._changes.change(class_, Question(on_application, key, person))
        # Applying and erasure may come in either order: each looks for the other after its own write.
        if await self.copies.is_erased(person):
            await self._forget_application(class_, key)
        return answer

    async def account_applied(self, class_: Class, accounts: Sequence[str]) -> str:
        """Of the accounts of one person, the first of which is in use: that with an active application for the class,
        else the first. Raises Refused where another of them has a seat in a class at the same time."""
        for person in accounts[1:]:
            found = await self._applications.find(key_of(class_.id, person))
            if found and found.active:
                return person
            holder = await self._holders.find(person)
            if holder and (clash := holder.clash(class_.times, class_.id)):
                raise Refused("CLASS_CLASHES", class_=clash)
        return accounts[0]

    async def change_application(self, key: str, verb: Callable[[Class, Application], SeatOutcome]) -> Answer:
        class_ = (await self.application(key)).class_

        def on_application(
            before: Class, application: Application, _: Holder
        ) -> tuple[Class, Application, Sequence[ClassEvent]]:
            return *verb(before, application), ()

        return await self._changes.change(class_, Question(on_application, key))

    async def application(self, key: str) -> Application:
        return await self._applications.get(key, missing="APPLICATION_NOT_FOUND")

    async def applications(self, condition: Mapping[str, Any], size: int, token: str) -> tuple[list[Application], str]:
        last = decode_token(token, str)
        query = {**condition, **({"_id": {"$gt": last[0]}} if last else {})}
        found = await self._applications.stored(query, (("_id", 1),), size + 1)
        rows = [stored.value for stored in found[:size]]
        return rows, encode_token(rows[-1].id) if len(found) > size else ""

    async def seated(self, class_: str) -> list[Application]:
        found = await self._applications.stored({"class_": class_, "state": State.CONFIRMED.value})
        return [stored.value for stored in found]

    async def seats_of(self, accounts: Sequence[str]) -> list[Application]:
        seated = {"person": {"$in": list(accounts)}, "state": State.CONFIRMED.value}
        found = await self._applications.stored(seated)
        return [stored.value for stored in found]

    async def applications_of(self, keys: Sequence[str]) -> list[Application]:
        found = await self._applications.stored({"_id": {"$in": list(keys)}}) if keys else []
        return [stored.value for stored in found]

    async def drawn_from(self, class_: Class) -> list[Application]:
        """Those that took part in the lot: their rank stays, whatever becomes of them."""
        found = await self._applications.stored({"class_": class_.id, "rank": {"$gt": ""}})
        return [stored.value for stored in found]

    async def place(self, application: Application) -> int:
        """In the waiting list, from 1; at most two seconds old. 0 for who does not wait."""
        if application.state is not State.WAITING:
            return 0
        since, ranks = self._ranks.get(application.class_, (0.0, []))
        mine = f"{application.rank} {application.id}"
        at = bisect_left(ranks, mine)
        if time.monotonic() - since > _RANKS_SECONDS or at == len(ranks) or ranks[at] != mine:
            ranks = await self._lines.answer(application.class_)
            at = bisect_left(ranks, mine)
        return at + 1

    async def _read_lines(self, classes: Sequence[str]) -> Sequence[list[str]]:
        """Of each class the ranks of those who wait, in order; whoever asks at the same time shares a read."""
        lines = {class_: await self._line(class_) for class_ in set(classes)}
        if len(self._ranks) + len(lines) > _RANKED_CLASSES:
            self._ranks.clear()
        self._ranks |= {class_: (time.monotonic(), line) for class_, line in lines.items()}
        return [lines[class_] for class_ in classes]

    async def _line(self, class_: str) -> list[str]:
        condition = {"class_": class_, "state": State.WAITING.value}
        found = self._applications.collection.find(condition, {"rank": 1}).sort([("rank", 1), ("_id", 1)])
        return [f"{each['rank']} {each['_id']}" async for each in found]

    async def forget(self, person: str) -> None:
        """Takes the person out of their applications and frees their seats. Safe to repeat."""
        await self.copies.erase(person)
        async for found in self._applications.collection.find({"person": person}, {"class_": 1}):
            await self._forget_application(found["class_"], found["_id"])
        await self._holders.collection.delete_one({"_id": person})
        await self.outreach.forget(person)
        await self.kits.forget(person)

    async def _forget_application(self, class_: str, key: str) -> None:
        def forget(
            before: Class, application: Application, _: Holder
        ) -> tuple[Class, Application, Sequence[ClassEvent]]:
            after = forgotten(application, now())
            return counted(before, application, after), after, ()

        await self._changes.change(class_, Question(forget, key))

    # By itself

    async def due(self) -> list[str]:
        """Classes that have a moment behind them, or an offer that has ended."""
        moment = now()
        classes = self._classes.collection.find({"settle_at": {"$lte": moment}}, {"_id": 1}).limit(200)
        offered = self._applications.collection.find(
            {"state": State.OFFERED.value, "until": {"$lte": lapses_before(moment)}}, {"class_": 1}
        )
        keys = [each["_id"] async for each in classes]
        keys += [each["class_"] async for each in offered.limit(1_000)]
        return list(dict.fromkeys(keys))

    async def settle(self, class_: str) -> None:
        await self.change_class(class_, lambda unchanged: (unchanged, ()))

    # Attendance

    async def sheet(self, class_: str, session: int) -> Sheet:
        return await self._sheets.find(sheet_key(class_, session)) or Sheet(class_, session)

    async def sheets(self, class_: str) -> list[Sheet]:
        return [stored.value for stored in await self._sheets.stored({"class_": class_})]

    async def mark(self, class_: str, session: int, verb: Callable[[Sheet], attendance.Outcome]) -> Sheet:
        return await self._sheets.change(sheet_key(class_, session), verb, start=Sheet(class_, session))

    async def void_sheets(self, class_: str) -> None:
        """Of the sessions that were cancelled, also where nothing is marked yet: a mark may be on its way."""
        details = (await self.get(class_)).details
        for session in details.sessions:
            if session.planned:
                continue
            sheet = await self.sheet(class_, session.number)
            people = await self.applications_of([mark.application for mark in sheet.lines])
            known = {application.id: application.person for application in people}
            await self.mark(class_, session.number, partial(attendance.void, details=details, people=known, now=now()))
