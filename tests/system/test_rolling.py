"""Every service is restarted in its turn, in any order, while people read and write: no request fails."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import aiohttp
import pytest

from deploy.local import DEMO_PASSPHRASE
from services.registry import SERVICES
from tests.system.hanbit import Hanbit

READS = ("/catalog", "/enrollments", "/progress", "/people/me")

pytestmark = pytest.mark.timeout(180)


class Visitor:
    """Asks again and again, each time once, and keeps what was not answered with success."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = f"{url}/api/v1"
        self.failed: list[str] = []
        self.answered = 0
        self.longest = 0.0

    async def go_on(self, course: str) -> None:
        year = 1940
        while True:
            for path in READS:
                await self._ask("GET", path)
            year = 1940 + (year + 1) % 50
            answers = {"birthYear": year, "sex": "FEMALE", "groups": [], "groupsAnswered": False}
            await self._ask("PUT", "/people/me/equalityAnswers", answers)
            await self._ask("POST", "/enrollments", {"course": course})
            await asyncio.sleep(0.01)

    async def _ask(self, method: str, path: str, body: object = None) -> None:
        began = time.monotonic()
        async with self._session.request(method, self._url + path, json=body) as response:
            if response.status >= 400:
                self.failed.append(f"{method} {path}: {response.status} {await response.text()}")
            self.answered += 1
        self.longest = max(self.longest, time.monotonic() - began)


@asynccontextmanager
async def visiting(hanbit: Hanbit, course: str) -> AsyncIterator[Visitor]:
    login = await hanbit.newcomer("Somebody there all the time")
    jar, headers = aiohttp.CookieJar(unsafe=True), {"Origin": hanbit.url}
    async with aiohttp.ClientSession(cookie_jar=jar, headers=headers) as session:
        signing_in = {"login": login, "passphrase": DEMO_PASSPHRASE}
        async with session.post(f"{hanbit.url}/api/v1/sessions", json=signing_in) as response:
            response.raise_for_status()
        visitor = Visitor(session, hanbit.url)
        task = asyncio.create_task(visitor.go_on(course))
        yield visitor
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()  # and did not fail


async def test_services_restart_one_by_one_without_a_failed_request(
    hanbit: Hanbit, capsys: pytest.CaptureFixture[str]
) -> None:
    """The gateway itself is left out: alone on its port it cannot be replaced without a moment of nobody there."""
    seed = secrets.randbelow(10**6)
    order = Random(seed).sample(SERVICES, len(SERVICES))
    async with visiting(hanbit, hanbit.versions["kiosk"]["course"]) as visitor:
        for service in order:
            before = visitor.answered
            await hanbit.system.restart(service)
            async with asyncio.timeout(20):
                while visitor.answered < before + 12:
                    await asyncio.sleep(0.02)
    with capsys.disabled():
        print(f"\n{', '.join(order)}: {visitor.answered} requests, the longest {visitor.longest:.1f} s")
    assert visitor.failed == []
