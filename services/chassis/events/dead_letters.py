"""Events that a service could not handle: kept aside with what was wrong until somebody has mended it, then handed to
that service's handler once more. One leaves only after the handler said yes, so a replay is safe to repeat."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from google.protobuf import symbol_database
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError

from services.chassis.errors import Missing
from services.chassis.events.bus import Bus, Stored

STREAM = "deadletters"
_ANSWER_SECONDS = 20.0
_DURABLE, _PACKAGE, _SUBJECT, _ERROR = "ieum-durable", "ieum-package", "ieum-subject", "ieum-error"


@dataclass(frozen=True)
class DeadLetter:
    number: int
    time: datetime
    """When it was given up."""
    durable: str
    """The service that could not handle it."""
    package: str
    type: str
    subject: str
    error: str
    headers: Mapping[str, str]
    data: bytes


def headers(given: Mapping[str, str], durable: str, package: str, subject: str, error: Exception) -> dict[str, str]:
    # As JSON, because a header holds ASCII.
    return {**given, _DURABLE: durable, _PACKAGE: package, _SUBJECT: subject, _ERROR: json.dumps(said(error))}


def said(error: Exception) -> str:
    """An error in one short line."""
    return " ".join(repr(error).split())[:500]


def replays(durable: str, package: str) -> str:
    """Where a service takes back what it could not handle of a package."""
    return f"replay.{durable}.{package}"


def read(stored: Stored) -> DeadLetter:
    given = stored.headers
    return DeadLetter(
        number=stored.number,
        time=stored.time,
        durable=given.get(_DURABLE, ""),
        package=given.get(_PACKAGE, ""),
        type=given.get("ce-type", ""),
        subject=given.get(_SUBJECT, ""),
        error=json.loads(given.get(_ERROR, '""')),
        headers=given,
        data=stored.data,
    )


async def all_of(bus: Bus, after: int = 0) -> AsyncIterator[DeadLetter]:
    """Oldest first."""
    while stored := await bus.stored(STREAM, after + 1):
        yield read(stored)
        after = stored.number


async def some_of(bus: Bus, after: int, most: int) -> AsyncIterator[DeadLetter]:
    """The first `most` of those with a higher number than `after`."""
    if most <= 0:
        return
    async for letter in all_of(bus, after):
        yield letter
        most -= 1
        if not most:
            return


async def get(bus: Bus, number: int) -> DeadLetter:
    stored = await bus.stored(STREAM, number) if number > 0 else None
    if stored is None or stored.number != number:
        raise Missing("DEAD_LETTER_NOT_FOUND", number=number)
    return read(stored)


async def replay(bus: Bus, letter: DeadLetter) -> str:
    """Nothing where it is handled now and gone; else what is still wrong. Raises Unavailable while nobody is there."""
    answer = await bus.ask(replays(letter.durable, letter.package), letter.data, letter.headers, _ANSWER_SECONDS)
    if not answer:
        await bus.take_out(STREAM, letter.number)
    return answer.decode()


def decoded(letter: DeadLetter) -> Mapping[str, object] | None:
    """The event's fields; None where it cannot be read, which may be why it is here."""
    try:
        import_module(f"{letter.type.rpartition('.')[0]}.events_pb2")
        kind = symbol_database.Default().GetSymbol(letter.type)
        return MessageToDict(kind.FromString(letter.data))
    except (ImportError, KeyError, ValueError, DecodeError):
        return None
