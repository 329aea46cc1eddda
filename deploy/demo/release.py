"""The first release of Hanbit: planned by one official, approved by another, published. Safe to repeat."""

from __future__ import annotations

import asyncio
from datetime import date

from deploy.demo.api import Api
from deploy.demo.content import Json

AREA = "areas/HB01"
FEWEST_PEOPLE = 100
"""Of fewer learners a release shows next to nothing."""
_QUARTERS = 4
_PAUSE_SECONDS = 1.0
_PATIENCE_SECONDS = 900.0


class NotBuilt(Exception):
    """The release could not be counted; its reason."""


def finished_quarters(today: date) -> list[str]:
    """The last four that were over on this day, oldest first."""
    present = today.year * 4 + (today.month - 1) // 3
    return [f"{each // 4}-Q{each % 4 + 1}" for each in range(present - _QUARTERS, present)]


async def publish_release(url: str, passphrase: str, today: date) -> None:
    async with Api(url) as planner, Api(url) as approver:
        await planner.sign_in("official", passphrase)
        await approver.sign_in("official2", passphrase)
        await _settled(planner)
        plan = {"area": AREA, "universe": "RESIDENT", "periods": finished_quarters(today)}
        made = await planner.post("/statistics/releases", plan)
        if made["state"] in ("SCHEDULED", "PUBLISHED"):
            return
        at = f"/statistics/{made['name']}"
        await planner.post(f"{at}:build")
        await _built(planner, at)
        await approver.post(f"{at}:approve")
        await planner.post(f"{at}:publish", {})
        print("Demo: the first release of Hanbit is approved; it is at /data in a minute.", flush=True)


async def _settled(planner: Api) -> None:
    """What the last learners did reaches the statistics a moment after it is answered."""
    before: list[Json] = []
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while (now := (await planner.get(f"/statistics/table?area={AREA}&by=COURSE"))["rows"]) != before:
            before = now
            await asyncio.sleep(_PAUSE_SECONDS)


async def _built(planner: Api, at: str) -> Json:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            found = await planner.get(f"{at}/work")
            if found["state"] == "FAILED":
                raise NotBuilt(found.get("failure", ""))
            if found["state"] in ("BUILT", "APPROVED", "SCHEDULED", "PUBLISHED"):
                return found
            await asyncio.sleep(_PAUSE_SECONDS)
