from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.statistics.audit import Contradiction, Mean, Published, Rate, audit, union
from services.statistics.audit.leaks import counts_behind, numerators
from services.statistics.domain import suppression
from services.statistics.domain.disclosure import (
    Policy,
    Reason,
    derived_is_unreliable,
    derived_may_be_shown,
    magnitude_is_sensitive,
    sensitive,
)
from services.statistics.domain.suppression import Infeasible, Pattern, suppress
from services.statistics.domain.tables import Cells, Sum, cube_sums, two_way
from services.statistics.domain.wrong import Wrong

Grid = list[list[int]]


def totalled(inner: Sequence[Sequence[int]]) -> Grid:
    rows = [[*row, sum(row)] for row in inner]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def shown(cells: Cells, hidden: frozenset[Any]) -> Published:
    counts = {cell: None if cell in hidden else count for cell, count in cells.counts.items()}
    return Published(counts, tuple((one.total, one.parts) for one in cells.sums))


def is_open(cells: Cells, hidden: frozenset[Any], k: int = 5) -> bool:
    return bool(audit(shown(cells, hidden), cells.counts, k).openings)


def grids(height: int, width: int, most: int) -> st.SearchStrategy[Grid]:
    row = st.lists(st.integers(0, most), min_size=width, max_size=width)
    return st.lists(row, min_size=height, max_size=height).map(totalled)


# --- what is sensitive


def test_small_counts_small_complements_and_whole_groups_are_sensitive() -> None:
    cells = two_way(totalled([[0, 7, 0], [49, 3, 0], [20, 30, 40]]))
    found = {(one.cell, one.reason) for one in sensitive(cells, Policy())}
    assert found == {
        ((1, 1), Reason.SMALL),
        ((1, 0), Reason.COMPLEMENT),
        ((0, 1), Reason.GROUP),
    }


def test_zeros_and_large_counts_are_not_sensitive() -> None:
    assert sensitive(two_way(totalled([[0, 20], [30, 10]])), Policy()) == []


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
    with pytest.raises(Wrong, match="add up to 3"):
        Cells({"a": 1, "b": 2, "t": 4}, (Sum("t", ("a", "b")),))


# --- what the suppression chooses


def cheapest(grid: Grid, k: int) -> int:
    """Least cost, a zero costing 1, by enumeration of every alternative table near the true one and every pattern."""
    x = np.array(grid).ravel()
    height, width = len(grid) - 1, len(grid[0]) - 1
    steps = range(-k, k + 1)
    inner = np.array(list(itertools.product(steps, repeat=height * width)), dtype=np.int16)
    moves = inner.reshape(-1, height, width)
    moves = np.concatenate([moves, moves.sum(axis=2, keepdims=True)], axis=2)
    moves = np.concatenate([moves, moves.sum(axis=1, keepdims=True)], axis=1).reshape(len(inner), -1)
    moves = moves[(moves >= -x).all(axis=1)]
    masks = ((moves != 0) @ (1 << np.arange(x.size))).astype(np.int64)
    lines = [[r * (width + 1) + c for c in range(width + 1)] for r in range(height + 1)]
    lines += [[r * (width + 1) + c for r in range(height + 1)] for c in range(width + 1)]
    forced, good = 0, np.ones(1 << x.size, dtype=bool)
    secrets = [(p, x[p], moves[:, p]) for p in range(x.size) if 1 <= x[p] < k]
    for *parts, total in lines:
        for p in parts:
            rest = x[total] - x[p]
            if x[total] and len(parts) > 1 and (1 <= rest < k or (rest == 0 and x[total] < 2 * k)):
                secrets.append((p, rest, moves[:, total] - moves[:, p]))
    for p, value, change in secrets:
        forced |= 1 << p
        for reached in (value + change == 0, value + change >= k):
            enough = np.zeros(1 << x.size, dtype=bool)
            enough[masks[reached]] = True
            for bit in range(x.size):
                pairs = enough.reshape(-1, 2, 1 << bit)
                pairs[:, 1] |= pairs[:, 0]
            good &= enough
    patterns = np.arange(1 << x.size)
    good &= patterns & forced == forced
    costs = sum(((patterns >> j) & 1) * max(int(x[j]), 1) for j in range(x.size))
    return int(costs[good].min())


