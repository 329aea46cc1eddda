"""Requests for visiting classes, and one-to-one help at a desk."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from gateway.api.classes import Nothing
from gateway.api.operation import Table
from gateway.api.schemas import Body, Count, JsonAnswer, Line, Moment, Name, PageQuery, Shape, Text, read, write
from gateway.backend.clients import CLIENTS
from ieum.classes.v1 import classes_pb2 as pb

table = Table("visits and help")

VisitState = Literal["VISIT_RECEIVED", "VISIT_PLANNED", "VISIT_REFUSED", "VISIT_WITHDRAWN"]
Topic = Literal["PHONE", "COMPUTER", "MESSAGES", "GOVERNMENT", "PAYMENT", "KIOSK", "SAFETY", "OTHER"]
Chosen = Annotated[str, Field(max_length=16, description="16 characters of [0-9a-z], chosen by the caller")]


class VisitWish(Body):
    area: Name
    address: Line
    people: Count
    course: Name = ""
    text: Text = ""


class NewVisit(Body):
    visit_id: Chosen
    wish: VisitWish


class VisitStep(Shape):
    time: Moment | None = None
    state: VisitState | None = None
    reason: str = ""


class Visit(Shape):
    name: str
    person: str = ""
    wish: VisitWish | None = None
    state: VisitState | None = None
    class_name: str = ""
    note: str = ""
    steps: list[VisitStep] = []


class Visits(Shape):
    visits: list[Visit]
    next_page_token: str = ""


class NewHelp(Body):
    help_id: Chosen
    centre: Name = ""
    place_area: Name
    area: Annotated[Name, Field(description="Where the person lives who was helped")]
    date: Annotated[str, Field(max_length=10)] = ""
    minutes: Count
    topic: Topic


class Help(Shape):
    name: str
    centre: str = ""
    area: str = ""
    date: str = ""
    minutes: int = 0
    topic: Topic | None = None


def _visit(request: web.Request) -> str:
    return f"visits/{request.match_info['visit']}"


@table("POST", "/visits", "Ask for a visiting class")
async def request_visit(request: web.Request, body: NewVisit) -> JsonAnswer[Visit]:
    return read(Visit, await request.app[CLIENTS].classes.RequestVisit(write(body, pb.RequestVisitRequest())))


@table("GET", "/visits", "One's own requests for visiting classes")
async def list_visits(request: web.Request, query: PageQuery) -> JsonAnswer[Visits]:
    return read(Visits, await request.app[CLIENTS].classes.ListVisits(write(query, pb.ListVisitsRequest())))


@table("GET", "/visits/{visit}", "One request, with each step")
async def get_visit(request: web.Request) -> JsonAnswer[Visit]:
    return read(Visit, await request.app[CLIENTS].classes.GetVisit(pb.GetVisitRequest(name=_visit(request))))


@table("POST", "/visits/{visit}:withdraw", "Withdraw a request")
async def withdraw_visit(request: web.Request, body: Nothing) -> JsonAnswer[Visit]:
    return read(Visit, await request.app[CLIENTS].classes.WithdrawVisit(pb.WithdrawVisitRequest(name=_visit(request))))


@table("POST", "/help", "Note one-to-one help at a desk; for instructors and administrators")
async def log_help(request: web.Request, body: NewHelp) -> JsonAnswer[Help]:
    return read(Help, await request.app[CLIENTS].classes.LogHelp(write(body, pb.LogHelpRequest())))
