"""Protobuf messages to values of the domain and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from ieum.people.v1 import people_pb2
from services.chassis.clock import stamp
from services.chassis.errors import Invalid
from services.chassis.sealed_answers import Numbers
from services.chassis.text import one_line
from services.people.domain import sessions
from services.people.domain.audit import Action, Entry
from services.people.domain.equality import Answers, Card, Group, Sex
from services.people.domain.merging import separable_until
from services.people.domain.person import Grant, Person, Role, Universe, Vouching
from services.people.domain.places import Area, Centre, Organisation, Places
from services.people.domain.second_factor import SecondFactors
from services.people.domain.sessions import Session, Token

K = TypeVar("K")
V = TypeVar("V", int, people_pb2.Role.ValueType, people_pb2.AuditAction.ValueType)

UNIVERSES = {Universe.RESIDENT: people_pb2.RESIDENT, Universe.EMPLOYEE: people_pb2.EMPLOYEE}
VOUCHINGS = {vouching: people_pb2.Vouching.Value(vouching.name) for vouching in Vouching}
ROLES = {role: people_pb2.Role.Value(role.name) for role in Role}
ACTIONS = {action: people_pb2.AuditAction.Value(action.name) for action in Action}
GROUPS = {group: people_pb2.TargetGroup.Value(group.name) for group in Group}
SEXES = {
    Sex.UNANSWERED: people_pb2.SEX_UNSPECIFIED,
    Sex.FEMALE: people_pb2.FEMALE,
    Sex.MALE: people_pb2.MALE,
    Sex.OTHER: people_pb2.OTHER_SEX,
}


def enum_from_message(known: Mapping[K, int], value: int, field: str) -> K:
    """The domain value of an enum number. Raises Invalid for an unknown one."""
    for kind, number in known.items():
        if number == value:
            return kind
    raise Invalid("VALUE_UNKNOWN", field=field)


def person_key(name: str) -> str:
    """Of "people/{id}"."""
    collection, _, key = name.partition("/")
    if collection != "people" or not key or "/" in key:
        raise Invalid("NAME_INVALID", field="name", form="people/{id}")
    return key


def token_keys(name: str) -> tuple[str, str]:
    """Person and token of "people/{id}/tokens/{id}"."""
    return _owned_keys(name, "tokens")


def session_keys(name: str) -> tuple[str, str]:
    """Person and session of "people/{id}/sessions/{id}"."""
    return _owned_keys(name, "sessions")


def passkey_keys(name: str) -> tuple[str, str]:
    """Person and passkey of "people/{id}/passkeys/{id}"."""
    return _owned_keys(name, "passkeys")


def identity_keys(name: str) -> tuple[str, str]:
    """Person and identity of "people/{id}/identities/{key}"."""
    return _owned_keys(name, "identities")


def _owned_keys(name: str, collection: str) -> tuple[str, str]:
    parts = name.split("/")
    if len(parts) != 4 or parts[0] != "people" or parts[2] != collection or not all(parts):
        raise Invalid("NAME_INVALID", field="name", form=f"people/{{id}}/{collection}/{{id}}")
    return parts[1], parts[3]


def session_to_message(key: str, value: Session) -> people_pb2.Session:
    return people_pb2.Session(
        name=f"people/{value.person}/sessions/{key}",
        begin_time=stamp(value.begin_time),
        expire_time=stamp(value.expire_time),
        shared_device=value.shared_device,
        agent=value.agent,
    )


def person_to_message(value: Person) -> people_pb2.Person:
    return people_pb2.Person(
        name=value.name,
        login=value.login,
        display_name=value.display_name,
        email=value.email,
        area=value.area,
        organisation=value.organisation,
        universe=UNIVERSES[value.universe],
        locale=value.locale,
        grants=[grant_to_message(each) for each in value.grants],
        etag=value.etag,
        create_time=stamp(value.create_time),
        erased=value.erased,
        vouching=VOUCHINGS[value.vouching],
        organisation_confirmed=value.organisation_confirmed,
        passphrase_must_change=value.passphrase_must_change,
        kept_as=f"people/{value.kept_as}" if value.kept_as else "",
        separable_until=stamp(separable_until(value)) if value.kept_as else None,
        merged=[f"people/{each}" for each in value.merged],
    )


def grant_to_message(value: Grant) -> people_pb2.Grant:
    return people_pb2.Grant(role=ROLES[value.role], scope=value.scope)


def second_factors_to_message(owner: Person, value: SecondFactors, required: bool) -> people_pb2.SecondFactors:
    return people_pb2.SecondFactors(
        name=f"{owner.name}/secondFactors",
        totp_time=stamp(value.totp_time),
        recovery_codes_left=len(value.recovery_codes),
        passkeys=[
            people_pb2.Passkey(
                name=f"{owner.name}/passkeys/{each.id}",
                display_name=each.display_name,
                host=each.rp_id,
                create_time=stamp(each.create_time),
                last_use_time=stamp(each.last_use_time),
            )
            for each in value.passkeys
        ],
        required=required,
    )


def answers_to_message(value: Card, name: str) -> people_pb2.EqualityAnswers:
    given = value.answers
    return people_pb2.EqualityAnswers(
        name=f"{name}/equalityAnswers",
        birth_year=given.birth_year,
        sex=SEXES[given.sex],
        groups=[GROUPS[group] for group in given.groups],
        groups_answered=given.groups_answered,
        update_time=stamp(value.update_time),
    )


def answers_to_numbers(given: Answers) -> Numbers:
    return Numbers(
        given.birth_year, SEXES[given.sex], tuple(GROUPS[group] for group in given.groups), given.groups_answered
    )


def answers_from_numbers(given: Numbers) -> Answers:
    sexes: dict[int, Sex] = {number: sex for sex, number in SEXES.items()}
    groups: dict[int, Group] = {number: group for group, number in GROUPS.items()}
    return Answers(
        given.birth_year, sexes[given.sex], tuple(groups[number] for number in given.groups), given.groups_answered
    )


def session_viewer_to_message(owner: Person, key: str, session: Session) -> people_pb2.Viewer:
    person = person_to_message(owner)
    if session.by_card:  # a code of the desk lies unused meanwhile; whoever has a card is not asked for it
        person.passphrase_must_change = False
    return people_pb2.Viewer(
        person=person,
        session=key,
        expire_time=stamp(session.expire_time),
        shared_device=session.shared_device,
        second_factor_due_time=stamp(session.second_factor_due_time),
        proof_expire_time=stamp(sessions.proof_expire_time(session)),
        second_factor=session.second_factor,
        by_card=session.by_card,
    )


def token_viewer_to_message(owner: Person, value: Token) -> people_pb2.Viewer:
    return people_pb2.Viewer(
        person=person_to_message(owner),
        session=value.id,
        expire_time=stamp(value.expire_time),
        token_scopes=value.scopes,
        token_area=value.area,
    )


def token_to_message(value: Token) -> people_pb2.Token:
    return people_pb2.Token(
        name=value.name,
        display_name=value.display_name,
        scopes=value.scopes,
        area=value.area,
        create_time=stamp(value.create_time),
        expire_time=stamp(value.expire_time),
        last_use_time=stamp(value.last_use_time),
        revoked=value.revoked,
    )


def entry_to_message(value: Entry) -> people_pb2.AuditEntry:
    return people_pb2.AuditEntry(
        name=f"auditEntries/{value.id}",
        time=stamp(value.time),
        actor=value.actor,
        action=ACTIONS[value.action],
        subject=value.subject,
        detail=value.detail,
    )


def area_to_message(value: Area) -> people_pb2.Area:
    return people_pb2.Area(
        name=value.name, parent=value.parent, kind=value.kind, title=value.title, column=value.column, row=value.row
    )


def organisation_to_message(value: Organisation) -> people_pb2.Organisation:
    return people_pb2.Organisation(name=value.name, area=value.area, title=value.title)


def centre_to_message(value: Centre) -> people_pb2.Centre:
    return people_pb2.Centre(
        name=value.name,
        area=value.area,
        title=value.title,
        address=value.address,
        hours=value.hours,
        phone=value.phone,
    )


def _lines(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: one_line(text) for language, text in texts.items()}


def places_from_message(request: people_pb2.ImportPlacesRequest) -> Places:
    return Places(
        areas=tuple(
            Area(each.name, each.parent, each.kind, _lines(each.title), each.column, each.row) for each in request.areas
        ),
        organisations=tuple(Organisation(each.name, each.area, _lines(each.title)) for each in request.organisations),
        centres=tuple(
            Centre(each.name, each.area, _lines(each.title), _lines(each.address), _lines(each.hours), each.phone)
            for each in request.centres
        ),
    )
