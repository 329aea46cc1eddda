"""Reports the results of a run: a table for people, JSON for programs, and a plot."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.floors import Floor, slowness
from bench.loading import Loaded
from bench.rows import ROWS, Row
from bench.statistics_lag import Lag
from bench.system import Measured

RESULTS = Path(__file__).with_name("results")
_LINE = "{:<42} {:>9} {:>8} {:>8} {:>8} {:>9} {:>9}  {}"


@dataclass(frozen=True)
class RowResult:
    """The measurement of a row, and the cost of a bare request just before and after it."""

    seen: Measured
    pace: float

    def slowness(self, floors: Mapping[str, Floor]) -> float:
        """The machine's CPU time during the row, as a multiple of that of the reference machine."""
        return slowness(floors) * self.drift(floors)

    def drift(self, floors: Mapping[str, Floor]) -> float:
        """The same as a multiple of that when the floors were measured."""
        return self.pace / floors["aiohttp"].cpu if floors else 1.0


@dataclass(frozen=True)
class Result:
    """`idle` and `busy` are MB by process, `start` is in seconds."""

    scale: float
    loaded: Loaded
    floors: Mapping[str, Floor]
    rows: Sequence[RowResult]
    lag: Lag | None
    idle: Mapping[str, float]
    busy: Mapping[str, float]
    start: float | None


def floor_table(floors: Mapping[str, Floor]) -> str:
    head = f"{'floor':<42} {'rate/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'CPU ms':>8}"
    lines = [
        f"{name:<42} {floor.rate:>9.0f} {floor.p50:>8.2f} {floor.p99:>8.2f} {floor.cpu:>8.3f}"
        for name, floor in floors.items()
    ]
    lines.append(f"The parts cost {slowness(floors):.2f} times what they cost where the targets were set.")
    heading = _LINE.format(
        *("row", "rate/s", "p50 ms", "p99 ms", "1st ms", "CPU ms", "there ms"), "against its targets; CPU by process"
    )
    return "\n".join([head, *lines, "", heading])


def row_line(row: Row, paced: RowResult, floors: Mapping[str, Floor]) -> str:
    """A line of the table. "there ms" is the estimated cost on the reference machine, from the floors."""
    seen = paced.seen
    largest = sorted(seen.cpu_of.items(), key=lambda each: -each[1])
    cost = " ".join(f"{name} {cpu:.2f}" for name, cpu in largest if cpu >= 0.01)
    verdicts = "; ".join([*_verdicts(row, paced, floors), cost, *([] if seen.good else [f"FAILED {seen.sample}"])])
    numbers = (f"{seen.rate:.0f}", *(f"{each:.1f}" for each in (seen.p50, seen.p99, seen.first_byte)))
    return _LINE.format(row.name, *numbers, f"{seen.cpu:.2f}", f"{seen.cpu / paced.slowness(floors):.2f}", verdicts)


def _verdicts(row: Row, paced: RowResult, floors: Mapping[str, Floor]) -> list[str]:
    verdicts, seen = [], paced.seen
    for name, most, was in (("CPU", row.cpu, seen.cpu), ("p99", row.p99, seen.p99), ("p50", row.p50, seen.p50)):
        if most is not None:
            verdicts.append(f"{name} {_verdict(was, most, paced.slowness(floors))} (<= {most:g})")
    if row.of_cost and (floor := floors.get(row.of_cost[0])):
        times = seen.cpu / (floor.cpu * paced.drift(floors))
        verdicts.append(f"{times:.2f} x {row.of_cost[0]} {_verdict(times, row.of_cost[1])} (<= {row.of_cost[1]:g})")
    if row.of_floor and (floor := floors.get(row.of_floor[0])):
        share = seen.rate / floor.rate * paced.drift(floors)
        verdicts.append(f"{share:.0%} of {row.of_floor[0]} {'ok' if share >= row.of_floor[1] else 'MISSED'}")
    return verdicts


def _verdict(was: float, most: float, slowness: float = 1.0) -> str:
    """ok or MISSED. A slower machine makes no target easier, but the verdict says if that alone explains the miss."""
    if was <= most:
        return "ok"
    return "ok for the floors" if was <= most * slowness else "MISSED"


def summary(result: Result) -> str:
    lines = [
        f"memory idle {sum(result.idle.values()):.0f} MB, after {sum(result.busy.values()):.0f} MB: "
        + " ".join(f"{name} {size:.0f}" for name, size in result.busy.items())
    ]
    if result.lag:
        lines.append(
            f"statistics: at most {result.lag.worst:.2f} s behind at {result.lag.arrived:.0f} completions/s; "
            f"{result.lag.waiting} events that waited through an outage absorbed at {result.lag.absorbed:.0f}/s, "
            f"{result.lag.with_start:.0f}/s with the start of the service"
        )
    if result.start:
        lines.append(f"second start to the first page {result.start:.1f} s")
    return "\n".join(lines)


def keep(result: Result) -> Path:
    """Saves JSON and plot; returns the path of the JSON."""
    RESULTS.mkdir(exist_ok=True)
    stem = f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}-scale-{result.scale:g}"
    machine = {"python": platform.python_version(), "machine": platform.machine(), "commit": _commit()}
    path = RESULTS / f"{stem}.json"
    path.write_text(json.dumps({**asdict(result), **machine}, indent=1) + "\n")
    path.with_suffix(".svg").write_text(plot(result.rows))
    return path


def _commit() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


def plot(rows: Sequence[RowResult]) -> str:
    """An SVG with the CPU time of each row as a bar and its target as a mark."""
    targets = {row.name: row.cpu for row in ROWS}
    small = [row.seen for row in rows if row.seen.cpu < 25]
    width = 480 / max([1.0, *(row.cpu for row in small)])
    bars = []
    for place, row in enumerate(small):
        y = 30 + 26 * place
        bars.append(f'<text x="290" y="{y + 13}" text-anchor="end">{row.row}</text>')
        bars.append(f'<rect x="300" y="{y}" width="{row.cpu * width:.1f}" height="18" fill="#2a6f97"/>')
        bars.append(f'<text x="{305 + row.cpu * width:.1f}" y="{y + 13}">{row.cpu:.2f}</text>')
        if (target := targets.get(row.row)) and target * width < 480:
            x = 300 + target * width
            bars.append(f'<path d="M{x:.1f} {y - 3}v24" stroke="#b3261e" stroke-width="2"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="860" height="{40 + 26 * len(small)}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
        '<text x="10" y="18">Processor time of the whole stack, ms for each operation (red: target)</text>'
        f"{''.join(bars)}</svg>\n"
    )
