"""A request that an account be erased: asked for by its person or at the desk, decided on by an administrator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Forbidden, Invalid, Refused

TIME_TO_ERASE = timedelta(days=10)
"""The law gives ten days from the request."""
BY_SCHEDULE = "schedule"
"""In place of a person: the account lay unused (domain/retention.py)."""
_LONGEST_REASON = 500


class State(StrEnum):
    ASKED = "asked"
    TAKEN_BACK = "taken_back"
    REFUSED = "refused"
    RUNNING = "running"
    """Approved, and the account is blank; the streams are being cleaned."""
    DONE = "done"


@dataclass(frozen=True)
class ErasureRequest:
    id: str = ""
    """A number that nobody can guess: whoever has it may see how the request stands."""
    person: str = ""
    """ "people/{id}" """
    area: str = ""
    organisation: str = ""
    """Where the person lived and worked when it was asked for: whose administrators see it."""
    asked_by: str = ""
    asked_at: datetime | None = None
    due_at: datetime | None = None
    state: State = State.ASKED
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    """Why it was refused, for the person to read."""
    done_at: datetime | None = None
    is_open: bool = True
    """Asked for and not decided on."""

    @property
    def name(self) -> str:
        return f"erasureRequests/{self.id}"

    @property
    def by_schedule(self) -> bool:
        return self.asked_by == BY_SCHEDULE

    @property
    def at_desk(self) -> bool:
        return self.asked_by != self.person


Outcome = tuple[ErasureRequest, list[object]]


def ask(id: str, person: str, area: str, organisation: str, asked_by: str, now: datetime) -> ErasureRequest:
    return ErasureRequest(id, person, area, organisation, asked_by, now, now + TIME_TO_ERASE)


def take_back(request: ErasureRequest, now: datetime) -> Outcome:
    if request.state is State.TAKEN_BACK:
        return request, []
    _check_open(request)
    return replace(request, state=State.TAKEN_BACK, decided_at=now, is_open=False), []


def refuse(request: ErasureRequest, by: str, reason: str, now: datetime) -> Outcome:
    reason = reason.strip()
    if not reason:
        raise Invalid("ERASURE_REASON_MISSING", field="reason")
    if len(reason) > _LONGEST_REASON:
        raise Invalid("TEXT_TOO_LONG", field="reason", limit=_LONGEST_REASON)
    if request.state is State.REFUSED and (request.decided_by, request.reason) == (by, reason):
        return request, []
    _check_open(request)
    return replace(request, state=State.REFUSED, decided_by=by, decided_at=now, reason=reason, is_open=False), []


def approve(request: ErasureRequest, by: str, now: datetime) -> Outcome:
    """By somebody else than whoever asked, and never by the person themselves."""
    if request.state in (State.RUNNING, State.DONE):
        return request, []
    _check_open(request)
    if by in (request.asked_by, request.person):
        raise Forbidden("ERASURE_BY_ANOTHER")
    return replace(request, state=State.RUNNING, decided_by=by, decided_at=now, is_open=False), []


def finish(request: ErasureRequest, now: datetime) -> Outcome:
    """Whoever was erased is erased, however the request stood: a restored backup may know an earlier state."""
    if request.state is State.DONE:
        return request, []
    return replace(request, state=State.DONE, organisation="", done_at=now, is_open=False), []


def _check_open(request: ErasureRequest) -> None:
    if not request.is_open:
        raise Refused("ERASURE_DECIDED")
