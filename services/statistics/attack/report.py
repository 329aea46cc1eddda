"""The attack on one or several published releases, and what it found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.statistics.attack import bounds, relations
from services.statistics.attack.bounds import Contradiction, Range
from services.statistics.attack.publications import Cell, Release, Unreadable, read

SENSITIVE = frozenset({"group=DIS", "group=LOW", "group=NKD"})
SENSITIVE_K = 10
"""Counts of these groups look like anything from 0 to 10, by the published policy."""
SECONDS = 600.0


def attack(paths: Sequence[Path], seconds: float = SECONDS) -> dict[str, Any]:
    """Reads the releases and attacks all of them together. `seconds` limits the search by programming."""
    return attack_releases([read(path) for path in paths], seconds)


def attack_releases(releases: Sequence[Release], seconds: float = SECONDS) -> dict[str, Any]:
    started = time.monotonic()
    search = _search(releases, seconds)
    return {
        "releases": [release.name for release in releases],
        "hidden": search.hidden,
        "exact": len(search.exact),
        "exact_by_subtraction": search.by_subtraction,
        "within_k": len(search.narrow),
        "out_of_time": len(search.unasked),
        "seconds": round(time.monotonic() - started, 1),
        "opens": [_described(cell, found) for cell, found in sorted(search.exact.items())],
        "narrow": [_described(cell, found) for cell, found in sorted(search.narrow.items())],
    }


def open_cells(releases: Sequence[Release], seconds: float) -> tuple[list[Cell], list[Cell], list[Cell]]:
    """Hidden cells that have one possible count, those with a range narrower than k, and those not asked in time."""
    search = _search(releases, seconds)
    return list(search.exact), list(search.narrow), search.unasked


@dataclass(frozen=True)
class _Search:
    hidden: int
    by_subtraction: int
    exact: dict[Cell, Range]
    narrow: dict[Cell, Range]
    unasked: list[Cell]


def _search(releases: Sequence[Release], seconds: float) -> _Search:
    until = time.monotonic() + seconds
    counts = _joined(releases)
    hidden = [cell for cell, count in counts.items() if count is None]
    width = {cell: _width(cell, releases) for cell in hidden}
    remaining = bounds.substitute(list(relations.relations(releases)), counts)
    ranges = bounds.subtract(remaining)
    by_subtraction = sum(ranges[cell].exact for cell in hidden if cell in ranges)
    unasked: list[Cell] = []
    for island in sorted(bounds.islands(remaining), key=lambda each: len(each.cells)):
        asked = [cell for cell in island.cells if cell in width]
        unasked += bounds.narrow(island, ranges, asked, width, until)
    exact = {cell: ranges[cell] for cell in hidden if cell in ranges and ranges[cell].exact}
    close = {
        cell: ranges[cell]
        for cell in hidden
        if cell in ranges and cell not in exact and ranges[cell].high - ranges[cell].low < width[cell]
    }
    return _Search(len(hidden), by_subtraction, exact, close, unasked)


def _joined(releases: Sequence[Release]) -> dict[Cell, int | None]:
    """A count that any of the releases prints is known."""
    counts: dict[Cell, int | None] = {}
    for release in releases:
        for cell, count in release.counts.items():
            if counts.get(cell) is not None and count is not None and counts[cell] != count:
                raise Contradiction(f"two releases print {counts[cell]} and {count} for {cell}")
            if counts.get(cell) is None:
                counts[cell] = count
    return counts


def _width(cell: Cell, releases: Sequence[Release]) -> int:
    k = max(release.k for release in releases)
    return max(k, SENSITIVE_K) if cell.category in SENSITIVE else k


def _described(cell: Cell, found: Range) -> dict[str, Any]:
    return {
        "as_of": cell.as_of.isoformat(),
        "period": cell.period,
        "area": cell.area,
        "category": cell.category,
        "measure": cell.measure,
        "low": found.low,
        "high": found.high if found.high < 1e7 else None,
        "reasons": list(dict.fromkeys(found.reasons)),
    }


__all__ = ["Contradiction", "Unreadable", "attack", "attack_releases", "open_cells"]
