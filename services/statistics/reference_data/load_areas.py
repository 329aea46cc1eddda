"""The command `load-areas`: loads a list of area codes over time, in a city's layout or the registration office's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from services.statistics.areas import registration_codes
from services.statistics.areas.code_lists import AreaChange, AreaVersion, check_areas, check_changes
from services.statistics.areas.registration_codes import ListedArea
from services.statistics.figures.periods import last_day
from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data import csv_reading
from services.statistics.reference_data.command import CommandResult, open_database
from services.statistics.reference_data.csv_reading import errors_in

AREAS = ("code", "parent", "level", "title_ko", "valid_from", "valid_to")
REGISTERED = ("code", "name", "first_month", "last_month")
PARENTS = ("code", "parent")
CROSSWALK = ("from_code", "to_code", "day", "share")


def load_areas(path: Path, crosswalk: Path | None, parents: Path | None, source: str) -> CommandResult:
    areas, steps = read_areas(path, crosswalk, parents)
    content = b"".join(file.read_bytes() for file in (path, crosswalk, parents) if file)
    checksum = hashlib.sha256(content).hexdigest()
    document = {
        "_id": checksum,
        "source": source,
        "loaded_at": datetime.now(UTC),
        "areas": [_plain(asdict(area)) for area in areas],
        "steps": [_plain(asdict(step)) for step in steps],
    }
    with open_database() as database:
        database["area_lists"].update_one({"_id": checksum}, {"$setOnInsert": document}, upsert=True)
    return {"list": checksum, "areas": len(areas), "steps": len(steps)}


def read_areas(
    path: Path, crosswalk: Path | None = None, parents: Path | None = None
) -> tuple[Sequence[AreaVersion], Sequence[AreaChange]]:
    """The checked list and its changes. The file's columns decide which of both layouts it has."""
    steps = read_crosswalk(crosswalk) if crosswalk else ()
    with errors_in(path):
        if "first_month" in csv_reading.columns(path):
            areas, moved = _registered(path, _parents(parents) if parents else {}, {step.old for step in steps})
            steps = (*moved, *steps)
        elif parents:
            raise InvalidValue(
                "is for a list of the registration office; here write the column parent", field="parents"
            )
        else:
            areas = [_area(record) for record in csv_reading.records(path, AREAS, ("title_en",))]
        if not areas:
            raise InvalidValue("the file has no rows")
        check_areas(areas)
    if crosswalk:
        with errors_in(crosswalk):
            _check_known(steps, {area.code for area in areas})
    return areas, steps


def read_crosswalk(path: Path) -> Sequence[AreaChange]:
    with errors_in(path):
        return check_changes([_step(record) for record in csv_reading.records(path, CROSSWALK)])


def _registered(
    path: Path, parents: Mapping[str, str], explained: set[str]
) -> tuple[Sequence[AreaVersion], Sequence[AreaChange]]:
    rows = [_listed(record) for record in csv_reading.records(path, REGISTERED)]
    return registration_codes.area_versions(rows, parents), registration_codes.infer_changes(rows, explained)


def _listed(record: csv_reading.Record) -> ListedArea:
    record.read("last_month", lambda cell: cell and csv_reading.month(cell))
    until = record.cells["last_month"]
    return ListedArea(
        record.read("code", registration_codes.short_code),
        record.read("name", csv_reading.text),
        record.read("first_month", csv_reading.month),
        last_day(until) if until else None,
        record.number,
    )


def _parents(path: Path) -> Mapping[str, str]:
    with errors_in(path):
        return {
            record.read("code", registration_codes.short_code): record.read("parent", registration_codes.short_code)
            for record in csv_reading.records(path, PARENTS)
        }


def _area(record: csv_reading.Record) -> AreaVersion:
    title = {"ko": record.read("title_ko", csv_reading.text), "en": record.cells.get("title_en", "")}
    return AreaVersion(
        record.read("code", csv_reading.text),
        record.cells["parent"],
        record.read("level", csv_reading.text),
        {language: text for language, text in title.items() if text},
        record.read("valid_from", csv_reading.moment).date(),
        _day_or_none(record, "valid_to"),
    )


def _step(record: csv_reading.Record) -> AreaChange:
    share = record.read("share", csv_reading.amount)
    if not 0 < share <= 1:
        raise record.error("share", f"{share} is not a share; write a number over 0 and up to 1")
    day = record.read("day", csv_reading.moment).date()
    return AreaChange(record.read("from_code", area_code), record.read("to_code", area_code), day, Fraction(share))


def area_code(cell: str) -> str:
    """The code in a cell; ten digits are an administrative code and become its short form."""
    return (
        registration_codes.short_code(cell)
        if len(cell) == registration_codes.LENGTH and cell.isdigit()
        else csv_reading.text(cell)
    )


def _check_known(steps: Sequence[AreaChange], codes: set[str]) -> None:
    for step in steps:
        for code in (step.old, step.new):
            if code not in codes:
                raise InvalidValue(
                    f"{code} is not in the list of areas", field="from_code" if code == step.old else "to_code"
                )


def _day_or_none(record: csv_reading.Record, column: str) -> date | None:
    moment = record.read(column, csv_reading.moment_or_none)
    return moment.date() if moment else None


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date | Fraction) else value for name, value in values.items()}
