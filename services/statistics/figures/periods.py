"""Periods as SDMX writes them (2026, 2026-Q3, 2026-09): their days and quarters, in local time."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo

from services.chassis.errors import Invalid

YEAR = "(?:19|20|21)[0-9]{2}"
"""Pattern of the years that can be counted in, not of all with four digits: there is no day after 9999-12-31."""
_QUARTER = re.compile(rf"{YEAR}-Q[1-4]")
_PERIOD = re.compile(rf"{YEAR}(?:-(?:Q[1-4]|0[1-9]|1[0-2]))?")


def quarter_of(moment: datetime, zone: tzinfo) -> str:
    """The quarter, as "2026-Q3", of an aware moment in the given time zone."""
    return quarter_on(moment.astimezone(zone).date())


def quarter_on(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarters_of(year: str) -> tuple[str, ...]:
    return tuple(f"{year}-Q{number}" for number in range(1, 5))


def quarters_in(period: str) -> tuple[str, ...]:
    """The four quarters of a year; a quarter alone."""
    return quarters_of(period) if is_year(period) else (period,)


def is_year(period: str) -> bool:
    return len(period) == len("2026")


def is_period(text: str) -> bool:
    """Whether the text is a year, a quarter or a month: 2026, 2026-Q3, 2026-09."""
    return _PERIOD.fullmatch(text) is not None


def last_day(period: str) -> date:
    first = first_day(period)
    months = 12 if is_year(period) else 3 if "Q" in period else 1
    after = first.month - 1 + months
    return date(first.year + after // 12, after % 12 + 1, 1) - timedelta(days=1)


def first_day(period: str) -> date:
    year, _, part = period.partition("-")
    month = 3 * int(part[1:]) - 2 if part.startswith("Q") else int(part or 1)
    return date(int(year), month, 1)


def check_quarter(text: str, field: str) -> str:
    if text and not _QUARTER.fullmatch(text):
        raise Invalid("QUARTER_INVALID", field=field)
    return text
