"""A full copy of all databases and streams, as somebody finds it in a backup without its keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.descriptor_pool import Default
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from nats.js.errors import NotFoundError

from services.chassis.config import Settings
from services.chassis.events.bus import Bus
from services.chassis.store import mongo
from services.registry import SERVICES

Document = dict[str, Any]


@dataclass
class FullCopy:
    databases: dict[str, list[Document]] = field(default_factory=dict)
    """By "service.collection"."""
    events: list[tuple[str, Message, bytes]] = field(default_factory=list)
    """Subject, what its type says of it, and its bytes."""

    def places_of(self, wanted: object) -> list[str]:
        """Where a value or a part of a text stands, in fields of documents and events and in the bytes of events."""
        found = [place for place, rows in self.databases.items() if any(_holds(row, wanted) for row in rows)]
        for subject, event, data in self.events:
            fields = MessageToDict(event, preserving_proto_field_name=True, use_integers_for_enums=True)
            raw = str(wanted).encode()
            if _holds(fields, wanted) or (isinstance(wanted, str) and (wanted in subject or raw in data)):
                found.append(event.DESCRIPTOR.full_name)
        return sorted(set(found))

    def rows(self, place: str) -> list[Document]:
        return self.databases.get(place, [])


async def copy_of(settings: Settings, bus: Bus) -> FullCopy:
    copy = FullCopy()
    async with mongo.connect(settings.mongo_url) as client:
        for service in SERVICES:
            database = client[f"{settings.prefix}ieum_{service}"]
            for name in await database.list_collection_names():
                rows = await database[name].find({}).hint("_id_").to_list()
                copy.databases[f"{service}.{name}"] = rows
    for service in SERVICES:
        copy.events += [event async for event in _events(bus, f"ieum.{service}.v1")]
    return copy


async def _events(bus: Bus, package: str) -> Any:
    try:
        last = (await bus.jetstream.stream_info(bus.stream(package))).state.last_seq
    except NotFoundError:
        return
    number = 1
    while number <= last and (stored := await bus.stored(package, number)):
        kind = GetMessageClass(Default().FindMessageTypeByName(stored.headers["ce-type"]))
        yield stored.subject, kind.FromString(stored.data), stored.data
        number = stored.number + 1


def _holds(value: object, wanted: object) -> bool:
    if isinstance(value, Mapping):
        return any(_holds(each, wanted) for each in _parts(value))
    if isinstance(value, list | tuple):
        return any(_holds(each, wanted) for each in value)
    if isinstance(value, bytes):
        return isinstance(wanted, str) and wanted.encode() in value
    if isinstance(value, str) and isinstance(wanted, str):
        return wanted in value
    return type(value) is type(wanted) and value == wanted


def _parts(mapping: Mapping[str, Any]) -> Iterator[object]:
    yield from mapping
    yield from mapping.values()
