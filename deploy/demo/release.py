"""The first release of Hanbit: planned by one official, approved by another, published. Safe to repeat."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import date
from pathlib import Path

from deploy.demo.api import Api
from services.chassis.config import Settings
from services.chassis.events import bus
from services.registry import HEARS

AREA = "areas/HB01"
FEWEST_PEOPLE = 100
"""Of fewer learners a release shows next to nothing."""
_QUARTERS = 4
_PAUSE_SECONDS = 1.0
_PATIENCE_SECONDS = 900.0


def finished_quarters(today: date) -> list[str]:
    """The last four that were over on this day, oldest first."""
    present = today.year * 4 + (today.month - 1) // 3
    return [f"{each // 4}-Q{each % 4 + 1}" for each in range(present - _QUARTERS, present)]


def load_population(today: date) -> None:
    """How many live in the invented towns, counted before the first quarter that is published."""
    day = date(today.year - 2, 12, 31).isoformat()
    labels = ("--source", "이음 시연용 가상 인구(invented for this demo)", "--licence", "CC0-1.0")
    _load("load-population", "population.csv", "--reference", day, *labels)


def load_capability(today: date) -> None:
    """How well Hanbit and its neighbours, which nobody will find on a map, are prepared to teach."""
    year = finished_quarters(today)[-1].partition("-")[0]
    source = "이음 시연용 가상 평가(invented for this demo)"
    _load("load-capability", "capability.csv", "--period", year, "--source", source)


def _load(verb: str, file: str, *options: str) -> None:
    command = (sys.executable, "-m", "services.statistics", verb, str(Path(__file__).parent / file), *options)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603


async def publish_release(url: str, passphrase: str, today: date) -> None:
    async with Api(url) as planner, Api(url) as approver:
        await planner.sign_in("official", passphrase)
        await approver.sign_in("official2", passphrase)
        await _wait_for_statistics()
        plan = {"area": AREA, "universe": "RESIDENT", "periods": finished_quarters(today)}
        made = await planner.post("/statistics/releases", plan)
        if made["state"] in ("SCHEDULED", "PUBLISHED"):
            return
        at = f"/statistics/{made['name']}"
        await planner.post(f"{at}:build")
        if not await _built(planner, at):
            print("Demo: the release of Hanbit is held back; /statistics/releases says why.", flush=True)
            return
        await approver.post(f"{at}:approve")
        await planner.post(f"{at}:publish", {})
        print("Demo: the first release of Hanbit is approved; it is at /data in a minute.", flush=True)


async def _wait_for_statistics() -> None:
    """Returns once every service has handled all events that are out: what the last learners did is counted then.

    Two looks in a row, because an event that was handled may have caused another."""
    settings = Settings()
    consumers = [(f"ieum.{producer}.v1", name) for name, producers in HEARS.items() for producer in producers]
    quiet = 0
    async with asyncio.timeout(_PATIENCE_SECONDS), bus.connect(settings.nats_url, "demo") as events:
        while quiet < 2:
            behind = sum([await events.behind(*consumer) for consumer in consumers])
            quiet = 0 if behind else quiet + 1
            await asyncio.sleep(_PAUSE_SECONDS)


async def _built(planner: Api, at: str) -> bool:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            found = await planner.get(f"{at}/work")
            if found["state"] == "FAILED":
                return False
            if found["state"] in ("BUILT", "APPROVED", "SCHEDULED", "PUBLISHED"):
                return True
            await asyncio.sleep(_PAUSE_SECONDS)
