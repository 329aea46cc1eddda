"""Days and quarters end where the city's own clock says so."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo

from services.chassis.errors import Invalid

_QUARTER = re.compile(r"^\d{4}-Q[1-4]$")


def quarter_of(moment: datetime, zone: tzinfo) -> str:
    """ "2026-Q3" of an aware moment, in the city's time zone."""
    return quarter_on(moment.astimezone(zone).date())


def quarter_on(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarters_of(year: str) -> tuple[str, ...]:
    return tuple(f"{year}-Q{number}" for number in range(1, 5))


def quarters_in(period: str) -> tuple[str, ...]:
    """Of a year its four, of a quarter itself."""
    return quarters_of(period) if is_year(period) else (period,)


def is_year(period: str) -> bool:
    return len(period) == len("2026")


def last_day(period: str) -> date:
    """Of a quarter or a year."""
    year, _, number = period.partition("-Q")
    month = 3 * int(number or 4)
    return date(int(year) + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def first_day(period: str) -> date:
    year, _, number = period.partition("-Q")
    return date(int(year), 3 * int(number or 1) - 2, 1)


def checked_quarter(text: str, field: str) -> str:
    if text and not _QUARTER.match(text):
        raise Invalid("QUARTER_INVALID", field=field)
    return text
