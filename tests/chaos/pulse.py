"""One person who writes all the time: how long did the longest write take, and which of them failed?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from deploy.demo.api import Api
from deploy.local import DEMO_PASSPHRASE


@dataclass
class Pulse:
    took: list[float] = field(default_factory=list)

    def longest(self) -> float:
        """Seconds, of those since the last time this was asked."""
        longest, self.took[:] = max(self.took, default=0.0), []
        return longest


@asynccontextmanager
async def writing(url: str) -> AsyncIterator[Pulse]:
    """Somebody new, whose answers change every few milliseconds. Each write is tried until it is acknowledged."""
    login, pulse = f"pulse-{uuid4().hex[:12]}", Pulse()
    async with Api(url) as admin, Api(url) as own:
        await admin.sign_in("admin", DEMO_PASSPHRASE)
        body = {"requestId": login, "login": login, "displayName": login, "passphrase": DEMO_PASSPHRASE}
        await admin.post("/people", body | {"area": "areas/HB0101", "locale": "ko"})
        await own.sign_in(login, DEMO_PASSPHRASE)
        task = asyncio.create_task(_beat(own, pulse))
        try:
            yield pulse
        finally:
            task.cancel()
            await asyncio.wait([task])


async def _beat(own: Api, pulse: Pulse) -> None:
    year = 1940
    while True:
        year = 1940 + (year + 1) % 50
        began = time.monotonic()
        answers = {"birthYear": year, "sex": "FEMALE", "groups": [], "groupsAnswered": False}
        await own.put("/people/me/equalityAnswers", answers)
        pulse.took.append(time.monotonic() - began)
        await asyncio.sleep(0.02)
