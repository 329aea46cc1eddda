"""A good pattern in bounded time for tables too large to solve to the end: mend what is open, drop the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from services.statistics.disclosure.alternatives import (
    EPSILON,
    LinearSystem,
    Requirement,
    movement_limits,
    whole_alternatives,
)

Numbers = NDArray[np.float64]
BATCH = 6


def repair(
    system: LinearSystem, tasks: Sequence[Requirement], hidden: Numbers, cost: Numbers, allowed: Numbers
) -> tuple[Numbers, list[Requirement]]:
    """The pattern with the cheapest further cells that each open task needs, one after the other; and the tasks that
    even then have no alternative table."""
    hidden, lost = hidden.copy(), []
    for task, witness in zip(tasks, whole_alternatives(system, tasks, hidden), strict=True):
        if witness is not None or whole_alternatives(system, [task], hidden)[0] is not None:
            continue
        moved = _cheapest(system, task, np.where(hidden > 0, 0.0, cost), allowed)
        if moved is None:
            lost.append(task)
        else:
            hidden[moved] = 1
    return hidden, lost


def _cheapest(system: LinearSystem, task: Requirement, cost: Numbers, allowed: Numbers) -> NDArray[np.intp] | None:
    """Cells that move in the alternative table whose movement costs least; whole persons only."""
    fall, rise = movement_limits(system, task)
    size = len(cost)
    asked = sparse.csr_array(
        ([weight for _, weight in task.weights], ([0] * len(task.weights), [cell for cell, _ in task.weights])),
        shape=(1, size),
    )
    result = milp(
        np.concatenate([cost, cost]) / task.level,
        constraints=[
            LinearConstraint(sparse.hstack([system.matrix, -system.matrix], format="csr"), lb=0, ub=0),
            LinearConstraint(sparse.hstack([asked, -asked], format="csr"), lb=task.level),
        ],
        bounds=Bounds(np.zeros(2 * size), np.concatenate([rise * allowed, fall * allowed])),
        integrality=np.ones(2 * size),
        options={"mip_rel_gap": 0.05},
    )
    if result.x is None:
        return None
    return np.flatnonzero(np.abs(result.x[:size] - result.x[size:]) > EPSILON)


def drop_unneeded(
    system: LinearSystem, tasks: Sequence[Requirement], hidden: Numbers, needed: Numbers, cost: Numbers
) -> Numbers:
    """Shows again, dearest first, every cell that the pattern can do without. Only tasks whose known alternative moves
    the cell have to be asked again."""
    hidden = hidden.copy()
    known = whole_alternatives(system, tasks, hidden)
    for cell in sorted(np.flatnonzero(hidden > needed), key=lambda j: (-cost[j], j)):
        hidden[cell] = 0
        touched = [i for i, witness in enumerate(known) if witness is not None and cell in witness]
        if (others := _other_witnesses(system, tasks, hidden, touched)) is None:
            hidden[cell] = 1
        else:
            known = [others.get(i, witness) for i, witness in enumerate(known)]
    return hidden


def _other_witnesses(
    system: LinearSystem, tasks: Sequence[Requirement], hidden: Numbers, touched: Sequence[int]
) -> dict[int, frozenset[int]] | None:
    """None as soon as one task has no other."""
    others: dict[int, frozenset[int]] = {}
    for start in range(0, len(touched), BATCH):
        batch = touched[start : start + BATCH]
        for i, witness in zip(batch, whole_alternatives(system, [tasks[i] for i in batch], hidden), strict=True):
            if witness is None:
                return None
            others[i] = witness
    return others
