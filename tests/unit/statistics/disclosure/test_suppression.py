from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.statistics.disclosure import suppression
from services.statistics.disclosure.policy import (
    Policy,
    Reason,
    derived_is_unreliable,
    derived_may_be_shown,
    magnitude_is_sensitive,
    primary_suppressions,
)
from services.statistics.disclosure.suppression import Infeasible, Pattern, suppress
from services.statistics.disclosure.tables import AdditiveTable, Sum, cube_sums, two_way
from services.statistics.figures.refusal import InvalidValue
from tests.unit.statistics.small_tables import Grid, grids, is_open, totalled


def test_small_counts_small_complements_and_whole_groups_are_sensitive() -> None:
    cells = two_way(totalled([[0, 7, 0], [49, 3, 0], [20, 30, 40]]))
    found = {(one.cell, one.reason) for one in primary_suppressions(cells, Policy())}
    assert found == {
        ((1, 1), Reason.SMALL),
        ((1, 0), Reason.COMPLEMENT),
        ((0, 1), Reason.GROUP),
    }


def test_zeros_and_large_counts_are_not_sensitive() -> None:
    assert primary_suppressions(two_way(totalled([[0, 20], [30, 10]])), Policy()) == []


def test_hours_that_one_person_dominates_are_sensitive() -> None:
    even, one_above = [Fraction(10)] * 6, [Fraction(1000), Fraction(50), *[Fraction(1)] * 6]
    assert not magnitude_is_sensitive(even, Policy())
    assert magnitude_is_sensitive(one_above, Policy())
    assert magnitude_is_sensitive(even[:4], Policy())


def test_derived_figures_go_with_their_parts_and_with_small_denominators() -> None:
    assert derived_may_be_shown([5, 10], 10, Policy())
    assert not derived_may_be_shown([5, None], 10, Policy())
    assert not derived_may_be_shown([5, 9], 9, Policy())
    assert derived_is_unreliable(29, Policy())
    assert not derived_is_unreliable(30, Policy())


def test_cells_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(InvalidValue, match="add up to 3"):
        AdditiveTable({"a": 1, "b": 2, "t": 4}, (Sum("t", ("a", "b")),))


def possible_moves(grid: Grid, k: int) -> NDArray[np.int64]:
    """Every difference from the true table, of at most k a cell, that keeps the sums and makes no count negative."""
    height, width = len(grid) - 1, len(grid[0]) - 1
    inner = np.array(list(itertools.product(range(-k, k + 1), repeat=height * width)), dtype=np.int64)
    rows = inner.reshape(-1, height, width)
    wide = np.concatenate([rows, rows.sum(axis=2, keepdims=True)], axis=2)
    full = np.concatenate([wide, wide.sum(axis=1, keepdims=True)], axis=1).reshape(len(inner), -1)
    return full[(full >= -np.array(grid).ravel()).all(axis=1)]


def secrets(grid: Grid, moves: NDArray[np.int64], k: int) -> Iterator[tuple[int, int, NDArray[np.int64]]]:
    """Place of the cell to hide, the number to protect, and how each move changes that number."""
    x = [count for row in grid for count in row]
    height, width = len(grid), len(grid[0])
    lines = [[r * width + c for c in range(width)] for r in range(height)]
    lines += [[r * width + c for r in range(height)] for c in range(width)]
    yield from ((p, x[p], moves[:, p]) for p in range(len(x)) if 1 <= x[p] < k)
    for *parts, total in lines:
        for p in parts:
            rest = x[total] - x[p]
            if x[total] and len(parts) > 1 and (1 <= rest < k <= x[total] or (rest == 0 and x[total] < 2 * k)):
                yield p, rest, moves[:, total] - moves[:, p]
                yield p, 1, np.where(moves[:, p] < 0, -1, k)


def cheapest(grid: Grid, k: int) -> int:
    """Least cost, a zero costing 1, of all patterns that hold a move to 0 and one to k for every secret."""
    moves = possible_moves(grid, k)
    size = moves.shape[1]
    masks = (moves != 0) @ (1 << np.arange(size))
    forced, good = 0, np.ones(1 << size, dtype=bool)
    for p, value, change in secrets(grid, moves, k):
        forced |= 1 << p
        for reached in (value + change == 0, value + change >= k):
            enough = np.zeros(1 << size, dtype=bool)
            enough[masks[reached]] = True
            for bit in range(size):
                pairs = enough.reshape(-1, 2, 1 << bit)
                pairs[:, 1] |= pairs[:, 0]
            good &= enough
    patterns = np.arange(1 << size)
    good &= patterns & forced == forced
    prices = np.array([max(count, 1) for row in grid for count in row])
    costs = ((patterns[:, None] >> np.arange(size)) & 1) @ prices
    return int(costs[good].min())


def cost(cells: AdditiveTable, pattern: Pattern) -> int:
    return sum(max(cells.counts[cell], 1) for cell in pattern.hidden)


@settings(max_examples=15, deadline=None)
@given(grids(2, 3, 12))
def test_no_pattern_costs_less(grid: Grid) -> None:
    cells = two_way(grid)
    pattern = suppress(cells, Policy(k=3))
    assert pattern.optimal
    assert cost(cells, pattern) == cheapest(grid, 3)


