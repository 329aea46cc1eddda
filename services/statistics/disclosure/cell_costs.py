"""What a hidden count costs its readers: the whole is dearer than a part, the year than a quarter, a group than those
outside it. Suppression looks for the cheapest pattern, so this decides what stays visible."""

from __future__ import annotations

from math import log2

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.layout import SPLIT, Cell
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.periods import is_year

TOP_AREA, EVERYBODY, YEAR = 12.0, 4.0, 3.0
GROUPS = {"group=N_OLD": 0.7, "sex=_O": 0.3}
A_GROUP, AN_AGE_BAND, A_STATE = 1.6, 0.7, 0.4
"""A target group, and an age band beside the unions 55+ and 65+; states of enrolments, which few read."""


def weight(cell: Cell, areas: ReleaseAreas) -> float:
    """Times what a printed count of one person costs."""
    period, area, category, measure = cell
    place = TOP_AREA if area == areas.top else 2.0 if area in areas.children else 1.0
    state = 1.0 if measure in SPLIT else A_STATE
    return place * (YEAR if is_year(period) else 1.0) * _of_category(category) * state


def _of_category(category: str) -> float:
    if category == TOTAL:
        return EVERYBODY
    if category in GROUPS:
        return GROUPS[category]
    if category.startswith("group=") or category == "age=Y_GE65":
        return A_GROUP
    return AN_AGE_BAND if category.startswith("age=") else 1.0


def price(cell: Cell, count: int, areas: ReleaseAreas) -> float:
    """Larger counts tell more, but not in proportion: a table is read cell by cell."""
    return weight(cell, areas) * (1 + log2(1 + count))
