"""`rebuild`: all facts anew from the event streams, to the same numbers. Releases, files and loaded tables stay.

The service must be stopped meanwhile: its durable consumers are left as they are, so afterwards it goes on where it
was, and hears nothing twice that would matter.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from typing import Any

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import NotFoundError, ServiceUnavailableError

from services.chassis.config import Settings
from services.chassis.events import bus
from services.chassis.events.bus import BatchHandler, Bus, Handlers
from services.chassis.store import mongo
from services.statistics.facts.events import Listener
from services.statistics.facts.store import Facts

BATCH = 500


def rebuild() -> dict[str, Any]:
    return asyncio.run(_rebuild(Settings()))


async def _rebuild(settings: Settings) -> dict[str, Any]:
    async with (
        mongo.connect(settings.mongo_url) as client,
        bus.connect(settings.nats_url, "rebuild", prefix=settings.prefix) as events,
    ):
        facts = Facts(client[f"{settings.prefix}ieum_statistics"], settings.pseudonym_key, settings.zone)
        with mongo.without_deadline():
            await facts.prepare()
        await facts.forget_all()
        listener = Listener(facts, settings.pseudonym_key, settings.zone)
        read = {package: await _replay(events, package, heard) for package, heard in listener.handlers().items()}
        return {"events": read, "facts": await facts.facts.estimated_document_count()}


async def _replay(events: Bus, package: str, heard: Handlers | BatchHandler) -> int:
    """Every event of a stream, in order, each once."""
    kinds = {kind.DESCRIPTOR.full_name: kind for kind in (heard.kinds if isinstance(heard, BatchHandler) else heard)}
    stream = events.stream(package)
    try:
        info = await events.jetstream.add_consumer(
            stream,
            ConsumerConfig(name=f"rebuild-{secrets.token_hex(4)}", ack_policy=AckPolicy.NONE, inactive_threshold=60),
        )
    except NotFoundError:
        return 0
    subscription = await events.jetstream.pull_subscribe_bind(consumer=info.name, stream=stream)
    waiting = read = info.num_pending or 0
    while waiting > 0:
        batch = await _fetch(subscription, min(BATCH, waiting))
        waiting -= len(batch)
        named = [((message.headers or {}).get("ce-type", ""), message.data) for message in batch]
        found = [kinds[name].FromString(data) for name, data in named if name in kinds]
        if isinstance(heard, BatchHandler):
            await heard.handle(found)
        else:
            for event in found:
                await heard[type(event)](event)
        print(f"{package}: {waiting} to go", file=sys.stderr, flush=True)
    await subscription.unsubscribe()
    return read


async def _fetch(subscription: JetStreamContext.PullSubscription, most: int) -> list[Msg]:
    """In a cluster of brokers a moment passes until all of them know of a new consumer; until then it is not there."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await subscription.fetch(most, timeout=10)
            except ServiceUnavailableError:
                await asyncio.sleep(0.05)
