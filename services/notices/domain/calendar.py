"""A calendar feed: whoever has its secret address may read it, until its owner revokes it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class CalendarKind(StrEnum):
    MINE = "mine"
    TEACHING = "teaching"
    OF_CENTRE = "of_centre"


@dataclass(frozen=True, slots=True)
class Calendar:
    """`digest` is that of the secret, which is shown once."""

    id: str
    person: str
    kind: CalendarKind
    digest: str
    language: str
    created_at: datetime
    centre: str = ""
    revoked_at: datetime | None = None


def digest_of(secret: str) -> str:
    return hashlib.sha256(f"calendar/{secret}".encode()).hexdigest()


def revoke(calendar: Calendar, now: datetime) -> tuple[Calendar, list[object]]:
    return calendar if calendar.revoked_at else replace(calendar, revoked_at=now), []
