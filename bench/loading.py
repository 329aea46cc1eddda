"""Writes a city into the stores of a running Ieum, and waits until its services have handled the events."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from typing import Any, TypeVar

from bson.raw_bson import RawBSONDocument
from pydantic import TypeAdapter
from pymongo import AsyncMongoClient, MongoClient, WriteConcern
from pymongo.errors import BulkWriteError

from bench import city as cities
from bench import classes, documents
from bench.city import City
from bench.encoded import Encoder
from services.chassis.events.outbox import pending_event
from services.people.domain.person import Grant, Role
from services.people.domain.places import Imported, Places
from services.people.messages.announcements import places_announcement
from services.people.passphrases import Passphrases

PASSPHRASE = "bench-passphrase"  # noqa: S105 - meant to be known
_BATCH = 5_000
_DUPLICATE_KEY = 11_000
_USUAL_CACHE, _LOADING_CACHE = "256MB", "4GB"
"""The database's cache while loading; `deploy.processes` sets the usual one. If the indexes do not fit into it, each
insert reads and writes index pages."""
STAFF = {
    "benchteacher0000": Grant(Role.INSTRUCTOR, "*"),
    "benchreviewer000": Grant(Role.REVIEWER, "*"),
    "benchofficial000": Grant(Role.OFFICIAL, "areas/BC"),
}
T = TypeVar("T")
Row = dict[str, Any]
Client = AsyncMongoClient[Row]
Stores = MongoClient[Row]


@dataclass(frozen=True)
class Loaded:
    people: int
    enrolments: int
    completions: int


def secret(name: str) -> str:
    """The session secret of a learner or a staff member."""
    return f"secret-{name}"


async def load(city: City, mongo_url: str, pseudonym_key: bytes) -> Loaded:
    """Loads the city. Safe to repeat: existing documents stay."""
    async with Client(mongo_url, tz_aware=True) as client:
        with MongoClient[Row](mongo_url) as stores:
            _write(stores, "people", "places", [_places()])
            pairs = [documents.course_documents(city, number) for number in range(city.courses)]
            _write(stores, "courses", "versions", (version for _, version in pairs))
            _write(stores, "courses", "courses", (course for course, _ in pairs))
            _write(stores, "people", "people", _staff(await Passphrases().hash(PASSPHRASE)))
            _write(stores, "people", "sessions", _sessions(city))
            _write(stores, "classes", "classes", classes.class_documents(city))
            _write(stores, "classes", "applications", classes.application_documents(city))
            _write(stores, "classes", "attendance", classes.sheet_documents(city))
            _write(stores, "classes", "kits", classes.kit_documents())
        loaded = await _learners(client, city, mongo_url, pseudonym_key)
        await _wait_for_services(client, city)
        await client.admin.command("fsync")
    return loaded


async def _learners(client: Client, city: City, mongo_url: str, pseudonym_key: bytes) -> Loaded:
    """Loads the learners in one process per core, with a large cache of the database for its indexes."""
    parts, hashed = os.cpu_count() or 1, await Passphrases().hash(PASSPHRASE)
    loop, spawned = asyncio.get_running_loop(), get_context("spawn")
    await _cache(client, _LOADING_CACHE)
    with ProcessPoolExecutor(parts, spawned) as pool:
        tasks = [
            loop.run_in_executor(pool, load_part, city, mongo_url, pseudonym_key, hashed, part, parts)
            for part in range(parts)
        ]
        done = await asyncio.gather(*tasks)
    await _cache(client, _USUAL_CACHE)
    return Loaded(city.learners, sum(enrolments for enrolments, _ in done), sum(completed for _, completed in done))


async def _cache(client: Client, size: str) -> None:
    await client.admin.command({"setParameter": 1, "wiredTigerEngineRuntimeConfig": f"cache_size={size}"})


def load_part(city: City, mongo_url: str, pseudonym_key: bytes, hashed: str, part: int, parts: int) -> tuple[int, int]:
    """Loads every `parts`th batch of learners; returns the numbers of their enrolments and of lessons done."""
    with MongoClient[Row](mongo_url) as stores:
        for first in range(part * _BATCH, city.learners, parts * _BATCH):
            _put_people(stores, city, pseudonym_key, hashed, range(first, min(first + _BATCH, city.learners)))
        encoder, enrolments, completed = Encoder(city, pseudonym_key), 0, 0
        for number, lot in enumerate(_batches(cities.enrolments(city))):
            if number % parts == part:
                participations, records, facts = zip(*map(encoder.of, lot), strict=True)
                _insert(stores, "enrollment", "participations", participations)
                _insert(stores, "progress", "records", records)
                _insert(stores, "statistics", "facts", facts)
                enrolments += len(lot)
                completed += sum(max(taking.done, 0) for taking in lot)
    return enrolments, completed


def _put_people(stores: Stores, city: City, pseudonym_key: bytes, hashed: str, numbers: range) -> None:
    keys = [(city.person(number), city.town(number)) for number in numbers]
    _insert(stores, "people", "people", [documents.person_document(key, key, town, hashed) for key, town in keys])
    cards = [documents.card_document(pseudonym_key, city, number) for number in numbers]
    given = [documents.traits(pseudonym_key, city, number) for number in numbers]
    _write(stores, "people", "equality", filter(None, cards))
    traits_given = [
        {"_id": card["_id"], **traits} for card, traits in zip(cards, given, strict=True) if card and traits
    ]
    _write(stores, "statistics", "traits", traits_given)


def _places() -> dict[str, Any]:
    event = places_announcement(Imported(cities.places(), documents.WRITTEN), "places", 1)
    dumped = TypeAdapter(Places).dump_python(cities.places())
    pending = pending_event("places/places/1/0", "places", event)
    return documents.waiting({"_id": "places", "revision": 1, **dumped}, pending)


def _staff(hashed: str) -> Iterator[Row]:
    for key, grant in STAFF.items():
        yield documents.person_document(key, key, "areas/BC", hashed, grant)


def _sessions(city: City) -> Iterator[dict[str, Any]]:
    for key in (*STAFF, *(city.person(number) for number in range(city.active))):
        yield documents.session_document(secret(key), key)


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(rows)
    while lot := list(islice(waiting, _BATCH)):
        yield lot


def _write(stores: Stores, service: str, collection: str, rows: Iterable[Row]) -> None:
    for lot in _batches(rows):
        _insert(stores, service, collection, lot)


def _insert(stores: Stores, service: str, collection: str, rows: Sequence[Row | RawBSONDocument]) -> None:
    quick = stores[f"ieum_{service}"][collection].with_options(write_concern=WriteConcern(w=1, j=False))
    try:
        quick.insert_many(rows, ordered=False)
    except BulkWriteError as error:
        if any(each["code"] != _DUPLICATE_KEY for each in error.details["writeErrors"]):
            raise


async def _wait_for_services(client: Client, city: City) -> None:
    copies = (("progress", "plans"), ("enrollment", "offerings"), ("statistics", "courses"))
    async with asyncio.timeout(120):
        for service, collection in copies:
            while await client[f"ieum_{service}"][collection].estimated_document_count() < city.courses:
                await asyncio.sleep(0.2)
        while not await client["ieum_statistics"]["places"].estimated_document_count():
            await asyncio.sleep(0.2)
