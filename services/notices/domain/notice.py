"""The life of one notice: it waits, one worker at a time takes it by a lease, and it is sent.

A worker that dies leaves its lease behind. Once that has run out, the notice is taken again, under the same Message-ID.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

LEASE = timedelta(minutes=3)
"""Longer than an attempt may take."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
PATIENCE = timedelta(days=5)
"""How long a mail server may say "not now" of one address (RFC 5321, 4.5.4.1)."""


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    CENTRE = "centre"
    """The centre tells them: the notice stands on its printed list until somebody has done so."""


class Kind(StrEnum):
    """What a person is told. The first nine are steps of an application."""

    RECEIVED = "received"
    WAITING = "waiting"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    DATES = "dates"
    REMINDER = "reminder"
    CERTIFICATE = "certificate"
    EVALUATION = "evaluation"
    FOLLOW_UP = "follow_up"
    VISIT_PLANNED = "visit_planned"
    VISIT_REFUSED = "visit_refused"
    HELP = "help"
    ACCOUNT_MERGED = "account_merged"
    ACCOUNT_UNUSED = "account_unused"


@dataclass(frozen=True, slots=True)
class Unreached:
    """A channel over which the person could not be reached, and why."""

    channel: Channel
    reason: str


@dataclass(frozen=True, slots=True)
class Personal:
    """Of a notice to a person: what it is about, by names. Its text is written when it is sent.

    `version` is how often the reminded session had been moved; `secret` opens the link by which a seat is given up.
    What is `urgent` also goes out in quiet hours. `area` is where staff tell whoever is told by the centre, of what
    belongs to no class; `reason` is a code.
    """

    person: str
    kind: Kind
    class_: str = ""
    application: str = ""
    sessions: tuple[int, ...] = ()
    version: int = 0
    course: str = ""
    certificate: str = ""
    evaluation: str = ""
    enrollment: str = ""
    visit: str = ""
    area: str = ""
    reason: str = ""
    not_after: datetime | None = None
    secret: str = ""
    urgent: bool = False
    unreached: tuple[Unreached, ...] = ()


class State(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Notice:
    """`source` is the service that asked for it, or whose event it follows from; `request` is the key. No address and
    no text: both are asked for at each attempt. `personal` is None of an office's mail."""

    key: str
    source: str
    request: str
    requested_at: datetime
    due_at: datetime
    request_revision: int
    state: State = State.WAITING
    attempts: int = 0
    lease_by: str = ""
    lease_until: datetime | None = None
    failure: str = ""
    sent_at: datetime | None = None
    channel: Channel = Channel.EMAIL
    personal: Personal | None = None


@dataclass(frozen=True, slots=True)
class NoticeChanged:
    notice: Notice


Outcome = tuple[Notice, list[NoticeChanged]]


def notice_key(source: str, request: str) -> str:
    return f"{source}.{request}"


def new_notice(source: str, request: str, requested_at: datetime, revision: int, now: datetime) -> Notice:
    return Notice(notice_key(source, request), source, request, requested_at, due_at=now, request_revision=revision)


def personal_notice(
    source: str, request: str, personal: Personal, channel: Channel, now: datetime, due_at: datetime
) -> Notice:
    return Notice(
        notice_key(source, request),
        source,
        request,
        requested_at=now,
        due_at=due_at,
        request_revision=1,
        channel=channel,
        personal=personal,
    )


def request_again(notice: Notice, revision: int, now: datetime) -> Outcome:
    """The same key is asked for later on: a notice that still waits is tried now. A repeated event changes nothing."""
    if revision <= notice.request_revision:
        return notice, []
    notice = replace(notice, request_revision=revision)
    if notice.state is not State.WAITING or notice.due_at <= now:
        return notice, []
    return _changed(replace(notice, due_at=now))


def take(notice: Notice, by: str, now: datetime) -> Outcome:
    """Gives the lease to one worker; a worker that then finds another's name in it has lost the race."""
    is_due = notice.state is State.WAITING and notice.due_at <= now
    is_abandoned = notice.state is State.SENDING and (notice.lease_until is None or notice.lease_until <= now)
    if not (is_due or is_abandoned):
        return notice, []
    if is_due and is_too_late(notice, now):
        return _changed(replace(notice, state=State.CANCELLED, failure="TOO_LATE"))
    until = now + LEASE
    return _changed(replace(notice, state=State.SENDING, lease_by=by, lease_until=until, attempts=notice.attempts + 1))


def release(notice: Notice, by: str, due_at: datetime | None = None) -> Outcome:
    """Gives the lease back as if nothing had been tried, because nothing could be."""
    if not _is_held(notice, by):
        return notice, []
    attempts, due_at = notice.attempts - 1, due_at or notice.due_at
    return _changed(replace(_free(notice), state=State.WAITING, attempts=attempts, due_at=due_at))


def mark_sent(notice: Notice, now: datetime) -> Outcome:
    """Also by a worker whose lease ran out meanwhile: the mail is out."""
    if notice.state not in (State.WAITING, State.SENDING):
        return notice, []
    return _changed(replace(_free(notice), state=State.SENT, sent_at=now, failure=""))


def put_off(notice: Notice, by: str, reason: str, now: datetime) -> Outcome:
    """Tries again after a pause that doubles each time; after days of it the notice has failed."""
    if not _is_held(notice, by):
        return notice, []
    if now - notice.requested_at >= PATIENCE:
        return _changed(replace(_free(notice), state=State.FAILED, failure=reason))
    pause = min(FIRST_PAUSE * 2 ** min(notice.attempts - 1, 10), LONGEST_PAUSE)
    return _changed(replace(_free(notice), state=State.WAITING, due_at=now + pause, failure=reason))


def fail(notice: Notice, by: str, reason: str) -> Outcome:
    """For good."""
    if not _is_held(notice, by):
        return notice, []
    return _changed(replace(_free(notice), state=State.FAILED, failure=reason))


def move_on(notice: Notice, by: str, reason: str, to: Channel | None, now: datetime) -> Outcome:
    """To the next channel, because this one does not reach the person; without one the notice has failed."""
    if not _is_held(notice, by) or notice.personal is None:
        return notice, []
    unreached = (*notice.personal.unreached, Unreached(notice.channel, reason))
    moved = replace(_free(notice), failure=reason, personal=replace(notice.personal, unreached=unreached))
    if to is None:
        return _changed(replace(moved, state=State.FAILED))
    return _changed(replace(moved, state=State.WAITING, channel=to, attempts=0, due_at=now))


def supersede(notice: Notice) -> Outcome:
    """A later notice says all that this one would have said."""
    if notice.state is not State.WAITING:
        return notice, []
    return _changed(replace(notice, state=State.CANCELLED, failure="SUPERSEDED"))


def is_too_late(notice: Notice, now: datetime) -> bool:
    return notice.personal is not None and notice.personal.not_after is not None and notice.personal.not_after <= now


def cancel(notice: Notice, by: str, reason: str) -> Outcome:
    """By the worker that holds it, when the source does not want it sent any more."""
    if not _is_held(notice, by):
        return notice, []
    return _changed(replace(_free(notice), state=State.CANCELLED, failure=reason))


def _is_held(notice: Notice, by: str) -> bool:
    return notice.state is State.SENDING and notice.lease_by == by


def _free(notice: Notice) -> Notice:
    return replace(notice, lease_by="", lease_until=None)


def _changed(notice: Notice) -> Outcome:
    """What becomes of a person's notice is nobody else's business, and streams are kept for ever."""
    return notice, [] if notice.personal else [NoticeChanged(notice)]
