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
from services.statistics.audit.bounds import Component
from services.statistics.audit.decimals import counts_behind, numerators
from services.statistics.disclosure.policy import Policy
from services.statistics.disclosure.suppression import suppress
from services.statistics.disclosure.tables import two_way
from tests.unit.statistics.small_tables import Grid, grids, is_open, shown, totalled

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


@settings(max_examples=12, deadline=None)
@given(grids(2, 3, 2), st.sets(st.tuples(st.integers(0, 2), st.integers(0, 3))))
def test_intervals_are_those_of_all_possible_tables(grid: Grid, chosen: set[tuple[int, int]]) -> None:
    hidden = frozenset(chosen) - {(2, 3)}
    cells = two_way(grid)
    assert audit(shown(cells, hidden), cells.counts, 5).ranges == possible(grid, hidden)


@settings(max_examples=12, deadline=None)
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


def test_an_insider_alone_in_a_cell_learns_more_than_an_outsider() -> None:
    truth = {"me": 1, "her": 2, "him": 1, "nobody": 0, "we": 3, "they": 3, "those": 1}
    shown_totals = {"we": 3, "they": 3, "those": 1}
    sums = (("we", ("me", "her")), ("they", ("her", "him")), ("those", ("him", "nobody")))
    report = audit(Published({**dict.fromkeys(truth), **shown_totals}, sums), truth, 5)
    assert report.ranges["her"] == (2, 3)
    assert ("her", "insider of 'me'", 2, 2) in {(one.cell, one.attack, one.low, one.high) for one in report.openings}


def test_a_table_full_of_small_counts_is_attacked_in_a_few_programmes(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = np.random.default_rng(1).geometric(0.25, (14, 9)) - 1
    cells = two_way(totalled(inner.tolist()))
    hidden = suppress(cells, Policy()).hidden
    alone = [cell for cell in hidden if cells.counts[cell] == 1]
    solved: list[object] = []
    extreme = Component.extreme

    def counted(component: Component, *asked: Any, **how: Any) -> int | None:
        solved.append(asked)
        return extreme(component, *asked, **how)

    monkeypatch.setattr(Component, "extreme", counted)
    assert audit(shown(cells, hidden), cells.counts, 5).openings == ()
    assert len(alone) > 15
    assert len(solved) < 2 * len(hidden) + 10 * len(alone)


def test_a_publication_that_no_table_satisfies_is_a_contradiction() -> None:
    with pytest.raises(Contradiction):
        audit(Published({"a": 5, "b": 7, "t": 11}, (("t", ("a", "b")),)), {}, 5)
    with pytest.raises(Contradiction):
        audit(Published({"a": None, "b": 7, "t": 6}, (("t", ("a", "b")),)), {}, 5)
