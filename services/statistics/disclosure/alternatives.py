"""Alternative tables that agree with everything published while a pattern of cells is hidden: the linear programmes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse.csgraph import connected_components

from services.statistics.disclosure.policy import Reason, SensitiveQuantity
from services.statistics.disclosure.tables import AdditiveTable, CellKey

Numbers = NDArray[np.float64]

EPSILON = 1e-6
STACK = 20_000
"""Unknowns of one stacked linear programme: many small ones are solved faster together."""


class Unsolved(RuntimeError):
    """The solver gave up; the message is its own."""


@dataclass(frozen=True)
class LinearSystem:
    """The sums as a matrix: -1 for the total, 1 for each part, one row for each sum; M x = 0 for every true table."""

    cells: tuple[CellKey, ...]
    index: dict[CellKey, int]
    counts: Numbers
    matrix: sparse.csc_array
    reach: int
    """How far a cell may change, in multiples of the required level; 1 is enough for a two-way table."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A protection requirement: some alternative table has `weights` . z >= level, where z is its difference from the
    true table and `weights` are by position of the cell."""

    cell: CellKey
    weights: tuple[tuple[int, float], ...]
    level: float


def linear_system(cells: AdditiveTable) -> LinearSystem:
    names = tuple(cells.counts)
    index = {cell: place for place, cell in enumerate(names)}
    rows = [row for row, total in enumerate(cells.sums) for _ in range(len(total.parts) + 1)]
    columns = [index[cell] for total in cells.sums for cell in (total.total, *total.parts)]
    signs = [sign for total in cells.sums for sign in (-1.0, *(1.0 for _ in total.parts))]
    matrix = sparse.csc_array((signs, (rows, columns)), shape=(len(cells.sums), len(names)))
    plane = int(np.diff(matrix.indptr).max(initial=0)) <= 2
    counts = np.array([cells.counts[cell] for cell in names], dtype=np.float64)
    return LinearSystem(names, index, counts, matrix, reach=1 if plane else 3)


def requirements(system: LinearSystem, quantities: Sequence[SensitiveQuantity], k: int) -> list[Requirement]:
    """The requirements of the sensitive quantities: that each can be 0 and can be k. Without duplicates.

    A cell that is hidden to protect its complement must be able to change too, or hiding it would be useless."""
    unique: dict[Requirement, None] = {}
    for quantity in quantities:
        for sign, level in ((1, k - quantity.value), (-1, quantity.value)):
            if level > 0:
                weights = tuple((system.index[cell], float(sign * weight)) for cell, weight in quantity.quantity)
                unique[Requirement(quantity.cell, weights, float(level))] = None
        if quantity.reason is not Reason.SMALL:
            unique[Requirement(quantity.cell, ((system.index[quantity.cell], -1.0),), 1.0)] = None
    return list(unique)


def movement_limits(system: LinearSystem, task: Requirement) -> tuple[Numbers, float]:
    """How far each cell can fall (an array, because no count becomes negative), and how far all can rise."""
    furthest = system.reach * task.level
    return np.minimum(system.counts, furthest), furthest


def _cut(system: LinearSystem, task: Requirement, prices: Numbers) -> Numbers:
    """Coefficients a of the cut sum a_j y_j >= level, valid for any dual `prices` of the sums (weak duality)."""
    reduced = -(system.matrix.T @ prices)
    for place, weight in task.weights:
        reduced[place] += weight
    fall, rise = movement_limits(system, task)
    cut: Numbers = np.minimum(np.maximum(reduced * rise, -reduced * fall), task.level)
    return cut


def cover_cuts(system: LinearSystem, task: Requirement) -> Iterator[Numbers]:
    """One cut for each sum that contains a cell of the quantity: another cell of that sum must change."""
    for place, weight in task.weights:
        column = slice(system.matrix.indptr[place], system.matrix.indptr[place + 1])
        for row, sign in zip(system.matrix.indices[column], system.matrix.data[column], strict=True):
            prices = np.zeros(system.matrix.shape[0])
            prices[row] = weight / sign
            yield _cut(system, task, prices)


@dataclass(frozen=True)
class _Block:
    """One requirement with the hidden cells that are connected to it."""

    task: Requirement
    places: NDArray[np.intp]
    rows: NDArray[np.intp]
    matrix: sparse.csr_array
    objective: Numbers
    lower: Numbers
    upper: Numbers


def _blocks(system: LinearSystem, wanted: Sequence[Requirement], hidden: Numbers) -> list[_Block]:
    support = np.flatnonzero(hidden > EPSILON)
    part = _parts(system, support)
    slices: dict[int, tuple[NDArray[np.intp], NDArray[np.intp], sparse.csr_array]] = {}
    blocks = []
    for task in wanted:
        labels = {int(part[place]) for place, _ in task.weights if part[place] >= 0}
        places = np.flatnonzero(np.isin(part, list(labels)))
        key = min(labels) if len(labels) == 1 else -1
        if key not in slices or key == -1:
            matrix = system.matrix[:, places].tocsr()
            rows = np.flatnonzero(np.diff(matrix.indptr))
            slices[key] = places, rows, matrix[rows]
        places, rows, matrix = slices[key]
        blocks.append(_block(system, task, places, rows, matrix, hidden))
    return blocks


def _block(
    system: LinearSystem,
    task: Requirement,
    places: NDArray[np.intp],
    rows: NDArray[np.intp],
    matrix: sparse.csr_array,
    hidden: Numbers,
) -> _Block:
    fall, rise = movement_limits(system, task)
    objective = np.zeros(len(system.cells))
    for place, weight in task.weights:
        objective[place] = weight
    part = hidden[places]
    lower, upper = -fall[places] * part, rise * part
    if len(task.weights) == 1:  # the required level is enough: a smaller change moves fewer cells
        lower[objective[places] < 0] = np.maximum(lower[objective[places] < 0], -task.level)
        upper[objective[places] > 0] = np.minimum(upper[objective[places] > 0], task.level)
    return _Block(task, places, rows, matrix, objective[places], lower, upper)


def _parts(system: LinearSystem, support: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each cell the number of its connected component of hidden cells; -1 if it is published."""
    matrix = abs(system.matrix[:, support])
    _, labels = connected_components(matrix.T @ matrix, directed=False)
    part = np.full(len(system.cells), -1, dtype=np.intp)
    part[support] = labels
    return part


