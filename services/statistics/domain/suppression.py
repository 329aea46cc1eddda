"""Which further cells to hide so that hidden ones cannot be computed back, at the least number of persons hidden.

A pattern is good when for every sensitive quantity there is another table, equal to the true one in all published
cells and in every sum, where the quantity is 0, and one where it is k. Choosing the pattern is a mixed-integer
programme over one yes/no per cell; whether it is good is a linear programme per quantity, whose dual names a set of
cells of which enough must be hidden (Fischetti and Salazar 2000). Those cuts are added until none is broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from services.statistics.domain.alternatives import (
    System,
    Task,
    Unsolved,
    adjacent,
    breaches,
    cover,
    system,
    tasks,
    without_integers,
)
from services.statistics.domain.disclosure import Policy, Sensitive, sensitive
from services.statistics.domain.tables import Cell, Cells

Numbers = NDArray[np.float64]

EXACT_UP_TO = 2500
"""Cells of one problem solved to proven optimality; beyond, to within `GAP` of it, then freed of what is not needed."""
GAP = 0.01
SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """`persons` is the sum of the hidden counts."""

    primary: frozenset[Cell]
    secondary: frozenset[Cell]
    persons: int

    @property
    def hidden(self) -> frozenset[Cell]:
        return self.primary | self.secondary


class Infeasible(Exception):
    """No pattern protects these cells, given what is already published: collapse categories or move up one level."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        super().__init__(f"collapse categories or move up one area level: nothing else protects {list(cells)}")
        self.cells = tuple(cells)


def suppress(cells: Cells, policy: Policy) -> Pattern:
    found = sensitive(cells, policy)
    primary = frozenset(one.cell for one in found)
    if exposed := [cell for cell in cells.counts if cell in primary & cells.published]:
        raise Infeasible(exposed)
    if not primary:
        return Pattern(primary, frozenset(), 0)
    hidden = _Search(cells, found, policy).run()
    return Pattern(primary, hidden - primary, sum(cells.counts[cell] for cell in hidden))


class _Search:
    """The growing programme: cuts come in, patterns come out."""

    def __init__(self, cells: Cells, found: Sequence[Sensitive], policy: Policy) -> None:
        self.system: System = system(cells)
        self.tasks: list[Task] = tasks(self.system, found, policy.k)
        index, size = self.system.index, len(self.system.cells)
        self.lower, self.upper = np.zeros(size), np.ones(size)
        self.lower[[index[one.cell] for one in found]] = 1
        self.upper[[index[cell] for cell in cells.published]] = 0
        self.cost = np.maximum(self.system.counts, 1.0)
        self.exact = size <= EXACT_UP_TO
        self.cuts: list[Numbers | sparse.csr_array] = []
        self.needed: list[float] = []
        for task in self.tasks:
            for cut in cover(self.system, task):
                self._add(cut, task.level)

    def run(self) -> frozenset[Cell]:
        """First the relaxation, whose cuts are cheap to find; then whole cells; at last whole persons."""
        while self._tighten(self._solve(whole=False)):
            pass
        while True:
            hidden = np.round(self._solve(whole=True))
            if not self._tighten(hidden) and not self._refuse_fractions(hidden):
                break
        if not self.exact:
            hidden = self._freed(hidden)
        return frozenset(self.system.cells[place] for place in np.flatnonzero(hidden))

    def _add(self, cut: Numbers, level: float) -> None:
        self.cuts.append(sparse.csr_array(cut.reshape(1, -1)))
        self.needed.append(level)

    def _tighten(self, hidden: Numbers) -> bool:
        broken = breaches(self.system, self.tasks, hidden)
        for task, cut in broken:
            self._add(cut, task.level)
        return bool(broken)

    def _refuse_fractions(self, hidden: Numbers) -> bool:
        """Persons are whole: where only a fractional table would do, one more cell that touches it must go."""
        failing = without_integers(self.system, self.tasks, hidden)
        for task in failing:
            self._add(adjacent(self.system, task, hidden) * self.upper, 1.0)
        return bool(failing)

    def _solve(self, *, whole: bool) -> Numbers:
        constraint = LinearConstraint(sparse.vstack(self.cuts, format="csr"), lb=np.array(self.needed))
        options = {"mip_rel_gap": 0.0 if self.exact else GAP, "time_limit": SECONDS}
        result = milp(
            self.cost,
            constraints=constraint,
            bounds=Bounds(self.lower, self.upper),
            integrality=np.full(len(self.cost), int(whole)),
            options=options,
        )
        if result.status == 2:
            raise Infeasible(self._beyond_help())
        if result.x is None:
            raise Unsolved(result.message)
        if whole and result.status != 0:
            self.exact = False
        return np.asarray(result.x, dtype=np.float64)

    def _beyond_help(self) -> list[Cell]:
        """Sensitive cells that stay open although all that may be hidden is; all of them when none does alone."""
        lost = {task.cell for task, _ in breaches(self.system, self.tasks, self.upper)}
        return sorted(lost or {task.cell for task in self.tasks}, key=repr)

    def _freed(self, hidden: Numbers) -> Numbers:
        """Drops, dearest first, every secondary that the pattern can do without."""
        for place in sorted(np.flatnonzero(hidden > self.lower), key=lambda j: -self.cost[j]):
            hidden[place] = 0
            if breaches(self.system, self.tasks, hidden) or without_integers(self.system, self.tasks, hidden):
                hidden[place] = 1
        return hidden
