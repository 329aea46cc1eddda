"""The working view: exact counts for the office responsible for a place, after it has said what for.

It divides by nothing that people answered about themselves (age, sex, groups): they were promised that nobody sees
small numbers of those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.chassis.errors import Invalid
from services.statistics.figures.measures import MEASURES, percent
from services.statistics.figures.rounding import rounded_text
from services.statistics.live.domain.protection import Figure, Tally
from services.statistics.live.domain.questions import LiveState, Question

BY = ("REF_AREA", "TIME_PERIOD", "COURSE", "COURSE_DOMAIN", "DELIVERY")
SHORTEST_PURPOSE, LONGEST_PURPOSE = 5, 200


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody saw exact counts. The next official of the area sees it."""

    key: str
    person: str
    time: datetime
    area: str
    universe: str
    by: str
    period: str
    purpose: str


def check(asked: Question, purpose: str) -> str:
    """The purpose in one line. Raises Invalid for what the view does not divide by."""
    asked.check()
    if asked.by not in BY:
        raise Invalid("WORKING_VIEW_BY", field="by")
    purpose = " ".join(purpose.split())
    if len(purpose) < SHORTEST_PURPOSE:
        raise Invalid("WORKING_VIEW_PURPOSE", field="purpose")
    if len(purpose) > LONGEST_PURPOSE:
        raise Invalid("WORKING_VIEW_PURPOSE_TOO_LONG", field="purpose", max=LONGEST_PURPOSE)
    return purpose


def exact_rows(state: LiveState, asked: Question) -> Iterator[tuple[str, list[Figure]]]:
    """Code and figures of each row, the total last; courses that nobody of the place took are left out."""
    rows = state.rows(asked)
    completers = [[Figure("PCM", each.value or "0", "A")] for each in state.completers(asked)] or [[] for _ in rows]
    for (code, cell), completed in zip(rows, completers, strict=True):
        if cell.tally.enrolments or not code.startswith("courses/"):
            yield code, [*_figures(cell.tally), *completed]


def _figures(tally: Tally) -> list[Figure]:
    counts = [Figure(measure, str(tally.of(measure)), "A") for measure in ("ENR", "EPR", "STR", "CMP")]
    rate = percent(tally.completed, tally.enrolments)
    return [*counts, Figure("CPR", rounded_text(rate, MEASURES["CPR"].places), "M" if rate is None else "A")]
