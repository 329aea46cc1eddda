"""The load generator: `python -m bench.clients` reads a plan from standard input and prints the responses as JSON.

Runs in its own process, so that its work is not counted as the system's. Closed loop: each client has a connection and
sends the next request when the last one is answered.
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
    """`method` defaults to GET, or POST with a body."""

    path: str
    cookie: str = ""
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = ""


@dataclass(frozen=True)
class Responses:
    """`seconds` of the run; `each` has the seconds from a request to its last byte, `first` to its first byte."""

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
        """The percentile (`part` from 0 to 1) of the response time, in milliseconds."""
        return 1000 * sorted(self.each)[min(self.count - 1, int(part * self.count))]


async def drive(url: str, requests: Sequence[Request], at_once: int, seconds: float) -> Responses:
    """Sends the requests from another process, until the time is over or each was sent once."""
    plan = {"url": url, "at_once": at_once, "seconds": seconds, "requests": [vars(each) for each in requests]}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.clients",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    answer, _ = await child.communicate(json.dumps(plan).encode())
    return Responses(**json.loads(answer))


async def _run(plan: dict[str, Any]) -> Responses:
    statuses: Counter[str] = Counter()
    each: list[float] = []
    first: list[float] = []
    samples: list[str] = []
    waiting: Iterator[Any] = iter(plan["requests"])
    connector = aiohttp.TCPConnector(limit=plan["at_once"])
    async with aiohttp.ClientSession(plan["url"], connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        began = time.perf_counter()

        async def client() -> None:
            for request in waiting:
                if time.perf_counter() - began > plan["seconds"]:
                    return
                start = time.perf_counter()
                async with session.request(
                    request["method"] or ("GET" if request["body"] is None else "POST"),
                    request["path"],
                    json=request["body"],
                    headers={"Cookie": request["cookie"], "Sec-Fetch-Site": "same-origin", **request["headers"]},
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
    return Responses(took, dict(statuses), each, first, " | ".join(samples))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(_run(json.load(sys.stdin))))))
