"""One-to-one help at a desk: how long, with what, by whom. It names nobody who was helped, and is no course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.chassis.errors import Invalid, Refused

_LONGEST_MINUTES = 8 * 60


class Topic(StrEnum):
    PHONE = "phone"
    COMPUTER = "computer"
    MESSAGES = "messages"
    GOVERNMENT = "government"
    PAYMENT = "payment"
    KIOSK = "kiosk"
    SAFETY = "safety"
    OTHER = "other"


@dataclass(frozen=True)
class Help:
    """`area` is where the person lives, `date` the local day; `logged_at` None: not stored yet."""

    id: str
    centre: str
    place_area: str
    area: str
    date: str
    minutes: int
    topic: Topic
    helper: str
    logged_at: datetime | None = None


@dataclass(frozen=True)
class HelpGiven:
    help: Help
    time: datetime


HelpOutcome = tuple[Help, tuple[HelpGiven, ...]]


def log(help_: Help, now: datetime, today: str) -> HelpOutcome:
    """A repeat changes nothing."""
    if help_.logged_at:
        return help_, ()
    if not 1 <= help_.minutes <= _LONGEST_MINUTES:
        raise Invalid("HELP_MINUTES_INVALID", field="minutes", most=_LONGEST_MINUTES)
    if not help_.area:
        raise Invalid("CLASS_AREA_MISSING", field="area")
    try:
        date.fromisoformat(help_.date)
    except ValueError as error:
        raise Invalid("SESSION_TIME_INVALID", field="date") from error
    if help_.date > today:
        raise Invalid("TIME_IN_FUTURE", field="date")
    after = Help(**{**vars(help_), "logged_at": now})
    return after, (HelpGiven(after, now),)


def require_same(stored: Help, helper: str) -> None:
    if stored.helper != helper:
        raise Refused("REQUEST_ID_USED", field="help_id")
