"""`make restore FROM=directory ERASURES=file`: a backup into an empty system, which must not be running. `make run`
starts it afterwards.

The stores are started for it, filled, and every count compared with the backup's. Whoever was erased since the backup
was made is erased again: the ledger of erasures names them, a file that the people service keeps outside the databases.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nats.errors import Error as NatsError
from nats.js.api import PubAck
from nats.js.errors import NotFoundError
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from deploy import archive, ready
from deploy.archive import CannotRestore, Manifest, Progress
from deploy.local import profile, running
from deploy.place import CannotStart, Place
from deploy.processes import Process
from services.chassis.config import Settings
from services.chassis.events import bus
from services.chassis.events.bus import Bus
from services.registry import SERVICES

Client = AsyncMongoClient[dict[str, Any]]
NO_LEDGER = "none"


async def restore(settings: Settings, source: Path, manifest: Manifest, progress: Progress) -> None:
    """Refuses what is not empty."""
    async with (
        Client(settings.mongo_url, w="majority", journal=True) as client,
        bus.connect(settings.nats_url, "restore", prefix=settings.prefix, replicas=settings.stream_replicas) as events,
    ):
        await _refuse_unless_empty(client, events, manifest)
        for database, collections in manifest.collections.items():
            for name, indexes in collections.items():
                await _fill(client, database, name, indexes, source, manifest, progress)
        repeats = {service: await _publish(events, service, source, manifest, progress) for service in manifest.streams}
        wrong = [line async for line in _differences(client, events, manifest, repeats)]
    if wrong:
        raise CannotRestore("The restored system differs from its backup:\n" + "\n".join(wrong))


async def _refuse_unless_empty(client: Client, events: Bus, manifest: Manifest) -> None:
    full = [
        f"{database}.{name}"
        for database, collections in manifest.collections.items()
        for name in collections
        if await client[database][name].find_one({}, {"_id": 1})
    ]
    full += [f"stream {service}" for service in manifest.streams if await _length(events, service)]
    if full:
        raise CannotRestore(
            f"This Ieum is not empty ({', '.join(full[:3])}{' ...' if len(full) > 3 else ''}). Nothing was changed. "
            "Restore into an empty one: IEUM_DATA=/another/directory make restore FROM=..."
        )


async def _fill(
    client: Client,
    database: str,
    name: str,
    indexes: list[dict[str, Any]],
    source: Path,
    manifest: Manifest,
    progress: Progress,
) -> None:
    await client[database].create_collection(name, check_exists=False)
    specifications = [{k: v for k, v in index.items() if k not in ("v", "ns")} for index in indexes]
    wanted = [index for index in specifications if index["name"] != "_id_"]
    collection = client[database].get_collection(name, archive.RAW)
    path, count = archive.collection_file(database, name), 0
    for batch in archive.read(source, path):
        await collection.insert_many(batch, ordered=False)
        count += len(batch)
        progress.reached(path, count, manifest.count(path))
    if wanted:
        await client[database].command("createIndexes", name, indexes=wanted)
    progress.done(path, count)


async def _publish(events: Bus, service: str, source: Path, manifest: Manifest, progress: Progress) -> int:
    """In the old order. Returns how many the broker knew already: an event that was once published twice."""
    await events.ensure_stream(f"ieum.{service}.v1")
    path, count, repeats = archive.stream_file(service), 0, 0
    for batch in archive.read(source, path):
        asked: list[asyncio.Future[PubAck]] = [
            await events.jetstream.publish_async(each["subject"], each["data"], headers=dict(each["headers"]))
            for each in batch
        ]
        async with asyncio.timeout(60):
            stored = [await each for each in asked]
        repeats += sum(1 for each in stored if each.duplicate)
        count += len(batch)
        progress.reached(path, count, manifest.count(path))
    progress.done(path, count)
    return repeats


async def _differences(client: Client, events: Bus, manifest: Manifest, repeats: dict[str, int]) -> AsyncIterator[str]:
    for database, collections in manifest.collections.items():
        for name in collections:
            expected = manifest.count(archive.collection_file(database, name))
            if (there := await client[database][name].count_documents({})) != expected:
                yield f"{database}.{name}: {there} documents instead of {expected}"
    for service in manifest.streams:
        expected = manifest.count(archive.stream_file(service)) - repeats[service]
        if (there := await _length(events, service)) != expected:
            yield f"stream {service}: {there} events instead of {expected}"


async def _length(events: Bus, service: str) -> int:
    try:
        return (await events.jetstream.stream_info(events.stream(f"ieum.{service}.v1"))).state.messages
    except NotFoundError:
        return 0


def restore_secrets(source: Path, to: Path) -> None:
    """Keys that are there already must be the same: others would not fit what is restored."""
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    for key in sorted((source / "secrets").iterdir()):
        if key.is_symlink() or not key.is_file():
            raise CannotRestore(f"{key} is no file. The keys of a backup are files; look how it came there.")
        target = to / key.name
        if target.exists() and target.read_bytes() != key.read_bytes():
            raise CannotRestore(f"{target} is another key than the backup's. Move {to} away, then try again.")
        target.touch(mode=0o600)
        shutil.copyfile(key, target)


def ledger_to_apply(given: str, kept: Path) -> Path | None:
    """The ledger as `kept` from now on, with what the `given` one says; None where there is none and that was said."""
    if given == NO_LEDGER:
        return None
    source = Path(given) if given else kept
    if not source.is_file():
        raise CannotRestore(
            f"{source} is no ledger of erasures, which names whoever was erased since the backup was made: without "
            "it they come back. Name that of the Ieum that the backup is of, ERASURES=/its/.ieum/erasures. Where it is "
            f"lost, or nobody ever was erased: ERASURES={NO_LEDGER}"
        )
    if source != kept:
        known = kept.read_text().splitlines() if kept.is_file() else []
        lines = dict.fromkeys([*known, *source.read_text().splitlines()])
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept.touch(mode=0o600)
        kept.write_text("".join(f"{line}\n" for line in lines))
    return kept


async def erase_again(environment: Mapping[str, str], ledger: Path) -> str:
    """Before any service is started. What the command said."""
    command = (sys.executable, "-m", "services.people.commands", "erase-again", "--ledger", str(ledger))
    running = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await running.communicate()
    said = output.decode(errors="replace").strip()
    if running.returncode:
        raise CannotRestore(f"The people named in {ledger} could not be erased again. Do not start this Ieum. {said}")
    return said


def only_stores(place: Place) -> tuple[Process, ...]:
    """Of the profile that is asked for."""
    _, listed = profile(place.environment)
    served = (*SERVICES, "gateway")
    return tuple(each for each in listed(place) if not each.name.startswith(served))


async def restore_here(
    source: Path, data: Path, erasures: str = "", say: Callable[[str], None] = lambda _: None
) -> Manifest:
    """Into the data directory, or the stores whose addresses are given."""
    manifest = archive.checked_manifest(source)
    ledger = ledger_to_apply(erasures, Path(os.environ.get("IEUM_ERASURES") or data / "erasures"))
    restore_secrets(source, data / "secrets")
    async with running(data, listed=only_stores, say=lambda _: None) as system:
        names = ("mongo_url", "nats_url", "stream_replicas")
        given = {name: system.environment.get(f"IEUM_{name.upper()}", "") for name in names}
        settings = Settings.model_validate({name: value for name, value in given.items() if value})
        if settings.prefix != manifest.prefix:
            raise CannotRestore(f"The backup was made with IEUM_PREFIX={manifest.prefix!r}. Set it, then try again.")
        await ready.replica_set_answers(settings.mongo_url)
        await restore(settings, source, manifest, Progress(say))
        if ledger:
            say(await erase_again(system.environment, ledger))
    return manifest


def main() -> int:
    source, erasures = (sys.argv[place] if len(sys.argv) > place else "" for place in (1, 2))
    data = Path(os.environ.get("IEUM_DATA") or ".ieum").resolve()
    try:
        manifest = asyncio.run(restore_here(Path(source), data, erasures, partial(print, flush=True)))
    except (CannotRestore, CannotStart) as reason:
        print(reason, file=sys.stderr)
        return 1
    except (PyMongoError, NatsError, OSError) as error:
        print(f"The restore was given up ({error!r}). Begin again with an empty IEUM_DATA.", file=sys.stderr)
        return 1
    print(f"All of it is in {data}, and every count is the backup's of {manifest.made}. Start it: make run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
