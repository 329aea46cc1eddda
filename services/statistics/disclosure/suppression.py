"""Secondary cell suppression: which further cells to hide so that no hidden one can be computed, at the lowest number
of persons hidden.

A pattern protects if for every sensitive quantity there is another table, equal to the true one in all published
cells and in every sum, where the quantity is 0, and one where it is k. Choosing the pattern is a mixed-integer
programme with a binary variable per cell. Whether it protects is a linear programme per quantity, whose dual gives a
cut: cells of which enough must be hidden (Fischetti and Salazar 2000). Cuts are added until none is violated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from services.statistics.disclosure.alternatives import (
    LinearSystem,
    Requirement,
    Unsolved,
    adjacent,
    cover_cuts,
    linear_system,
    requirements,
    violations,
    whole_alternatives,
)
from services.statistics.disclosure.policy import Policy, SensitiveQuantity, primary_suppressions
from services.statistics.disclosure.repair import drop_unneeded, repair
from services.statistics.disclosure.tables import AdditiveTable, CellKey

Numbers = NDArray[np.float64]

EXACT_PLANE, EXACT_LINKED = 2500, 400
"""Cells of a two-way or hierarchical problem, and of a linked one, that are solved to proven optimality. Larger ones
get `ROUNDS` of cuts to within `GAP`, and are then repaired, and cells that are not needed are shown again. All limits
are in steps, not seconds, so that the same table always gives the same pattern."""
RELAXED_ROUNDS, ROUNDS = 40, 4
GAP = 0.01
NODES = 20_000


@dataclass(frozen=True, slots=True)
class Pattern:
    """`persons` is the sum of the hidden counts; `optimal`: no pattern hides fewer (a 0 costs as much as a 1)."""

    primary: frozenset[CellKey]
    secondary: frozenset[CellKey]
    persons: int
    optimal: bool

    @property
    def hidden(self) -> frozenset[CellKey]:
        return self.primary | self.secondary


class Infeasible(Exception):
    """No pattern protects these cells, given what is already published: collapse categories or move up one level."""

    def __init__(self, cells: Sequence[CellKey]) -> None:
        super().__init__(f"collapse categories or move up one area level: nothing else protects {list(cells)}")
        self.cells = tuple(cells)


def suppress(cells: AdditiveTable, policy: Policy) -> Pattern:
    quantities = primary_suppressions(cells, policy)
    primary = frozenset(quantity.cell for quantity in quantities)
    if exposed := [cell for cell in cells.counts if cell in primary & cells.published]:
        raise Infeasible(exposed)
    if not primary:
        return Pattern(primary, frozenset(), 0, optimal=True)
    search = _Search(cells, quantities, policy)
    hidden = search.run()
    persons = sum(cells.counts[cell] for cell in hidden)
    return Pattern(primary, hidden - primary, persons, optimal=search.exact)


class _Search:
    """Delayed constraint generation: solves the programme, adds violated cuts, and repeats."""

    def __init__(self, cells: AdditiveTable, found: Sequence[SensitiveQuantity], policy: Policy) -> None:
        self.system: LinearSystem = linear_system(cells)
        self.tasks: list[Requirement] = requirements(self.system, found, policy.k)
        index, size = self.system.index, len(self.system.cells)
        self.lower, self.upper = np.zeros(size), np.ones(size)
        self.lower[[index[one.cell] for one in found]] = 1
        self.upper[[index[cell] for cell in cells.published]] = 0
        self.cost = np.maximum(self.system.counts, 1.0)
        self.exact = size <= (EXACT_PLANE if self.system.reach == 1 else EXACT_LINKED)
        self.cuts: list[Numbers | sparse.csr_array] = []
        self.needed: list[float] = []
        self.pressing: list[Requirement] = []
        for task in self.tasks:
            for cut in cover_cuts(self.system, task):
                self._add(cut, task.level)

    def run(self) -> frozenset[CellKey]:
        """Solves the relaxation first, because its cuts are cheap; then with binary variables; at last with whole
        persons in the alternative tables."""
        for rounds in count():
            if not self._tighten(self._solve(whole=False)) or (rounds > RELAXED_ROUNDS and not self.exact):
                break
        for rounds in count():
            hidden = np.round(self._solve(whole=True))
            if not self._tighten(hidden) and not self._refuse_fractions(hidden):
                break
            if rounds > ROUNDS and not self.exact:
                break
        if not self.exact:
            hidden = self._finished(hidden)
        return frozenset(self.system.cells[place] for place in np.flatnonzero(hidden))

    def _finished(self, hidden: Numbers) -> Numbers:
        hidden, lost = repair(self.system, self.tasks, hidden, self.cost, self.upper)
        if lost:
            raise Infeasible(sorted({task.cell for task in lost}, key=repr))
        return drop_unneeded(self.system, self.tasks, hidden, self.lower, self.cost)

    def _add(self, cut: Numbers, level: float) -> None:
        self.cuts.append(sparse.csr_array(cut.reshape(1, -1)))
        self.needed.append(level)

    def _tighten(self, hidden: Numbers) -> bool:
        """Adds the cuts that are violated; False if there are none. Checks the last violated ones first, because mostly
        they still are."""
        broken = violations(self.system, self.pressing, hidden) if self.pressing else []
        broken = broken or violations(self.system, self.tasks, hidden)
        self.pressing = list(dict.fromkeys(task for task, _ in broken))
        for task, cut in broken:
            self._add(cut, task.level)
        return bool(broken)

    def _refuse_fractions(self, hidden: Numbers) -> bool:
        """Adds a cut for each requirement that only a fractional table meets: one more cell next to it is hidden."""
        alternatives = whole_alternatives(self.system, self.tasks, hidden)
        failing = [task for task, alternative in zip(self.tasks, alternatives, strict=True) if alternative is None]
        for task in failing:
            self._add(adjacent(self.system, task, hidden) * self.upper, 1.0)
        return bool(failing)

    def _solve(self, *, whole: bool) -> Numbers:
        constraint = LinearConstraint(sparse.vstack(self.cuts, format="csr"), lb=np.array(self.needed))
        options = {"mip_rel_gap": 0.0 if self.exact else GAP, "node_limit": NODES}
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

    def _beyond_help(self) -> list[CellKey]:
        """Sensitive cells that are disclosed even with everything hidden that may be; if none is alone, all of them."""
        lost = {task.cell for task, _ in violations(self.system, self.tasks, self.upper)}
        return sorted(lost or {task.cell for task in self.tasks}, key=repr)
