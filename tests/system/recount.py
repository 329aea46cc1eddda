"""What the statistics ought to be, counted anew from the databases of the services themselves, without any event."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from pymongo import AsyncMongoClient

from services.chassis.principal import pseudonym
from services.chassis.sealed_answers import NOTHING, AnswersSeal


@dataclass(frozen=True)
class Counted:
    """One enrolment, as statistics know it."""

    pseudonym: str
    area: str
    universe: str
    course: str
    enrolled_at: datetime | None
    started: bool
    completed_at: datetime | None
    withdrawn_at: datetime | None
    birth_year: int
    sex: int


Facts = dict[str, Counted]


async def recounted(client: AsyncMongoClient[dict[str, Any]], secrets: Path) -> Facts:
    """From people, enrollment and progress."""
    key = bytes.fromhex((secrets / "pseudonym_key").read_text().strip())
    seal = AnswersSeal(key)
    answers = {
        row["_id"]: seal.open(row["_id"], row["sealed"]) async for row in client["ieum_people"]["equality"].find()
    }
    records = {row["_id"]: row async for row in client["ieum_progress"]["records"].find()}
    facts: Facts = {}
    async for participation in client["ieum_enrollment"]["participations"].find():
        person = pseudonym(key, participation["person"])
        given = answers.get(person, NOTHING)
        for run in participation["runs"]:
            name = f"{participation['_id']}-{run['number']}"
            record = records.get(name)
            facts[pseudonym(key, f"enrollments/{name}")] = Counted(
                pseudonym=person,
                area=run["residence"]["area"],
                universe=run["residence"]["universe"],
                course=participation["course"] if record else "progress has not heard of this enrolment",
                enrolled_at=run["enrol_time"],
                started=bool(record and record["start_time"]),
                completed_at=((record or {}).get("completion") or {}).get("time"),
                withdrawn_at=run["withdraw_time"],
                birth_year=given.birth_year,
                sex=given.sex,
            )
    return facts


async def heard(client: AsyncMongoClient[dict[str, Any]], secrets: Path) -> Facts:
    """What statistics hold."""
    seal = AnswersSeal(bytes.fromhex((secrets / "pseudonym_key").read_text().strip()))
    facts: Facts = {}
    async for fact in client["ieum_statistics"]["facts"].find():
        traits = seal.open(fact.get("pseudonym", ""), fact.get("traits", {}).get("sealed", b""))
        facts[fact["_id"]] = Counted(
            pseudonym=fact.get("pseudonym", ""),
            area=fact.get("area", ""),
            universe=fact.get("universe", ""),
            course=fact.get("course", ""),
            enrolled_at=fact.get("enrolled_at"),
            started="started_at" in fact,
            completed_at=fact.get("completed_at"),
            withdrawn_at=fact.get("withdrawn_at"),
            birth_year=traits.birth_year,
            sex=traits.sex,
        )
    return facts


async def until_statistics_agree(client: AsyncMongoClient[dict[str, Any]], secrets: Path, within: float = 30) -> Facts:
    """The facts that statistics and a recount agree on; fails with the differences after `within` seconds.

    Both are read anew in each round: progress may still be hearing of attendance, by which it completes courses.
    """
    deadline = monotonic() + within
    while differences := await differing(client, secrets):
        assert monotonic() < deadline, "\n".join(differences)
        await asyncio.sleep(0.1)
    return await recounted(client, secrets)


async def differing(client: AsyncMongoClient[dict[str, Any]], secrets: Path) -> list[str]:
    """A line for each enrolment of which statistics hold something else than a recount."""
    expected, held = await recounted(client, secrets), await heard(client, secrets)
    return [
        f"statistics of {name}: {held.get(name)} instead of {expected.get(name)}"
        for name in sorted({*expected, *held})
        if expected.get(name) != held.get(name)
    ]


async def doubled(client: AsyncMongoClient[dict[str, Any]]) -> list[str]:
    """Certificates and completions that stand more than once; none should."""
    numbers: list[str] = []
    async for record in client["ieum_progress"]["records"].find({"completion": {"$ne": None}}):
        numbers.append(record["certificate"]["number"])
    return sorted({number for number in numbers if numbers.count(number) > 1})
