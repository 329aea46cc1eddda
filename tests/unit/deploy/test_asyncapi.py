from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy import asyncapi
from services.registry import HEARS, SERVICES

DOCUMENT: dict[str, Any] = json.loads(asyncapi.written())


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(DOCUMENT)):
        found = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert found


def test_every_event_that_the_architecture_names_is_described() -> None:
    described = {name.removeprefix("ieum.").replace(".v1.", ".") for name in DOCUMENT["components"]["messages"]}
    rows = re.findall(r"^\| (`.*?) \| ", (Path(asyncapi.ROOT) / "docs/architecture.md").read_text(), re.MULTILINE)
    named = {event for row in rows for event in re.findall(r"`([a-z]+\.[A-Z][A-Za-z]+)`", row)}
    assert len(named) > 20
    assert named <= described


def test_who_hears_whom_follows_from_the_list_of_services() -> None:
    operations = DOCUMENT["operations"]
    for name in SERVICES:
        for other in HEARS[name]:
            assert operations[f"{name}.hears.{other}"]["channel"] == {"$ref": f"#/channels/{other}"}


def test_a_message_says_its_fields_with_their_comments() -> None:
    moved = DOCUMENT["components"]["schemas"]["ieum.people.v1.PersonMoved"]["properties"]
    assert moved["person"]["type"] == "string"
    assert DOCUMENT["components"]["schemas"]["google.protobuf.Timestamp"] == {"type": "string", "format": "date-time"}
