"""Requests for erasure in words: how one stands, and when what is over."""

from __future__ import annotations

from collections.abc import Mapping

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.language.i18n import Locale, msgid
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock

# State -> words, kind of tag.
STATES: Mapping[int, tuple[str, str]] = {
    pb.ERASURE_ASKED: (msgid("Asked for"), "information"),
    pb.ERASURE_TAKEN_BACK: (msgid("Taken back"), "plain"),
    pb.ERASURE_REFUSED: (msgid("Refused"), "error"),
    pb.ERASURE_RUNNING: (msgid("Being erased"), "information"),
    pb.ERASURE_DONE: (msgid("Erased"), ""),
}


def number_of(request: pb.ErasureRequest) -> str:
    """In groups of four, as it is easy to copy."""
    digits = request.name.rpartition("/")[2]
    return "-".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def state_of(locale: Locale, request: pb.ErasureRequest) -> tuple[str, str]:
    words, kind = STATES.get(request.state, ("", ""))
    return (locale.gettext(words) if words else "", kind)


def steps_of(locale: Locale, request: pb.ErasureRequest) -> list[tuple[str, str, str]]:
    """What happened and when, what is to come and until when; the last that happened is "now"."""

    def day(stamp: Timestamp) -> str:
        moment = clock.moment(stamp)
        return locale.date(moment) if moment else ""

    def say(words: str, when: str) -> str:
        return locale.gettext(words) % {"day": when}

    asked = msgid("An administrator wrote it down at the desk") if request.at_desk else msgid("The person asked for it")
    steps = [(locale.gettext(asked), day(request.ask_time), "done")]
    match request.state:
        case pb.ERASURE_ASKED:
            steps[0] = (*steps[0][:2], "now")
            due = say(msgid("until %(day)s"), day(request.due_time))
            steps.append((locale.gettext("An administrator decides"), due, ""))
            later = locale.gettext("%(count)s days after the account is erased") % {"count": request.backup_days}
            steps.append((locale.gettext("The last backup with these data ends"), later, ""))
        case pb.ERASURE_TAKEN_BACK:
            steps.append((locale.gettext("Taken back: the account stays"), day(request.decide_time), "now"))
        case pb.ERASURE_REFUSED:
            when = " · ".join(filter(None, [day(request.decide_time), request.reason]))
            steps.append((locale.gettext("Refused: the account stays"), when, "now"))
        case pb.ERASURE_RUNNING | pb.ERASURE_DONE:
            is_done = request.state == pb.ERASURE_DONE
            erased = msgid("The account is erased") if is_done else msgid("Approved: the account is being erased")
            steps.append((locale.gettext(erased), day(request.decide_time) or day(request.done_time), "now"))
            end = say(msgid("on %(day)s"), day(request.backups_end_time))
            steps.append((locale.gettext("The last backup with these data ends"), end, ""))
    return steps
