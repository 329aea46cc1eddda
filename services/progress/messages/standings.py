"""A learner's state in a course as a list shows it, from the stored document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.clock import stamp
from services.progress.domain.plan import Plan


def standing_to_message(document: Mapping[str, Any], plan: Plan | None, newest: int) -> pb.Standing:
    """Leaves the titles out while the plan of the version has not arrived."""
    completion, certificate = document.get("completion"), document.get("certificate")
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
        next_lesson=_next_lesson(document, plan) if plan else None,
        newest_version=newest,
    )


def _next_lesson(document: Mapping[str, Any], plan: Plan) -> Mapping[str, str]:
    summary, position = document["summary"], document.get("position")
    cells: bytes = summary["cells"] if summary["version"] == plan.version else b""
    left = [lesson for lesson, state in zip(plan.lessons, cells, strict=False) if state != pb.DONE]
    left = left if cells else list(plan.lessons)
    here = [lesson for lesson in left if position and lesson.id == position["lesson"]]
    return next((lesson.title for lesson in (*here, *left)), {})
