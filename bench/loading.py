"""Writes a city into the stores of a running Ieum, and waits until its services have heard of the courses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.errors import BulkWriteError

from bench import city as cities
from bench import documents
from bench.city import City
from services.chassis.outbox import pending_event
from services.people.domain.person import Grant, Role
from services.people.domain.places import Imported, Places
from services.people.passphrases import Passphrases
from services.people.store.announce import imported

PASSPHRASE = "bench-passphrase"  # noqa: S105 - meant to be known
_BATCH = 5_000
STAFF = {
    "benchteacher0000": Grant(Role.INSTRUCTOR, "*"),
    "benchreviewer000": Grant(Role.REVIEWER, "*"),
    "benchofficial000": Grant(Role.OFFICIAL, "areas/BC"),
}
Client = AsyncMongoClient[dict[str, Any]]


@dataclass(frozen=True)
class Loaded:
    people: int
    enrolments: int
    completions: int


def secret(name: str) -> str:
    """Of the session of a learner's or a staff member's key."""
    return f"secret-{name}"


async def load(city: City, mongo_url: str, pseudonym_key: bytes) -> Loaded:
    """Safe to repeat: what is there stays."""
    async with Client(mongo_url, tz_aware=True) as client:
        await _put(client, "people", "places", [_places()])
        pairs = [documents.course_documents(city, number) for number in range(city.courses)]
        await _put(client, "courses", "versions", (version for _, version in pairs))
        await _put(client, "courses", "courses", (course for course, _ in pairs))
        hashed = await Passphrases().hash(PASSPHRASE)
        await _put(client, "people", "people", _people(city, hashed))
        await _put(client, "people", "sessions", _sessions(city))
        cards = (documents.card_document(pseudonym_key, city, person) for person in range(city.learners))
        await _put(client, "people", "equality", filter(None, cards))
        loaded = await _learning(client, city, pseudonym_key)
        await _heard(client, city)
        await client.admin.command("fsync")
    return loaded


def _places() -> dict[str, Any]:
    event = imported(Imported(cities.places(), documents.WRITTEN), "places", 1)
    dumped = TypeAdapter(Places).dump_python(cities.places())
    pending = pending_event("places/places/1/0", "places", event)
    return documents.waiting({"_id": "places", "revision": 1, **dumped}, pending)


def _people(city: City, hashed: str) -> Iterator[dict[str, Any]]:
    for key, grant in STAFF.items():
        yield documents.person_document(key, key, "areas/BC", hashed, grant)
    for number in range(city.learners):
        key = city.person(number)
        yield documents.person_document(key, key, city.town(number), hashed)


def _sessions(city: City) -> Iterator[dict[str, Any]]:
    for key in (*STAFF, *(city.person(number) for number in range(city.active))):
        yield documents.session_document(secret(key), key)


async def _learning(client: Client, city: City, pseudonym_key: bytes) -> Loaded:
    enrolments = completions = 0
    takings = cities.takings(city)
    while batch := [taking for _, taking in zip(range(_BATCH), takings, strict=False)]:
        records = [documents.record_document(city, taking) for taking in batch]
        participations = [documents.participation_document(city, taking) for taking in batch]
        facts = [
            documents.fact_document(city, pseudonym_key, taking, record)
            for taking, record in zip(batch, records, strict=True)
        ]
        await _put(client, "enrollment", "participations", participations)
        await _put(client, "progress", "records", records)
        await _put(client, "statistics", "facts", facts)
        enrolments += len(batch)
        completions += sum(len(fact.get("minutes", ())) for fact in facts)
    traits = (
        {"_id": card["_id"], **given}
        for person in range(city.learners)
        if (given := documents.traits(person)) and (card := documents.card_document(pseudonym_key, city, person))
    )
    await _put(client, "statistics", "traits", traits)
    return Loaded(city.learners, enrolments, completions)


async def _put(client: Client, service: str, collection: str, rows: Iterable[dict[str, Any]]) -> None:
    quick = client[f"ieum_{service}"][collection].with_options(write_concern=WriteConcern(w=1, j=False))
    waiting = iter(rows)
    while batch := [row for _, row in zip(range(_BATCH), waiting, strict=False)]:
        try:
            await quick.insert_many(batch, ordered=False)
        except BulkWriteError as error:
            if any(each["code"] != 11000 for each in error.details["writeErrors"]):
                raise


async def _heard(client: Client, city: City) -> None:
    copies = (("progress", "plans"), ("enrollment", "offerings"), ("statistics", "courses"))
    async with asyncio.timeout(120):
        for service, collection in copies:
            while await client[f"ieum_{service}"][collection].estimated_document_count() < city.courses:
                await asyncio.sleep(0.2)
        while not await client["ieum_statistics"]["places"].estimated_document_count():
            await asyncio.sleep(0.2)