def cost(cells: Cells, pattern: Pattern) -> int:
    return sum(max(cells.counts[cell], 1) for cell in pattern.hidden)


@settings(max_examples=25, deadline=None)
@given(grids(2, 3, 12))
def test_no_pattern_costs_less(grid: Grid) -> None:
    cells = two_way(grid)
    pattern = suppress(cells, Policy(k=3))
    assert pattern.optimal
    assert cost(cells, pattern) == cheapest(grid, 3)


def test_no_pattern_costs_less_at_the_usual_threshold() -> None:
    for inner in ([[3, 20, 9], [14, 8, 30]], [[1, 0, 12], [6, 2, 25]], [[4, 1, 0], [11, 7, 40]]):
        cells = two_way(totalled(inner))
        assert cost(cells, suppress(cells, Policy())) == cheapest(totalled(inner), 5)


@settings(max_examples=30, deadline=None)
@given(grids(5, 4, 25))
def test_the_audit_opens_no_pattern_but_opens_it_once_any_hidden_cell_is_shown(grid: Grid) -> None:
    cells = two_way(grid)
    hidden = suppress(cells, Policy()).hidden
    assert not is_open(cells, hidden)
    for cell in hidden:
        assert is_open(cells, hidden - {cell}), cell


def cube(seed: int, areas: int, ages: int) -> Cells:
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
    return Cells(counts, tuple(cube_sums(dimensions)))


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
    cells = Cells(counts, tuple(cube_sums([tree, sexes])))
    pattern = suppress(cells, Policy())
    assert {("c1", "M"), ("d1", "F")} <= pattern.primary
    assert not is_open(cells, pattern.hidden)


def test_what_is_already_published_cannot_be_hidden_and_is_not_relaxed() -> None:
    grid = totalled([[3, 20], [14, 22]])
    cells = two_way(grid)
    with pytest.raises(Infeasible) as alone:
        suppress(Cells(cells.counts, cells.sums, frozenset({(0, 0)})), Policy())
    assert alone.value.cells == ((0, 0),)
    others = frozenset(cells.counts) - {(0, 0), (0, 1)}
    with pytest.raises(Infeasible, match="collapse"):
        suppress(Cells(cells.counts, cells.sums, others), Policy())


def test_the_same_table_gives_the_same_pattern() -> None:
    cells = cube(7, 4, 3)
    assert suppress(cells, Policy()) == suppress(cells, Policy())


# --- what the audit sees

HANDBOOK = Published(
    {
        **{(0, 0): None, (0, 1): None, (0, 2): 7, (1, 0): None, (1, 1): None, (1, 2): 3},
        **{(2, 0): 3, (2, 1): 3, (2, 2): 6, (3, 0): 9, (3, 1): 7, (3, 2): 16},
    },
    tuple(((r, 2), ((r, 0), (r, 1))) for r in range(4)) + tuple(((3, c), ((0, c), (1, c), (2, c))) for c in range(3)),
)


def test_the_handbooks_feasibility_intervals() -> None:
    assert audit(HANDBOOK, {}, 5).ranges == {(0, 0): (3, 6), (0, 1): (1, 4), (1, 0): (0, 3), (1, 1): (0, 3)}


