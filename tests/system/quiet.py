"""When a system has nothing left to do: all changes are announced, and all that was announced is handled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

from nats.errors import Error as NatsError
from pymongo import AsyncMongoClient

from services.chassis.events.bus import Bus
from services.registry import CONSUMERS, SERVICES

Client = AsyncMongoClient[dict[str, Any]]


async def until_quiet(client: Client, events: Bus, within: float = 60) -> list[str]:
    """What is still under way after `within` seconds: nothing, if all is well."""
    deadline = monotonic() + within
    while (left := await under_way(client, events)) and monotonic() < deadline:
        await asyncio.sleep(0.1)
    return left


async def under_way(client: Client, events: Bus) -> list[str]:
    """A line for each thing that is still to be done.

    What a service handles may change its documents, and what it then announces may change others'. So consumers are
    looked at first and documents afterwards, and no stream may have grown meanwhile: a consumer that was idle is then
    idle still, and nobody writes a document any more.
    """
    before = await _lengths(events)
    lines = [line async for line in _unheard(events)]
    lines += [line async for line in _unannounced(client)]
    after = await _lengths(events)
    lines += [f"stream {name} grew to {length}" for name, length in after.items() if length != before[name]]
    return lines


async def _lengths(events: Bus) -> dict[str, int]:
    """The last sequence number of each service's stream, -1 where a stream does not answer."""
    lengths: dict[str, int] = {}
    for service in SERVICES:
        try:
            info = await events.jetstream.stream_info(events.stream(f"ieum.{service}.v1"))
            lengths[service] = info.state.last_seq
        except NatsError:
            lengths[service] = -1
    return lengths


async def _unheard(events: Bus) -> AsyncIterator[str]:
    for service, consumers in CONSUMERS.items():
        try:
            infos = await events.jetstream.consumers_info(events.stream(f"ieum.{service}.v1"))
        except NatsError as error:
            yield f"stream {service}: {error!r}"
            continue
        durable = [each for each in infos if each.config.durable_name]
        if len(durable) < consumers:
            yield f"stream {service} has {len(durable)} of {consumers} consumers"
        for each in durable:
            if each.num_pending or each.num_ack_pending:
                yield f"{each.name} has to hear {each.num_pending} and finish {each.num_ack_pending} of {service}"


async def _unannounced(client: Client) -> AsyncIterator[str]:
    for service in SERVICES:
        database = client[f"ieum_{service}"]
        for name in await database.list_collection_names():
            if count := await database[name].count_documents({"due": {"$exists": True}}):
                yield f"{count} of {service}.{name} still to be announced"
