from __future__ import annotations

import asyncio

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.http.monitoring import BEHIND_PROXY, ENDING, monitor
from gateway.web.account import mail_links
from tests.gateway.conftest import Client


async def test_whoever_leaves_in_the_middle_of_an_answer_is_no_error_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    left, ended = asyncio.Event(), asyncio.Event()

    async def picture(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await left.wait()
        try:
            while True:
                await response.write(bytes(100_000))
        finally:
            ended.set()

    app = web.Application(middlewares=[monitor])
    app[BEHIND_PROXY], app[ENDING] = False, asyncio.Event()
    app.router.add_get("/", picture)
    async with TestServer(app) as server:
        async with aiohttp.ClientSession() as session:
            answer = await session.get(server.make_url("/"))
            answer.close()
        left.set()
        await asyncio.wait_for(ended.wait(), 10)
        await asyncio.sleep(0.1)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_the_secret_in_an_address_stands_in_no_log_when_its_page_fails(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = f"{'0' * 32}.{'s' * 43}"
    monkeypatch.setattr(mail_links, "_linked", None)
    with structlog.testing.capture_logs() as lines:
        answer = await client.get(f"/reset-passphrase/{secret}")
    assert answer.status == 500
    assert [line["route"] for line in lines if line["event"] == "unexpected error"] == ["/reset-passphrase/{secret}"]
    assert secret not in str(lines)
