"""Two-way tables for tests of disclosure control, true and published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from services.statistics.audit import Published, audit
from services.statistics.disclosure.tables import AdditiveTable

Grid = list[list[int]]


def totalled(inner: Sequence[Sequence[int]]) -> Grid:
    rows = [[*row, sum(row)] for row in inner]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def shown(cells: AdditiveTable, hidden: frozenset[Any]) -> Published:
    counts = {cell: None if cell in hidden else count for cell, count in cells.counts.items()}
    return Published(counts, tuple((one.total, one.parts) for one in cells.sums))


def is_open(cells: AdditiveTable, hidden: frozenset[Any], k: int = 5) -> bool:
    return bool(audit(shown(cells, hidden), cells.counts, k).openings)


def grids(height: int, width: int, most: int) -> st.SearchStrategy[Grid]:
    row = st.lists(st.integers(0, most), min_size=width, max_size=width)
    return st.lists(row, min_size=height, max_size=height).map(totalled)
