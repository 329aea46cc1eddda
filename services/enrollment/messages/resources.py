"""Protobuf messages to values of the domain and back."""

from __future__ import annotations

import re

from ieum.classes.v1 import classes_pb2
from ieum.classes.v1.events_pb2 import SeatGiven
from ieum.courses.v1 import content_pb2
from ieum.enrollment.v1 import enrollment_pb2 as pb
from services.chassis.clock import stamp
from services.chassis.errors import Invalid, Missing
from services.enrollment.domain import Audience, Delivery, Participation, Residence, Run, State, Universe

_NAME = re.compile(r"enrollments/([a-z2-7]{20})-([1-9][0-9]{0,5})")


def enrollment_name(key: str, number: int) -> str:
    return f"enrollments/{key}-{number}"


def parse_name(name: str) -> tuple[str, int]:
    """Key of the participation and number of the run."""
    match = _NAME.fullmatch(name)
    if not match:
        raise Missing("ENROLLMENT_NOT_FOUND")
    return match[1], int(match[2])


def audience_from_message(number: content_pb2.Audience.ValueType) -> Audience:
    return Audience(content_pb2.Audience.Name(number).lower())


def delivery_from_message(number: pb.Delivery.ValueType) -> Delivery:
    """Unspecified is online."""
    if number not in pb.Delivery.values():
        raise Invalid("DELIVERY_UNKNOWN", field="delivery")
    return Delivery(pb.Delivery.Name(number).lower()) if number else Delivery.ONLINE


def delivery_to_message(delivery: Delivery) -> pb.Delivery.ValueType:
    return pb.Delivery.Value(delivery.name)


def residence_from_message(message: pb.Residence) -> Residence:
    if not message.area or message.universe not in (pb.RESIDENT, pb.EMPLOYEE):
        raise Invalid("RESIDENCE_MISSING", field="residence")
    return Residence(message.area, message.organisation, Universe(pb.Universe.Name(message.universe).lower()))


def residence_to_message(residence: Residence) -> pb.Residence:
    return pb.Residence(
        area=residence.area,
        organisation=residence.organisation,
        universe=pb.Universe.Value(residence.universe.name),
    )


def residence_of_seat(event: SeatGiven) -> Residence:
    return Residence(event.area, event.organisation, Universe.EMPLOYEE if event.employee else Universe.RESIDENT)


def seat_delivery(event: SeatGiven) -> Delivery:
    """How a class is taught; in a room unless it says otherwise."""
    known = event.delivery in classes_pb2.Delivery.values() and event.delivery
    return Delivery(classes_pb2.Delivery.Name(event.delivery).lower()) if known else Delivery.FACE_TO_FACE


def enrollment_to_message(key: str, participation: Participation, run: Run, current_version: int) -> pb.Enrollment:
    return pb.Enrollment(
        name=enrollment_name(key, run.number),
        person=participation.person,
        course=participation.course,
        version=run.version,
        state=pb.WITHDRAWN if run.state is State.WITHDRAWN else pb.ACTIVE,
        run=run.number,
        residence=residence_to_message(run.residence),
        delivery=delivery_to_message(run.delivery),
        enrol_time=stamp(run.enrol_time),
        withdraw_time=stamp(run.withdraw_time),
        current_version=max(current_version, run.version),
    )