def test_no_pattern_costs_less_at_the_usual_threshold() -> None:
    for inner in ([[3, 20], [14, 8]], [[1, 0], [6, 2], [25, 40]], [[4, 1, 0]], [[4, 1], [11, 7]]):
        cells = two_way(totalled(inner))
        most = 5 if len(inner) * len(inner[0]) < 6 else 4
        assert cost(cells, suppress(cells, Policy(k=most))) == cheapest(totalled(inner), most)


@settings(max_examples=12, deadline=None)
@given(grids(5, 4, 25))
def test_the_audit_opens_no_pattern_but_opens_it_once_any_hidden_cell_is_shown(grid: Grid) -> None:
    cells = two_way(grid)
    hidden = suppress(cells, Policy()).hidden
    assert not is_open(cells, hidden)
    for cell in hidden:
        assert is_open(cells, hidden - {cell}), cell


shapes = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(lambda shape: grids(*shape, 12))


@settings(max_examples=40, deadline=None)
@given(shapes, st.sampled_from([3, 5, 10]))
def test_even_the_smallest_and_emptiest_tables_can_be_protected(grid: Grid, k: int) -> None:
    cells = two_way(grid)
    assert not is_open(cells, suppress(cells, Policy(k=k)).hidden, k)


def cube(seed: int, areas: int, ages: int) -> AdditiveTable:
    """Area x age x sex x flag, with all margins: linked tables."""
    draw = np.random.default_rng(seed)
    dimensions = [
        {"T": [f"area{i}" for i in range(areas)]},
        {"T": [f"age{i}" for i in range(ages)]},
        {"T": ["M", "F"]},
    ]
    leaves = {codes: int(draw.negative_binomial(1, 0.04)) for codes in itertools.product(*(d["T"] for d in dimensions))}
    counts: dict[Any, int] = {}
    for codes in itertools.product(*(["T", *d["T"]] for d in dimensions)):
        spread = [d["T"] if code == "T" else [code] for code, d in zip(codes, dimensions, strict=True)]
        counts[codes] = sum(leaves[leaf] for leaf in itertools.product(*spread))
    return AdditiveTable(counts, tuple(cube_sums(dimensions)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_linked_tables_are_protected_together(seed: int) -> None:
    cells = cube(seed, 4, 3)
    pattern = suppress(cells, Policy())
    assert pattern.optimal
    assert not is_open(cells, pattern.hidden)
    assert all(is_open(cells, pattern.hidden - {cell}) for cell in pattern.secondary)


def test_large_linked_tables_are_protected_nearly_as_cheaply_in_bounded_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = cube(5, 6, 4)
    best = suppress(cells, Policy())
    monkeypatch.setattr(suppression, "EXACT_LINKED", 0)
    monkeypatch.setattr(suppression, "ROUNDS", 1)
    quick = suppress(cells, Policy())
    assert best.optimal
    assert not quick.optimal
    assert cost(cells, best) <= cost(cells, quick) <= 1.1 * cost(cells, best)
    assert not is_open(cells, quick.hidden)
    assert all(is_open(cells, quick.hidden - {cell}) for cell in quick.secondary)


def test_a_hierarchy_of_areas_is_protected_at_every_level() -> None:
    tree = {"province": ["city", "county"], "city": ["c1", "c2", "c3"], "county": ["d1", "d2"]}
    sexes = {"T": ["M", "F"]}
    leaves = {"c1": (3, 20), "c2": (11, 12), "c3": (9, 30), "d1": (40, 2), "d2": (8, 16)}
    counts: dict[Any, int] = {}
    for area in ("c1", "c2", "c3", "d1", "d2", "city", "county", "province"):
        inside = {"city": ("c1", "c2", "c3"), "county": ("d1", "d2"), "province": tuple(leaves)}.get(area, (area,))
        for place, sex in enumerate("MF"):
            counts[area, sex] = sum(leaves[leaf][place] for leaf in inside)
        counts[area, "T"] = counts[area, "M"] + counts[area, "F"]
    cells = AdditiveTable(counts, tuple(cube_sums([tree, sexes])))
    pattern = suppress(cells, Policy())
    assert {("c1", "M"), ("d1", "F")} <= pattern.primary
    assert not is_open(cells, pattern.hidden)


def test_what_is_already_published_cannot_be_hidden_and_is_not_relaxed() -> None:
    grid = totalled([[3, 20], [14, 22]])
    cells = two_way(grid)
    with pytest.raises(Infeasible) as alone:
        suppress(AdditiveTable(cells.counts, cells.sums, frozenset({(0, 0)})), Policy())
    assert alone.value.cells == ((0, 0),)
    others = frozenset(cells.counts) - {(0, 0), (0, 1)}
    with pytest.raises(Infeasible, match="collapse"):
        suppress(AdditiveTable(cells.counts, cells.sums, others), Policy())


def test_the_same_table_gives_the_same_pattern() -> None:
    cells = cube(7, 4, 3)
    assert suppress(cells, Policy()) == suppress(cells, Policy())
