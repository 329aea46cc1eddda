"""Days and quarters end where the city's own clock says so."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from services.chassis.errors import Invalid

_QUARTER = re.compile(r"^\d{4}-Q[1-4]$")


def quarter_of(moment: datetime, zone: tzinfo) -> str:
    """ "2026-Q3" of an aware moment, in the city's time zone."""
    local = moment.astimezone(zone)
    return f"{local.year}-Q{(local.month + 2) // 3}"


def checked_quarter(text: str, field: str) -> str:
    if text and not _QUARTER.match(text):
        raise Invalid("QUARTER_INVALID", field=field)
    return text
