"""What the load commands share: the service's database, the known areas, and progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient, timeout
from pymongo.database import Database
from pymongo.errors import ConnectionFailure

from services.chassis.config import Settings
from services.statistics.figures.refusal import InvalidValue

CommandResult = dict[str, Any]
SyncDatabase = Database[dict[str, Any]]

EVERY = 20_000
ANSWERS_WITHIN = 3
"""Seconds."""


@contextmanager
def open_database() -> Iterator[SyncDatabase]:
    settings = Settings()
    client: MongoClient[dict[str, Any]] = MongoClient(settings.mongo_url, tz_aware=True, w="majority", timeoutMS=60_000)
    with client:
        try:
            with timeout(ANSWERS_WITHIN):
                client.admin.command("ping")
            yield client[f"{settings.prefix}ieum_statistics"]
        except ConnectionFailure:
            raise InvalidValue("MongoDB does not answer; start Ieum first, or set IEUM_MONGO_URL") from None


def known_areas(database: SyncDatabase) -> frozenset[str]:
    """The codes of all loaded lists; without one, of the imported places. Raises InvalidValue if there are none."""
    lists = database["area_lists"].find({}, {"areas.code": 1})
    if codes := frozenset(area["code"] for listed in lists for area in listed["areas"]):
        return codes
    places = database["places"].find_one({"_id": "current"}) or {"areas": []}
    if not places["areas"]:
        raise InvalidValue(
            "no areas are known yet; import the places, or load a list of areas (load-areas), then try again"
        )
    return frozenset(area["name"].removeprefix("areas/") for area in places["areas"])


def report_progress(number: int, what: str, *, last: bool = False) -> None:
    """Prints progress on standard error, because standard output is the command's answer."""
    if last or number % EVERY == 0:
        print(f"{number} {what}", file=sys.stderr, flush=True)
