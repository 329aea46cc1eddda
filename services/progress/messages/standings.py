"""A learner's state in a course as a list shows it, from the stored document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.clock import stamp
from services.progress.domain.class_attendance import ClassAttendance
from services.progress.domain.plan import Plan
from services.progress.messages.resources import attendance_to_messages

_CLASSES = TypeAdapter(tuple[ClassAttendance, ...])


def standing_to_message(document: Mapping[str, Any], plan: Plan | None, newest: int) -> pb.Standing:
    """Leaves the titles out while the plan of the version has not arrived."""
    completion, certificate = document.get("completion"), document.get("certificate")
    next_lesson, is_begun = _next_lesson(document, plan) if plan else ({}, False)
    return pb.Standing(
        enrollment=f"enrollments/{document['_id']}",
        course=document["course"],
        version=document["version"],
        course_title=plan.title if plan else None,
        percent=document["summary"]["percent"],
        withdrawn=document["withdraw_time"] is not None,
        complete_time=stamp(completion["time"]) if completion else None,
        certificate=f"certificates/{certificate['number']}" if certificate else "",
        certificate_revoked=bool(certificate and certificate["revoke_time"]),
        next_lesson=next_lesson,
        next_lesson_begun=is_begun,
        newest_version=newest,
        classes=attendance_to_messages(_CLASSES.validate_python(document.get("classes", ())), plan) if plan else (),
    )


def _next_lesson(document: Mapping[str, Any], plan: Plan) -> tuple[Mapping[str, str], bool]:
    """Title of the lesson to go on with, and whether it is begun; without a title when all are done."""
    summary, position = document["summary"], document.get("position")
    cells: bytes = summary["cells"] if summary["version"] == plan.version else b""
    states = cells[: len(plan.lessons)] or bytes([pb.NOT_STARTED] * len(plan.lessons))
    left = [(lesson, state) for lesson, state in zip(plan.lessons, states, strict=False) if state != pb.DONE]
    here = [each for each in left if position and each[0].id == position["lesson"]]
    return next(((lesson.title, state == pb.UNDER_WAY) for lesson, state in (*here, *left)), ({}, False))
