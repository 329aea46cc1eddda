from __future__ import annotations

from openapi_spec_validator import validate

from tests.gateway.conftest import Client


async def test_the_description_is_valid_openapi(client: Client) -> None:
    answer = await client.get("/api/openapi.json")
    validate(await answer.json())


async def test_it_answers(client: Client) -> None:
    answer = await client.get("/api/v1/areas")
    assert answer.status == 200
