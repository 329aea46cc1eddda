"""`load-areas` and `load-population`: an office's own tables, whole or not at all, each version kept.

Reads everything before it writes anything; what refers to a table is written last, so that a load that is cut off
leaves nothing that anybody reads.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from fractions import Fraction
from pathlib import Path
from typing import Any

from pymongo import MongoClient, timeout
from pymongo.database import Database
from pymongo.errors import ConnectionFailure

from services.chassis.config import Settings
from services.statistics import reading
from services.statistics.domain.arealist import AreaVersion, Step, checked_list, checked_steps
from services.statistics.domain.denominators import Residents, checked_table, is_age, tabulated
from services.statistics.domain.wrong import Wrong
from services.statistics.reading import naming

Answer = dict[str, Any]
Store = Database[dict[str, Any]]

POPULATION = ("area", "sex", "age", "residents")
AREAS = ("code", "parent", "level", "title_ko", "valid_from", "valid_to")
CROSSWALK = ("from_code", "to_code", "day", "share")
EVERY = 20_000
ANSWERS_WITHIN = 3
"""Seconds."""


@contextmanager
def store() -> Iterator[Store]:
    settings = Settings()
    client: MongoClient[dict[str, Any]] = MongoClient(settings.mongo_url, tz_aware=True, w="majority", timeoutMS=60_000)
    with client:
        try:
            with timeout(ANSWERS_WITHIN):
                client.admin.command("ping")
            yield client[f"{settings.prefix}ieum_statistics"]
        except ConnectionFailure:
            raise Wrong("MongoDB does not answer; start Ieum first, or set IEUM_MONGO_URL") from None


def load_population(path: Path, reference: date, source: str, licence: str) -> Answer:
    rows = list(_residents(path))
    with naming(path):
        table = tabulated(checked_table(rows))
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    identity = f"{reference.isoformat()}-{checksum[:16]}"
    with store() as database:
        there = database["populations"].find_one({"_id": identity}) is not None
        if not there:
            _write_population(database, identity, table)
            header = {
                "_id": identity,
                "kind": "table",
                "reference": _midnight(reference),
                "source": source,
                "licence": licence,
                "checksum": checksum,
                "rows": len(rows),
                "loaded_at": datetime.now(UTC),
            }
            database["populations"].replace_one({"_id": identity}, header, upsert=True)
    areas = {area for area, _, _ in table}
    return {
        "table": identity,
        "reference": str(reference),
        "sha256": checksum,
        "rows": len(rows),
        "areas": len(areas),
        "already_loaded": there,
    }


def _residents(path: Path) -> Iterator[Residents]:
    for number, record in enumerate(reading.records(path, POPULATION), 1):
        yield Residents(
            record.read("area", reading.text),
            record.read("sex", _sex),
            record.read("age", _age),
            record.read("residents", reading.whole),
            record.number,
        )
        _say(number, "rows read")


def _write_population(database: Store, identity: str, table: dict[tuple[str, str, str], int]) -> None:
    rows = [
        {"_id": f"{identity}/{a}/{s}/{g}", "table": identity, "area": a, "sex": s, "age": g, "residents": count}
        for (a, s, g), count in table.items()
    ]
    collection = database["populations"]
    collection.create_index([("table", 1), ("area", 1)])
    collection.create_index([("kind", 1), ("reference", -1)])
    collection.delete_many({"table": identity})  # of a load that was cut off
    for start in range(0, len(rows), EVERY):
        collection.insert_many(rows[start : start + EVERY], ordered=False)
        _say(min(start + EVERY, len(rows)), "figures written", last=start + EVERY >= len(rows))


def load_areas(path: Path, crosswalk: Path | None, source: str) -> Answer:
    with naming(path):
        areas = checked_list([_area(record) for record in reading.records(path, AREAS, ("title_en",))])
    steps: Sequence[Step] = ()
    if crosswalk:
        with naming(crosswalk):
            steps = checked_steps([_step(record) for record in reading.records(crosswalk, CROSSWALK)])
            _check_known(steps, {area.code for area in areas})
    checksum = hashlib.sha256(path.read_bytes() + (crosswalk.read_bytes() if crosswalk else b"")).hexdigest()
    document = {
        "_id": checksum,
        "source": source,
        "loaded_at": datetime.now(UTC),
        "areas": [_plain(asdict(area)) for area in areas],
        "steps": [_plain(asdict(step)) for step in steps],
    }
    with store() as database:
        database["area_lists"].update_one({"_id": checksum}, {"$setOnInsert": document}, upsert=True)
    return {"list": checksum, "areas": len(areas), "steps": len(steps)}


def _area(record: reading.Record) -> AreaVersion:
    title = {"ko": record.read("title_ko", reading.text), "en": record.cells.get("title_en", "")}
    return AreaVersion(
        record.read("code", reading.text),
        record.cells["parent"],
        record.read("level", reading.text),
        {language: text for language, text in title.items() if text},
        record.read("valid_from", reading.moment).date(),
        _day_or_none(record, "valid_to"),
    )


def _step(record: reading.Record) -> Step:
    share = record.read("share", reading.amount)
    if not 0 < share <= 1:
        raise record.wrong("share", f"{share} is not a share; write a number over 0 and up to 1")
    day = record.read("day", reading.moment).date()
    return Step(record.read("from_code", reading.text), record.read("to_code", reading.text), day, Fraction(share))


def _check_known(steps: Sequence[Step], codes: set[str]) -> None:
    for step in steps:
        for code in (step.old, step.new):
            if code not in codes:
                raise Wrong(f"{code} is not in the list of areas", field="from_code" if code == step.old else "to_code")


def _day_or_none(record: reading.Record, column: str) -> date | None:
    found = record.read(column, reading.moment_or_none)
    return found.date() if found else None


def _sex(cell: str) -> str:
    if cell not in ("F", "M", "_T"):
        raise Wrong(f'"{cell}" is not F, M or _T (both together)')
    return cell


def _age(cell: str) -> str:
    if not is_age(cell):
        raise Wrong(f'"{cell}" is not an age; write _T, one year (65), or a band (60-69, 60-64, 100+)')
    return cell


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date | Fraction) else value for name, value in values.items()}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _say(number: int, what: str, *, last: bool = False) -> None:
    """Progress on standard error, so that standard output stays the answer alone."""
    if last or number % EVERY == 0:
        print(f"{number} {what}", file=sys.stderr, flush=True)
