"""From one table of whole persons to others that agree with all that is shown as well.

Linear programmes; their answers are nearly always whole. Where one is not, an integer programme is asked.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from services.statistics.audit.bounds import SLACK

Numbers = NDArray[np.float64]
PRICE = 1e-3
"""Of moving one person, against granting a whole wish: tables stay near the first one, where they are whole."""
PATIENCE_SECONDS = 60.0
"""For one integer programme; what has no table by then counts as not found."""


class AlternativeTables:
    """Tables that, multiplied by `rows`, lie between `low` and `high`; as `start` does."""

    def __init__(self, start: Numbers, rows: csr_array, low: Numbers, high: Numbers) -> None:
        self.start = start
        self._rows, self._low, self._high = rows, low, high

    def agrees(self, table: Numbers) -> bool:
        """In whole numbers, whatever the solver's tolerance was."""
        sums = self._rows @ table
        whole = bool(np.all(table == np.round(table)) and np.all(table >= 0))
        return whole and bool(np.all(sums >= self._low - SLACK) and np.all(sums <= self._high + SLACK))

    def towards(self, wishes: csr_array, needs: Numbers, least: Numbers) -> Numbers | None:
        """Grants what it can of all wishes at once: that each sum rises by what it needs. Each cell has `least`."""
        size, many = len(self.start), len(needs)
        cost = np.concatenate([np.full(2 * size, PRICE), -1 / needs])
        tied = LinearConstraint(hstack([wishes, -wishes, -eye_array(many)], format="csr"), lb=0, ub=np.inf)
        return self._table(self._moved(cost, tied, least, needs))

    def granting(self, wish: csr_array, need: float, least: Numbers) -> Numbers | None:
        """The nearest table in which the sum has risen by its need; each cell has `least`."""
        tied = LinearConstraint(hstack([wish, -wish], format="csr"), lb=need, ub=np.inf)
        cost, none = np.ones(2 * len(self.start)), np.zeros(0)
        moved = self._moved(cost, tied, least, none)
        table = self._table(moved)
        if moved is None or table is not None:
            return table
        return self._table(self._moved(cost, tied, least, none, whole=True))

    def _table(self, moved: Numbers | None) -> Numbers | None:
        """None where it was not in whole persons."""
        if moved is None or np.abs(moved - np.round(moved)).max(initial=0) > SLACK:
            return None
        table = self.start + np.round(moved)
        return table if self.agrees(table) else None

    def _moved(
        self, cost: Numbers, tied: LinearConstraint, least: Numbers, most: Numbers, *, whole: bool = False
    ) -> Numbers | None:
        """Unknowns are the persons that each cell gains, those that it loses, and how far the wishes are granted."""
        size, here = len(self.start), self._rows @ self.start
        idle = csr_array((self._rows.shape[0], len(most)))
        kept = hstack([self._rows, -self._rows, idle], format="csr")
        gain, loss = np.maximum(least - self.start, 0), np.maximum(self.start - least, 0)
        found = milp(
            cost,
            constraints=[tied, LinearConstraint(kept, self._low - here, self._high - here)][: 2 if len(here) else 1],
            bounds=Bounds(
                np.concatenate([gain, np.zeros(size), np.full(len(most), -np.inf)]),
                np.concatenate([np.full(size, np.inf), loss, most]),
            ),
            integrality=np.full(len(cost), int(whole)),
            options={"time_limit": PATIENCE_SECONDS, "mip_rel_gap": 0.5} if whole else {},
        )
        return None if found.x is None else found.x[:size] - found.x[size : 2 * size]
