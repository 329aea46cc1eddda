"""Requests for erasure: asked for, seen with their number, taken back, refused, approved by another administrator."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from gateway.api.operation import Table
from gateway.api.people import Erasure, person_name
from gateway.api.schemas import Body, JsonAnswer, Moment, Name, PageQuery, Shape, Text, read, write
from gateway.backend.clients import CLIENTS
from gateway.http.auth import SESSIONS
from ieum.people.v1 import people_pb2 as pb

table = Table("requests for erasure")

ErasureState = Literal["ERASURE_ASKED", "ERASURE_TAKEN_BACK", "ERASURE_REFUSED", "ERASURE_RUNNING", "ERASURE_DONE"]


class ErasureRequest(Shape):
    name: str
    person: str = ""
    asked_by: str = ""
    decided_by: str = ""
    state: ErasureState | None = None
    ask_time: Moment | None = None
    due_time: Moment | None = None
    decide_time: Moment | None = None
    done_time: Moment | None = None
    at_desk: bool = False
    by_schedule: bool = False
    reason: str = ""
    backups_end_time: Moment | None = None
    backup_days: int = 0


class ErasureRequests(Shape):
    requests: list[ErasureRequest]
    next_page_token: str = ""


class ErasureQuery(PageQuery):
    person: Annotated[Name, Field(description="Oneself; empty: of the people whom the caller looks after")] = ""
    only_open: Annotated[bool, Field(description="Only those that wait to be decided on")] = False


class Refusal(Body):
    reason: Text


def _name(request: web.Request) -> str:
    return f"erasureRequests/{request.match_info['erasure']}"


@table("POST", "/people/{person}:erase", "Ask that a person be erased")
async def request_erasure(request: web.Request, body: Erasure) -> JsonAnswer[ErasureRequest]:
    message = pb.RequestErasureRequest(name=person_name(request), passphrase=body.passphrase)
    return read(ErasureRequest, await request.app[CLIENTS].people.RequestErasure(message))


@table("GET", "/erasureRequests", "Requests for erasure")
async def list_erasure_requests(request: web.Request, query: ErasureQuery) -> JsonAnswer[ErasureRequests]:
    message = write(query, pb.ListErasureRequestsRequest())
    return read(ErasureRequests, await request.app[CLIENTS].people.ListErasureRequests(message))


@table("GET", "/erasureRequests/{erasure}", "How a request for erasure stands, for whoever has its number")
async def get_erasure_request(request: web.Request) -> JsonAnswer[ErasureRequest]:
    message = pb.GetErasureRequestRequest(name=_name(request))
    return read(ErasureRequest, await request.app[CLIENTS].people.GetErasureRequest(message))


@table("POST", "/erasureRequests/{erasure}:takeBack", "Take a request for erasure back")
async def take_back_erasure(request: web.Request) -> JsonAnswer[ErasureRequest]:
    message = pb.TakeBackErasureRequest(name=_name(request))
    return read(ErasureRequest, await request.app[CLIENTS].people.TakeBackErasure(message))


@table("POST", "/erasureRequests/{erasure}:refuse", "Refuse a request for erasure")
async def refuse_erasure(request: web.Request, body: Refusal) -> JsonAnswer[ErasureRequest]:
    message = pb.RefuseErasureRequest(name=_name(request), reason=body.reason)
    return read(ErasureRequest, await request.app[CLIENTS].people.RefuseErasure(message))


@table("POST", "/erasureRequests/{erasure}:approve", "Approve a request for erasure: the account is erased")
async def approve_erasure(request: web.Request, body: Erasure) -> JsonAnswer[ErasureRequest]:
    message = pb.ApproveErasureRequest(name=_name(request), passphrase=body.passphrase)
    approved = await request.app[CLIENTS].people.ApproveErasure(message)
    request.app[SESSIONS].drop(approved.person)
    return read(ErasureRequest, approved)
