"""Recipients, deliveries and notices between protobuf and the domain. A delivery's secret is in the mail alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ieum.notices.v1 import events_pb2 as notices
from ieum.statistics.v1 import distribution_pb2 as pb
from ieum.statistics.v1 import events_pb2 as events
from services.chassis.clock import moment, stamp
from services.statistics.distribution.domain import (
    Delivery,
    NoticeState,
    Recipient,
    Stage,
    SummaryRequested,
    request_key,
)


def recipient_to_message(recipient: Recipient) -> pb.Recipient:
    return pb.Recipient(
        name=recipient.name,
        area=recipient.area,
        office=recipient.office,
        address=recipient.address,
        language=recipient.language,
        create_time=stamp(recipient.created_at),
        changed_by=recipient.changed_by,
        change_time=stamp(recipient.changed_at),
    )


def delivery_to_message(delivery: Delivery, office: str) -> pb.Delivery:
    return pb.Delivery(
        release=delivery.release,
        recipient=delivery.recipient,
        area=delivery.area,
        office=office,
        state=pb.Delivery.State.Value(delivery.stage.name),
        round=delivery.round,
        attempts=delivery.attempts,
        failure=delivery.failure,
        plan_time=stamp(delivery.planned_at),
        due_time=stamp(delivery.due_at) if delivery.stage is Stage.WAITING else None,
        send_time=stamp(delivery.sent_at),
        receive_time=stamp(delivery.received_at),
    )


def announcement(event: SummaryRequested, key: str, revision: int) -> events.SummaryRequested:
    delivery = event.delivery
    return events.SummaryRequested(
        request=request_key(delivery), request_time=stamp(delivery.round_at), revision=revision
    )


def notice_state(event: notices.NoticeChanged, round: int) -> NoticeState:
    return NoticeState(
        round=round,
        revision=event.revision,
        stage=Stage[notices.NoticeChanged.State.Name(event.state)],
        attempts=event.attempts,
        failure=event.failure,
        due_at=moment(event.due_time),
        sent_at=moment(event.send_time),
    )


def mail_state(event: notices.MailStateChanged) -> dict[str, Any]:
    """As it is stored."""
    since: datetime | None = moment(event.trouble_since)
    return {
        "on": event.on, "reason": event.reason, "sender": event.sender, "trouble": event.trouble, "since": since,
    }  # fmt: skip


def mail_state_to_message(stored: dict[str, Any] | None) -> pb.MailState:
    if stored is None:
        return pb.MailState(reason="NOTICES_SILENT")
    return pb.MailState(
        on=stored["on"],
        reason=stored["reason"],
        sender=stored["sender"],
        trouble=stored["trouble"],
        trouble_since=stamp(stored["since"]),
    )
