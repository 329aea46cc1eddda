"""Secondary suppression of large linked tables by a heuristic: finds for each sensitive quantity the cheapest
alternative table, and hides the cells that change in it. Each alternative is reused for every quantity it protects."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from services.statistics.disclosure.alternatives import (
    EPSILON,
    LinearSystem,
    Requirement,
    linear_system,
    movement_limits,
    requirements,
)
from services.statistics.disclosure.policy import SensitiveQuantity
from services.statistics.disclosure.suppression import Infeasible
from services.statistics.disclosure.tables import AdditiveTable, CellKey

Numbers = NDArray[np.float64]
NEARLY_FREE = 1e-3


def find_pattern(
    cells: AdditiveTable,
    quantities: Sequence[SensitiveQuantity],
    k: int,
    *,
    hidden: Collection[CellKey] = (),
    fixed: Collection[CellKey] = (),
    ceiling: Mapping[CellKey, int] | None = None,
) -> frozenset[CellKey]:
    """The cells to hide, `hidden` included. `fixed` cells are known to everybody; `ceiling` is the most by which a cell
    may rise. Raises Infeasible with the cells that no pattern protects."""
    equations = linear_system(cells)
    search = _PatternSearch(equations, fixed, ceiling or {})
    for cell in (*hidden, *(one.cell for one in quantities)):
        if cell in equations.index:
            search.hidden[equations.index[cell]] = True
    lost = [
        task.cell
        for task in sorted(requirements(equations, quantities, k), key=lambda task: -task.level)
        if not search.meet(task)
    ]
    if lost:
        raise Infeasible(sorted(set(lost), key=repr))
    return frozenset(hidden) | {equations.cells[place] for place in np.flatnonzero(search.hidden)}


class _PatternSearch:
    def __init__(self, equations: LinearSystem, fixed: Collection[CellKey], ceiling: Mapping[CellKey, int]) -> None:
        self.system = equations
        size = len(equations.cells)
        self.hidden = np.zeros(size, dtype=bool)
        self.movable = np.ones(size)
        self.movable[[equations.index[cell] for cell in fixed if cell in equations.index]] = 0
        self.ceiling = np.full(size, np.inf)
        for cell, most in ceiling.items():
            self.ceiling[equations.index[cell]] = most
        self.matrix = sparse.hstack([equations.matrix, -equations.matrix], format="csr")
        self.tables: list[Numbers] = []

    def meet(self, task: Requirement) -> bool:
        places = [place for place, _ in task.weights]
        weights = np.array([weight for _, weight in task.weights])
        if any(weights @ known[places] >= task.level - EPSILON for known in reversed(self.tables)):
            return True
        table = self._cheapest(task)
        if table is None:
            return False
        self.hidden |= np.abs(table) > EPSILON
        self.tables.append(table)
        if np.all(-table >= -self.system.counts) and np.all(-table <= self.ceiling):
            self.tables.append(-table)
        return True

    def _cheapest(self, task: Requirement) -> Numbers | None:
        size = len(self.system.cells)
        price = np.where(self.hidden, NEARLY_FREE, np.maximum(self.system.counts, 1.0))
        fall, rise = movement_limits(self.system, task)
        up = np.minimum(self.ceiling, rise) * self.movable
        bounds = np.concatenate([up, fall * self.movable])
        asked = np.zeros(2 * size)
        for place, weight in task.weights:
            asked[place], asked[size + place] = weight, -weight
        cost = np.concatenate([price, price])
        best = linprog(
            cost,
            A_ub=sparse.csr_array(-asked.reshape(1, -1)),
            b_ub=[-task.level],
            A_eq=self.matrix,
            b_eq=np.zeros(self.matrix.shape[0]),
            bounds=np.column_stack([np.zeros(2 * size), bounds]),
            method="highs",
        )
        if best.status != 0:
            return None
        table: Numbers = best.x[:size] - best.x[size:]
        if np.abs(table - np.round(table)).max(initial=0) > EPSILON:
            return self._whole(cost, asked, task.level, bounds)
        return np.round(table)

    def _whole(self, cost: Numbers, asked: Numbers, level: float, bounds: Numbers) -> Numbers | None:
        size = len(self.system.cells)
        best = milp(
            cost,
            constraints=[
                LinearConstraint(self.matrix, lb=0, ub=0),
                LinearConstraint(sparse.csr_array(asked.reshape(1, -1)), lb=level),
            ],
            bounds=Bounds(np.zeros(2 * size), bounds),
            integrality=np.ones(2 * size),
            options={"mip_rel_gap": 0.05, "node_limit": 2000},
        )
        return None if best.x is None else np.asarray(np.round(best.x[:size] - best.x[size:]), dtype=np.float64)
