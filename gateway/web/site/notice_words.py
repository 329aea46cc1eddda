"""Messages to people in words: of what kind, by which channel, and how they stand."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import msgid
from ieum.notices.v1 import notices_pb2 as pb

KINDS: Mapping[int, str] = {
    pb.KIND_RECEIVED: msgid("Application received"),
    pb.KIND_WAITING: msgid("On the waiting list"),
    pb.KIND_OFFERED: msgid("A seat is offered"),
    pb.KIND_CONFIRMED: msgid("Seat confirmed"),
    pb.KIND_DECLINED: msgid("Offer declined"),
    pb.KIND_LAPSED: msgid("Offer not taken in time"),
    pb.KIND_REFUSED: msgid("Not accepted"),
    pb.KIND_WITHDRAWN: msgid("Withdrawn"),
    pb.KIND_CANCELLED: msgid("The class is not held"),
    pb.KIND_DATES: msgid("Dates have changed"),
    pb.KIND_REMINDER: msgid("Reminder"),
    pb.KIND_CERTIFICATE: msgid("Certificate"),
    pb.KIND_EVALUATION: msgid("How was it?"),
    pb.KIND_FOLLOW_UP: msgid("Is it still used?"),
    pb.KIND_VISIT_PLANNED: msgid("A visiting class is planned"),
    pb.KIND_HELP: msgid("Your instructor offers help"),
    pb.KIND_VISIT_REFUSED: msgid("No visiting class this time"),
    pb.KIND_ACCOUNT_MERGED: msgid("Two accounts are one"),
    pb.KIND_ACCOUNT_UNUSED: msgid("An unused account will be erased"),
}
CHANNELS: Mapping[int, str] = {
    pb.EMAIL: msgid("E-mail"),
    pb.SMS: msgid("Text message"),
    pb.CENTRE: msgid("By the centre"),
}
# State -> words, kind of tag.
STATES: Mapping[int, tuple[str, str]] = {
    pb.NOTICE_WAITING: (msgid("Waiting"), "information"),
    pb.NOTICE_SENDING: (msgid("Being sent"), "information"),
    pb.NOTICE_SENT: (msgid("Sent"), ""),
    pb.NOTICE_FAILED: (msgid("Not delivered"), "error"),
    pb.NOTICE_CANCELLED: (msgid("Not sent any more"), "plain"),
}