def _solve_blocks(blocks: Sequence[_Block]) -> Iterator[tuple[_Block, Numbers, Numbers]]:
    """Each block with its best alternative (as a difference from the true table) and the dual price of each sum."""
    waiting: list[_Block] = []
    for block in blocks:
        if waiting and sum(len(b.places) for b in waiting) + len(block.places) > STACK:
            yield from _solve_stack(waiting)
            waiting = []
        waiting.append(block)
    if waiting:
        yield from _solve_stack(waiting)


def _solve_stack(blocks: Sequence[_Block]) -> Iterator[tuple[_Block, Numbers, Numbers]]:
    equations = sparse.block_diag([block.matrix for block in blocks], format="csc")
    bounds = np.column_stack([np.concatenate([b.lower for b in blocks]), np.concatenate([b.upper for b in blocks])])
    objective = -np.concatenate([block.objective for block in blocks])
    result = linprog(objective, A_eq=equations, b_eq=np.zeros(equations.shape[0]), bounds=bounds, method="highs")
    if result.status != 0:
        raise Unsolved(result.message)
    column = row = 0
    for block in blocks:
        width, height = len(block.places), len(block.rows)
        yield block, result.x[column : column + width], -result.eqlin.marginals[row : row + height]
        column, row = column + width, row + height


def violations(
    system: LinearSystem, wanted: Sequence[Requirement], hidden: Numbers
) -> list[tuple[Requirement, Numbers]]:
    """The requirements that this (perhaps fractional) pattern does not meet, each with a violated cut."""
    broken = []
    for block, best, prices in _solve_blocks(_blocks(system, wanted, hidden)):
        if block.objective @ best >= block.task.level - EPSILON:
            continue
        full = np.zeros(system.matrix.shape[0])
        full[block.rows] = prices
        cut = _cut(system, block.task, full)
        if cut @ hidden < block.task.level - EPSILON / 2:
            broken.append((block.task, cut))
    return broken


def whole_alternatives(
    system: LinearSystem, wanted: Sequence[Requirement], hidden: Numbers
) -> list[frozenset[int] | None]:
    """For each requirement the cells that change in a table of whole persons that meets it; None if there is none."""
    alternatives: list[frozenset[int] | None] = []
    for block, best, _ in _solve_blocks(_blocks(system, wanted, hidden)):
        table: Numbers | None = best
        if block.objective @ best < block.task.level - EPSILON:
            table = None
        elif np.abs(best - np.round(best)).max(initial=0) > EPSILON:
            table = _whole(block)
        moved = None if table is None else frozenset(block.places[np.abs(table) > 0.5].tolist())
        alternatives.append(moved)
    return alternatives


def _whole(block: _Block) -> Numbers | None:
    result = milp(
        -block.objective,
        constraints=LinearConstraint(block.matrix, lb=0, ub=0),
        bounds=Bounds(block.lower, block.upper),
        integrality=np.ones(len(block.places)),
    )
    if result.x is None or block.objective @ result.x < block.task.level - EPSILON:
        return None
    return np.asarray(result.x, dtype=np.float64)


def adjacent(system: LinearSystem, task: Requirement, hidden: Numbers) -> Numbers:
    """1 for each published cell in a sum with hidden cells of the requirement: one of them must be hidden too."""
    (block,) = _blocks(system, [task], hidden)
    touched = np.asarray(abs(system.matrix[block.rows]).sum(axis=0)).ravel() > 0
    return np.where(touched & (hidden < 0.5), 1.0, 0.0)
