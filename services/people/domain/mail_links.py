"""Links that go out by mail and count once: to confirm an address, and to choose a new passphrase."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Invalid

LIFETIMES = {"reset": timedelta(minutes=30), "confirm": timedelta(hours=24), "changed": timedelta(hours=24)}
MOST_OPEN = 3
"""Mails to one person that may be under way or unused at a time: nobody's mailbox is filled by a stranger."""
FREE_FOR_LOGIN, FREE_FOR_ORIGIN = 3, 20


class Purpose(StrEnum):
    RESET = "reset"
    CONFIRM = "confirm"
    CHANGED = "changed"
    """No link: the mail says that the passphrase was changed."""


@dataclass(frozen=True)
class MailLink:
    """`person` is "" where nobody gets a mail, so that asking writes as much for an account that does not exist.
    `address` is a keyed hash: the link counts for that address alone."""

    person: str
    purpose: Purpose
    address: str
    ask_time: datetime
    expire_time: datetime
    use_time: datetime | None = None


@dataclass(frozen=True)
class EmailConfirmation:
    """`address`: a keyed hash of the address that was confirmed. Another address is not confirmed by it."""

    address: str
    time: datetime


@dataclass(frozen=True)
class MailWanted:
    time: datetime


def begin(person: str, purpose: Purpose, address: str, now: datetime) -> MailLink:
    return MailLink(person, purpose, address, now, now + LIFETIMES[purpose])


def ask(link: MailLink) -> tuple[MailLink, list[MailWanted]]:
    return link, [MailWanted(link.ask_time)] if link.person else []


def is_open(link: MailLink, now: datetime) -> bool:
    return bool(link.person) and link.use_time is None and link.expire_time > now


def use(link: MailLink, purpose: Purpose, now: datetime) -> tuple[MailLink, list[MailWanted]]:
    if link.purpose is not purpose or not is_open(link, now):
        raise Invalid("MAIL_LINK_OVER", field="secret")
    return replace(link, use_time=now), []


def confirm(confirmation: EmailConfirmation, address: str, now: datetime) -> tuple[EmailConfirmation, list[object]]:
    return (confirmation if confirmation.address == address else EmailConfirmation(address, now)), []
