"""Releases with all that keeps them the same for ever: enrolments counted, decisions, figures, frozen files."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId
from gridfs import NoFile
from gridfs.asynchronous import AsyncGridFSBucket
from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING

from ieum.statistics.v1 import events_pb2 as events
from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis.clock import stamp
from services.chassis.events.outbox import Outbox
from services.chassis.sealed_answers import AnswersSeal
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Collection, Database, Document
from services.chassis.store.paging import after
from services.statistics.areas.geography import Geography
from services.statistics.disclosure import opened_cells
from services.statistics.disclosure.concessions import years_to_repeat
from services.statistics.disclosure.decisions import Decision
from services.statistics.disclosure.opened_cells import OpenedCell
from services.statistics.figures.assessment import Assessment
from services.statistics.figures.observation import Denominator, Observation
from services.statistics.figures.units import Unit
from services.statistics.releases import packing
from services.statistics.releases.assembly import Assembly
from services.statistics.releases.domain import lifecycle
from services.statistics.releases.domain.lifecycle import Release, ReleasePublished, State, key_of, plan_again

_GEOGRAPHY, _DENOMINATOR = TypeAdapter(Geography), TypeAdapter(Denominator)
_OPENED = TypeAdapter(OpenedCell)
_ASSESSMENT: TypeAdapter[Assessment | None] = TypeAdapter(Assessment | None)


def announce(fact: ReleasePublished, key: str, revision: int) -> events.ReleasePublished:
    release = fact.release
    return events.ReleasePublished(
        release=release.name,
        series=f"releases/{release.series}",
        edition=release.edition,
        title=dict(release.title),
        area=release.area,
        universe=pb.Universe.Value(release.universe.name),
        periods=release.periods,
        checksum=release.checksum,
        publish_time=stamp(release.publish_at),
        revision=revision,
    )


class Releases:
    def __init__(self, database: Database, outbox: Outbox, pseudonym_key: bytes) -> None:
        self._seal = AnswersSeal(pseudonym_key)
        self.entities = Entities(database["releases"], Release, announce, outbox)
        self._units: Collection = database["release_units"]
        self._decisions: Collection = database["release_decisions"]
        self._periods: Collection = database["release_periods"]
        self._files = AsyncGridFSBucket(database, "release_files")

    async def prepare(self) -> None:
        releases = self.entities.collection
        await releases.create_index([("state", ASCENDING), ("publish_at", DESCENDING), ("_id", ASCENDING)])
        await releases.create_index([("created_at", DESCENDING), ("_id", ASCENDING)])
        await releases.create_index([("started_at", ASCENDING)])

    async def plan(self, release: Release) -> Release:
        """The release that is there already, when it is; in the place of one that was discarded."""
        existing = await self.entities.find(release.key)
        if existing and existing.state is State.DISCARDED:
            await self.start_over(existing)
        return await self.entities.change(release.key, lambda existing: plan_again(existing, release), start=release)

    async def building(self) -> list[Release]:
        """Those that are counted or wait for their turn."""
        return await self._in_state(State.BUILDING)

    async def scheduled(self) -> list[Release]:
        return await self._in_state(State.SCHEDULED)

    async def _in_state(self, state: State) -> list[Release]:
        matches = self.entities.collection.find({"state": state}, {"pending": 0}).sort("created_at", 1)
        return [self.entities.load(document) async for document in matches]

    async def last_started(self) -> dict[str, datetime]:
        """When the last build of each area began."""
        latest = {"$group": {"_id": "$area", "at": {"$max": "$started_at"}}}
        begun = {"$match": {"started_at": {"$gt": datetime.fromtimestamp(0, UTC)}}}
        matches = await self.entities.collection.aggregate([begun, latest])
        return {row["_id"]: row["at"] async for row in matches}

    async def plans_of(self, person: str) -> int:
        """How many releases that are not out this person has planned."""
        states = [state for state in State if state not in (State.PUBLISHED, State.DISCARDED)]
        return await self.entities.collection.count_documents({"state": {"$in": states}, "planned_by": person})

    async def unpublished(self) -> AsyncIterator[Release]:
        states = [state for state in State if state not in (State.PUBLISHED, State.FAILED, State.DISCARDED)]
        async for document in self.entities.collection.find({"state": {"$in": states}}, {"pending": 0}):
            yield self.entities.load(document)

    async def audited_with(self, release: Release) -> list[Release]:
        """What is published or about to be, of the same population and an overlapping time; oldest first. Without what
        is withdrawn, or will be by this release: nobody is given it any more."""
        match = {
            "state": {"$in": [State.PUBLISHED, State.SCHEDULED]},
            "universe": release.universe,
            "periods": {"$in": list(lifecycle.overlapping(release.periods))},
            "key": {"$ne": release.key},
        }
        matches = self.entities.collection.find(match, {"pending": 0}).sort([("publish_at", 1), ("_id", 1)])
        found = [self.entities.load(document) async for document in matches]
        kept = [each for each in found if not (release.withdraws and each.series == release.series)]
        return [each for each in kept if not await self.is_withdrawn(each)]

    async def is_withdrawn(self, release: Release) -> bool:
        """Whether a later edition that is out withdrew it."""
        while release.corrected_by:
            newer = await self.entities.find(key_of(release.corrected_by))
            if newer is None or newer.state is not State.PUBLISHED:
                return False
            if newer.withdraws:
                return True
            release = newer
        return False

    async def as_out(self, release: Release) -> Release:
        """As the public may know it: of its correction nothing while that is at work or under embargo."""
        newer = await self.entities.find(key_of(release.corrected_by)) if release.corrected_by else None
        return release if newer and newer.state is State.PUBLISHED else replace(release, corrected_by="")

    async def published(self) -> AsyncIterator[Release]:
        """Newest first."""
        matches = self.entities.collection.find({"state": State.PUBLISHED}, {"pending": 0})
        async for document in matches.sort([("publish_at", -1), ("_id", 1)]):
            yield self.entities.load(document)

    async def page(self, match: Document, order: str, last: Sequence[Any] | None, size: int) -> list[Release]:
        keys = ((order, -1), ("_id", 1))
        behind: Mapping[str, Any] = after(keys, last) if last else {}
        matches = self.entities.collection.find({"$and": [match, behind]}, {"pending": 0}).sort(list(keys)).limit(size)
        return [self.entities.load(document) async for document in matches]

    async def units(self, key: str, quarter: str) -> tuple[Unit, ...] | None:
        content = await _content(self._units, name := f"{key}/{quarter}")
        if content is None:
            return None
        in_the_open = content.startswith(packing.MAGIC)  # by version 0.1, in a build that an upgrade interrupted
        return packing.unpack_units(content if in_the_open else self._seal.open_content(name, content))

    async def put_units(self, key: str, quarter: str, units: Sequence[Unit]) -> None:
        name = f"{key}/{quarter}"
        sealed = self._seal.close_content(name, packing.pack_units(units))
        await _put_once(self._units, name, {"content": sealed})

    async def geography(self, key: str) -> Geography | None:
        content = await _content(self._decisions, f"{key}/geography")
        return None if content is None else _GEOGRAPHY.validate_json(content)

    async def put_geography(self, key: str, geography: Geography) -> None:
        await _put_once(self._decisions, f"{key}/geography", {"content": _GEOGRAPHY.dump_json(geography)})

    async def assessment(self, key: str) -> Assessment | None:
        content = await _content(self._decisions, f"{key}/assessment")
        return None if content is None else _ASSESSMENT.validate_json(content)

    async def put_assessment(self, key: str, assessment: Assessment | None) -> None:
        """None is kept as well: one that is loaded later belongs to later releases."""
        await _put_once(self._decisions, f"{key}/assessment", {"content": _ASSESSMENT.dump_json(assessment)})

    async def decision(self, key: str, year: str) -> Decision | None:
        content = await _content(self._decisions, f"{key}/year/{year}")
        return None if content is None else packing.unpack_decision(content)

    async def put_decision(self, key: str, year: str, decision: Decision) -> None:
        await _put_once(self._decisions, f"{key}/year/{year}", {"content": packing.pack_decision(decision)})

    async def assembly(self, key: str, period: str) -> Assembly | None:
        document = await self._periods.find_one({"_id": f"{key}/{period}"})
        if document is None:
            return None
        observations = packing.unpack_observations(document["content"])
        numbers = {name: document[name] for name in ("cells", "primary", "secondary")}
        people, table = tuple(document.get("people", ())), document.get("denominator")
        denominator = _DENOMINATOR.validate_json(table) if table else None
        low_high = document.get("unanswered")
        return Assembly(
            observations,
            tuple(document["hours_hidden"]),
            people=people,
            denominator=denominator,
            unanswered=(low_high[0], low_high[1]) if low_high else None,
            **numbers,
        )

    async def put_assembly(self, key: str, period: str, assembly: Assembly) -> None:
        fields = {
            "content": packing.pack_observations(assembly.observations),
            "hours_hidden": list(assembly.hours_hidden),
            "cells": assembly.cells,
            "primary": assembly.primary,
            "secondary": assembly.secondary,
            "people": list(assembly.people),
            "unanswered": assembly.unanswered,
            "denominator": assembly.denominator and _DENOMINATOR.dump_json(assembly.denominator),
        }
        await _put_once(self._periods, f"{key}/{period}", fields)

    async def observations(self, release: Release, period: str = "") -> AsyncIterator[Observation]:
        """Of one period, or of all."""
        for wanted in [period] if period else release.periods:
            assembly = await self.assembly(release.key, wanted)
            for observation in assembly.observations if assembly else ():
                yield observation

    async def forget_persons(self, release: Release) -> None:
        """A built release holds figures only; what it counted is not needed any more."""
        await self._units.delete_many({"_id": {"$regex": f"^{release.key}/"}})
        for period in release.periods:
            await self._periods.update_one({"_id": f"{release.key}/{period}"}, {"$unset": {"people": ""}})

    async def forget_leftovers(self) -> None:
        """Deletes what a process left that ended before it could forget the persons."""
        keys = {row["_id"].partition("/")[0] async for row in self._units.find({}, {"_id": 1})}
        for key in sorted(keys):
            release = await self.entities.find(key)
            if release and release.state is not State.BUILDING:
                await self.forget_persons(release)

    async def start_over(self, release: Release) -> None:
        """Before a build that is to count anew."""
        for collection in (self._units, self._decisions, self._periods):  # keys are [0-9a-z-] only
            await collection.delete_many({"_id": {"$regex": f"^{release.key}/"}})

    async def opened(self, release: Release) -> list[list[OpenedCell]]:
        """Cells that the attack on the whole release opened, attempt by attempt."""
        return [_opened(document) async for document in self._decisions.find(_attempts(release)).sort("_id", ASCENDING)]

    async def put_opened(self, release: Release, opened: Sequence[OpenedCell]) -> None:
        name = f"{release.key}/whole/{len(await self.opened(release))}"
        await _put_once(self._decisions, name, {"opened": [asdict(cell) for cell in opened], "undone": False})

    async def attacked(self, release: Release, year: str) -> list[OpenedCell] | None:
        """The cells that the attack on a year opened; None until it was made."""
        document = await self._decisions.find_one({"_id": f"{release.key}/attack/{year}"})
        return None if document is None else _opened(document)

    async def put_attacked(self, release: Release, year: str, opened: Sequence[OpenedCell]) -> None:
        await _put_once(self._decisions, f"{release.key}/attack/{year}", {"opened": [asdict(cell) for cell in opened]})

    async def undo(self, release: Release) -> None:
        """Deletes the decisions and audits of the years that the last audit opened, so that the builder repeats
        them."""
        async for document in self._decisions.find({**_attempts(release), "undone": False}):
            years = "|".join(sorted(years_to_repeat(_opened(document))))
            await self._decisions.delete_many({"_id": {"$regex": f"^{release.key}/(attack|year)/({years})$"}})
            await self._periods.delete_many({"_id": {"$regex": f"^{release.key}/({years})(-|$)"}})
            await self._decisions.update_one({"_id": document["_id"]}, {"$set": {"undone": True}})

    async def put_file(self, key: str, name: str, content: bytes) -> None:
        """Under an id that follows from the content, so that writing it again changes nothing."""
        identity = _file_id(key, name)
        if await self._has_file(identity):
            await self._files.delete(identity)
        await self._files.upload_from_stream_with_id(identity, f"{key}/{name}", content)

    async def _has_file(self, identity: ObjectId) -> bool:
        async for _ in self._files.find({"_id": identity}):
            return True
        return False

    async def file(self, key: str, name: str) -> bytes | None:
        try:
            stream = await self._files.open_download_stream(_file_id(key, name))
        except NoFile:
            return None
        return bytes(await stream.read())


def _opened(document: Document) -> list[OpenedCell]:
    """Builds that began before opened cells had fields stored each as text."""
    return [
        opened_cells.parse(cell) if isinstance(cell, str) else _OPENED.validate_python(cell)
        for cell in document["opened"]
    ]


def _attempts(release: Release) -> Document:
    return {"_id": {"$regex": f"^{release.key}/whole/"}}


def _file_id(key: str, name: str) -> ObjectId:
    return ObjectId(hashlib.sha256(f"{key}/{name}".encode()).digest()[:12])


async def _content(collection: Collection, key: str) -> bytes | None:
    document = await collection.find_one({"_id": key}, {"content": 1})
    return None if document is None else bytes(document["content"])


async def _put_once(collection: Collection, key: str, fields: Document) -> None:
    """Keeps an existing document: a step that runs twice after a crash must not change what later steps stand on."""
    await collection.update_one({"_id": key}, {"$setOnInsert": fields}, upsert=True)
