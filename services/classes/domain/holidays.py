"""Days on which no session of a copied class is planned, as an office publishes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from services.chassis.errors import Invalid

MOST_HOLIDAYS = 1_000
_LONGEST_TITLE = 200


def checked_holidays(holidays: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Title by date; the last of a date counts. Raises Invalid for what is no date."""
    known: dict[str, str] = {}
    for day, title in holidays:
        try:
            known[date.fromisoformat(day).isoformat()] = title.strip()[:_LONGEST_TITLE]
        except ValueError as error:
            raise Invalid("HOLIDAY_DATE", field="holidays", date=day[:40]) from error
    if len(known) > MOST_HOLIDAYS:
        raise Invalid("TOO_MANY_HOLIDAYS", field="holidays", most=MOST_HOLIDAYS)
    return known
