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


class State(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Notice:
    """`source` is the service that asked for it, `request` the key it gave. No recipient and no text: the source is
    asked for both at each attempt."""

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


@dataclass(frozen=True, slots=True)
class NoticeChanged:
    notice: Notice


Outcome = tuple[Notice, list[NoticeChanged]]


def notice_key(source: str, request: str) -> str:
    return f"{source}.{request}"


def new_notice(source: str, request: str, requested_at: datetime, revision: int, now: datetime) -> Notice:
    return Notice(notice_key(source, request), source, request, requested_at, due_at=now, request_revision=revision)


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
    return notice, [NoticeChanged(notice)]


@dataclass(frozen=True, slots=True)
class MailState:
    """Whether mail can be sent: `reason` says which setting keeps it off, `trouble` what the mail server answers
    instead of taking mail."""

    on: bool
    reason: str = ""
    sender: str = ""
    trouble: str = ""
    trouble_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class MailStateChanged:
    state: MailState


def set_up(before: MailState, after: MailState) -> tuple[MailState, list[MailStateChanged]]:
    """Settings at the start of a process. A trouble stays until the server answers, unless mail is off."""
    if after.on:
        after = replace(after, trouble=before.trouble, trouble_since=before.trouble_since)
    return after, [MailStateChanged(after)] if after != before else []


def report(before: MailState, trouble: str, now: datetime) -> tuple[MailState, list[MailStateChanged]]:
    """`trouble` is empty when the mail server answers. Its beginning stays the same until it is over."""
    since = (before.trouble_since or now) if trouble else None
    after = replace(before, trouble=trouble, trouble_since=since)
    return after, [MailStateChanged(after)] if after != before else []
