"""Who gets a release, and the life of one mail: it waits, is taken by one worker at a time, and is sent once.

A worker that dies leaves its lease behind; when that is over the mail is taken again, under the same Message-ID.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Invalid
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.observation import Observation
from services.statistics.figures.periods import is_year

LANGUAGES = ("ko", "en")
LONGEST_OFFICE = 100
LONGEST_ADDRESS = 254
HEADLINES = ("ENR", "EPR", "CMP", "CPR", "COV")

LEASE = timedelta(minutes=3)
"""Longer than an attempt may take."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
PATIENCE = timedelta(days=5)
"""How long a mail server may say "not now" of one address (RFC 5321, 4.5.4.1)."""

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(
    rf"^[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@({_LABEL}\.)+{_LABEL}$"
)
_RESIDENT_NUMBER = re.compile(r"\d{6}\s*-\s*[1-8]\d{6}|(?<!\d)\d{6}[1-8]\d{6}(?!\d)")


@dataclass(frozen=True, slots=True)
class Recipient:
    """An office that gets its area's figures. Removed: `address` is empty, the rest stays to say who had what."""

    key: str
    area: str
    office: str
    address: str
    language: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    removed: bool = False

    @property
    def name(self) -> str:
        return f"recipients/{self.key}"


class Stage(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One release for one recipient. `release` and `recipient` are resource names; `secret` opens the mail's link.

    `round` counts deliberate sendings, `attempts` the tries of this round, `round_at` is when the round began.
    """

    key: str
    release: str
    recipient: str
    area: str
    secret: str
    planned_at: datetime
    round_at: datetime
    due_at: datetime
    round: int = 1
    stage: Stage = Stage.WAITING
    attempts: int = 0
    lease_by: str = ""
    lease_until: datetime | None = None
    failure: str = ""
    sent_at: datetime | None = None
    received_at: datetime | None = None


Changed = tuple[Delivery, list[object]]


def delivery_key(release: str, recipient: str) -> str:
    """From both names, so that planning twice plans once."""
    return f"{release.rpartition('/')[2]}.{recipient.rpartition('/')[2]}"


def planned(release: str, recipient: Recipient, secret: str, now: datetime) -> Delivery:
    key = delivery_key(release, recipient.name)
    return Delivery(key, release, recipient.name, recipient.area, secret, planned_at=now, round_at=now, due_at=now)


def checked(recipient: Recipient) -> Recipient:
    """Tidied; raises Invalid for the first field that will not do."""
    office, address = " ".join(recipient.office.split()), recipient.address.strip()
    if not office:
        raise Invalid("OFFICE_MISSING", field="office")
    if len(office) > LONGEST_OFFICE:
        raise Invalid("OFFICE_TOO_LONG", field="office", max=LONGEST_OFFICE)
    if not office.isprintable():
        raise Invalid("OFFICE_CHARACTERS", field="office")
    for field, text in (("office", office), ("address", address)):
        if _RESIDENT_NUMBER.search(text):
            raise Invalid("LOOKS_LIKE_RESIDENT_NUMBER", field=field)
    local = address.partition("@")[0]
    if not _ADDRESS.match(address) or len(address) > LONGEST_ADDRESS or len(local) > 64:
        raise Invalid("MAIL_ADDRESS_INVALID", field="address")
    if recipient.language not in LANGUAGES:
        raise Invalid("MAIL_LANGUAGE_UNKNOWN", field="language", known=", ".join(LANGUAGES))
    return replace(recipient, office=office, address=address)


def removed(recipient: Recipient, by: str, now: datetime) -> tuple[Recipient, list[object]]:
    if recipient.removed:
        return recipient, []
    return replace(recipient, address="", removed=True, changed_by=by, changed_at=now), []


def take(one: Delivery, by: str, now: datetime) -> Changed:
    """For one worker; whoever finds another's name in the lease has lost the race."""
    due = one.stage is Stage.WAITING and one.due_at <= now
    forsaken = one.stage is Stage.SENDING and (one.lease_until is None or one.lease_until <= now)
    if not (due or forsaken):
        return one, []
    until = now + LEASE
    return replace(one, stage=Stage.SENDING, lease_by=by, lease_until=until, attempts=one.attempts + 1), []


def let_go(one: Delivery, by: str) -> Changed:
    """The mail server went away before it could have taken the mail: as if it had not been tried."""
    if not _held(one, by):
        return one, []
    return replace(_free(one), stage=Stage.WAITING, attempts=one.attempts - 1), []


def sent(one: Delivery, round: int, now: datetime) -> Changed:
    """Also from a worker whose lease ran out meanwhile: the mail is out."""
    if one.round != round or one.stage not in (Stage.WAITING, Stage.SENDING):
        return one, []
    return replace(_free(one), stage=Stage.SENT, sent_at=now, failure=""), []


def put_off(one: Delivery, by: str, reason: str, now: datetime) -> Changed:
    """The mail server said "not now"; after days of it the mail counts as failed."""
    if not _held(one, by):
        return one, []
    if now - one.round_at >= PATIENCE:
        return replace(_free(one), stage=Stage.FAILED, failure=reason), []
    pause = min(FIRST_PAUSE * 2 ** min(one.attempts - 1, 10), LONGEST_PAUSE)
    return replace(_free(one), stage=Stage.WAITING, due_at=now + pause, failure=reason), []


def refused(one: Delivery, by: str, reason: str) -> Changed:
    """For good."""
    if not _held(one, by):
        return one, []
    return replace(_free(one), stage=Stage.FAILED, failure=reason), []


def cancelled(one: Delivery, reason: str, by: str = "") -> Changed:
    """Of a mail that waits, or that the worker `by` has taken; what is under way elsewhere goes out."""
    if one.stage is not Stage.WAITING and not _held(one, by):
        return one, []
    return replace(_free(one), stage=Stage.CANCELLED, failure=reason), []


def again(one: Delivery, seen: int, now: datetime) -> Changed:
    """A new mail; where it still waits, the same one now. A press that saw an earlier round changes nothing."""
    if one.round != seen or one.stage is Stage.SENDING:
        return one, []
    if one.stage is Stage.WAITING:
        return replace(one, due_at=min(one.due_at, now)), []
    fresh = replace(_free(one), stage=Stage.WAITING, round=one.round + 1, round_at=now, due_at=now)
    return replace(fresh, attempts=0, failure=""), []


def received(one: Delivery, now: datetime) -> Changed:
    """The first time stands. Who can open it has the mail, whatever became of the worker that sent it."""
    if one.received_at is not None:
        return one, []
    if one.stage in (Stage.WAITING, Stage.SENDING):
        one = replace(_free(one), stage=Stage.SENT, sent_at=now, failure="")
    return replace(one, received_at=now), []


def _held(one: Delivery, by: str) -> bool:
    return one.stage is Stage.SENDING and one.lease_by == by


def _free(one: Delivery) -> Delivery:
    return replace(one, lease_by="", lease_until=None)


def headline_periods(periods: tuple[str, ...]) -> tuple[str, ...]:
    """The newest quarter and the newest year of a release."""
    quarters = [period for period in periods if not is_year(period)]
    years = [period for period in periods if is_year(period)]
    return (*quarters[-1:], *years[-1:])


def headlines(made: Iterable[Observation], area: str) -> tuple[Observation, ...]:
    """The area's own totals out of what is published, hidden ones as hidden; `area` is a code without "areas/"."""
    found = {
        (is_year(one.period), one.period, HEADLINES.index(one.measure)): one
        for one in made
        if one.area == area and one.measure in HEADLINES and {one.sex, one.age, one.group, one.domain} == {TOTAL}
    }
    return tuple(found[place] for place in sorted(found))
