"""Everything between protobuf and the domain."""

from __future__ import annotations

import re

from google.protobuf.message import Message

from ieum.surveys.v1 import events_pb2
from ieum.surveys.v1 import surveys_pb2 as pb
from services.chassis.clock import moment, stamp
from services.chassis.errors import Invalid, Missing
from services.surveys.domain.poll import Poll, PollCounted

_POLL = re.compile(r"polls/([0-9a-z]{16})")


def poll_name(key: str) -> str:
    return f"polls/{key}"


def poll_key(name: str) -> str:
    match = _POLL.fullmatch(name)
    if not match:
        raise Missing("POLL_NOT_FOUND")
    return match[1]


def wanted_poll(request: pb.CreatePollRequest, person: str) -> Poll:
    if not _POLL.fullmatch(poll_name(request.poll_id)):
        raise Invalid("NAME_MALFORMED", field="poll_id")
    return Poll(
        request.poll_id,
        centre=request.centre,
        area=request.area,
        question=request.question,
        options=tuple(request.options),
        closes_at=moment(request.close_time),
        created_by=person,
    )


def poll_to_message(poll: Poll, *, eligible: bool = False, voted: bool = False) -> pb.Poll:
    return pb.Poll(
        name=poll_name(poll.id),
        centre=poll.centre,
        area=poll.area,
        question=poll.question,
        options=poll.options,
        close_time=stamp(poll.closes_at),
        state=pb.PollState.Value(poll.state.name),
        voters=poll.voters,
        votes=poll.votes,
        eligible=eligible,
        voted=voted,
        create_time=stamp(poll.created_at),
    )


def announcement(event: PollCounted, key: str, revision: int) -> Message:
    poll = event.poll
    return events_pb2.PollCounted(
        poll=poll_name(key),
        centre=poll.centre,
        area=poll.area,
        voters=poll.voters,
        votes=poll.votes,
        revision=revision,
        time=stamp(event.time),
    )
