"""Classes and attendance lists, as their staff work with them."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from gateway.api.classes import Application, Class, Feature, Nothing, Session
from gateway.api.operation import Table
from gateway.api.schemas import Body, Count, JsonAnswer, Line, Moment, Name, Shape, Tag, read, write
from gateway.backend.clients import CLIENTS
from ieum.classes.v1 import classes_pb2 as pb

table = Table("classes")


class NewPlace(Body):
    area: Name
    centre: Name = ""
    address: Line = ""
    room: Line = ""
    features: list[Feature] = []


class NewSession(Body):
    date: Annotated[str, Field(max_length=10, description="Local, as 2027-03-02")]
    start: Annotated[str, Field(max_length=5, description="Local, as 14:00")]
    minutes: Count


class NewAdmission(Body):
    rule: Literal["FIRST_COME", "GROUPS", "LOT"] = "FIRST_COME"
    first_timers_first: bool = False
    groups: list[Line] = []
    open_time: Moment | None = None
    close_time: Moment | None = None
    minimum: Count = 0
    decide_time: Moment | None = None
    most_in_term: Count = 0
    requires_all: list[Name] = []
    requires_any: list[Name] = []
    public_word: Line = ""


class NewClassDetails(Body):
    course: Name
    title: Line = ""
    term: Line = ""
    place: NewPlace
    zone: Name = ""
    sessions: list[NewSession]
    seats: Count
    reserved: Count = 0
    delivery: Literal["FACE_TO_FACE", "BLENDED", "OUTREACH"] = "FACE_TO_FACE"
    languages: list[Tag] = []
    instructors: list[Name] = []
    supporters: list[Name] = []
    admission: NewAdmission | None = None


class NewClass(Body):
    class_id: Annotated[str, Field(max_length=16, description="16 characters of [0-9a-z], chosen by the caller")]
    details: NewClassDetails


class EnteredApplication(Body):
    """For somebody at the counter or on the telephone."""

    person: Name
    channel: Literal["COUNTER", "TELEPHONE"] = "COUNTER"
    group: Count = 0


class SeatByHand(Body):
    person: Name
    channel: Literal["COUNTER", "TELEPHONE"] = "COUNTER"
    reason: Line
    note: Line = ""
    walk_in: bool = False
    time: Annotated[Moment | None, Field(description="When it was given, for what is entered later")] = None


class NewMark(Body):
    application: Name
    attended: Literal["PRESENT", "LATE", "LEFT_EARLY", "EXCUSED", "ABSENT"]
    minutes: Count | None = None
    reason: Line = ""


class NewMarks(Body):
    marks: list[NewMark] = []
    others_present: bool = False
    way: Literal["LIST", "SHEET"] = "LIST"


class Mark(Shape):
    application: str
    person: str = ""
    attended: Literal["PRESENT", "LATE", "LEFT_EARLY", "EXCUSED", "ABSENT"] | None = None
    minutes: int = 0
    attended_minutes: int = 0
    planned_minutes: int = 0
    needed_minutes: int = 0
    possible_minutes: int = 0
    number: int = 0


class Attendance(Shape):
    class_name: str
    session: Session | None = None
    marks: list[Mark] = []


def class_of(request: web.Request) -> str:
    return f"classes/{request.match_info['class']}"


@table("POST", "/classes", "Make a class, as a draft; for its instructor, or administrators of the area")
async def create_class(request: web.Request, body: NewClass) -> JsonAnswer[Class]:
    return read(Class, await request.app[CLIENTS].classes.CreateClass(write(body, pb.CreateClassRequest())))


@table("POST", "/classes/{class}:publish", "Publish a draft")
async def publish_class(request: web.Request, body: Nothing) -> JsonAnswer[Class]:
    return read(Class, await request.app[CLIENTS].classes.PublishClass(pb.PublishClassRequest(name=class_of(request))))


@table("POST", "/classes/{class}:enter", "Apply for somebody at the counter or on the telephone")
async def enter_application(request: web.Request, body: EnteredApplication) -> JsonAnswer[Application]:
    message = write(body, pb.ApplyRequest(class_name=class_of(request)))
    return read(Application, await request.app[CLIENTS].classes.Apply(message))


@table("POST", "/classes/{class}:addByHand", "Give somebody a seat past the line, with a reason")
async def add_by_hand(request: web.Request, body: SeatByHand) -> JsonAnswer[Application]:
    message = write(body, pb.AddByHandRequest(class_name=class_of(request)))
    return read(Application, await request.app[CLIENTS].classes.AddByHand(message))


def _session(request: web.Request) -> int:
    text = request.match_info["session"]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


@table("GET", "/classes/{class}/sessions/{session}/attendance", "The attendance list of a session, for staff")
async def get_attendance(request: web.Request) -> JsonAnswer[Attendance]:
    message = pb.GetAttendanceRequest(class_name=class_of(request), session=_session(request))
    return read(Attendance, await request.app[CLIENTS].classes.GetAttendance(message))


@table("POST", "/classes/{class}/sessions/{session}/attendance:mark", "Mark a whole list in one request")
async def mark_attendance(request: web.Request, body: NewMarks) -> JsonAnswer[Attendance]:
    message = write(body, pb.MarkAttendanceRequest(class_name=class_of(request), session=_session(request)))
    return read(Attendance, await request.app[CLIENTS].classes.MarkAttendance(message))
