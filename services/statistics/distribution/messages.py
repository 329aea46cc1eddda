"""Recipients and deliveries as they travel. A delivery's secret never does, except in the mail itself."""

from __future__ import annotations

from ieum.statistics.v1 import distribution_pb2 as pb
from services.chassis.clock import stamp
from services.statistics.distribution.domain import Delivery, Recipient, Stage


def recipient_row(one: Recipient) -> pb.Recipient:
    return pb.Recipient(
        name=one.name,
        area=one.area,
        office=one.office,
        address=one.address,
        language=one.language,
        create_time=stamp(one.created_at),
        changed_by=one.changed_by,
        change_time=stamp(one.changed_at),
    )


def delivery_row(one: Delivery, office: str) -> pb.Delivery:
    return pb.Delivery(
        release=one.release,
        recipient=one.recipient,
        area=one.area,
        office=office,
        state=pb.Delivery.State.Value(one.stage.name),
        round=one.round,
        attempts=one.attempts,
        failure=one.failure,
        plan_time=stamp(one.planned_at),
        due_time=stamp(one.due_at) if one.stage is Stage.WAITING else None,
        send_time=stamp(one.sent_at),
        receive_time=stamp(one.received_at),
    )
