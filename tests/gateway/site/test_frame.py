from __future__ import annotations

from tests.gateway.conftest import Client


async def test_it_says_that_it_is_alive_and_ready(client: Client) -> None:
    assert (await client.get("/healthz")).status == 200
    ready = await client.get("/readyz")
    assert ready.status == 200, await ready.text()


async def test_an_unknown_page_says_what_to_do(client: Client) -> None:
    answer = await client.get("/no-such-page", headers={"Accept-Language": "en"})
    assert answer.status == 404
    assert "There is nothing at this address" in await answer.text()