def possible(grid: Grid, hidden: frozenset[Any]) -> dict[Any, tuple[int, int]]:
    """By enumeration of every table under the published grand total."""
    height, width, total = len(grid) - 1, len(grid[0]) - 1, grid[-1][-1]
    tables = np.array(list(itertools.product(range(total + 1), repeat=height * width)), dtype=np.int16)
    tables = tables.reshape(-1, height, width)
    tables = np.concatenate([tables, tables.sum(axis=2, keepdims=True)], axis=2)
    tables = np.concatenate([tables, tables.sum(axis=1, keepdims=True)], axis=1)
    for r, c in itertools.product(range(height + 1), range(width + 1)):
        if (r, c) not in hidden:
            tables = tables[tables[:, r, c] == grid[r][c]]
    return {(r, c): (int(tables[:, r, c].min()), int(tables[:, r, c].max())) for r, c in hidden}


@settings(max_examples=25, deadline=None)
@given(grids(2, 3, 2), st.sets(st.tuples(st.integers(0, 2), st.integers(0, 3))))
def test_intervals_are_those_of_all_possible_tables(grid: Grid, chosen: set[tuple[int, int]]) -> None:
    hidden = frozenset(chosen) - {(2, 3)}
    cells = two_way(grid)
    assert audit(shown(cells, hidden), cells.counts, 5).ranges == possible(grid, hidden)


@settings(max_examples=25, deadline=None)
@given(grids(4, 3, 15), st.sets(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=2))
def test_showing_another_cell_never_widens_an_interval(grid: Grid, chosen: set[tuple[int, int]]) -> None:
    cells, hidden = two_way(grid), frozenset(chosen)
    before = audit(shown(cells, hidden), cells.counts, 5).ranges
    for cell in sorted(hidden):
        after = audit(shown(cells, hidden - {cell}), cells.counts, 5).ranges
        for other, (low, high) in after.items():
            assert low >= before[other][0]
            widest = before[other][1]
            assert widest is None or (high is not None and high <= widest)


def attacks(release: Published, truth: Mapping[Any, int], earlier: Sequence[Published] = ()) -> dict[Any, str]:
    return {one.cell: one.attack for one in audit(release, truth, 5, earlier=earlier).openings}


THREE_BY_THREE = totalled([[3, 20, 17], [14, 22, 19], [30, 25, 31]])


def test_a_published_small_count_is_named() -> None:
    cells = two_way(THREE_BY_THREE)
    assert attacks(shown(cells, frozenset()), cells.counts) == {(0, 0): "published primary"}


def test_a_flag_leaks_its_complement() -> None:
    truth = {"all": 52, "flag": 49, "not flag": 3}
    release = Published({**truth, "not flag": None}, (("all", ("flag", "not flag")),))
    assert attacks(release, truth) == {"flag": "published primary", "not flag": "exact disclosure"}


def test_everybody_of_a_small_group_in_one_category_leaks() -> None:
    cells = two_way(totalled([[7, 0], [20, 30]]))
    assert attacks(shown(cells, frozenset()), cells.counts)[(0, 0)] == "published primary"


def test_a_hidden_count_that_can_only_be_small_is_too_narrow() -> None:
    truth = two_way([[5, 2, 7], [1, 2, 3], [3, 3, 6], [9, 7, 16]]).counts
    found = attacks(HANDBOOK, truth)
    assert found[(1, 0)] == found[(1, 1)] == found[(0, 1)] == "interval too narrow"


def test_a_published_rate_gives_its_numerator_away() -> None:
    assert numerators(Decimal("33.3"), 12) == [4]
    assert numerators(Decimal("33"), 1200) == list(range(390, 402))
    truth = {"done": 4, "not done": 8, "all": 12}
    counts = {"done": None, "not done": None, "all": 12}
    bare = Published(counts, (("all", ("done", "not done")),))
    rated = Published(counts, bare.sums, rates=(Rate("done", "all", Decimal("33.3")),))
    assert attacks(bare, truth) == {}
    assert attacks(rated, truth) == {
        "done": "rate inversion: exact disclosure",
        "not done": "rate inversion: exact disclosure",
    }


