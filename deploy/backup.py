"""`make backup TO=directory`: everything a running Ieum holds, as it was at one moment, without stopping it.

All databases are read in one snapshot. The streams are read after it and cut where the snapshot ends: an event of a
change that came later is left out; one that is earlier and not yet published still stands on its document. Where
consumers were, and their dead letters, are not kept: after a restore each service hears its streams from the start,
which changes nothing that it knows already. The keys lie in `secrets/`, apart and for their owner only.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import bson
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import NotFoundError
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure, PyMongoError

from deploy import archive, ready
from deploy.admin import environment
from deploy.archive import Manifest, Progress
from services.chassis.config import Settings
from services.chassis.events import bus
from services.chassis.events.bus import Bus
from services.registry import SERVICES

Client = AsyncMongoClient[dict[str, Any]]
_BATCH = 500
_WINDOW = "minSnapshotHistoryWindowInSeconds"
_LONGEST_SECONDS = 6 * 3600


async def back_up(settings: Settings, to: Path, say: Callable[[str], None] = lambda _: None) -> Manifest:
    """Appears under its name when it is whole."""
    part = to.with_name(f"{to.name}.part-{secrets.token_hex(4)}")
    part.mkdir(parents=True, mode=0o700)
    try:
        async with (
            Client(settings.mongo_url, tz_aware=True) as client,
            bus.connect(settings.nats_url, "backup", prefix=settings.prefix) as events,
            _kept_snapshots(client),
            client.start_session(snapshot=True) as session,
        ):
            manifest = await _save(client, session, events, settings.prefix, part, archive.Progress(say))
        _keep_secrets(settings.secrets, part / "secrets")
        archive.write_manifest(part, manifest)
        part.rename(to)
    except BaseException:
        shutil.rmtree(part)
        raise
    return manifest


async def _save(
    client: Client, session: AsyncClientSession, events: Bus, prefix: str, to: Path, progress: Progress
) -> Manifest:
    packages = {service: f"ieum.{service}.v1" for service in SERVICES}
    before = {service: await _last_of(events, package) for service, package in packages.items()}
    ours = sorted(name for name in await client.list_database_names() if name.startswith(f"{prefix}ieum_"))
    # The first read of the session says which moment all of its reads are of.
    await client[f"{prefix}ieum_people"]["people"].find_one({}, {"_id": 1}, session=session)
    last = {service: await _last_of(events, package) for service, package in packages.items()}
    files: dict[str, Mapping[str, Any]] = {}
    collections: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for database in ours:
        collections[database] = {}
        for name in sorted(await client[database].list_collection_names(filter={"type": "collection"})):
            path = archive.collection_file(database, name)
            files[str(path)] = await archive.write(to, path, _documents(client, database, name, session), progress)
            collections[database][name] = [dict(index) async for index in await client[database][name].list_indexes()]
    for service, package in packages.items():
        cut = Cut(client[f"{prefix}ieum_{service}"], session, before[service])
        path = archive.stream_file(service)
        files[str(path)] = await archive.write(to, path, _events(events, package, last[service], cut), progress)
    return Manifest(datetime.now(UTC).isoformat(), prefix, collections, tuple(packages), files)


class Cut:
    """Whether an event belongs to the snapshot. What the stream held before the snapshot began certainly does."""

    def __init__(self, database: Any, session: AsyncClientSession, before: int) -> None:
        self._database = database
        self._session = session
        self._before = before

    async def holds(self, number: int, identity: str) -> bool:
        if number <= self._before:
            return True
        collection, _, rest = identity.partition("/")
        key, revision, _ = rest.rsplit("/", 2)
        found = await self._database[collection].find_one({"_id": key}, {"revision": 1}, session=self._session)
        return found is not None and int(revision) <= found["revision"]


async def _documents(
    client: Client, database: str, collection: str, session: AsyncClientSession
) -> AsyncIterator[bytes]:
    raw: AsyncCollection[Any] = client[database].get_collection(collection, archive.RAW)
    async for document in raw.find(session=session):
        yield document.raw


async def _events(events: Bus, package: str, last: int, cut: Cut) -> AsyncIterator[bytes]:
    if not last:
        return
    config = ConsumerConfig(name=f"backup-{secrets.token_hex(4)}", ack_policy=AckPolicy.NONE, inactive_threshold=60)
    stream = events.stream(package)
    made = await events.jetstream.add_consumer(stream, config)
    subscription = await events.jetstream.pull_subscribe_bind(consumer=made.name, stream=stream)
    number = 0
    while number < last:
        for message in await subscription.fetch(_BATCH, timeout=30):
            number = message.metadata.sequence.stream
            headers = message.headers or {}
            if number <= last and await cut.holds(number, headers.get("ce-id", "")):
                yield bson.encode({"subject": message.subject, "headers": headers, "data": message.data})
    await subscription.unsubscribe()


async def _last_of(events: Bus, package: str) -> int:
    try:
        return (await events.jetstream.stream_info(events.stream(package))).state.last_seq
    except NotFoundError:
        return 0


@asynccontextmanager
async def _kept_snapshots(client: Client) -> AsyncIterator[None]:
    """By default MongoDB forgets a snapshot after five minutes. Where we may not ask for more, that has to do."""
    try:
        was = (await client.admin.command({"getParameter": 1, _WINDOW: 1}))[_WINDOW]
        await client.admin.command({"setParameter": 1, _WINDOW: max(_LONGEST_SECONDS, was)})
    except OperationFailure:
        yield
        return
    try:
        yield
    finally:
        with suppress(PyMongoError):
            await client.admin.command({"setParameter": 1, _WINDOW: was})


def _keep_secrets(directory: Path, to: Path) -> None:
    to.mkdir(mode=0o700)
    for key in sorted(directory.iterdir()):
        if key.is_file() and not key.name.endswith(".part"):
            with archive.for_its_owner(to / key.name) as copy:
                copy.write(key.read_bytes())


def main() -> int:
    to = Path(sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else f"backup-{datetime.now():%Y-%m-%d-%H%M%S}")
    os.environ.update(environment(os.environ))
    if to.exists():
        print(f"{to} exists already. Name a new directory: make backup TO=...", file=sys.stderr)
        return 1
    try:
        manifest = asyncio.run(_checked(Settings(), to))
    except (PyMongoError, NatsError, OSError) as error:
        print(f"The backup was given up ({error!r}). Is Ieum running? Start it, then try again.", file=sys.stderr)
        return 1
    documents = sum(line["documents"] for line in manifest.files.values())
    print(f"{to}: {documents} documents and events of {manifest.made}, every file with its checksum.")
    print(f"{to / 'secrets'} holds the keys: without them nobody can sign in and statistics cannot be continued.")
    print("Whoever has both can read everything: keep the keys apart from the rest, and both away from this machine.")
    return 0


async def _checked(settings: Settings, to: Path) -> Manifest:
    await ready.replica_set_answers(settings.mongo_url)
    await ready.jetstream_answers(settings.nats_url)
    return await back_up(settings, to, partial(print, flush=True))


if __name__ == "__main__":
    sys.exit(main())
