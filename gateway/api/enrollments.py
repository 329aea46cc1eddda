"""Enrolments. The answer to enrolling comes when learning can begin."""

from __future__ import annotations

from typing import Literal

from aiohttp import web

from gateway.api.operation import Table
from gateway.api.schemas import Body, Count, JsonAnswer, Moment, Name, PageQuery, Shape, Universe, read, write
from gateway.backend import learning
from gateway.backend.clients import CLIENTS
from gateway.http.auth import VIEWER
from ieum.enrollment.v1 import enrollment_pb2

table = Table("enrolments")

Delivery = Literal["ONLINE", "FACE_TO_FACE", "BLENDED", "OUTREACH"]


class Residence(Body):
    area: Name = ""
    organisation: Name = ""
    universe: Universe | None = None


class Enrollment(Shape):
    name: str
    person: str
    course: str
    version: int = 0
    state: Literal["ACTIVE", "WITHDRAWN"] | None = None
    run: int = 0
    residence: Residence | None = None
    delivery: Delivery | None = None
    enrol_time: Moment | None = None
    withdraw_time: Moment | None = None
    current_version: int = 0


class Enrollments(Shape):
    enrollments: list[Enrollment]
    next_page_token: str = ""


class Enrolment(Body):
    """Person, residence and time only by administrators, for others and for records entered later.

    `after` names the enrolment that ends, to learn a course once more.
    """

    course: Name
    person: Name = ""
    residence: Residence | None = None
    delivery: Delivery | None = None
    enrol_time: Moment | None = None
    after: Name = ""


class Withdrawal(Body):
    withdraw_time: Moment | None = None


class Move(Body):
    version: Count = 0


class EnrollmentsQuery(PageQuery):
    person: Name = ""
    course: Name = ""


def _name(request: web.Request) -> str:
    return f"enrollments/{request.match_info['enrollment']}"


@table("POST", "/enrollments", "Enrol; an active enrolment is answered as it stands")
async def enrol(request: web.Request, body: Enrolment) -> JsonAnswer[Enrollment]:
    message = write(body, enrollment_pb2.EnrolRequest())
    return read(Enrollment, await learning.enrol(request.app[CLIENTS], message))


@table("GET", "/enrollments", "Enrolments of one person (oneself, when neither is given) or of one course")
async def list_enrollments(request: web.Request, query: EnrollmentsQuery) -> JsonAnswer[Enrollments]:
    message = write(query, enrollment_pb2.ListEnrollmentsRequest())
    viewer = request[VIEWER]
    if viewer and not message.course and message.person in ("", "people/me"):
        message.person = viewer.person
    return read(Enrollments, await request.app[CLIENTS].enrollment.ListEnrollments(message))


@table("GET", "/enrollments/{enrollment}", "One enrolment")
async def get_enrollment(request: web.Request) -> JsonAnswer[Enrollment]:
    message = enrollment_pb2.GetEnrollmentRequest(name=_name(request))
    return read(Enrollment, await request.app[CLIENTS].enrollment.GetEnrollment(message))


@table("POST", "/enrollments/{enrollment}:withdraw", "Withdraw; what was learnt is kept")
async def withdraw(request: web.Request, body: Withdrawal) -> JsonAnswer[Enrollment]:
    message = write(body, enrollment_pb2.WithdrawRequest(name=_name(request)))
    return read(Enrollment, await request.app[CLIENTS].enrollment.Withdraw(message))


@table("POST", "/enrollments/{enrollment}:moveToVersion", "Move to a later version, keeping what was done")
async def move_to_version(request: web.Request, body: Move) -> JsonAnswer[Enrollment]:
    message = write(body, enrollment_pb2.MoveToVersionRequest(name=_name(request)))
    return read(Enrollment, await request.app[CLIENTS].enrollment.MoveToVersion(message))
