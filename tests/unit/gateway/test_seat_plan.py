"""Seats to districts by weighted shares, rounded so that they add up."""

from __future__ import annotations

from fractions import Fraction

from gateway.web.official.seat_plan import Criterion, allocate, own_values

AREAS = ("areas/a", "areas/b", "areas/c")


def criterion(weight: int, *values: int) -> Criterion:
    return Criterion(weight, {area: Fraction(value) for area, value in zip(AREAS, values, strict=False)})


def seats(total: int, *criteria: Criterion) -> list[int]:
    return [each.seats for each in allocate(total, AREAS, criteria).values()]


def test_seats_follow_weighted_shares() -> None:
    assert seats(100, criterion(50, 50, 30, 20)) == [50, 30, 20]
    assert seats(100, criterion(50, 50, 30, 20), criterion(50, 0, 0, 10)) == [25, 15, 60]
    assert seats(100, criterion(3, 50, 30, 20), criterion(1, 0, 0, 10)) == [38, 22, 40]


def test_criteria_without_weight_or_numbers_do_not_count() -> None:
    assert allocate(100, AREAS, [criterion(0, 1, 2, 3), criterion(5, 0, 0, 0)]) == {}
    assert seats(10, criterion(1, 1, 1), criterion(9, 0, 0, 0)) == [5, 5, 0]


def test_the_largest_remainder_gets_the_seats_that_are_left_and_the_code_breaks_ties() -> None:
    assert seats(10, criterion(1, 1, 1, 1)) == [4, 3, 3]
    for total in range(40):
        assert sum(seats(total, criterion(7, 13, 5, 1), criterion(2, 1, 1, 9))) == total


def test_own_numbers_are_read_as_pasted_and_a_wrong_line_is_named() -> None:
    codes = {"A1": "areas/a", "B1": "areas/b"}
    assert own_values("A1 0.5\nareas/B1;2\n\n", codes) == ({"areas/a": Fraction(1, 2), "areas/b": Fraction(2)}, "")
    assert own_values("A1\t3", codes)[0] == {"areas/a": Fraction(3)}
    for wrong in ("C9 1", "A1 much", "A1 -1", "A1", "A1 1/0"):
        assert own_values(f"B1 1\n{wrong}", codes) == ({}, wrong)
