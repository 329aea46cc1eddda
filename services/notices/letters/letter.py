"""A written notice, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A calendar file."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """`short` is what a text message says; the rest is for mail."""

    recipient_name: str
    address: str
    language: str
    subject: str
    text: str
    html: str
    short: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class NotToSend:
    """It is not true any more, or the person does not want it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The person has no address on this channel, or none that works."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not in the person's quiet hours."""

    until: datetime


Written = Letter | NotToSend | Unreachable | Later
