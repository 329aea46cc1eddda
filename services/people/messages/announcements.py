"""Domain events as the protobuf messages that announce them. None holds a name, login or e-mail address."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from google.protobuf.message import Message

from ieum.people.v1 import events_pb2
from services.chassis.clock import stamp
from services.chassis.sealed_answers import AnswersSeal
from services.chassis.store.entities import Announce
from services.people.domain import equality, mail_links, person, places, retention, sessions
from services.people.messages import resources


@singledispatch
def person_announcement(event: Any, key: str, revision: int) -> Message:
    raise TypeError(f"{type(event).__name__} is not announced")


@person_announcement.register
def _(event: person.Registered, key: str, revision: int) -> Message:
    return events_pb2.PersonRegistered(**_belonging(event.person), revision=revision, time=stamp(event.time))


@person_announcement.register
def _(event: person.Moved, key: str, revision: int) -> Message:
    return events_pb2.PersonMoved(**_belonging(event.person), revision=revision, time=stamp(event.time))


@person_announcement.register
def _(event: person.RolesChanged, key: str, revision: int) -> Message:
    grants = [resources.grant_to_message(each) for each in event.person.grants]
    return events_pb2.RolesChanged(person=event.person.name, grants=grants, revision=revision, time=stamp(event.time))


@person_announcement.register
def _(event: person.SessionsEnded, key: str, revision: int) -> Message:
    return events_pb2.SessionRevoked(person=event.person.name, time=stamp(event.time))


@person_announcement.register
def _(event: person.Erased, key: str, revision: int) -> Message:
    return events_pb2.PersonErased(person=event.person.name, revision=revision, time=stamp(event.time))


@person_announcement.register
def _(event: person.Merged, key: str, revision: int) -> Message:
    kept = f"people/{event.person.kept_as}"
    return events_pb2.AccountsMerged(person=event.person.name, kept=kept, revision=revision, time=stamp(event.time))


@person_announcement.register
def _(event: person.Separated, key: str, revision: int) -> Message:
    kept = f"people/{event.kept}"
    return events_pb2.AccountsSeparated(person=event.person.name, kept=kept, revision=revision, time=stamp(event.time))


def answers_announcement(seal: AnswersSeal) -> Announce:
    def announcement(event: equality.AnswersGiven, key: str, revision: int) -> Message:
        """`key` is the pseudonym itself."""
        sealed = seal.close(key, resources.answers_to_numbers(event.answers))
        return events_pb2.EqualityAnswersGiven(pseudonym=key, sealed=sealed, revision=revision, time=stamp(event.time))

    return announcement


def session_announcement(event: sessions.SessionEnded, key: str, revision: int) -> Message:
    return events_pb2.SessionRevoked(person=f"people/{event.person}", session=key, time=stamp(event.time))


def places_announcement(event: places.Imported, key: str, revision: int) -> Message:
    return events_pb2.PlacesImported(
        areas=[resources.area_to_message(each) for each in event.places.areas],
        organisations=[resources.organisation_to_message(each) for each in event.places.organisations],
        successors=event.places.successors,
        revision=revision,
        time=stamp(event.time),
    )


def mail_announcement(event: mail_links.MailWanted, key: str, revision: int) -> Message:
    return events_pb2.AccountMailRequested(request=key, request_time=stamp(event.time), revision=revision)


def unused_announcement(event: retention.Warned, key: str, revision: int) -> Message:
    return events_pb2.AccountUnused(
        person=event.unused.person,
        warning=event.warning,
        erase_time=stamp(event.unused.erase_at),
        revision=revision,
        time=stamp(event.time),
    )


def no_announcement(event: object, key: str, revision: int) -> Message:
    raise TypeError(f"{type(event).__name__} is not announced")


def _belonging(who: person.Person) -> dict[str, Any]:
    return {
        "person": who.name,
        "area": who.area,
        "organisation": who.workplace,
        "universe": resources.UNIVERSES[who.universe],
        "vouching": resources.VOUCHINGS[who.vouching],
    }
