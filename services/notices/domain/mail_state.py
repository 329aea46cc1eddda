"""Whether mail can be sent, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime


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
