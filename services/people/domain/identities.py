"""Accounts at a provider (a city's sign-in) that belong to a person here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.errors import Exists
from services.people.domain.person import Event, Person, Registered


@dataclass(frozen=True)
class Identity:
    """Keyed by a hash of issuer and subject: neither e-mail nor user name says whose it is."""

    person: str
    provider: str
    create_time: datetime
    last_use_time: datetime | None = None


def link(current: Identity, person: str) -> tuple[Identity, list[object]]:
    """Repeating it changes nothing. Raises Exists where it is another person's."""
    if current.person != person:
        raise Exists("IDENTITY_TAKEN")
    return current, []


def use(current: Identity, now: datetime) -> tuple[Identity, list[object]]:
    return replace(current, last_use_time=now), []


def begin_account(person: Person, now: datetime) -> tuple[Person, list[Event]]:
    """A new account that has no passphrase: its provider is the way in."""
    return person, [Registered(person, now)]
