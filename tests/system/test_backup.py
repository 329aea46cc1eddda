"""A backup of a busy system is the system at one moment, and hearing every event again changes nothing in it."""

from __future__ import annotations

import gzip
import json
import stat
from pathlib import Path
from typing import Any

import bson
import pytest

from deploy import archive, backup, restore
from deploy.archive import CannotRestore, Manifest
from deploy.demo.api import Api
from deploy.local import DEMO_PASSPHRASE, Ieum, running
from deploy.processes import stores
from services.chassis.config import Settings
from services.chassis.events import bus
from services.chassis.events.outbox import Outbox
from services.chassis.principal import pseudonym
from services.registry import HEARS, SERVICES
from services.surveys.store import Store as SurveysStore
from services.surveys.store.key_files import KeyFiles
from services.surveys.sweep.evaluations import Evaluator
from tests.chaos.faults import Hand
from tests.system.quiet import until_quiet
from tests.system.recount import doubled, until_statistics_agree
from tests.system.test_crashes import Client, in_the_middle, load_demo, residents

pytestmark = pytest.mark.timeout(240)

ERASED = "goes-later"
MORE_PEOPLE = 16
UNTOLD = {"pending": 0, "due": 0, "changed": 0}
"""What is still to be announced, and when a fact was written: of this life alone."""
# What runs on by the clock, with nobody doing anything.
FLEETING = frozenset(("sessions", "attempts", "leases", "channels"))
ON_THEIR_WAY = {"ieum_notices.notices": {"key": 1, "source": 1, "requested_at": 1, "personal.person": 1}}
"""What stays the same of documents that run on by the clock: a notice is sent, or goes over another channel."""


def settings_of(system: Ieum) -> Settings:
    told = system.environment
    return Settings.model_validate(
        {"mongo_url": told["IEUM_MONGO_URL"], "nats_url": told["IEUM_NATS_URL"], "secrets": told["IEUM_SECRETS"]}
    )


