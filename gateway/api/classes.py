"""Classes and applications. Staff create and manage classes on the pages of a centre."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from gateway.api.operation import Table
from gateway.api.schemas import Body, Count, JsonAnswer, Moment, Name, PageQuery, Shape, read, write
from gateway.backend.clients import CLIENTS
from gateway.http.auth import VIEWER
from ieum.classes.v1 import classes_pb2 as pb

table = Table("classes")

ClassState = Literal["DRAFT", "PUBLISHED", "CLOSED", "CLASS_CANCELLED", "OVER"]
ApplicationState = Literal[
    "RECEIVED",
    "WAITING",
    "OFFERED",
    "CONFIRMED",
    "DECLINED",
    "LAPSED",
    "REFUSED",
    "WITHDRAWN",
    "APPLICATION_CANCELLED",
]
Feature = Literal["STEP_FREE", "LIFT", "ACCESSIBLE_TOILET", "HEARING_LOOP", "COMPUTERS", "TABLETS"]


class Place(Shape):
    area: str = ""
    centre: str = ""
    address: str = ""
    room: str = ""
    features: list[Feature] = []


class Session(Shape):
    number: int
    date: str
    start: str
    minutes: int
    start_time: Moment | None = None
    end_time: Moment | None = None
    state: Literal["PLANNED", "SESSION_CANCELLED"] | None = None
    reason: str = ""


class ClassAudience(Shape):
    area: str = ""
    organisation: str = ""
    text: str = ""


class Admission(Shape):
    rule: Literal["FIRST_COME", "GROUPS", "LOT"] | None = None
    first_timers_first: bool = False
    groups: list[str] = []
    open_time: Moment | None = None
    close_time: Moment | None = None
    minimum: int = 0
    decide_time: Moment | None = None
    most_in_term: int = 0
    requires_all: list[str] = []
    requires_any: list[str] = []
    public_word: str = ""


class ClassDetails(Shape):
    course: str
    title: str = ""
    term: str = ""
    place: Place | None = None
    zone: str = ""
    sessions: list[Session] = []
    seats: int = 0
    reserved: int = 0
    delivery: Literal["FACE_TO_FACE", "BLENDED", "OUTREACH"] | None = None
    languages: list[str] = []
    audience: ClassAudience | None = None
    admission: Admission | None = None


class Draw(Shape):
    secret: str
    list_hash: str
    word: str
    seed: str
    time: Moment | None = None


class Class(Shape):
    name: str
    details: ClassDetails | None = None
    state: ClassState | None = None
    reason: str = ""
    received: int = 0
    waiting: int = 0
    offered: int = 0
    confirmed: int = 0
    seats_left: int = 0
    commitment: str = ""
    draw: Draw | None = None


class Classes(Shape):
    classes: list[Class]
    next_page_token: str = ""


class DrawEntry(Shape):
    application: str
    tier: int


class DrawList(Shape):
    entries: list[DrawEntry]


class Step(Shape):
    time: Moment | None = None
    state: ApplicationState | None = None
    reason: str = ""


class Application(Shape):
    name: str
    class_name: str
    person: str = ""
    state: ApplicationState | None = None
    channel: Literal["WEB", "COUNTER", "TELEPHONE"] | None = None
    group: int = 0
    first_timer: bool = False
    place: int = 0
    until: Moment | None = None
    note: str = ""
    steps: list[Step] = []


class Applications(Shape):
    applications: list[Application]
    next_page_token: str = ""


class CheckIn(Body):
    code: Annotated[str, Field(max_length=20, description="Six digits, as shown in the room")]


class CheckedIn(Shape):
    class_name: str
    session: Session | None = None
    application: str = ""


class NewApplication(Body):
    group: Count = 0


class Nothing(Body):
    pass


class ClassesQuery(PageQuery):
    course: Name = ""
    centre: Name = ""
    area: Name = ""


def _class(request: web.Request) -> str:
    return f"classes/{request.match_info['class']}"


def _application(request: web.Request) -> str:
    return f"applications/{request.match_info['application']}"


@table("GET", "/classes", "Classes that are open, of a course, a centre, an area or all", open=True)
async def list_classes(request: web.Request, query: ClassesQuery) -> JsonAnswer[Classes]:
    message = write(query, pb.ListClassesRequest())
    return read(Classes, await request.app[CLIENTS].classes.ListClasses(message))


@table("GET", "/classes/{class}", "One class", open=True)
async def get_class(request: web.Request) -> JsonAnswer[Class]:
    return read(Class, await request.app[CLIENTS].classes.GetClass(pb.GetClassRequest(name=_class(request))))


@table("GET", "/classes/{class}/drawList", "What the lot was drawn from; empty before the draw", open=True)
async def get_draw_list(request: web.Request) -> JsonAnswer[DrawList]:
    message = pb.GetDrawListRequest(name=_class(request))
    return read(DrawList, await request.app[CLIENTS].classes.GetDrawList(message))


@table("POST", "/classes/{class}:apply", "Apply; an active application is answered as it stands")
async def apply_for_class(request: web.Request, body: NewApplication) -> JsonAnswer[Application]:
    message = write(body, pb.ApplyRequest(class_name=_class(request)))
    return read(Application, await request.app[CLIENTS].classes.Apply(message))


@table("POST", "/classes:checkIn", "Be present in the class that meets now, by the code shown in the room")
async def check_in(request: web.Request, body: CheckIn) -> JsonAnswer[CheckedIn]:
    message = write(body, pb.CheckInRequest())
    return read(CheckedIn, await request.app[CLIENTS].classes.CheckIn(message))


@table("GET", "/applications", "One's own applications")
async def list_applications(request: web.Request, query: PageQuery) -> JsonAnswer[Applications]:
    message = write(query, pb.ListApplicationsRequest())
    viewer = request[VIEWER]
    message.person = viewer.person if viewer else ""
    return read(Applications, await request.app[CLIENTS].classes.ListApplications(message))


@table("GET", "/applications/{application}", "One application, with each step")
async def get_application(request: web.Request) -> JsonAnswer[Application]:
    message = pb.GetApplicationRequest(name=_application(request))
    return read(Application, await request.app[CLIENTS].classes.GetApplication(message))


@table("POST", "/applications/{application}:accept", "Accept the seat that is offered")
async def accept_offer(request: web.Request, body: Nothing) -> JsonAnswer[Application]:
    message = pb.AcceptOfferRequest(name=_application(request))
    return read(Application, await request.app[CLIENTS].classes.AcceptOffer(message))


@table("POST", "/applications/{application}:decline", "Decline the seat that is offered; the next in line gets it")
async def decline_offer(request: web.Request, body: Nothing) -> JsonAnswer[Application]:
    message = pb.DeclineOfferRequest(name=_application(request))
    return read(Application, await request.app[CLIENTS].classes.DeclineOffer(message))


@table("POST", "/applications/{application}:withdraw", "Withdraw; a seat goes to the next in line")
async def withdraw_application(request: web.Request, body: Nothing) -> JsonAnswer[Application]:
    message = pb.WithdrawApplicationRequest(name=_application(request))
    return read(Application, await request.app[CLIENTS].classes.WithdrawApplication(message))
