"""The least and the most that hidden counts can be: first by subtraction, then by linear and integer programming."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, floor, inf

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from services.statistics.attack.publications import Cell
from services.statistics.attack.relations import Relation

_SLACK = 1e-6
_FAR = 1e7
"""A count that may grow without limit is looked for no further than this."""
_SECONDS_A_SOLUTION = 5.0
_SOLVED, _OUT_OF_TIME = 0, 1
_FEW = 3
"""Cells that are asked one by one rather than together."""


class Contradiction(ValueError):
    """No table agrees with what is published: the releases contradict each other or the relations."""


@dataclass
class Range:
    """Both ends are included. `proved` is False while the solver ran out of time on one of them."""

    low: int = 0
    high: float = inf
    proved: bool = True
    reasons: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        return self.proved and self.low == self.high


def substitute(relations: Sequence[Relation], counts: Mapping[Cell, int | None]) -> list[Relation]:
    """The relations over hidden counts alone. Raises Contradiction where the published ones do not agree."""
    remaining = []
    for relation in relations:
        hidden = {cell: weight for cell, weight in relation.weights.items() if counts.get(cell) is None}
        known = float(
            sum(weight * (counts[cell] or 0) for cell, weight in relation.weights.items() if cell not in hidden)
        )
        low, high = relation.low - known, relation.high - known
        if hidden:
            remaining.append(Relation(hidden, low, high, relation.reason))
        elif not low - _SLACK <= 0 <= high + _SLACK:
            raise Contradiction(f"{relation.reason}: {sorted(relation.weights)}")
    return remaining


def subtract(relations: Sequence[Relation]) -> dict[Cell, Range]:
    """What bounds alone tell, relation by relation, until nothing changes: the attack of somebody with a pencil."""
    ranges: dict[Cell, Range] = {cell: Range() for relation in relations for cell in relation.weights}
    touching: dict[Cell, list[int]] = defaultdict(list)
    for number, relation in enumerate(relations):
        for cell in relation.weights:
            touching[cell].append(number)
    waiting = dict.fromkeys(range(len(relations)))
    while waiting:
        number = next(iter(waiting))
        del waiting[number]
        for cell in _tighten(relations[number], ranges):
            waiting.update(dict.fromkeys(touching[cell]))
    return ranges


def _tighten(relation: Relation, ranges: Mapping[Cell, Range]) -> list[Cell]:
    """The cells whose range became smaller."""
    terms = [(cell, float(weight), ranges[cell]) for cell, weight in relation.weights.items()]
    least = [weight * (one.low if weight > 0 else one.high) for _, weight, one in terms]
    most = [weight * (one.high if weight > 0 else one.low) for _, weight, one in terms]
    changed = []
    for place, (cell, weight, mine) in enumerate(terms):
        rest_least, rest_most = _without(least, place), _without(most, place)
        ends = ((relation.low - rest_most) / weight, (relation.high - rest_least) / weight)
        low, high = ends if weight > 0 else ends[::-1]
        low_count = mine.low if low == -inf else max(mine.low, ceil(low - _SLACK))
        high_count = mine.high if high == inf else min(mine.high, floor(high + _SLACK))
        if low_count > high_count:
            raise Contradiction(f"{relation.reason}: {cell}")
        if (low_count, high_count) != (mine.low, mine.high):
            mine.low, mine.high, mine.reasons = low_count, high_count, (*mine.reasons[-3:], relation.reason)
            changed.append(cell)
    return changed


def _without(values: Sequence[float], place: int) -> float:
    return sum(value for number, value in enumerate(values) if number != place)


@dataclass
class Island:
    """Hidden counts that depend on each other and on no others, with whole-person tables that agree with everything."""

    cells: tuple[Cell, ...]
    relations: list[Relation]
    tables: list[NDArray[np.int64]] = field(default_factory=list)

    @cached_property
    def index(self) -> dict[Cell, int]:
        return {cell: place for place, cell in enumerate(self.cells)}

    @cached_property
    def _constraints(self) -> list[LinearConstraint]:
        entries = [
            (row, self.index[cell], float(weight))
            for row, relation in enumerate(self.relations)
            for cell, weight in relation.weights.items()
        ]
        if not entries:
            return []
        rows, columns, weights = zip(*entries, strict=True)
        matrix = csr_array((weights, (rows, columns)), shape=(len(self.relations), len(self.cells)))
        return [LinearConstraint(matrix, [one.low for one in self.relations], [one.high for one in self.relations])]

    def solve(
        self, objective: NDArray[np.float64], ranges: Mapping[Cell, Range]
    ) -> tuple[NDArray[np.int64] | None, float]:
        """The table with the least objective, and a bound that no table goes below. Raises Contradiction."""
        bounds = Bounds(
            np.array([float(ranges[cell].low) for cell in self.cells]),
            np.array([min(ranges[cell].high, _FAR) for cell in self.cells]),
        )
        result = milp(
            objective,
            constraints=self._constraints,
            bounds=bounds,
            integrality=np.ones(len(self.cells)),
            options={"time_limit": _SECONDS_A_SOLUTION},
        )
        if result.status not in (_SOLVED, _OUT_OF_TIME):
            raise Contradiction(f"no table agrees with what is published about {list(self.cells)[:5]}")
        table = None if result.x is None else np.round(result.x).astype(np.int64)
        if table is not None:
            self.tables.append(table)
        bound = result.mip_dual_bound if result.mip_dual_bound is not None else -inf
        return table, float(bound)


def islands(relations: Sequence[Relation]) -> list[Island]:
    group: dict[Cell, Cell] = {cell: cell for relation in relations for cell in relation.weights}

    def root(cell: Cell) -> Cell:
        while group[cell] != cell:
            group[cell] = group[group[cell]]
            cell = group[cell]
        return cell

    for relation in relations:
        first, *others = relation.weights
        for other in others:
            group[root(other)] = root(first)
    cells: dict[Cell, list[Cell]] = defaultdict(list)
    for cell in group:
        cells[root(cell)].append(cell)
    rows: dict[Cell, list[Relation]] = defaultdict(list)
    for relation in relations:
        rows[root(next(iter(relation.weights)))].append(relation)
    return [Island(tuple(members), rows[key]) for key, members in cells.items()]


def narrow(
    island: Island, ranges: Mapping[Cell, Range], asked: Sequence[Cell], width: Mapping[Cell, int], until: float
) -> list[Cell]:
    """Narrows the ranges of the cells `asked`; a cell is left as soon as two tables differ there by its `width`.

    Tables met before answer for many cells at once. Returns the cells for which time (`until`, of the monotonic
    clock) ran out."""
    open_cells = _spread(island, ranges, [cell for cell in asked if not ranges[cell].exact], width, until)
    unasked = []
    for cell in open_cells:
        if _wide(island, cell, width[cell]):
            continue
        if time.monotonic() > until:
            ranges[cell].proved = False
            unasked.append(cell)
            continue
        _narrow(island, ranges, cell, width[cell])
    return unasked


def _spread(
    island: Island, ranges: Mapping[Cell, Range], asked: Sequence[Cell], width: Mapping[Cell, int], until: float
) -> list[Cell]:
    """Looks for tables in which many cells are large, then small, at once; returns the cells that are still open.

    The weights are drawn anew each round, so that no group of cells always wins. The same input draws the same."""
    draw = np.random.default_rng(0)
    open_cells = list(asked)
    while len(open_cells) > _FEW and time.monotonic() < until:
        before = len(open_cells)
        for sign in (-1.0, 1.0):
            objective = np.zeros(len(island.cells))
            objective[[island.index[cell] for cell in open_cells]] = sign * draw.uniform(0.1, 1.0, before)
            island.solve(objective, ranges)
        open_cells = [cell for cell in open_cells if not _wide(island, cell, width[cell])]
        if before - len(open_cells) < max(_FEW, before // 50):
            break
    return open_cells


def _wide(island: Island, cell: Cell, width: int) -> bool:
    values = [int(table[island.index[cell]]) for table in island.tables]
    return bool(values) and max(values) - min(values) >= width


def _narrow(island: Island, ranges: Mapping[Cell, Range], cell: Cell, width: int) -> None:
    mine = ranges[cell]
    for sign in (1.0, -1.0):
        objective = np.zeros(len(island.cells))
        objective[island.index[cell]] = sign
        table, bound = island.solve(objective, ranges)
        value = None if table is None else int(table[island.index[cell]])
        mine.proved &= value is not None and abs(sign * value - bound) < 1 - _SLACK
        if sign > 0:
            mine.low = max(mine.low, ceil(bound - _SLACK) if bound > -inf else 0)
        elif -bound < _FAR - 1:
            mine.high = min(mine.high, floor(-bound + _SLACK))
        if _wide(island, cell, width):
            return
