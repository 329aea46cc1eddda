"""What processes have used, from /proc: processor time and memory of a whole process tree by its session."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def used(sessions: Mapping[str, int]) -> dict[str, float]:
    """Seconds of user and system time of each named session's processes, those that have ended included."""
    return {name: _sum(list(_of(session).values())) for name, session in sessions.items()}


def _sum(stats: list[list[str]]) -> float:
    # utime, stime, cutime, cstime: fields 14 to 17 of proc(5), counted here from the state on.
    return sum(sum(map(int, stat[11:15])) for stat in stats) / _TICK


def resident(sessions: Mapping[str, int]) -> dict[str, float]:
    """MB in memory of each named session's processes, together: of a page that several hold, each its part (PSS)."""
    return {name: sum(map(_held, _of(session))) for name, session in sessions.items()}


def _held(process: Path) -> float:
    for line in (process / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _of(session: int) -> dict[Path, list[str]]:
    """Its processes, and the fields of each one's stat from the state on."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # has just ended
            continue
        if int(fields[3]) == session:
            found[process] = fields
    return found
