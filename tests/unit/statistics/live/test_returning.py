"""Came once, came again, and the share that stays, against a curve worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np

from services.statistics.live.domain.enrolment_arrays import (
    COMPLETED,
    ENROLLED,
    ENROLMENT,
    PERSON,
    WITHDRAWN,
    Columns,
    milliseconds,
)
from services.statistics.live.domain.returning import RetentionPoint, returning

BEGAN = datetime(2026, 9, 1, tzinfo=UTC)


def enrolments(*rows: tuple[int, int | None, int | None]) -> Columns:
    """Person, day of leaving, day of completing."""
    table = np.zeros((10, len(rows)), np.int64)
    for column, (person, left, done) in enumerate(rows):
        days = {WITHDRAWN: left, COMPLETED: done}
        table[PERSON, column], table[ENROLMENT, column] = person, column
        table[ENROLLED, column] = milliseconds(BEGAN)
        for which, day in days.items():
            table[which, column] = milliseconds(None if day is None else BEGAN + timedelta(day))
    return Columns(table=table)


def test_persons_count_once_however_often_they_came() -> None:
    found = returning(enrolments((1, None, None), (2, None, None), (2, None, 3), (3, 9, None)), BEGAN)
    assert (found.once, found.again) == (2, 1)


def test_the_curve_takes_those_who_completed_out_of_those_at_risk() -> None:
    rows = [(1, 2, None), (2, None, 8), (3, 9, None), (4, None, None), (5, 20, None)]
    found = returning(enrolments(*rows), BEGAN + timedelta(days=17)).retention
    assert found == (
        RetentionPoint(0, 5, 0, Fraction(1)),
        RetentionPoint(1, 4, 1, Fraction(4, 5)),  # one of five left in the first week
        RetentionPoint(2, 2, 2, Fraction(4, 5) * Fraction(3, 4)),  # one of four; the other completed
    ), "what happens after the moment has not happened: the fifth is still there"


def test_nobody_has_no_curve() -> None:
    assert returning(enrolments(), BEGAN).retention == ()
