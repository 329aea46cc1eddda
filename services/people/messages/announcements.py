"""Facts as events. No name, login or e-mail address ever leaves in one."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from google.protobuf.message import Message

from ieum.people.v1 import events_pb2
from services.chassis.clock import stamp
from services.chassis.store.entities import Announce
from services.people.domain import equality, person, places, sessions
from services.people.messages import resources


def people(pseudonym: Callable[[str], str]) -> Announce:
    @singledispatch
    def build(fact: Any, key: str, revision: int) -> Message:
        raise TypeError(f"{type(fact).__name__} is not announced")

    @build.register
    def _(fact: person.Registered, key: str, revision: int) -> Message:
        return events_pb2.PersonRegistered(**_belonging(fact.person), revision=revision, time=stamp(fact.time))

    @build.register
    def _(fact: person.Moved, key: str, revision: int) -> Message:
        return events_pb2.PersonMoved(**_belonging(fact.person), revision=revision, time=stamp(fact.time))

    @build.register
    def _(fact: person.RolesChanged, key: str, revision: int) -> Message:
        grants = [resources.grant(each) for each in fact.person.grants]
        return events_pb2.RolesChanged(person=fact.person.name, grants=grants, revision=revision, time=stamp(fact.time))

    @build.register
    def _(fact: person.SessionsEnded, key: str, revision: int) -> Message:
        return events_pb2.SessionRevoked(person=fact.person.name, time=stamp(fact.time))

    @build.register
    def _(fact: person.Erased, key: str, revision: int) -> Message:
        name = fact.person.name
        return events_pb2.PersonErased(person=name, pseudonym=pseudonym(name), revision=revision, time=stamp(fact.time))

    return build


def answers(fact: equality.AnswersGiven, key: str, revision: int) -> Message:
    """`key` is the pseudonym itself."""
    given = fact.answers
    return events_pb2.EqualityAnswersGiven(
        pseudonym=key,
        birth_year=given.birth_year,
        sex=resources.SEXES[given.sex],
        groups=[resources.GROUPS[group] for group in given.groups],
        groups_answered=given.groups_answered,
        revision=revision,
        time=stamp(fact.time),
    )


def session(fact: sessions.SessionEnded, key: str, revision: int) -> Message:
    return events_pb2.SessionRevoked(person=f"people/{fact.person}", session=key, time=stamp(fact.time))


def imported(fact: places.Imported, key: str, revision: int) -> Message:
    return events_pb2.PlacesImported(
        areas=[resources.area(each) for each in fact.places.areas],
        organisations=[resources.organisation(each) for each in fact.places.organisations],
        revision=revision,
        time=stamp(fact.time),
    )


def nothing(fact: object, key: str, revision: int) -> Message:
    raise TypeError(f"{type(fact).__name__} is not announced")


def _belonging(who: person.Person) -> dict[str, Any]:
    return {
        "person": who.name,
        "area": who.area,
        "organisation": who.organisation,
        "universe": resources.UNIVERSES[who.universe],
    }
