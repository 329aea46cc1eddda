"""How many left the question of the groups out, as coarsely as it may be said."""

from __future__ import annotations

from services.statistics.figures.units import SENSITIVE_K

STEP, FEWEST = 5, 200
"""Steps of 5 % of at least 200 persons: what is said is never narrower than ten persons."""

Range = tuple[int, int]
"""Per cent, from and below."""


def unanswered_range(persons: int, unanswered: int, general: int) -> Range | None:
    """None for few persons, and where so few are left besides the general public that a group could be bounded."""
    if persons < FEWEST:
        return None
    low = 100 * unanswered // persons // STEP * STEP
    high = low + STEP
    left = persons - -(-persons * high // 100) - general
    return (low, high) if left >= 2 * SENSITIVE_K else None