@given(st.integers(1, 400), st.integers(0, 400))
def test_the_true_numerator_is_always_among_the_inverted(whole: int, part: int) -> None:
    part = min(part, whole)
    figure = Decimal(Fraction(1000 * part, whole).__floor__()) / 10
    exact = Fraction(100 * part, whole)
    rounded = figure if exact - Fraction(figure) < Fraction(1, 20) else figure + Decimal("0.1")
    assert part in numerators(rounded, whole)


def test_a_published_mean_gives_its_count_away() -> None:
    assert counts_behind(Decimal("2.43"), range(1, 10)) == [7]
    truth = {"a": 7, "b": 2, "all": 9}
    release = Published({"a": None, "b": None, "all": 9}, (("all", ("a", "b")),), means=(Mean("a", Decimal("2.43")),))
    assert attacks(release, truth)["a"] == "mean times count: exact disclosure"


def test_marks_that_tell_small_counts_from_the_others_open_them() -> None:
    cells = two_way(THREE_BY_THREE)
    pattern = suppress(cells, Policy())
    plain = shown(cells, pattern.hidden)
    marked = Published(plain.counts, plain.sums, marked=pattern.primary)
    assert attacks(plain, cells.counts) == {}
    assert attacks(marked, cells.counts) == {(0, 0): "marks: interval too narrow"}


def test_year_to_date_releases_leak_the_month_between_them() -> None:
    truth = {"Jan-Mar": 41, "April": 2, "Jan-Apr": 43}
    later = Published({"Jan-Apr": 43, "April": None, "Jan-Mar": None}, (("Jan-Apr", ("Jan-Mar", "April")),))
    earlier = Published({"Jan-Mar": 41}, ())
    assert attacks(later, truth) == {}
    assert attacks(later, truth, [earlier]) == {
        "April": "earlier release: exact disclosure",
        "Jan-Mar": "earlier release: exact disclosure",
    }


def test_two_releases_that_hide_different_cells_open_each_other() -> None:
    cells = two_way(THREE_BY_THREE)
    one = suppress(cells, Policy()).hidden
    other = frozenset({(0, 0), (0, 2), (2, 0), (2, 2)})
    assert other != one
    assert not is_open(cells, one)
    assert not is_open(cells, other)
    found = attacks(shown(cells, one), cells.counts, [shown(cells, other)])
    assert found[(0, 0)].startswith("earlier release: ")


def test_the_old_areas_open_the_new_ones() -> None:
    """The new north is the old west and a village; the old west is published too."""
    truth = {"north": 23, "south": 40, "all": 63, "west": 20, "village": 3, "east": 40}
    new = Published({"north": 23, "south": 40, "all": 63}, (("all", ("north", "south")),))
    old = Published(
        {"west": 20, "village": None, "north": None, "all": 63, "south": None}, (("north", ("west", "village")),)
    )
    both = union(new, old)
    assert attacks(new, {key: truth[key] for key in new.counts}) == {}
    assert attacks(both, {key: truth[key] for key in both.counts})["village"] == "exact disclosure"


def test_who_is_alone_in_a_cell_knows_more_than_an_outsider() -> None:
    truth = {"me": 1, "her": 2, "him": 1, "nobody": 0, "we": 3, "they": 3, "those": 1}
    shown_totals = {"we": 3, "they": 3, "those": 1}
    sums = (("we", ("me", "her")), ("they", ("her", "him")), ("those", ("him", "nobody")))
    report = audit(Published({**dict.fromkeys(truth), **shown_totals}, sums), truth, 5)
    assert report.ranges["her"] == (2, 3)
    assert ("her", "insider of 'me'", 2, 2) in {(one.cell, one.attack, one.low, one.high) for one in report.openings}


def test_a_publication_that_no_table_satisfies_is_a_contradiction() -> None:
    with pytest.raises(Contradiction):
        audit(Published({"a": 5, "b": 7, "t": 11}, (("t", ("a", "b")),)), {}, 5)
    with pytest.raises(Contradiction):
        audit(Published({"a": None, "b": 7, "t": 6}, (("t", ("a", "b")),)), {}, 5)
