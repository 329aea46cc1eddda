"""Opens evaluations when classes end and courses are completed, asks whoever took part, and counts the answers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial

from services.chassis.clock import new_id, now
from services.chassis.observability import trace
from services.surveys.domain import evaluation as rules
from services.surveys.domain import sealing
from services.surveys.domain.evaluation import Ask, Comment, Evaluation, Subject
from services.surveys.domain.questionnaire import Answers, Kind, unpacked
from services.surveys.domain.sealing import Opener, WrongHalves
from services.surveys.messages.evaluations import evaluation_key_of
from services.surveys.store import Store
from services.surveys.store.evaluations import ask_key
from services.surveys.store.key_files import KeyFiles

_LAST_ANSWERS = timedelta(seconds=30)
"""Answers that came in time may still be on their way to the database."""


class Evaluator:
    def __init__(self, store: Store, key_files: KeyFiles, zone: tzinfo) -> None:
        self._store = store
        self._key_files = key_files
        self._zone = zone

    async def run(self) -> None:
        """Safe to repeat, and at the same time in several processes."""
        await self.open_due(now())
        for evaluation in await self._store.evaluations.open():
            await self.ask(evaluation, now())
            if evaluation.closes_at and evaluation.closes_at + _LAST_ANSWERS <= now():
                await self.count(evaluation)
        for evaluation in await self._store.evaluations.uncleared():
            await self.clear(evaluation)

    async def open_due(self, at: datetime) -> None:
        for kind in Kind:
            after, until = rules.ended_within(kind, at)
            async for subject, ended_at in self._store.copies.ended_classes(after, until):
                await self._open(kind, subject, ended_at)
            for subject in await self._store.copies.completed_courses(after, until):
                await self._open(kind, subject, _end_of(subject.month, self._zone))

    async def _open(self, kind: Kind, subject: Subject, ended_at: datetime) -> None:
        key = evaluation_key_of(kind, subject)
        if await self._store.evaluations.find(key):
            return
        pair, file = await asyncio.to_thread(sealing.new_key), f"{key}.{new_id()}"
        # The file first: an evaluation without it could never be counted.
        await asyncio.to_thread(self._key_files.write, file, pair.filed)
        wanted = Evaluation(
            key,
            kind,
            subject,
            closes_at=rules.window(kind, ended_at)[1],
            public_key=pair.public,
            key_half=pair.stored,
            key_file=file,
        )
        created = await self._store.evaluations.create(key, partial(rules.create, wanted=wanted, now=now()))
        if created.key_file != file:  # another process was first
            await asyncio.to_thread(self._key_files.destroy, file)

    async def ask(self, evaluation: Evaluation, at: datetime) -> None:
        """Also whoever is entered on the attendance list late."""
        known = await self._store.evaluations.asked(evaluation.id)
        for person, until in await self._took_part(evaluation, at):
            if person not in known and at < until:
                wanted = Ask(ask_key(evaluation.id, person), evaluation.id, person, until)
                verb = partial(rules.ask, wanted=wanted, evaluation=evaluation, now=at)
                await self._store.evaluations.ask(wanted, verb)

    async def _took_part(self, evaluation: Evaluation, at: datetime) -> list[tuple[str, datetime]]:
        """Who, and until when they may answer."""
        kind, subject, copies = evaluation.kind, evaluation.subject, self._store.copies
        if subject.class_:
            return [(each, evaluation.closes_at or at) for each in await copies.attendants(subject.class_)]
        after, until = rules.ended_within(kind, at)
        completed = await copies.completers(subject.course, subject.month, after, until)
        return [(person, rules.window(kind, completed_at)[1]) for person, completed_at in completed]

    async def count(self, evaluation: Evaluation) -> None:
        """All answers at once, in memory; one write without anything of who gave them. Killed in between, it is done
        again."""
        half = await asyncio.to_thread(self._key_files.read, evaluation.key_file)
        try:
            opener = Opener(evaluation.key_half, half or b"")
        except WrongHalves:
            trace.log().error("the key file of an evaluation is lost", evaluation=evaluation.id)
            await self._store.evaluations.change(evaluation.id, rules.void)
        else:
            asked = len(await self._store.evaluations.asked(evaluation.id))
            sealed = await self._store.evaluations.answers.sealed(evaluation.id)
            answers = await asyncio.to_thread(lambda: [unpacked(opener.open_content(each)) for each in sealed])
            comments = _detached(answers)
            verb = partial(rules.finish, asked=asked, answers=answers, comments=comments, now=now())
            await self._store.evaluations.change(evaluation.id, verb)
        await self.clear(evaluation)

    async def clear(self, evaluation: Evaluation) -> None:
        """Safe to repeat. The key goes first: without it the answers are noise. Who was asked is no longer needed."""
        await asyncio.to_thread(self._key_files.destroy, evaluation.key_file)
        await self._store.evaluations.answers.drop(evaluation.id)
        await self._store.evaluations.drop_asks(evaluation.id)
        await self._store.evaluations.change(evaluation.id, rules.clear)


def _detached(answers: Sequence[Answers]) -> list[Comment]:
    """In an order that has nothing to do with that of the answers."""
    texts = [each.comment for each in answers if each.comment]
    random.SystemRandom().shuffle(texts)
    return [Comment(new_id(), text) for text in texts]


def _end_of(month: str, zone: tzinfo) -> datetime:
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=zone)
    return (first + timedelta(days=32)).replace(day=1).astimezone(UTC)
