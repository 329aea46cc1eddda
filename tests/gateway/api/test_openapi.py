from __future__ import annotations

import asyncio
import re
import sys
import tomllib
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from gateway.api import openapi
from gateway.api.resources import OPERATIONS
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# What the description promises. Data that fits a shape may still be refused by a rule, so acceptance is not among it.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,unsupported_method,ignored_auth"
)
# A body that is too large is refused before its fields are read.
CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429]
"""


async def test_the_description_is_valid_openapi(client: Client) -> None:
    answer = await client.get("/api/openapi.json")
    validate(await answer.json())


def configuration() -> str:
    """Of operations that take the same body, as the one that makes a lesson and the one that changes it, all wrong
    bodies are sent to one."""
    taken: set[str] = set()
    parts = [CONFIGURATION]
    for path, operations in openapi.describe(OPERATIONS)["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            bodies = {part["schema"]["$ref"] for part in content.values() if "$ref" in part["schema"]}
            if bodies and bodies <= taken:
                name = f"{method.upper()} {path}"
                parts.append(f'[[operations]]\ninclude-name = "{name}"\nphases.coverage.enabled = false\n')
            taken |= bodies
    return "\n".join(parts)


@pytest.mark.timeout(600)
async def test_every_answer_is_as_openapi_describes_it_whatever_is_sent(
    client: Client, fake: Fakes, tmp_path: Path
) -> None:
    roles = ("administrator", "instructor", "reviewer", "official")
    fake.sign_in("ieum_everybody", *roles, token_scopes=["statistics.read"])
    (tmp_path / "schemathesis.toml").write_text(configuration())
    process = await asyncio.create_subprocess_exec(
        SCHEMATHESIS,
        *("run", str(client.make_url("/api/openapi.json")), "--checks", CHECKS),
        *("--header", "Authorization: Bearer ieum_everybody"),
        # One worker: with more, CPython 3.11 may miscount the depth of syntax trees that threads build side by side.
        *("--phases", "examples,coverage,fuzzing", "--max-examples", "3", "--seed", "1", "--workers", "1"),
        *("--suppress-health-check", "all", "--generation-database", "none", "--no-color"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()


def test_every_operation_parameter_and_field_is_described_and_no_word_is_left_over() -> None:
    description = openapi.describe(OPERATIONS)
    words = tomllib.loads(Path(openapi.__file__).with_name("descriptions.toml").read_text())
    operations = [operation for methods in description["paths"].values() for operation in methods.values()]
    fields = [
        (schema.get("title", name), field, part)
        for name, schema in description["components"]["schemas"].items()
        for field, part in schema.get("properties", {}).items()
    ]
    parameters = [(each["operationId"], part) for each in operations for part in each["parameters"]]
    assert [each["operationId"] for each in operations if not each["description"]] == []
    assert [(schema, field) for schema, field, part in fields if "description" not in part] == []
    assert [(name, part["name"]) for name, part in parameters if "description" not in part] == []
    used = {
        "operations": {each["operationId"] for each in operations},
        "parameters": {name for each, part in parameters for name in (part["name"], f"{each}.{part['name']}")},
        "fields": {name for schema, field, _ in fields for name in (field, f"{schema}.{field}")},
    }
    assert {kind: set(known) - used[kind] for kind, known in words.items()} == {kind: set() for kind in words}


async def test_the_description_can_be_read_as_a_page_without_any_other_host(client: Client) -> None:
    answer = await client.get("/api/docs")
    text = await answer.text()
    assert (answer.status, answer.content_type) == (200, "text/html")
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(re.findall(r'id="([^"]+)"', text))
    assert re.findall(r'(?:src|href)="(?:https?:)?//', text) == []
    assert "<script" not in text
    assert "POST /api/v1/places:preview" in text
    assert "__Host-ieum_session" in text


def test_files_are_described_as_bytes() -> None:
    paths = openapi.describe(OPERATIONS)["paths"]
    for path in ("/api/v1/media/{media}", "/api/v1/certificates/{certificate}.pdf"):
        content = paths[path]["get"]["responses"]["200"]["content"]
        assert {kind: part["schema"]["format"] for kind, part in content.items()} == dict.fromkeys(content, "binary")
