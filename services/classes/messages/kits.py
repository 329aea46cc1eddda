"""Kits and what they send, as messages and back."""

from __future__ import annotations

import re
from datetime import datetime

from ieum.classes.v1 import classes_pb2 as pb
from services.chassis.clock import moment, stamp
from services.chassis.errors import Invalid, Missing
from services.classes.domain.attendance import Attended
from services.classes.domain.kit_marks import KitMark
from services.classes.domain.kits import Kit, Recorded
from services.classes.messages.applications import attended_from_message
from services.classes.messages.names import application_key, class_name

_KIT = re.compile(r"kits/([0-9a-z]{16})")


def kit_name(key: str) -> str:
    return f"kits/{key}"


def kit_key(name: str) -> str:
    match = _KIT.fullmatch(name)
    if not match:
        raise Missing("KIT_NOT_FOUND")
    return match[1]


def kit_to_message(kit: Kit, *, with_key: bool = False) -> pb.Kit:
    return pb.Kit(
        name=kit_name(kit.id),
        class_name=class_name(kit.class_),
        holder=kit.holder,
        device=kit.device,
        take_time=stamp(kit.taken_time),
        end_time=stamp(kit.end_time),
        revoke_time=stamp(kit.revoke_time),
        arrive_time=stamp(kit.arrive_time),
        heard=kit.heard,
        key=bytes.fromhex(kit.key) if with_key else b"",
    )


def recorded_from_message(message: pb.KitOperation) -> Recorded:
    time = moment(message.wall_time)
    if time is None:
        raise Invalid("TIME_WRONG", field="operations")
    return Recorded(message.number, time)


def operation_id(kit: str, number: int) -> str:
    return f"{kit}-{number}"


def mark_from_message(kit: str, message: pb.KitOperation, time: datetime) -> KitMark:
    """`time` is by our clock."""
    attended: Attended = attended_from_message(message.attended)
    return KitMark(
        operation_id(kit, message.number),
        application_key(message.application),
        attended,
        message.minutes if message.HasField("minutes") else None,
        message.filled,
        time,
    )
