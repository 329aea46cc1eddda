"""`python -m bench [words of rows]`, as `make bench`: measures, prints, and saves the results under bench/results."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from bench import floors, report, statistics_lag, system
from bench.city import City
from bench.rows import ROWS


async def run(scale: float, words: list[str], data: Path, floors_too: bool) -> None:
    city = City.of(scale)
    async with system.city_running(city, data) as (started, loaded):
        idle = system.memory(started)
        print(f"City: {loaded.people} learners, {loaded.enrolments} enrolments, {loaded.completions} lessons completed")
        environment = started.environment
        stores = environment["IEUM_MONGO_URL"], environment["IEUM_NATS_URL"], system.sessions(started)
        measured_floors = await floors.all_floors(*stores) if floors_too else {}
        print(report.floor_table(measured_floors))
        rows, probe_before = [], await floors.probe()
        for row in system.choose(ROWS, words):
            measured, probe_after = await system.measure(started, city, row), await floors.probe()
            rows.append(report.RowResult(measured, (probe_before + probe_after) / 2))
            probe_before = probe_after
            print(report.row_line(row, rows[-1], measured_floors), flush=True)
        lag = await statistics_lag.measure(started, city) if not words or "lag" in words else None
        busy = system.memory(started)
    start = await system.second_start(city, data) if not words or "start" in words else None
    result = report.Result(scale, loaded, measured_floors, rows, lag, idle, busy, start)
    print(report.summary(result))
    print(f"Kept as {report.keep(result)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", help="only rows whose names contain one of these words")
    parser.add_argument("--scale", type=float, default=float(os.environ.get("SCALE") or 1))
    parser.add_argument("--data", type=Path, help="a directory that is kept; else one that is thrown away")
    parser.add_argument("--no-floors", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ieum-bench-", ignore_cleanup_errors=True) as directory:
        asyncio.run(run(arguments.scale, arguments.rows, arguments.data or Path(directory), not arguments.no_floors))


if __name__ == "__main__":
    main()
