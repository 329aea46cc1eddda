"""Searches for alternative tables: other tables of whole persons that agree with everything published.

Each search starts from one such table and solves a linear programme, whose solution is nearly always whole. Where it
is not, an integer programme follows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from services.statistics.audit.bounds import SLACK

Numbers = NDArray[np.float64]
PRICE = 1e-3
"""Cost of moving one person, relative to reaching one target: tables stay close to the first one, where they are
whole."""
TIME_LIMIT_SECONDS = 60.0
"""Of one integer programme; if no table is known by then, none is returned."""


class AlternativeTables:
    """Tables x with `low` <= `rows` @ x <= `high`. `start` is one of them; its length is the number of cells."""

    def __init__(self, start: Numbers, rows: csr_array, low: Numbers, high: Numbers) -> None:
        self.start = start
        self._rows, self._low, self._high = rows, low, high

    def agrees(self, table: Numbers) -> bool:
        """Whether the table is whole, not negative and within all bounds, checked without the solver."""
        sums = self._rows @ table
        whole = bool(np.all(table == np.round(table)) and np.all(table >= 0))
        return whole and bool(np.all(sums >= self._low - SLACK) and np.all(sums <= self._high + SLACK))

    def raise_many(self, sums: csr_array, increases: Numbers, least: Numbers) -> Numbers | None:
        """A table in which as many of the sums as possible rise by their `increases`.

        `sums` has one row per sum and one column per cell; `least` is the minimum of each cell."""
        size, many = len(self.start), len(increases)
        cost = np.concatenate([np.full(2 * size, PRICE), -1 / increases])
        rises = LinearConstraint(hstack([sums, -sums, -eye_array(many)], format="csr"), lb=0, ub=np.inf)
        return self._table(self._solve(cost, rises, least, increases))

    def raise_one(self, total: csr_array, increase: float, least: Numbers) -> Numbers | None:
        """The nearest table in which the sum (one row) rises by at least `increase`; `least` as above."""
        rises = LinearConstraint(hstack([total, -total], format="csr"), lb=increase, ub=np.inf)
        cost, none = np.ones(2 * len(self.start)), np.zeros(0)
        change = self._solve(cost, rises, least, none)
        table = self._table(change)
        if change is None or table is not None:
            return table
        return self._table(self._solve(cost, rises, least, none, whole=True))

    def _table(self, change: Numbers | None) -> Numbers | None:
        """The table after the change; None if the change is not in whole persons."""
        if change is None or np.abs(change - np.round(change)).max(initial=0) > SLACK:
            return None
        table = self.start + np.round(change)
        return table if self.agrees(table) else None

    def _solve(
        self, cost: Numbers, rises: LinearConstraint, least: Numbers, increases: Numbers, *, whole: bool = False
    ) -> Numbers | None:
        """The change per cell. Unknowns: persons that each cell gains, persons that it loses, the rise of each sum."""
        size, sums = len(self.start), self._rows @ self.start
        unused = csr_array((self._rows.shape[0], len(increases)))
        kept = hstack([self._rows, -self._rows, unused], format="csr")
        gain, loss = np.maximum(least - self.start, 0), np.maximum(self.start - least, 0)
        constraints = [rises]
        if len(sums):
            constraints.append(LinearConstraint(kept, self._low - sums, self._high - sums))
        solution = milp(
            cost,
            constraints=constraints,
            bounds=Bounds(
                np.concatenate([gain, np.zeros(size), np.full(len(increases), -np.inf)]),
                np.concatenate([np.full(size, np.inf), loss, increases]),
            ),
            integrality=np.full(len(cost), int(whole)),
            options={"time_limit": TIME_LIMIT_SECONDS, "mip_rel_gap": 0.5} if whole else {},
        )
        return None if solution.x is None else solution.x[:size] - solution.x[size : 2 * size]
