"""When a release comes out, as an official types it: in the city's time zone."""

from __future__ import annotations

from datetime import date, datetime, time

from gateway.language.i18n import Locale
from services.chassis import clock
from services.chassis.errors import Invalid

USUAL = "09:00"


def chosen_time(locale: Locale, day: str, hour: str = USUAL) -> datetime:
    """Still to come: a slip in the year must not publish at once."""
    try:
        on = date.fromisoformat(day.strip())
    except ValueError as error:
        raise Invalid("DAY_UNREADABLE", field="day") from error
    try:
        at = time.fromisoformat(hour.strip())
    except ValueError as error:
        raise Invalid("HOUR_UNREADABLE", field="time") from error
    chosen = datetime.combine(on, at.replace(tzinfo=None), locale.timezone)
    if chosen <= clock.now():
        raise Invalid("EMBARGO_OVER", field="day")
    return chosen
