"""The load generator: `python -m bench.clients` takes a plan on standard input and answers what it saw, as JSON.

A process of its own, so that its work is not counted as the system's. Closed loop: so many clients, each with a
connection of its own, take the next request when the last one is answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import aiohttp
import uvloop


@dataclass(frozen=True)
class Request:
    """`method` is GET, or POST where there is a body, unless it is said."""

    path: str
    cookie: str = ""
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = ""


@dataclass(frozen=True)
class Seen:
    """`seconds` of the whole, and of each answer from asking to its last byte; `first` to the first byte."""

    seconds: float
    statuses: Mapping[str, int]
    each: Sequence[float]
    first: Sequence[float]
    sample: str

    @property
    def count(self) -> int:
        return len(self.each)

    @property
    def good(self) -> bool:
        return all(status[0] in "23" for status in self.statuses)

    def percentile(self, part: float) -> float:
        """Milliseconds."""
        return 1000 * sorted(self.each)[min(self.count - 1, int(part * self.count))]


async def drive(url: str, requests: Sequence[Request], at_once: int, seconds: float) -> Seen:
    """From a process of its own; until the time is over or every request has been made once."""
    plan = {"url": url, "at_once": at_once, "seconds": seconds, "requests": [vars(each) for each in requests]}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.clients"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await child.communicate(json.dumps(plan).encode())
    return Seen(**json.loads(answer))


async def _run(plan: dict[str, Any]) -> Seen:
    statuses: Counter[str] = Counter()
    each: list[float] = []
    first: list[float] = []
    samples: list[str] = []
    waiting: Iterator[Any] = iter(plan["requests"])
    connector = aiohttp.TCPConnector(limit=plan["at_once"])
    async with aiohttp.ClientSession(plan["url"], connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        began = time.perf_counter()

        async def client() -> None:
            for asked in waiting:
                if time.perf_counter() - began > plan["seconds"]:
                    return
                start = time.perf_counter()
                async with session.request(
                    asked["method"] or ("GET" if asked["body"] is None else "POST"),
                    asked["path"],
                    json=asked["body"],
                    headers={"Cookie": asked["cookie"], "Sec-Fetch-Site": "same-origin", **asked["headers"]},
                    allow_redirects=False,
                ) as answer:
                    first.append(time.perf_counter() - start)
                    data = await answer.read()
                each.append(time.perf_counter() - start)
                statuses[str(answer.status)] += 1
                if not samples or (answer.status >= 400 and len(samples) < 2):
                    samples.append(f"{answer.status} {data[:300]!r}")

        async with asyncio.TaskGroup() as tasks:
            for _ in range(plan["at_once"]):
                tasks.create_task(client())
        took = time.perf_counter() - began
    return Seen(took, dict(statuses), each, first, " | ".join(samples))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(_run(json.load(sys.stdin))))))
