"""`python -m bench.growth [learners ...]`, as `make bench-growth`: the same rows in cities of growing size."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import proc, system
from bench.city import City
from bench.rows import ROWS, Row
from deploy.local import Ieum

LEARNERS_AT_FULL_SCALE = 50_000
_ROWS = ("catalogue", "my learning", "lesson page", "record", "enrol", "official")
_TIMED = ("official", "class grid, page")
SIZES = (10_000, 100_000, 1_000_000)


async def column(learners: int) -> Mapping[str, str]:
    """Row -> figure: CPU milliseconds of the whole stack, or the response time if people wait for the answer."""
    city = City.of(learners / LEARNERS_AT_FULL_SCALE)
    with tempfile.TemporaryDirectory(prefix="ieum-growth-", ignore_cleanup_errors=True) as place:
        began = time.perf_counter()
        async with system.city_running(city, Path(place)) as (started, loaded):
            print(f"{loaded}, loaded in {time.perf_counter() - began:.0f} s", flush=True)
            figures = {"completions in the city": f"{loaded.completions}"}
            for row in system.choose(ROWS, _ROWS):
                figures[row.name] = await _figure(started, city, row)
                print(row.name, figures[row.name], flush=True)
            [official] = system.choose(ROWS, ("official's table by area",))
            first = await system.first_table(started, official.requests(city)[0])
            figures["official's first table after a restart"] = f"{first:.1f} s"
            figures["mongod, MB resident"] = f"{proc.resident(system.sessions(started))['mongod']:.0f}"
    return figures


async def _figure(started: Ieum, city: City, row: Row) -> str:
    seen = await system.measure(started, city, row)
    if not seen.good:
        return f"failed: {seen.sample[:80]}"
    return f"{seen.p50:.0f} ms" if row.name.startswith(_TIMED) else f"{seen.cpu:.2f} ms CPU"


def table(columns: Mapping[int, Mapping[str, str]]) -> str:
    """The columns as a Markdown table."""
    names = list(next(iter(columns.values())))
    head = ["| row | " + " | ".join(f"{size:,} learners" for size in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    return "\n".join(
        head + [f"| {name} | " + " | ".join(figures[name] for figures in columns.values()) + " |" for name in names]
    )


async def grow(sizes: Sequence[int]) -> None:
    print(table({size: await column(size) for size in sizes}))


if __name__ == "__main__":
    asyncio.run(grow([int(size) for size in sys.argv[1:]] or SIZES))
