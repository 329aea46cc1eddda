"""The counter: finding and registering people of one's areas, and what the desk keeps of them."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from gateway.api.operation import Table
from gateway.api.people import Person, person_name
from gateway.api.schemas import Body, Count, JsonAnswer, Line, Name, Query, Shape, Tag, read, write
from gateway.backend.clients import CLIENTS
from ieum.people.v1 import counter_pb2 as pb

table = Table("people")


class CounterQuery(Query):
    query: Line = ""
    birth_year: Count = 0
    phone_digits: Line = ""


class FoundPerson(Shape):
    person: Person | None = None
    birth_year: int = 0
    phone_digits: str = ""


class FoundPeople(Shape):
    people: list[FoundPerson]
    more: bool = False


class DeskRecord(Shape):
    person: Person | None = None
    birth_year: int = 0
    phone: str = ""


class CounterRegistration(Body):
    request_id: Tag = ""
    display_name: Line
    birth_year: Count = 0
    phone: Line = ""
    area: Name = ""
    organisation: Name = ""
    locale: Tag = ""
    login: Annotated[Line, Field(description="Empty: a number of eight digits is drawn")] = ""
    is_another_person: bool = False


class DeskChange(Body):
    birth_year: Count = 0
    phone: Line = ""
    etag: Tag = ""


class Merging(Body):
    merged: Annotated[Name, Field(description="The account that rests from now on")]
    both_sign_ins: Annotated[bool, Field(description="Its sign-in opens the account that stays")] = False


@table("GET", "/people:atCounter", "Find people at the counter, for administrators")
async def find_at_counter(request: web.Request, query: CounterQuery) -> JsonAnswer[FoundPeople]:
    message = write(query, pb.FindAtCounterRequest())
    return read(FoundPeople, await request.app[CLIENTS].counter.FindAtCounter(message))


@table("POST", "/people:atCounter", "Register somebody at the counter, without a passphrase")
async def register_at_counter(request: web.Request, body: CounterRegistration) -> JsonAnswer[DeskRecord]:
    message = write(body, pb.RegisterAtCounterRequest())
    return read(DeskRecord, await request.app[CLIENTS].counter.RegisterAtCounter(message))


@table("POST", "/people/{person}:merge", "Merge another account of the same person into this one")
async def merge_accounts(request: web.Request, body: Merging) -> JsonAnswer[DeskRecord]:
    message = write(body, pb.MergeAccountsRequest(kept=person_name(request)))
    return read(DeskRecord, await request.app[CLIENTS].counter.MergeAccounts(message))


@table("POST", "/people/{person}:separate", "Separate an account from the one that it was merged into")
async def separate_accounts(request: web.Request) -> JsonAnswer[DeskRecord]:
    message = pb.SeparateAccountsRequest(name=person_name(request))
    return read(DeskRecord, await request.app[CLIENTS].counter.SeparateAccounts(message))


@table("GET", "/people/{person}/deskRecord", "What the desk keeps of a person")
async def get_desk_record(request: web.Request) -> JsonAnswer[DeskRecord]:
    message = pb.GetDeskRecordRequest(name=person_name(request))
    return read(DeskRecord, await request.app[CLIENTS].counter.GetDeskRecord(message))


@table("PUT", "/people/{person}/deskRecord", "Change birth year and telephone, both at once")
async def update_desk_record(request: web.Request, body: DeskChange) -> JsonAnswer[DeskRecord]:
    message = write(body, pb.UpdateDeskRecordRequest(name=person_name(request)))
    return read(DeskRecord, await request.app[CLIENTS].counter.UpdateDeskRecord(message))
