"""Enrolling and learning as seen from outside, where two services must agree: progress hears of an enrolment a moment
after it was made, and nobody should notice. Pages and API both come through here."""

from __future__ import annotations

from contextlib import suppress

from gateway.clients import Clients
from ieum.enrollment.v1.enrollment_pb2 import Enrollment, EnrolRequest, GetEnrollmentRequest
from ieum.progress.v1.progress_pb2 import (
    GetProgressRequest,
    Progress,
    RecordProgressRequest,
    RecordProgressResponse,
    StartAttemptRequest,
)
from services.chassis.errors import Missing, Unavailable
from services.chassis.principal import SYSTEM, acting_as

_PATIENCE_SECONDS = 3.0


def progress_name(enrollment: str) -> str:
    return f"progress/{enrollment.removeprefix('enrollments/')}"


async def enrol(clients: Clients, asked: EnrolRequest) -> Enrollment:
    """Answers when progress knows of it, so that the first screen opens at once; after 2 s in any case."""
    enrollment = await clients.enrollment.Enrol(asked)
    known = GetProgressRequest(name=progress_name(enrollment.name), wait=True)
    # Waiting longer would not help whoever enrols.
    with acting_as(SYSTEM), suppress(Missing, Unavailable):
        await clients.progress.GetProgress(known, timeout=_PATIENCE_SECONDS)
    return enrollment


async def get_progress(clients: Clients, name: str) -> Progress:
    try:
        return await clients.progress.GetProgress(GetProgressRequest(name=name))
    except Missing as missing:
        raise await _soon_or_never(clients, name, missing) from missing


async def record(clients: Clients, asked: RecordProgressRequest) -> RecordProgressResponse:
    try:
        return await clients.progress.RecordProgress(asked)
    except Missing as missing:
        raise await _soon_or_never(clients, asked.name, missing) from missing


async def start_attempt(clients: Clients, asked: StartAttemptRequest) -> Progress:
    try:
        return await clients.progress.StartAttempt(asked)
    except Missing as missing:
        raise await _soon_or_never(clients, asked.name, missing) from missing


async def _soon_or_never(clients: Clients, name: str, missing: Missing) -> Missing | Unavailable:
    """Unavailable when there is such an enrolment, so that progress is only a moment behind."""
    if missing.reason != "PROGRESS_NOT_FOUND":
        return missing
    try:
        await clients.enrollment.GetEnrollment(
            GetEnrollmentRequest(name=f"enrollments/{name.removeprefix('progress/')}")
        )
    except Missing:
        return missing
    return Unavailable("PROGRESS_NOT_READY", seconds=1)
