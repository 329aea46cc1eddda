"""What everybody can see of a release: counts with gaps, the sums that tie them, and figures computed from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Key = Any
"""Whatever names a cell and hashes."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`figure` = per * part / whole, rounded half up to the decimals it is written with."""

    part: Key
    whole: Key
    figure: Decimal
    per: int = 100


@dataclass(frozen=True, slots=True)
class Mean:
    """`figure` = a whole total / count, rounded half up to the decimals it is written with."""

    count: Key
    figure: Decimal


@dataclass(frozen=True)
class Published:
    """None is a hidden count. `sums` are (total, parts). `marked` are hidden cells shown to be the small ones."""

    counts: Mapping[Key, int | None]
    sums: tuple[tuple[Key, tuple[Key, ...]], ...]
    rates: tuple[Rate, ...] = ()
    means: tuple[Mean, ...] = ()
    marked: frozenset[Key] = frozenset()


def union(*releases: Published) -> Published:
    """Several releases as one: a cell that any of them shows is known, and the sums of all of them hold."""
    counts: dict[Key, int | None] = {}
    for release in releases:
        for key, count in release.counts.items():
            if counts.get(key) is None:
                counts[key] = count
    return Published(
        counts,
        tuple(dict.fromkeys(total for release in releases for total in release.sums)),
        tuple(dict.fromkeys(rate for release in releases for rate in release.rates)),
        tuple(dict.fromkeys(mean for release in releases for mean in release.means)),
        frozenset().union(*(release.marked for release in releases)),
    )
