"""People: accounts, equality answers, tokens and roles. "people/me" is whoever asks."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from google.protobuf.field_mask_pb2 import FieldMask
from pydantic import Field

from gateway.api.operation import Table
from gateway.api.schemas import (
    Body,
    JsonAnswer,
    Line,
    Moment,
    Name,
    PageQuery,
    Paths,
    Query,
    Role,
    Shape,
    Tag,
    Universe,
    read,
    write,
)
from gateway.backend.clients import CLIENTS
from gateway.http.auth import SESSIONS, VIEWER
from gateway.http.rate_limit import check_registration_rate
from ieum.people.v1 import people_pb2
from services.chassis import clock
from services.chassis.errors import Unauthenticated

table = Table("people")


Vouching = Literal["SELF_DECLARED", "AT_DESK", "BY_ROSTER"]
OwnPassphrase = Annotated[Line, Field(description="The caller's own passphrase, asked again")]


class Grant(Body):
    role: Role
    scope: Name


class NewGrant(Grant):
    passphrase: OwnPassphrase = ""


class Erasure(Body):
    passphrase: OwnPassphrase = ""


class Code(Shape):
    code: Annotated[str, Field(description="Shown once; opens the account only to choose a new passphrase")]
    expire_time: Moment | None = None


class Person(Shape):
    name: str
    login: str = ""
    display_name: str = ""
    email: str = ""
    area: str = ""
    organisation: str = ""
    universe: Universe | None = None
    locale: str = ""
    grants: list[Grant] = []
    etag: str = ""
    create_time: Moment | None = None
    erased: bool = False
    vouching: Vouching | None = None
    organisation_confirmed: bool = False
    passphrase_must_change: bool = False
    kept_as: str = ""
    separable_until: Moment | None = None
    merged: list[str] = []


class People(Shape):
    people: list[Person]
    next_page_token: str = ""


class Registration(Body):
    login: Line
    display_name: Line
    passphrase: Line
    email: Line = ""
    area: Name = ""
    organisation: Name = ""
    locale: Tag = ""
    request_id: Tag = ""
    accepted_notice: Annotated[int, Field(ge=0, description="Version of the privacy notice that was accepted")] = 0


class PersonChange(Body):
    display_name: Line = ""
    email: Line = ""
    area: Name = ""
    organisation: Name = ""
    locale: Tag = ""
    etag: Tag = ""
    passphrase: Annotated[Line, Field(description="The caller's own, if the e-mail address changes")] = ""


class PassphraseChange(Body):
    current_passphrase: Line
    new_passphrase: Line


class PeopleQuery(PageQuery):
    query: Line = ""
    role: Role | None = None


def person_name(request: web.Request) -> str:
    """The person in the path; "me" is the viewer."""
    person = request.match_info["person"]
    if person != "me":
        return f"people/{person}"
    viewer = request[VIEWER]
    if viewer is None:
        raise Unauthenticated("SIGN_IN_NEEDED")
    return viewer.person


@table("POST", "/people", "Register", open=True)
async def register(request: web.Request, body: Registration) -> JsonAnswer[Person]:
    check_registration_rate(request)
    message = write(body, people_pb2.RegisterRequest())
    message.request_id = message.request_id or clock.new_id()
    return read(Person, await request.app[CLIENTS].people.Register(message))


@table("GET", "/people", "List people, for administrators")
async def list_people(request: web.Request, query: PeopleQuery) -> JsonAnswer[People]:
    return read(People, await request.app[CLIENTS].people.ListPeople(write(query, people_pb2.ListPeopleRequest())))


@table("GET", "/people/{person}", "One person")
async def get_person(request: web.Request) -> JsonAnswer[Person]:
    message = people_pb2.GetPersonRequest(name=person_name(request))
    return read(Person, await request.app[CLIENTS].people.GetPerson(message))


class PersonQuery(Query):
    update_mask: Paths = ""


@table("PATCH", "/people/{person}", "Change a person; without updateMask, what the body names")
async def update_person(request: web.Request, query: PersonQuery, body: PersonChange) -> JsonAnswer[Person]:
    name = person_name(request)
    message = people_pb2.UpdatePersonRequest(
        person=write(body, people_pb2.Person(name=name)),
        update_mask=mask_of(query.update_mask, body),
        passphrase=body.passphrase,
    )
    person = await request.app[CLIENTS].people.UpdatePerson(message)
    request.app[SESSIONS].drop(name)
    return read(Person, person)


def mask_of(given: str, body: Body) -> FieldMask:
    """A comma-separated list of camelCase names, or all that the body sets but its etag."""
    mask = FieldMask()
    if given:
        names = {field.alias: name for name, field in type(body).model_fields.items()}
        mask.paths.extend(names.get(path.strip(), path.strip()) for path in given.split(","))
    else:
        mask.paths.extend(sorted(body.model_fields_set - {"etag", "passphrase"}))
    return mask


@table("POST", "/people/{person}:changePassphrase", "Change one's own passphrase; all other sessions end")
async def change_passphrase(request: web.Request, body: PassphraseChange) -> None:
    name = person_name(request)
    await request.app[CLIENTS].people.ChangePassphrase(write(body, people_pb2.ChangePassphraseRequest(name=name)))
    request.app[SESSIONS].drop(name)


@table("POST", "/people/{person}:resetPassphrase", "A code for somebody at the desk, valid for an hour")
async def reset_passphrase(request: web.Request) -> JsonAnswer[Code]:
    name = person_name(request)
    answer = await request.app[CLIENTS].people.ResetPassphrase(people_pb2.ResetPassphraseRequest(name=name))
    request.app[SESSIONS].drop(name)
    return read(Code, answer)


@table("POST", "/people/{person}:vouch", "Say that one has seen this person")
async def vouch_for_person(request: web.Request) -> JsonAnswer[Person]:
    message = people_pb2.VouchForPersonRequest(name=person_name(request))
    return read(Person, await request.app[CLIENTS].people.VouchForPerson(message))


@table("POST", "/people/{person}:confirmOrganisation", "Confirm that this person works where they say")
async def confirm_organisation(request: web.Request) -> JsonAnswer[Person]:
    name = person_name(request)
    message = people_pb2.ConfirmOrganisationRequest(name=name)
    person = await request.app[CLIENTS].people.ConfirmOrganisation(message)
    request.app[SESSIONS].drop(name)
    return read(Person, person)


@table("POST", "/people/{person}:grantRole", "Grant a role somewhere")
async def grant_role(request: web.Request, body: NewGrant) -> JsonAnswer[Person]:
    name = person_name(request)
    message = people_pb2.GrantRoleRequest(name=name, grant=write(body, people_pb2.Grant()), passphrase=body.passphrase)
    person = await request.app[CLIENTS].people.GrantRole(message)
    request.app[SESSIONS].drop(name)
    return read(Person, person)


@table("POST", "/people/{person}:revokeRole", "Revoke a role")
async def revoke_role(request: web.Request, body: Grant) -> JsonAnswer[Person]:
    name = person_name(request)
    message = people_pb2.RevokeRoleRequest(name=name, grant=write(body, people_pb2.Grant()))
    person = await request.app[CLIENTS].people.RevokeRole(message)
    request.app[SESSIONS].drop(name)
    return read(Person, person)
