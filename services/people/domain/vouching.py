"""What an administrator confirms of an account: who it is, and where they work."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.chassis.errors import Conflict
from services.people.domain.person import Event, Moved, Person, Vouching, check_in_use


def vouch(person: Person, now: datetime) -> tuple[Person, list[Event]]:
    """An administrator has seen who this is."""
    check_in_use(person)
    if person.vouching is not Vouching.SELF_DECLARED:
        return person, []
    seen = replace(person, vouching=Vouching.AT_DESK)
    return seen, [Moved(seen, now)]


def confirm_organisation(person: Person, organisation: str, now: datetime) -> tuple[Person, list[Event]]:
    """Raises Conflict if the person meanwhile names another organisation than the one that was confirmed."""
    check_in_use(person)
    if not organisation or person.organisation != organisation:
        raise Conflict("PERSON_CHANGED", field="name")
    if person.organisation_confirmed:
        return person, []
    confirmed = replace(person, organisation_confirmed=True)
    return confirmed, [Moved(confirmed, now)]


def confirm_by_roster(person: Person, organisation: str, now: datetime) -> tuple[Person, list[Event]]:
    """A list of the organisation names this person."""
    confirmed, events = confirm_organisation(person, organisation, now)
    if confirmed.vouching is Vouching.SELF_DECLARED:
        confirmed = replace(confirmed, vouching=Vouching.BY_ROSTER)
        events = [Moved(confirmed, now)]
    return confirmed, events
