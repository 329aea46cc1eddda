"""The command `load-population`: loads tables of residents, one version per day, all days of a file or none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from services.statistics.reference_data.command import (
    EVERY,
    CommandResult,
    SyncDatabase,
    known_areas,
    open_database,
    report_progress,
)
from services.statistics.reference_data.csv_reading import errors_in
from services.statistics.reference_data.resident_files import ResidentFile, read_resident_file

_MOST_NAMED = 20


def load_population(
    path: Path, reference: date | None, source: str, licence: str, *, sexes_in_order: bool = False
) -> CommandResult:
    with open_database() as database, errors_in(path):
        residents = read_resident_file(path, reference, known_areas(database), sexes_in_order=sexes_in_order)
        with path.open("rb") as content:
            checksum = hashlib.file_digest(content, "sha256").hexdigest()
        tables = {day: f"{day.isoformat()}-{checksum[:16]}" for day in residents.references}
        same = {"source": source, "licence": licence, "checksum": checksum, "rows": residents.rows}
        already_loaded = database["populations"].count_documents({"_id": {"$in": list(tables.values())}}) == len(tables)
        if not already_loaded:
            _write(database, residents, tables)
            _show(database, tables, same | {"sexes_in_order": sexes_in_order})
    return {
        "tables": list(tables.values()),
        "references": [str(day) for day in residents.references],
        "sha256": checksum,
        "rows": residents.rows,
        "areas": residents.areas,
        "already_loaded": already_loaded,
        **_gaps(residents),
    }


def _gaps(residents: ResidentFile) -> CommandResult:
    """Says which areas have no residents of all ages, and therefore no coverage."""
    if not residents.incomplete:
        return {}
    lines = [
        f"line {row.line}: {row.area}, {row.sex} has neither _T nor all ages from 0 to an open end (as 85+)"
        for row in residents.incomplete[:_MOST_NAMED]
    ]
    return {"without_total": len(residents.incomplete), "no_coverage_for": lines}


def _write(database: SyncDatabase, residents: ResidentFile, tables: Mapping[date, str]) -> None:
    collection = database["populations"]
    collection.create_index([("table", 1), ("area", 1)])
    collection.create_index([("kind", 1), ("reference", -1)])
    collection.delete_many({"table": {"$in": list(tables.values())}})  # left by an interrupted load
    written, documents = 0, _documents(residents, tables)
    while batch := list(islice(documents, EVERY)):
        collection.insert_many(batch, ordered=False)
        written += len(batch)
        report_progress(written, "figures written", last=len(batch) < EVERY)


def _documents(residents: ResidentFile, tables: Mapping[date, str]) -> Iterator[dict[str, Any]]:
    for day, (area, sex, age), count in residents.cells():
        table = tables[day]
        yield {"_id": f"{table}/{area}/{sex}/{age}", "table": table, "area": area, "sex": sex, "age": age} | {
            "residents": count
        }


def _show(database: SyncDatabase, tables: Mapping[date, str], same: Mapping[str, Any]) -> None:
    """Makes the tables visible to readers, all in one transaction, so that no series of months is incomplete."""
    same = {"kind": "table", **same, "loaded_at": datetime.now(UTC)}
    headers = [
        {"_id": table, "reference": datetime.combine(day, time(), tzinfo=UTC), **same} for day, table in tables.items()
    ]
    with database.client.start_session() as session, session.start_transaction():
        for header in headers:
            database["populations"].replace_one({"_id": header["_id"]}, header, upsert=True, session=session)
