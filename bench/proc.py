"""What processes have used, from /proc: processor time and memory of a whole process tree by its session."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def used(sessions: Mapping[str, int]) -> dict[str, float]:
    """Seconds of user and system time of each named session's processes, those that have ended included."""
    return {name: _sum(_stats(session)) for name, session in sessions.items()}


def _sum(stats: list[list[str]]) -> float:
    # utime, stime, cutime, cstime: fields 14 to 17 of proc(5), counted here from the state on.
    return sum(sum(map(int, stat[11:15])) for stat in stats) / _TICK


def resident(sessions: Mapping[str, int]) -> dict[str, float]:
    """MB in memory of each named session's processes."""
    return {name: sum(int(stat[21]) for stat in _stats(session)) * _PAGE / 1e6 for name, session in sessions.items()}


def _stats(session: int) -> list[list[str]]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # has just ended
            continue
        if int(fields[3]) == session:
            found.append(fields)
    return found
