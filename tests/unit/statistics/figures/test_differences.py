"""Changes and differences with their intervals, against values that others published or computed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from services.statistics.figures.differences import (
    Share,
    Verdict,
    against_mean,
    change_of_counts,
    difference_of_shares,
)


def test_newcombe_interval_of_his_own_example() -> None:
    """56 of 70 and 48 of 80 (Newcombe 1998, table II, a): 0.0524 to 0.3339 by method 10."""
    found = difference_of_shares(Share(56, 70), Share(48, 80))
    assert [round(float(each), 4) for each in (found.value, found.low, found.high)] == [0.2, 0.0524, 0.3339]
    assert found.verdict is Verdict.MORE


@pytest.mark.parametrize(
    ("now", "before", "verdict"),
    [
        (400, 300, Verdict.MORE),
        (300, 400, Verdict.LESS),
        (310, 300, Verdict.NO_CLEAR_DIFFERENCE),
        (0, 300, Verdict.LESS),
    ],
)
def test_a_change_of_counts_is_clear_only_beyond_chance(now: int, before: int, verdict: Verdict) -> None:
    found = change_of_counts(now, before)
    assert found is not None
    assert found.value == Fraction(100 * now, before) - 100
    assert found.low <= found.value <= found.high
    assert found.verdict is verdict


def test_nothing_before_is_no_base_of_a_change() -> None:
    assert change_of_counts(10, 0) is None


def test_a_part_is_judged_by_its_own_interval() -> None:
    mean = Fraction(1, 10)
    assert against_mean(Share(30, 1000), mean) is Verdict.LESS
    assert against_mean(Share(160, 1000), mean) is Verdict.MORE
    assert against_mean(Share(3, 40), mean) is Verdict.NO_CLEAR_DIFFERENCE
