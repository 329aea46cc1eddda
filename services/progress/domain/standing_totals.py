"""Counts of a course's learners by standing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.progress.domain.record import Standing


@dataclass(frozen=True)
class Totals:
    """`enrolled` are those not withdrawn, or complete; among them `started`, among these `completed`."""

    enrolled: int
    started: int
    completed: int
    withdrawn: int


def totals(counts: Mapping[Standing, int]) -> Totals:
    completed = counts.get(Standing.COMPLETED, 0)
    started = counts.get(Standing.STARTED, 0) + completed
    return Totals(
        enrolled=counts.get(Standing.ENROLLED, 0) + started,
        started=started,
        completed=completed,
        withdrawn=counts.get(Standing.WITHDRAWN, 0),
    )
