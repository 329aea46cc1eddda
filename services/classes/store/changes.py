"""Changes classes and their applications together: group commit, one transaction for all that wait for a class.

A class and its applications change only here, and every change moves the class's revision on. So the class is read
first, the applications after it, and the write is guarded by all their revisions: who decided by something old writes
nothing and decides again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from services.chassis.clock import now
from services.chassis.errors import Conflict, Missing
from services.chassis.store.batching import Batcher
from services.chassis.store.entities import Entities, Stored
from services.chassis.store.mongo import Database
from services.chassis.store.transactions import Write, commit
from services.classes.domain import application_events, settling
from services.classes.domain.application import Application, Commitment, Holder, fresh, held, key_of
from services.classes.domain.course_class import Class, ClassEvent
from services.classes.domain.seats import next_look
from services.classes.domain.settling import Task, Wanted

_TRIES = 25
_REMEMBERED = 500
_MOST_SETTLED = 300
"""So many applications one transaction may settle; the rest follows with the next."""

Events = Sequence[ClassEvent]
Verb = Callable[[Class, Application, Holder], tuple[Class, Application, Events]]


@dataclass(frozen=True)
class Question:
    """What somebody wants done. `application` and `person` are empty where it concerns the class alone; `person` is
    given where the application may be new. `draw_word`: draw the lot with this word."""

    verb: Verb
    application: str = ""
    person: str = ""
    draw_word: str | None = None


@dataclass(frozen=True)
class Answer:
    class_: Class
    application: Application | None


@dataclass
class _Desk:
    """A class, and those of its applications that a batch has touched, as they were read and as they are now."""

    stored: Stored[Class]
    class_: Class
    read: dict[str, Stored[Application]] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    holders: dict[str, Stored[Holder]] = field(default_factory=dict)
    events: list[ClassEvent] = field(default_factory=list)

    def add(self, found: Sequence[Stored[Application]]) -> None:
        for stored in found:
            if stored.key not in self.read:
                self.read[stored.key] = stored
                self.applications[stored.key] = stored.value

    @property
    def changed(self) -> list[str]:
        return [key for key, value in self.applications.items() if value != self.read[key].value]


class Changes:
    def __init__(
        self,
        database: Database,
        classes: Entities[Class],
        applications: Entities[Application],
        holders: Entities[Holder],
    ) -> None:
        self._client = database.client
        self._classes = classes
        self._applications = applications
        self._holders = holders
        self._batchers: WeakValueDictionary[str, Batcher[Question, Answer]] = WeakValueDictionary()
        self._remembered: dict[str, Stored[Class]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def change(self, class_: str, question: Question) -> Answer:
        """Raises what the verb raises, Missing, or Conflict("BUSY") after many lost races."""

        async def ask(questions: Sequence[Question]) -> Sequence[Answer | Exception]:
            return await self._together(class_, questions)

        batcher = self._batchers.get(class_)
        if batcher is None:
            batcher = self._batchers[class_] = Batcher(ask)
        return await batcher.answer(question)

    async def _together(self, class_: str, questions: Sequence[Question]) -> Sequence[Answer | Exception]:
        # A batch that follows a slow one waits for it, so that a process never races against itself.
        async with self._locks.setdefault(class_, asyncio.Lock()):
            return await self._decided(class_, questions)

    async def _decided(self, class_: str, questions: Sequence[Question]) -> Sequence[Answer | Exception]:
        for attempt in range(_TRIES):
            stored = self._remembered.pop(class_, None) or await self._class(class_)
            desk = _Desk(stored, stored.value)
            answers = await self._decide(desk, questions)
            if await self._write(desk):
                return [self._answer(desk, each) for each in answers]
            await asyncio.sleep(random.uniform(0, 0.002 * 2 ** min(attempt, 7)))  # noqa: S311 - jitter
        raise Conflict("BUSY")

    async def _class(self, key: str) -> Stored[Class]:
        found = await self._classes.stored({"_id": key})
        if not found:
            raise Missing("CLASS_NOT_FOUND")
        return found[0]

    async def _decide(self, desk: _Desk, questions: Sequence[Question]) -> list[str | Exception]:
        """For each question the key of its application, or why it is refused: one refusal harms no other."""
        moment = now()
        desk.class_, events = settling.advance(desk.class_, moment)
        desk.events += events
        await self._read(desk, questions)
        answers: list[str | Exception] = []
        for question in questions:
            try:
                answers.append(self._apply(desk, question))
            except Exception as problem:
                answers.append(problem)
        words = [
            question.draw_word
            for question, answer in zip(questions, answers, strict=True)
            if question.draw_word is not None and isinstance(answer, str)
        ]
        await self._settle(desk, moment, words[0] if words else None)
        return answers

    def _apply(self, desk: _Desk, question: Question) -> str:
        nobody = fresh(desk.class_.id, "")
        if question.application and question.application not in desk.applications:
            raise Missing("APPLICATION_NOT_FOUND")
        before = desk.applications.get(question.application, nobody)
        stored = desk.holders.get(before.person)
        holder = stored.value if stored else Holder(before.person)
        desk.class_, after, events = question.verb(desk.class_, before, self._current(desk, before, holder))
        desk.events += events
        if question.application:
            desk.applications[question.application] = after
        return question.application

    def _current(self, desk: _Desk, before: Application, holder: Holder) -> Holder:
        """The holder with what this batch has changed already."""
        read = desk.read.get(before.id)
        return self._held(desk, holder, read.value, before, now()) if read and read.value != before else holder

    async def _read(self, desk: _Desk, questions: Sequence[Question]) -> None:
        keys = {question.application for question in questions if question.application}
        people = {question.person for question in questions if question.person}
        if keys:
            found, _ = await asyncio.gather(
                self._applications.stored({"_id": {"$in": sorted(keys)}, "class_": desk.class_.id}),
                self._read_holders(desk, people),
            )
            desk.add(found)
            for person in people:
                key = key_of(desk.class_.id, person)
                if key in keys and key not in desk.applications:
                    desk.add([Stored(key, 0, fresh(desk.class_.id, person))])

    async def _read_holders(self, desk: _Desk, people: set[str]) -> None:
        missing = sorted(people - desk.holders.keys() - {""})
        if missing:
            found = {each.key: each for each in await self._holders.stored({"_id": {"$in": missing}})}
            for person in missing:
                desk.holders[person] = found.get(person) or Stored(person, 0, Holder(person))

    async def _settle(self, desk: _Desk, moment: datetime, word: str | None) -> None:
        if word is not None:
            await self._step(desk, Wanted(Task.DRAW, settling.DRAWN_FROM, limit=0), moment, word)
        if lapsing := settling.lapsing(desk.class_, moment):
            await self._step(desk, lapsing, moment)
        while wanted := settling.wanted(desk.class_, moment):
            if len(desk.applications) >= _MOST_SETTLED or not await self._step(desk, wanted, moment):
                break
        rest = settling.wanted(desk.class_, moment) is not None
        look = moment if rest else next_look(desk.class_, moment)
        unchanged = desk.class_ == desk.stored.value and not desk.changed
        if not unchanged or (desk.class_.settle_at or moment) <= moment:
            desk.class_ = replace(desk.class_, settle_at=look)

    async def _step(self, desk: _Desk, wanted: Wanted, moment: datetime, word: str = "") -> bool:
        """False where nothing was found to do."""
        chosen = await self._chosen(desk, wanted)
        before = desk.class_
        desk.class_, changed = settling.settle(desk.class_, wanted.task, chosen, moment, word)
        for application in changed:
            desk.applications[application.id] = application
        return bool(changed) or desk.class_ != before

    async def _chosen(self, desk: _Desk, wanted: Wanted) -> list[Application]:
        """The first by rank, as they are now: those of the store and those that this batch has changed."""
        condition: dict[str, Any] = {"class_": desk.class_.id, "state": {"$in": list(wanted.states)}}
        if wanted.due_before:
            condition["until"] = {"$lte": wanted.due_before}
        limit = wanted.limit + len(desk.applications) if wanted.limit else 0
        desk.add(await self._applications.stored(condition, (("rank", 1), ("_id", 1)), limit))
        fitting = [
            each
            for each in desk.applications.values()
            if each.state in wanted.states
            and (wanted.due_before is None or (each.until is not None and each.until <= wanted.due_before))
        ]
        fitting.sort(key=lambda each: (each.rank, each.id))
        return fitting[: wanted.limit or None]

    async def _write(self, desk: _Desk) -> bool:
        changed = desk.changed
        if desk.class_ == desk.stored.value and not changed:
            self._remember(desk.stored)
            return True
        people = {self._person(desk, key) for key in changed}
        await self._read_holders(desk, people)
        moment = now()
        writes = [Write(self._classes, desk.stored, desk.class_, desk.events)]
        for key in changed:
            read, after = desk.read[key], desk.applications[key]
            events = application_events.changes(read.value, after, desk.class_, moment)
            writes.append(Write(self._applications, read, after, events))
            person = self._person(desk, key)
            if person and after.person:
                holder = desk.holders[person]
                value = self._held(desk, holder.value, read.value, after, moment)
                if value != holder.value:
                    writes.append(Write(self._holders, holder, value))
        if not await commit(self._client, writes):
            return False
        if not desk.events:
            self._remember(Stored(desk.class_.id, desk.stored.revision + 1, desk.class_))
        return True

    def _held(self, desk: _Desk, holder: Holder, before: Application, after: Application, moment: datetime) -> Holder:
        commitment = Commitment(desk.class_.id, desk.class_.details.term, desk.class_.times)
        return held(holder, before, after, commitment, moment)

    def _person(self, desk: _Desk, key: str) -> str:
        return desk.read[key].value.person or desk.applications[key].person

    def _remember(self, stored: Stored[Class]) -> None:
        if len(self._remembered) >= _REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[stored.key] = stored

    def _answer(self, desk: _Desk, answer: str | Exception) -> Answer | Exception:
        if isinstance(answer, Exception):
            return answer
        return Answer(desk.class_, desk.applications.get(answer))
