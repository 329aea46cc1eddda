"""Which office gets a release's summary, and how each delivery stands.

The notices service sends it. A delivery asks for one notice per round, and copies what is announced of that notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.chassis.errors import Invalid
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.observation import Observation
from services.statistics.figures.periods import is_year

LANGUAGES = ("ko", "en")
LONGEST_OFFICE = 100
LONGEST_ADDRESS = 254
HEADLINES = ("ENR", "EPR", "CMP", "CPR", "COV")

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

    `round` counts deliberate sendings, `round_at` is when this one began. `requested` is the round that a notice was
    asked for, and `notice_revision` the newest state of that notice that was copied.
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
    failure: str = ""
    sent_at: datetime | None = None
    received_at: datetime | None = None
    requested: int = 0
    notice_revision: int = 0


@dataclass(frozen=True, slots=True)
class SummaryRequested:
    """The notices service is asked to send this round now."""

    delivery: Delivery


Outcome = tuple[Delivery, list[SummaryRequested]]


@dataclass(frozen=True, slots=True)
class NoticeState:
    """What the notices service announced of a round."""

    round: int
    revision: int
    stage: Stage
    attempts: int
    failure: str
    due_at: datetime | None
    sent_at: datetime | None


def delivery_key(release: str, recipient: str) -> str:
    """Follows from both names, so that planning twice plans once."""
    return f"{release.rpartition('/')[2]}.{recipient.rpartition('/')[2]}"


def request_key(delivery: Delivery) -> str:
    """Key of the notice of this round."""
    return f"{delivery.key}.{delivery.round}"


def parse_request_key(request: str) -> tuple[str, int]:
    """Key and round of the delivery that asked for this notice; round 0 where the key is none of ours."""
    key, _, number = request.rpartition(".")
    return key, int(number) if number.isdecimal() else 0


def new_delivery(release: str, recipient: Recipient, secret: str, now: datetime) -> Delivery:
    key = delivery_key(release, recipient.name)
    return Delivery(key, release, recipient.name, recipient.area, secret, planned_at=now, round_at=now, due_at=now)


def check_recipient(recipient: Recipient) -> Recipient:
    """With superfluous spaces removed; raises Invalid for the first field that cannot be accepted."""
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


def remove_recipient(recipient: Recipient, by: str, now: datetime) -> tuple[Recipient, list[object]]:
    if recipient.removed:
        return recipient, []
    return replace(recipient, address="", removed=True, changed_by=by, changed_at=now), []


def request(delivery: Delivery) -> Outcome:
    """Asks for the notice of this round, once. Also for what an earlier version planned and did not send."""
    if delivery.requested >= delivery.round or not _is_open(delivery):
        return delivery, []
    delivery = replace(delivery, requested=delivery.round)
    return delivery, [SummaryRequested(delivery)]


def send_again(delivery: Delivery, seen_round: int, now: datetime) -> Outcome:
    """Begins a new round; what still waits is tried now instead. Does nothing when the caller saw an earlier round."""
    if delivery.round != seen_round or delivery.stage is Stage.SENDING:
        return delivery, []
    if delivery.stage is Stage.WAITING:
        if delivery.due_at <= now:
            return request(delivery)
        delivery = replace(delivery, due_at=now, requested=delivery.round)
        return delivery, [SummaryRequested(delivery)]
    fresh = replace(delivery, stage=Stage.WAITING, round=delivery.round + 1, round_at=now, due_at=now)
    return request(replace(fresh, attempts=0, failure="", notice_revision=0))


def cancel(delivery: Delivery, reason: str) -> Outcome:
    """While it waits. What is being sent goes out."""
    if delivery.stage is not Stage.WAITING:
        return delivery, []
    return replace(delivery, stage=Stage.CANCELLED, failure=reason), []


def copy_notice(delivery: Delivery, notice: NoticeState) -> Outcome:
    """The newest revision counts. A delivery that was cancelled or received meanwhile stays so, unless the mail is out
    after all."""
    if notice.round != delivery.round or notice.revision <= delivery.notice_revision:
        return delivery, []
    delivery = replace(delivery, notice_revision=notice.revision)
    if not _is_open(delivery) and (notice.stage is not Stage.SENT or delivery.stage is Stage.SENT):
        return delivery, []
    return replace(
        delivery,
        stage=notice.stage,
        attempts=notice.attempts,
        failure=notice.failure,
        due_at=notice.due_at or delivery.due_at,
        sent_at=notice.sent_at or delivery.sent_at,
    ), []


def confirm_receipt(delivery: Delivery, now: datetime) -> Outcome:
    """The first time stands. Whoever can confirm it has the mail, whatever became of the process that sent it."""
    if delivery.received_at is not None:
        return delivery, []
    if _is_open(delivery):
        delivery = replace(delivery, stage=Stage.SENT, sent_at=now, failure="")
    return replace(delivery, received_at=now), []


def reason_not_to_send(delivery: Delivery | None, round: int) -> str:
    """Machine-readable, "" when the round is still to be sent."""
    if delivery is None or delivery.round != round:
        return "SUPERSEDED"
    if delivery.stage is Stage.SENT:
        return "ALREADY_SENT"
    return delivery.failure if delivery.stage is Stage.CANCELLED else ""


def _is_open(delivery: Delivery) -> bool:
    return delivery.stage in (Stage.WAITING, Stage.SENDING)


def headline_periods(periods: tuple[str, ...]) -> tuple[str, ...]:
    """The newest quarter and the newest year of a release."""
    quarters = [period for period in periods if not is_year(period)]
    years = [period for period in periods if is_year(period)]
    return (*quarters[-1:], *years[-1:])


def headlines(published: Iterable[Observation], area: str) -> tuple[Observation, ...]:
    """The totals of the area among published figures, hidden ones as hidden; `area` is a code without "areas/"."""
    totals = {
        (is_year(figure.period), figure.period, HEADLINES.index(figure.measure)): figure
        for figure in published
        if figure.area == area and figure.measure in HEADLINES
        and {figure.sex, figure.age, figure.group, figure.domain} == {TOTAL}
    }  # fmt: skip
    return tuple(totals[order] for order in sorted(totals))
