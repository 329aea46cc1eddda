"""Enrolling and learning. Progress receives the event of an enrolment a moment after enrollment stored it; these calls,
used by pages and API alike, wait for it so that nobody notices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from gateway.backend.clients import Clients
from ieum.enrollment.v1.enrollment_pb2 import Enrollment, EnrolRequest, GetEnrollmentRequest, Universe
from ieum.people.v1 import people_pb2
from ieum.people.v1.people_pb2 import GetPersonRequest
from ieum.progress.v1.progress_pb2 import (
    GetProgressRequest,
    Progress,
    RecordProgressRequest,
    RecordProgressResponse,
    StartAttemptRequest,
)
from services.chassis.errors import Forbidden, Missing, Unavailable
from services.chassis.principal import SYSTEM, acting, acting_as

A = TypeVar("A")
_PATIENCE_SECONDS = 3.0


def progress_name(enrollment: str) -> str:
    return f"progress/{enrollment.removeprefix('enrollments/')}"


async def enrol(clients: Clients, message: EnrolRequest) -> Enrollment:
    """Returns once progress knows of the enrolment, so that the first screen opens at once; after 2 s in any case."""
    enrollment = await _enrol(clients, message)
    known = GetProgressRequest(name=progress_name(enrollment.name), wait=True)
    # The enrolment is stored: if progress is late or unavailable, the answer is still right.
    with acting_as(SYSTEM), suppress(Missing, Unavailable):
        await clients.progress.GetProgress(known, timeout=_PATIENCE_SECONDS)
    return enrollment


async def _enrol(clients: Clients, message: EnrolRequest) -> Enrollment:
    """For somebody else, an administrator need not say where they live: people knows, and says whether they are of the
    administrator's own area. Only an administrator of everything enters the past, or another residence."""
    caller = acting()
    for_other = message.person not in ("", caller.person) and caller.holds("administrator")
    if not for_other or message.HasField("residence"):
        return await clients.enrollment.Enrol(message)
    if not caller.may_use("people.write"):
        raise Forbidden("TOKEN_SCOPE_NEEDED", scope="people.write")
    if message.HasField("enrol_time") and not caller.runs_everything:
        raise Forbidden("ROLE_NEEDED", field="enrol_time", roles="administrator")
    person = await clients.people.GetPerson(GetPersonRequest(name=message.person))
    message.residence.area = person.area
    message.residence.organisation = person.organisation if person.organisation_confirmed else ""
    message.residence.universe = Universe.Value(people_pb2.Universe.Name(person.universe))
    with acting_as(SYSTEM):
        return await clients.enrollment.Enrol(message)


async def get_progress(clients: Clients, name: str, *, lesson: str = "") -> Progress:
    """With the screens of `lesson`, or of all lessons."""
    message = GetProgressRequest(name=name, lesson=lesson)
    return await _in_time(clients, name, partial(clients.progress.GetProgress, message))


async def record(clients: Clients, message: RecordProgressRequest) -> RecordProgressResponse:
    return await _in_time(clients, message.name, partial(clients.progress.RecordProgress, message))


async def start_attempt(clients: Clients, message: StartAttemptRequest) -> Progress:
    return await _in_time(clients, message.name, partial(clients.progress.StartAttempt, message))


async def _in_time(clients: Clients, name: str, ask: Callable[[], Awaitable[A]]) -> A:
    """Calls again once progress knows of the enrolment; raises Unavailable if that takes more than 2 s."""
    try:
        return await ask()
    except Missing as missing:
        if missing.reason != "PROGRESS_NOT_FOUND" or not await _is_enrolled(clients, name):
            raise
    with suppress(Missing, Unavailable):
        await clients.progress.GetProgress(GetProgressRequest(name=name, wait=True), timeout=_PATIENCE_SECONDS)
    try:
        return await ask()
    except Missing as missing:
        raise Unavailable("PROGRESS_NOT_READY", seconds=1) from missing


async def _is_enrolled(clients: Clients, name: str) -> bool:
    try:
        await clients.enrollment.GetEnrollment(
            GetEnrollmentRequest(name=f"enrollments/{name.removeprefix('progress/')}")
        )
    except Missing:
        return False
    return True
