"""Additive tables: counts and every sum that ties them, over all linked tables of a release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from services.statistics.figures.refusal import InvalidValue

CellKey = Any
"""Anything hashable that identifies a cell. `Any`, because a mapping's key type is invariant."""


@dataclass(frozen=True, slots=True)
class Sum:
    total: CellKey
    parts: tuple[CellKey, ...]


@dataclass(frozen=True)
class AdditiveTable:
    """Persons in each cell, and the sums. `published` are cells that an earlier release shows: they cannot be hidden.

    Raises InvalidValue if a total is not the sum of its parts."""

    counts: Mapping[CellKey, int]
    sums: tuple[Sum, ...]
    published: frozenset[CellKey] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        for sum_ in self.sums:
            parts = sum(self.counts[part] for part in sum_.parts)
            if parts != self.counts[sum_.total]:
                raise InvalidValue(f"{sum_.total!r} is {self.counts[sum_.total]}, but its parts add up to {parts}")


def two_way(counts: Sequence[Sequence[int]]) -> AdditiveTable:
    """A table whose last row and last column are totals. A cell's key is (row, column), from 0."""
    height, width = len(counts), len(counts[0])
    rows = [Sum((r, width - 1), tuple((r, c) for c in range(width - 1))) for r in range(height)]
    columns = [Sum((height - 1, c), tuple((r, c) for r in range(height - 1))) for c in range(width)]
    return AdditiveTable({(r, c): counts[r][c] for r in range(height) for c in range(width)}, (*rows, *columns))


Hierarchy = Mapping[str, Sequence[str]]
"""Parent code -> children, as {"_T": ("M", "F")}; of several levels, or several ways to split."""


def cube_sums(dimensions: Sequence[Hierarchy]) -> Iterator[Sum]:
    """Every sum of the cube that the dimensions span. A cell's key is the tuple of its codes, one per dimension."""
    codes = [list(dict.fromkeys(code for parent, kids in h.items() for code in (parent, *kids))) for h in dimensions]
    for axis, hierarchy in enumerate(dimensions):
        for rest in product(*codes[:axis], *codes[axis + 1 :]):
            before, after = rest[:axis], rest[axis:]
            for parent, children in hierarchy.items():
                yield Sum((*before, parent, *after), tuple((*before, child, *after) for child in children))
