"""The least and the most that each hidden count can be: integer programmes over everything published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from services.statistics.audit.decimals import half_unit
from services.statistics.audit.published import Key, Published

Constraint = tuple[dict[Key, float], float, float]
"""Weights of hidden cells, and the least and the most of their weighted sum."""
Range = tuple[int, int | None]
"""Both ends included; None = no upper end."""

SOLVED, NO_LIMIT = 0, (3, 4)
SLACK = 1e-6


class Contradiction(ValueError):
    """No table agrees with what is published."""


@dataclass
class Component:
    """A connected component: hidden cells that depend on each other and on no other hidden cell.

    `seen` are the tables (cell -> count) that solved its programmes so far."""

    keys: tuple[Key, ...]
    rows: list[Constraint]
    seen: list[dict[Key, int]] = field(default_factory=list)

    def extreme(self, weights: Mapping[Key, int], *, most: bool, least: Mapping[Key, int] | None = None) -> int | None:
        """The largest (`most`) or smallest value of a weighted sum of cells, None if it has no limit.

        Every cell is at least its `least` (0 if not given). Raises Contradiction if no table agrees."""
        objective = np.array([float(weights.get(key, 0)) for key in self.keys])
        result = milp(
            -objective if most else objective,
            constraints=self._constraints,
            bounds=Bounds(np.array([float((least or {}).get(key, 0)) for key in self.keys]), np.inf),
            integrality=np.ones(len(self.keys)),
        )
        if result.status in NO_LIMIT:
            return None
        if result.status != SOLVED:
            raise Contradiction(f"no table agrees with what is published about {list(self.keys)[:10]}")
        table: dict[Key, int] = {key: round(float(value)) for key, value in zip(self.keys, result.x, strict=True)}
        self.seen.append(table)
        return sum(weight * table[key] for key, weight in weights.items())

    def check(self) -> None:
        self.extreme({}, most=False)

    @cached_property
    def _constraints(self) -> list[LinearConstraint]:
        if not self.rows:
            return []
        place = {key: j for j, key in enumerate(self.keys)}
        entries = [(i, place[key], weight) for i, row in enumerate(self.rows) for key, weight in row[0].items()]
        lines, columns, weights = zip(*entries, strict=True)
        matrix = csr_array((weights, (lines, columns)), shape=(len(self.rows), len(self.keys)))
        return [LinearConstraint(matrix, [row[1] for row in self.rows], [row[2] for row in self.rows])]


def components(
    published: Published, k: int, *, check: bool = True, joined: Iterable[Iterable[Key]] = ()
) -> list[Component]:
    """The connected components of the hidden cells. Cells that are `joined` are put into one, even if no sum ties them.

    Raises Contradiction if the published counts do not add up; with `check`, also if no table agrees with them."""
    rows = [*_rows(published, k), *((dict.fromkeys(cells, 1.0), -np.inf, np.inf) for cells in joined)]
    for weights, low, high in rows:
        if not weights and not low - SLACK <= 0 <= high + SLACK:
            raise Contradiction("the published counts do not add up")
    hidden = [key for key, count in published.counts.items() if count is None]
    group = {key: key for key in hidden}

    def root(key: Key) -> Key:
        while group[key] != key:
            group[key] = group[group[key]]
            key = group[key]
        return key

    for weights, _, _ in rows:
        first, *others = weights or (None,)
        for other in others:
            group[root(other)] = root(first)
    members: dict[Key, list[Key]] = {}
    for key in hidden:
        members.setdefault(root(key), []).append(key)
    tied: dict[Key, list[Constraint]] = {}
    for row in rows:
        if row[0]:
            tied.setdefault(root(next(iter(row[0]))), []).append(row)
    parts = [Component(tuple(keys), tied.get(key, [])) for key, keys in members.items()]
    if check:
        for component in parts:
            component.check()
    return parts


def _rows(published: Published, k: int) -> Iterator[Constraint]:
    for total, parts in published.sums:
        yield _row(published, [(total, -1.0), *((part, 1.0) for part in parts)], 0.0, 0.0)
    for rate in published.rates:
        half, figure = half_unit(rate.figure), Fraction(rate.figure)
        low, high = figure - half, figure + half
        yield _row(published, [(rate.part, float(rate.per)), (rate.whole, -float(low))], 0.0, np.inf)
        yield _row(published, [(rate.part, float(rate.per)), (rate.whole, -float(high))], -np.inf, 0.0)
        yield _row(published, [(rate.whole, 1.0)], 1.0, np.inf)
        yield _row(published, [(rate.part, 1.0), (rate.whole, -1.0)], -np.inf, 0.0)
    for mean in published.means:
        yield _row(published, [(mean.count, 1.0)], 1.0, np.inf)
    for key in published.marked:
        yield _row(published, [(key, 1.0)], 1.0, float(k - 1))


def _row(published: Published, terms: Sequence[tuple[Key, float]], low: float, high: float) -> Constraint:
    weights: dict[Key, float] = {}
    known = 0.0
    for key, weight in terms:
        count = published.counts[key]
        if count is None:
            weights[key] = weights.get(key, 0.0) + weight
        else:
            known += weight * count
    return weights, low - known, high - known
