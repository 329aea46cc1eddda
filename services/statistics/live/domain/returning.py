"""Who came once only, who came again, and how many stay in a course, week by week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import numpy as np

from services.statistics.live.domain.enrolment_arrays import (
    COMPLETED,
    ENROLLED,
    PERSON,
    WITHDRAWN,
    Columns,
    Mask,
    Numbers,
    milliseconds,
)

LONGEST_WEEKS = 26
_WEEK = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class RetentionPoint:
    """When so many weeks were over: enrolments still in their course, those that had left, and the share that stays."""

    weeks: int
    at_risk: int
    left: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Returning:
    """Persons with one enrolment, and with more."""

    once: int
    again: int
    retention: tuple[RetentionPoint, ...]


def returning(columns: Columns, as_of: datetime) -> Returning:
    _, times = np.unique(columns.table[PERSON], return_counts=True)
    until = np.full(len(columns), milliseconds(as_of))
    ended = np.minimum(np.minimum(columns.table[COMPLETED], columns.table[WITHDRAWN]), until)
    left = (columns.table[WITHDRAWN] <= until) & (columns.table[WITHDRAWN] < columns.table[COMPLETED])
    weeks = (ended - columns.table[ENROLLED]) // _WEEK
    return Returning(int((times == 1).sum()), int((times > 1).sum()), tuple(_retention(weeks, left)))


def _retention(weeks: Numbers, left: Mask) -> Iterator[RetentionPoint]:
    """The estimate of Kaplan and Meier (1958): who completed or enrolled later is at risk until then."""
    share = Fraction(1)
    for week in range(LONGEST_WEEKS + 1):
        at_risk = int((weeks >= week).sum())
        if not at_risk:
            return
        yield RetentionPoint(week, at_risk, int((left & (weeks < week)).sum()), share)
        share *= 1 - Fraction(int((left & (weeks == week)).sum()), at_risk)
