"""Secondary suppression of the linked tables: finds for each sensitive quantity the cheapest alternative table, and
hides the cells that change in it. Each alternative is reused for every quantity that it protects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from services.statistics.disclosure.alternatives import EPSILON, LinearSystem, Requirement, linear_system
from services.statistics.disclosure.tables import AdditiveTable, CellKey

Numbers = NDArray[np.float64]
NEARLY_FREE = 1e-3
BATCH = 20
"""So many requirements get cells of their own before all that are left are tried together again."""
REACH = 4
"""How far a cell may change in an alternative table, in multiples of the required level."""


class PatternSearch:
    """`free` cells are never printed; `fixed` ones are known to everybody; `least` is what a cell cannot fall below."""

    def __init__(
        self,
        cells: AdditiveTable,
        price: Callable[[CellKey], float],
        *,
        free: Collection[CellKey],
        fixed: Collection[CellKey] = (),
        least: Mapping[CellKey, int] | None = None,
    ) -> None:
        self.system: LinearSystem = linear_system(cells)
        index = self.system.index
        self._hidden = np.array([cell in free for cell in self.system.cells], dtype=bool)
        self._price = np.array([NEARLY_FREE if cell in free else price(cell) for cell in self.system.cells])
        self._free = self._hidden.copy()
        self._movable = np.ones(len(self.system.cells))
        self._movable[[index[cell] for cell in fixed if cell in index]] = 0
        self._floor = np.zeros(len(self.system.cells))
        for cell, count in (least or {}).items():
            self._floor[index[cell]] = count
        self._matrix = sparse.hstack([self.system.matrix, -self.system.matrix], format="csc")
        self._tables: list[Numbers] = []

    @property
    def hidden(self) -> frozenset[CellKey]:
        """Without those that are never printed."""
        return frozenset(self.system.cells[place] for place in np.flatnonzero(self._hidden & ~self._free))

    def hide(self, cells: Iterable[CellKey]) -> None:
        self._hidden[[self.system.index[cell] for cell in cells]] = True

    def meet_all(self, tasks: Sequence[Requirement]) -> list[Requirement]:
        """Hides what the requirements need; returns those that nothing protects."""
        waiting, lost = list(tasks), []
        while waiting := self._settle(waiting):
            now, waiting = waiting[:BATCH], waiting[BATCH:]
            lost += [task for task in now if not self.meet(task)]
        return lost

    def meet(self, task: Requirement) -> bool:
        """Hides what the requirement needs; False if nothing protects it."""
        if self._is_met(task):
            return True
        table = self._cheapest(task)
        if table is None:
            return False
        self._hidden |= np.abs(table) > EPSILON
        self._keep(table)
        return True

    def _is_met(self, task: Requirement) -> bool:
        places = [place for place, _ in task.weights]
        weights = np.array([weight for _, weight in task.weights])
        return any(weights @ table[places] >= task.level - EPSILON for table in reversed(self._tables))

    def _keep(self, table: Numbers) -> None:
        self._tables.append(table)
        if np.all(-table >= self._floor - self.system.counts):
            self._tables.append(-table)

    def _settle(self, tasks: Sequence[Requirement]) -> list[Requirement]:
        """The requirements that what is hidden does not meet yet: one programme moves all of them at once, again
        as long as that settles any."""
        waiting = [task for task in tasks if not self._is_met(task)]
        while waiting and (table := self._together(waiting)) is not None:
            before = len(waiting)
            self._keep(table)
            waiting = [task for task in waiting if not self._is_met(task)]
            if len(waiting) == before:
                break
        return waiting

    def _together(self, tasks: Sequence[Requirement]) -> Numbers | None:
        """A table of hidden cells alone in which as many requirements as possible are met."""
        places = np.flatnonzero(self._hidden & (self._movable > 0))
        inside = {int(place): number for number, place in enumerate(places)}
        asked = [[(inside[place], weight) for place, weight in task.weights if place in inside] for task in tasks]
        size, many = len(places), len(tasks)
        rows = [row for row, terms in enumerate(asked) for _ in terms]
        columns = [column for terms in asked for column, _ in terms]
        weights = [weight for terms in asked for _, weight in terms]
        sums = sparse.csr_array((weights, (rows, columns)), shape=(many, size))
        matrix = self.system.matrix[:, places]
        kept = matrix[np.flatnonzero(np.diff(matrix.tocsr().indptr))]
        levels = np.array([task.level for task in tasks])
        fall = np.maximum(self.system.counts[places] - self._floor[places], 0)
        best = linprog(
            np.concatenate([np.full(2 * size, NEARLY_FREE), -1 / levels]),
            A_ub=sparse.hstack([-sums, sums, sparse.eye_array(many)], format="csc"),
            b_ub=np.zeros(many),
            A_eq=sparse.hstack([kept, -kept, sparse.csc_array((kept.shape[0], many))], format="csc"),
            b_eq=np.zeros(kept.shape[0]),
            bounds=np.column_stack(
                [
                    np.concatenate([np.zeros(2 * size), np.full(many, -np.inf)]),
                    np.concatenate([np.full(size, np.inf), fall, levels]),
                ]
            ),
            method="highs",
        )
        if best.status != 0:
            return None
        change = best.x[:size] - best.x[size : 2 * size]
        if np.abs(change - np.round(change)).max(initial=0) > EPSILON:
            return None
        table = np.zeros(len(self.system.cells))
        table[places] = np.round(change)
        return table

    def _cheapest(self, task: Requirement) -> Numbers | None:
        size = len(self.system.cells)
        price = np.where(self._hidden, NEARLY_FREE, self._price)
        furthest = REACH * task.level
        rise = np.where(self._free, 10 * furthest, furthest) * self._movable
        fall = np.minimum(self.system.counts - self._floor, rise)
        bounds = np.concatenate([rise, np.maximum(fall, 0)])
        wanted = np.zeros(2 * size)
        for place, weight in task.weights:
            wanted[place], wanted[size + place] = weight, -weight
        cost = np.concatenate([price, price])
        best = linprog(
            cost,
            A_ub=sparse.csr_array(-wanted.reshape(1, -1)),
            b_ub=[-task.level],
            A_eq=self._matrix,
            b_eq=np.zeros(self._matrix.shape[0]),
            bounds=np.column_stack([np.zeros(2 * size), bounds]),
            method="highs",
        )
        if best.status != 0:
            return None
        table: Numbers = best.x[:size] - best.x[size:]
        if np.abs(table - np.round(table)).max(initial=0) > EPSILON:
            return self._whole(cost, wanted, task.level, bounds)
        return np.round(table)

    def _whole(self, cost: Numbers, wanted: Numbers, level: float, bounds: Numbers) -> Numbers | None:
        size = len(self.system.cells)
        best = milp(
            cost,
            constraints=[
                LinearConstraint(self._matrix, lb=0, ub=0),
                LinearConstraint(sparse.csr_array(wanted.reshape(1, -1)), lb=level),
            ],
            bounds=Bounds(np.zeros(2 * size), bounds),
            integrality=np.ones(2 * size),
            options={"mip_rel_gap": 0.05, "node_limit": 2000},
        )
        return None if best.x is None else np.asarray(np.round(best.x[:size] - best.x[size:]), dtype=np.float64)
