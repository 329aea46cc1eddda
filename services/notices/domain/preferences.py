"""How a person wants to hear from Ieum, and which of their addresses do not work."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.chassis.errors import Invalid
from services.chassis.text import telephone_number
from services.notices.domain.hours import QuietHours
from services.notices.domain.notice import Channel, Kind


class Topic(StrEnum):
    APPLICATIONS = "applications"
    CHANGES = "changes"
    REMINDERS = "reminders"
    CERTIFICATES = "certificates"
    SURVEYS = "surveys"
    ACCOUNT = "account"


TOPICS: Mapping[Kind, Topic] = {
    **dict.fromkeys(Kind, Topic.APPLICATIONS),
    Kind.CANCELLED: Topic.CHANGES,
    Kind.DATES: Topic.CHANGES,
    Kind.REMINDER: Topic.REMINDERS,
    Kind.HELP: Topic.REMINDERS,
    Kind.CERTIFICATE: Topic.CERTIFICATES,
    Kind.EVALUATION: Topic.SURVEYS,
    Kind.FOLLOW_UP: Topic.SURVEYS,
    Kind.ACCOUNT_MERGED: Topic.ACCOUNT,
    Kind.ACCOUNT_UNUSED: Topic.ACCOUNT,
}
OPTIONAL = frozenset({Topic.REMINDERS, Topic.CERTIFICATES, Topic.SURVEYS})
"""Topics that somebody may want to hear nothing of. A seat that is offered, a class that is not held, or an account
that is going to be erased, must reach everybody."""


class Way(StrEnum):
    """Which channel is tried first. The others follow where it does not work."""

    EMAIL = "email"
    SMS = "sms"
    CENTRE = "centre"
    NONE = "none"


_ROUTES: Mapping[Way, tuple[Channel, ...]] = {
    Way.EMAIL: (Channel.EMAIL, Channel.SMS, Channel.CENTRE),
    Way.SMS: (Channel.SMS, Channel.EMAIL, Channel.CENTRE),
    Way.CENTRE: (Channel.CENTRE,),
    Way.NONE: (),
}


@dataclass(frozen=True, slots=True)
class BadAddress:
    """An address that was refused for good, as a hash: once the person has another one, this no longer matters."""

    channel: Channel
    digest: str
    reason: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Preferences:
    """`telephone` takes text messages; the e-mail address stands with the account."""

    person: str
    telephone: str = ""
    ways: Mapping[str, Way] = field(default_factory=dict)
    """By topic; a topic without one goes by e-mail first."""
    quiet: QuietHours = field(default_factory=QuietHours)
    bad: tuple[BadAddress, ...] = ()


Outcome = tuple[Preferences, list[object]]


def way_of(preferences: Preferences, topic: Topic) -> Way:
    return preferences.ways.get(topic.value, Way.EMAIL)


def route(preferences: Preferences, kind: Kind) -> tuple[Channel, ...]:
    """The channels in the order in which they are tried; none for what the person does not want to hear of. A reminder
    that reaches nobody otherwise is not worth a call by the centre, unless the person asked for that."""
    topic = TOPICS[kind]
    way = way_of(preferences, topic)
    channels = _ROUTES[way]
    if topic in OPTIONAL and way is not Way.CENTRE:
        channels = tuple(channel for channel in channels if channel is not Channel.CENTRE)
    return channels


def next_channel(preferences: Preferences, kind: Kind, tried: Collection[Channel]) -> Channel | None:
    return next((channel for channel in route(preferences, kind) if channel not in tried), None)


def change(
    preferences: Preferences, telephone: str, ways: Mapping[str, str], quiet_begin: str, quiet_end: str
) -> Outcome:
    """Raises Invalid, with the field."""
    number = checked_telephone(telephone)
    chosen = {topic: _way(topic, way) for topic, way in ways.items()}
    quiet = QuietHours(_time(quiet_begin, "quiet_begin"), _time(quiet_end, "quiet_end"))
    bad = tuple(each for each in preferences.bad if number == preferences.telephone or each.channel is not Channel.SMS)
    return replace(preferences, telephone=number, ways=chosen, quiet=quiet, bad=bad), []


def checked_telephone(text: str) -> str:
    """With spaces and hyphens removed; "" stays so."""
    number = telephone_number(text)
    if text.strip() and not number:
        raise Invalid("TELEPHONE_INVALID", field="telephone")
    return number


def _way(topic: str, way: str) -> Way:
    if topic not in list(Topic) or way not in list(Way):
        raise Invalid("NOTICE_WAY_UNKNOWN", field="ways")
    if way == Way.NONE and Topic(topic) not in OPTIONAL:
        raise Invalid("NOTICE_WAY_NEEDED", field=topic)
    return Way(way)


def _time(text: str, field: str) -> str:
    try:
        return datetime.strptime(text.strip(), "%H:%M").strftime("%H:%M")
    except ValueError as error:
        raise Invalid("QUIET_TIME_INVALID", field=field) from error


def mark_bad(preferences: Preferences, channel: Channel, address: str, reason: str, now: datetime) -> Outcome:
    digest = _digest(preferences.person, address)
    others = tuple(each for each in preferences.bad if each.channel is not channel)
    return replace(preferences, bad=(*others, BadAddress(channel, digest, reason, now))), []


def bad_address(preferences: Preferences, channel: Channel, address: str) -> BadAddress | None:
    """The mark of this address, if it was refused."""
    digest = _digest(preferences.person, address)
    return next((each for each in preferences.bad if each.channel is channel and each.digest == digest), None)


def _digest(person: str, address: str) -> str:
    return hashlib.sha256(f"{person}|{address.strip().lower()}".encode()).hexdigest()[:32]
