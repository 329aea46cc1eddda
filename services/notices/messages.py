"""What the service announces, as protobuf."""

from __future__ import annotations

from google.protobuf.message import Message

from ieum.notices.v1 import events_pb2
from services.chassis.clock import stamp
from services.notices.domain import MailStateChanged, NoticeChanged, State


def notice_announcement(event: NoticeChanged, key: str, revision: int) -> Message:
    notice = event.notice
    return events_pb2.NoticeChanged(
        source=notice.source,
        request=notice.request,
        state=events_pb2.NoticeChanged.State.Value(notice.state.name),
        attempts=notice.attempts,
        failure=notice.failure,
        due_time=stamp(notice.due_at) if notice.state is State.WAITING else None,
        send_time=stamp(notice.sent_at),
        revision=revision,
    )


def mail_announcement(event: MailStateChanged, key: str, revision: int) -> Message:
    state = event.state
    return events_pb2.MailStateChanged(
        on=state.on,
        reason=state.reason,
        trouble=state.trouble,
        trouble_since=stamp(state.trouble_since),
        sender=state.sender,
        revision=revision,
    )