@pytest.fixture(scope="module")
async def saved(breakable: Hand, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    """Made while people register, enrol and learn."""
    system, to = breakable.system, tmp_path_factory.mktemp("backups") / "first"
    async with Client(system.environment["IEUM_MONGO_URL"]) as client:
        before = await residents(client)
        load = await load_demo(system.environment, before + MORE_PEOPLE)
        await in_the_middle(client, before, load)
        await answer_and_do_nothing_else(system.url)
        manifest = await backup.back_up(settings_of(system), to)
        assert load.returncode is None, "the system was meant to be busy"
        load.kill()
        await load.wait()
    return to, manifest


@pytest.fixture(scope="module")
async def restored(saved: tuple[Path, Manifest], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of an empty Ieum after it."""
    data, ledger = tmp_path_factory.mktemp("restored"), tmp_path_factory.mktemp("ledger") / "erasures"
    ledger.write_text(f"2026-11-29T00:00:00+00:00 {erased_since(saved[0])}\n")
    await restore.restore_here(saved[0], data, str(ledger))
    return data


async def answer_and_do_nothing_else(url: str) -> None:
    """Somebody who will be erased after the backup; nothing that is recounted changes by it."""
    given = {"login": ERASED, "displayName": "Goes Later", "passphrase": DEMO_PASSPHRASE, "area": "areas/HB0101"}
    async with Api(url) as own:
        await own.post("/people", {"requestId": ERASED, **given})
        await own.sign_in(ERASED, DEMO_PASSPHRASE)
        await own.put("/people/me/equalityAnswers", {"birthYear": 1937, "groups": [], "groupsAnswered": True})


def erased_since(root: Path) -> str:
    people = documents(root, archive.collection_file("ieum_people", "people"))
    return next(f"people/{row['_id']}" for row in people if row["login"] == ERASED)


def documents(root: Path, path: Path) -> list[dict[str, Any]]:
    return list(bson.decode_all(gzip.decompress((root / path).read_bytes())))


async def contents(client: Client, manifest: Manifest) -> dict[str, dict[str, Any]]:
    """Every document by its id."""
    found: dict[str, dict[str, Any]] = {}
    for database, collections in manifest.collections.items():
        for name in set(collections) - FLEETING:
            rows = client[database][name].find({}, ON_THEIR_WAY.get(f"{database}.{name}", UNTOLD))
            found[f"{database}.{name}"] = {str(row["_id"]): row async for row in rows}
    return found


async def test_no_event_of_the_backup_is_of_a_change_that_its_databases_do_not_know(
    saved: tuple[Path, Manifest],
) -> None:
    root, manifest = saved
    for service in SERVICES:
        revisions = {
            (name, row["_id"]): row["revision"]
            for name in manifest.collections.get(f"ieum_{service}", {})
            for row in documents(root, archive.collection_file(f"ieum_{service}", name))
            if "revision" in row
        }
        for event in documents(root, archive.stream_file(service)):
            collection, _, rest = event["headers"]["ce-id"].partition("/")
            key, revision, _ = rest.rsplit("/", 2)
            assert int(revision) <= revisions.get((collection, key), int(revision))


async def test_a_restored_system_is_the_same_after_it_heard_all_events_again(
    saved: tuple[Path, Manifest], restored: Path
) -> None:
    root, manifest = saved
    async with (
        running(restored, listed=stores, say=lambda _: None) as still,
        Client(still.environment["IEUM_MONGO_URL"], tz_aware=True) as client,
    ):
        before = await contents(client, manifest)
    async with (
        running(restored, say=lambda _: None) as system,
        Client(system.environment["IEUM_MONGO_URL"], tz_aware=True) as client,
    ):
        await caught_up(settings_of(system), client)
        await evaluate(settings_of(system), client, restored)
        await caught_up(settings_of(system), client)
        assert await until_statistics_agree(client, restored / "secrets")
        assert await doubled(client) == []
        after = await contents(client, manifest)
        await forget_what_was_heard(settings_of(system))
        await caught_up(settings_of(system), client)
        assert await contents(client, manifest) == after
    # What a service keeps of the events of others may have been behind by an event or two.
    behind = tuple(f"ieum_{service}." for service, hears in HEARS.items() if hears and service != "people")
    behind += tuple(f"ieum_people.{name}" for name in ("account_use", "audit", "certificate_names", "guards"))
    for collection, rows in before.items():
        assert set(rows) - {erased_since(root)} <= set(after[collection]), collection
        if not collection.startswith(behind):
            assert after[collection] == rows, collection


async def test_somebody_erased_since_is_gone_before_anything_serves(
    saved: tuple[Path, Manifest], restored: Path
) -> None:
    root, _ = saved
    person = erased_since(root)
    async with (
        running(restored, listed=stores, say=lambda _: None) as system,
        Client(system.environment["IEUM_MONGO_URL"]) as client,
    ):
        account = await client["ieum_people"]["people"].find_one({"_id": person.removeprefix("people/")})
        key = bytes.fromhex((restored / "secrets/pseudonym_key").read_text().strip())
        card = await client["ieum_people"]["equality"].find_one({"_id": pseudonym(key, person)})
    before = documents(root, archive.collection_file("ieum_people", "equality"))
    assert [row["closed"] for row in before if row["_id"] == pseudonym(key, person)] == [False]
    assert account is not None
    assert (account["erased"], account["login"], account["display_name"]) == (True, "", "")
    assert card is not None
    assert (card["closed"], card["sealed"]) == (True, b"")
    assert person in (restored / "erasures").read_text()


async def test_media_come_back_byte_for_byte(saved: tuple[Path, Manifest], restored: Path) -> None:
    root, manifest = saved
    chunks = [name for name in manifest.collections["ieum_courses"] if name.endswith(".chunks")]
    assert chunks
    async with (
        running(restored, listed=stores, say=lambda _: None) as system,
        Client(system.environment["IEUM_MONGO_URL"], tz_aware=True) as client,
    ):
        for name in chunks:
            kept = {row["_id"]: row["data"] for row in documents(root, archive.collection_file("ieum_courses", name))}
            assert {row["_id"]: row["data"] async for row in client["ieum_courses"][name].find()} == kept
            assert kept


def test_the_keys_lie_apart_for_their_owner_only(saved: tuple[Path, Manifest], restored: Path) -> None:
    root, _ = saved
    assert stat.S_IMODE(root.stat().st_mode) == stat.S_IMODE((root / "secrets").stat().st_mode) == 0o700
    for key in (root / "secrets").iterdir():
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert (restored / "secrets" / key.name).read_text() == key.read_text()


async def test_what_is_not_empty_is_refused_and_left_alone(saved: tuple[Path, Manifest], restored: Path) -> None:
    with pytest.raises(CannotRestore, match="is not empty"):
        await restore.restore_here(saved[0], restored)


async def test_a_damaged_backup_is_refused_before_anything_is_written(
    saved: tuple[Path, Manifest], tmp_path: Path
) -> None:
    root, _ = saved
    manifest = json.loads((root / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(CannotRestore, match="missing or damaged"):
        await restore.restore_here(tmp_path, tmp_path / "data")
    assert not (tmp_path / "data").exists()


async def test_a_directory_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRestore, match="not a finished backup"):
        await restore.restore_here(tmp_path, tmp_path / "data")


async def evaluate(settings: Settings, client: Client, data: Path) -> None:
    """Opens the evaluations that are due, as the surveys service does once a minute: afterwards its clock brings none
    while the test compares."""
    async with bus.connect(settings.nats_url, "test") as events:
        store = SurveysStore(client["ieum_surveys"], Outbox(events))
        await Evaluator(store, KeyFiles(data / "polls"), settings.zone).run()


async def forget_what_was_heard(settings: Settings) -> None:
    """As after a restore: the services find their consumers gone and begin with the first event."""
    async with bus.connect(settings.nats_url, "test") as events:
        for service in SERVICES:
            stream = events.stream(f"ieum.{service}.v1")
            for each in await events.jetstream.consumers_info(stream):
                assert await events.jetstream.delete_consumer(stream, each.name)


async def caught_up(settings: Settings, client: Client) -> None:
    """Everything is announced, and every service has handled all that the streams hold."""
    async with bus.connect(settings.nats_url, "test") as events:
        assert await until_quiet(client, events) == []
