"""How long unused accounts and the audit log are kept."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from gateway.api.operation import Table
from gateway.api.people import Person
from gateway.api.schemas import Body, Count, JsonAnswer, Moment, Query, Shape, read, write
from gateway.backend.clients import CLIENTS
from ieum.people.v1 import retention_pb2 as pb

table = Table("people")

UnusedDays = Annotated[Count, Field(description="An account may lie unused so many days; 0: for ever")]
AuditDays = Annotated[Count, Field(description="An entry of the audit log is kept so many days; 0: for ever")]


class Retention(Shape):
    unused_days: UnusedDays = 0
    audit_days: AuditDays = 0
    set_time: Annotated[Moment | None, Field(description="When it was set last")] = None
    run_time: Annotated[Moment | None, Field(description="When it was gone through last; for administrators")] = None
    stopped: Annotated[int, Field(description="Accounts that were due when it stopped to ask; for administrators")] = 0
    own_use_time: Annotated[Moment | None, Field(description="When the caller's account was used last")] = None
    own_erase_time: Annotated[Moment | None, Field(description="When the caller's unused account is erased")] = None


class RetentionChange(Body):
    unused_days: UnusedDays = 0
    audit_days: AuditDays = 0
    set_time: Annotated[Moment | None, Field(description="As it was read: refused if it was set since")] = None


class RetentionQuery(Query):
    unused_days: UnusedDays = 0
    audit_days: AuditDays = 0


class UnusedAccount(Shape):
    person: Annotated[Person | None, Field(description="Whose account it is")] = None
    use_time: Annotated[Moment | None, Field(description="When it was used last")] = None
    warning: Annotated[int, Field(description="For which time it would be warned, 1 or 2; 0: not")] = 0
    erased: Annotated[bool, Field(description="It would be erased")] = False


class RetentionPreview(Shape):
    accounts: Annotated[int, Field(description="Accounts that the schedule concerns")] = 0
    warned: Annotated[int, Field(description="For the first time")] = 0
    warned_again: Annotated[int, Field(description="For the second time")] = 0
    erased: Annotated[int, Field(description="Accounts")] = 0
    kept: Annotated[int, Field(description="Were warned, and are in use again")] = 0
    audit_entries: Annotated[int, Field(description="Removed; counted up to 100,000")] = 0
    stops: Annotated[bool, Field(description="It would stop before the erasures and ask")] = False
    people: Annotated[list[UnusedAccount], Field(description="The first 50")] = []


class Allowed(Body):
    count: Annotated[Count, Field(description="As many accounts as were shown")]


@table("GET", "/retention", "How long unused accounts and the audit log are kept", open=True)
async def get_retention(request: web.Request) -> JsonAnswer[Retention]:
    return read(Retention, await request.app[CLIENTS].retention.GetRetention(pb.GetRetentionRequest()))


@table("PUT", "/retention", "Set how long unused accounts and the audit log are kept")
async def set_retention(request: web.Request, body: RetentionChange) -> JsonAnswer[Retention]:
    message = write(body, pb.SetRetentionRequest())
    return read(Retention, await request.app[CLIENTS].retention.SetRetention(message))


@table("GET", "/retention:preview", "What a schedule would do today")
async def preview_retention(request: web.Request, query: RetentionQuery) -> JsonAnswer[RetentionPreview]:
    message = write(query, pb.PreviewRetentionRequest())
    return read(RetentionPreview, await request.app[CLIENTS].retention.PreviewRetention(message))


@table("POST", "/retention:allow", "Let the accounts go before which the schedule stopped")
async def allow_retention(request: web.Request, body: Allowed) -> JsonAnswer[Retention]:
    message = write(body, pb.AllowRetentionRequest())
    return read(Retention, await request.app[CLIENTS].retention.AllowRetention(message))
