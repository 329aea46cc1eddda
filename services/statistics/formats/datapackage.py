"""A Frictionless Data Package (version 2): the CSV of the cells and a table of each code list, tied by foreign keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from services.statistics.figures.observation import ReleaseContent
from services.statistics.formats import capability, licence, words
from services.statistics.formats.cells import DIMENSIONS, PublicRelease
from services.statistics.formats.tabular import (
    BETWEEN,
    COLUMNS,
    OBSERVATIONS,
    OPTIONAL,
    Column,
    observations,
    write_csv,
)
from services.statistics.formats.words import Title, bilingual

DESCRIPTOR = "datapackage.json"
_PROFILE = "https://datapackage.org/profiles/2.0/"
_TYPES = {"number": "number", "whole": "integer", "list": "list", "date": "date", "moment": "datetime"}


CODE_LISTS = (*DIMENSIONS, "UNIT_MEASURE", "OBS_STATUS", "CONF_STATUS")


def render(edition: PublicRelease) -> dict[str, bytes]:
    tables = {file_name(name): _code_table(name, titles, edition.release) for name, titles in _lists(edition).items()}
    return {DESCRIPTOR: _descriptor(edition, tables), **tables}


def _lists(edition: PublicRelease) -> dict[str, Mapping[str, Title]]:
    return {name: edition.lists.get(name) or words.codes(name) for name in CODE_LISTS}


def file_name(column: str) -> str:
    return f"codes-{column.lower().replace('_', '-')}.csv"


def _code_fields(column: str) -> Sequence[str]:
    area = ("parent", "level") if column == "REF_AREA" else ()
    return ("code", *words.LANGUAGES, *area)


def _code_table(column: str, titles: Mapping[str, Title], release: ReleaseContent) -> bytes:
    areas = {area.code: (area.parent, area.level) for area in release.areas} if column == "REF_AREA" else {}
    rows = (
        [code, *(title[language] for language in words.LANGUAGES), *areas.get(code, ())]
        for code, title in titles.items()
    )
    return write_csv(_code_fields(column), rows, marked=True)


def _descriptor(edition: PublicRelease, tables: Mapping[str, bytes]) -> bytes:
    release, lists = edition.release, _lists(edition)
    document = {
        "$schema": f"{_PROFILE}datapackage.json",
        "name": release.id,
        "version": f"{release.revision}.0.0",
        "title": bilingual(release.title),
        "description": bilingual(release.note),
        "created": release.publish_at.isoformat(),
        "licenses": [{"name": licence.name(release.licence), "path": licence.address(release.licence)}],
        "contributors": [{"title": bilingual(release.publisher), "roles": ["publisher"]}],
        "resources": [
            _observations(observations(edition), lists),
            *(_codes(name, tables[file_name(name)]) for name in lists),
            *(_capability(content) for name, content in capability.render(edition).items() if name == capability.TABLE),
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _observations(content: bytes, lists: Mapping[str, Any]) -> dict[str, Any]:
    keys = [
        {"fields": [column.name], "reference": {"resource": _resource(column.name), "fields": ["code"]}}
        for column in COLUMNS
        if column.name in lists
    ]
    schema = {
        "$schema": f"{_PROFILE}tableschema.json",
        "fields": [_field(column) for column in COLUMNS],
        "primaryKey": list(DIMENSIONS),
        "foreignKeys": keys,
        "missingValues": [""],
    }
    return _table("observations", OBSERVATIONS, {"ko": "관측값", "en": "Observations"}, content, schema)


def _capability(content: bytes) -> dict[str, Any]:
    schema = {
        "$schema": f"{_PROFILE}tableschema.json",
        "fields": [_field(column) for column in capability.COLUMNS],
        "primaryKey": list(capability.KEY),
        "missingValues": [""],
    }
    return _table("capability", capability.TABLE, words.column("CAPABILITY"), content, schema)


def _field(column: Column) -> dict[str, Any]:
    optional: dict[str, Any] = {} if column.kind in OPTIONAL else {"constraints": {"required": True}}
    optional |= {"delimiter": BETWEEN} if column.kind == "list" else {}
    return {
        "name": column.name,
        "title": bilingual(words.column(column.name)),
        "type": _TYPES.get(column.kind, "string"),
        **optional,
    }


def _codes(name: str, content: bytes) -> dict[str, Any]:
    required = {"constraints": {"required": True}}
    schema = {
        "$schema": f"{_PROFILE}tableschema.json",
        "fields": [
            {"name": field, "type": "string", **({} if field == "parent" else required)} for field in _code_fields(name)
        ],
        "primaryKey": ["code"],
        "missingValues": [""],
    }
    return _table(_resource(name), file_name(name), words.column(name), content, schema)


def _resource(column: str) -> str:
    return f"codes-{column.lower().replace('_', '-')}"


def _table(name: str, path: str, title: Title, content: bytes, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "$schema": f"{_PROFILE}dataresource.json",
        "name": name,
        "path": path,
        "type": "table",
        "title": bilingual(title),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "dialect": {"$schema": f"{_PROFILE}tabledialect.json", "lineTerminator": "\r\n"},
        "schema": dict(schema),
    }
