from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import validate

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


@pytest.mark.timeout(110)
async def test_every_answer_is_as_openapi_describes_it_whatever_is_sent(
    client: Client, fake: Fakes, tmp_path: Path
) -> None:
    roles = ("administrator", "instructor", "reviewer", "official")
    fake.sign_in("ieum_everybody", *roles, token_scopes=["statistics.read"])
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
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
