"""Events of version 0.1 said who was erased beside the pseudonym, and gave answers in the open. They are replaced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from ieum.people.v1.events_pb2 import EqualityAnswersGiven, PersonErased
from services.chassis.events.bus import Bus, Stored
from services.chassis.observability.traceparent import HEADER
from services.chassis.sealed_answers import AnswersSeal, Numbers
from services.chassis.store.mongo import Database

_PACKAGE = "ieum.people.v1"
_MARK = {"_id": "events of version 0.1"}


class OldEvents:
    def __init__(self, database: Database, bus: Bus, pseudonym_key: bytes) -> None:
        self._guards = database["guards"]
        self._bus = bus
        self._seal = AnswersSeal(pseudonym_key)

    async def replace(self) -> None:
        """Goes through what the stream got since the last start. Safe to repeat, and to be cut off."""
        kinds: dict[type[Message], Callable[[Any], Message]] = {
            EqualityAnswersGiven: self._sealed,
            PersonErased: _without_pseudonym,
        }
        mark = await self._guards.find_one(_MARK) or {"number": 0}
        end = mark["number"]
        for kind, closed in kinds.items():
            number, subject = mark["number"] + 1, f"{kind.DESCRIPTOR.full_name}.>"
            while stored := await self._bus.stored(_PACKAGE, number, subject):
                event = kind.FromString(stored.data)
                if (data := closed(event).SerializeToString()) != stored.data:
                    await self._replace(stored, data)
                number, end = stored.number + 1, max(end, stored.number)
        await self._guards.update_one(_MARK, {"$set": {"number": end}}, upsert=True)

    async def _replace(self, stored: Stored, data: bytes) -> None:
        identity = f"{stored.headers.get('ce-id', '')}-closed"
        trace = stored.headers.get(HEADER, "")
        subject = stored.subject[stored.subject.index(_PACKAGE) :]
        await self._bus.publish(subject, stored.headers["ce-type"], identity, data, trace)
        await self._bus.take_out(_PACKAGE, stored.number)

    def _sealed(self, event: EqualityAnswersGiven) -> Message:
        if event.sealed:
            return event
        given = Numbers(event.birth_year, event.sex, tuple(event.groups), event.groups_answered)
        sealed = self._seal.close(event.pseudonym, given)
        return EqualityAnswersGiven(pseudonym=event.pseudonym, sealed=sealed, revision=event.revision, time=event.time)


def _without_pseudonym(event: PersonErased) -> Message:
    event.DiscardUnknownFields()
    return event
