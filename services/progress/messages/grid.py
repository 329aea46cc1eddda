"""The class grid (learner x lesson) from the rows of the covering index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ieum.progress.v1 import progress_pb2 as pb
from services.progress.domain.plan import Plan

# For each column the place of its lesson in a version, None where that version has no such lesson.
Places = Sequence[int | None]


def columns_of(plans: Sequence[Plan]) -> list[pb.GridColumn]:
    """Lessons of the latest version, then those that only earlier versions have. `plans`: latest first."""
    titles: dict[str, Mapping[str, str]] = {}
    for plan in plans:
        for lesson in plan.lessons:
            titles.setdefault(lesson.id, lesson.title)
    return [pb.GridColumn(lesson=lesson, title=title) for lesson, title in titles.items()]


def places_of(plans: Sequence[Plan], columns: Sequence[pb.GridColumn]) -> dict[int, Places]:
    """By version."""
    return {plan.version: _places(plan, columns) for plan in plans}


def row_to_message(document: Mapping[str, Any], places: Mapping[int, Places], columns: int) -> pb.GridRow:
    summary = document["summary"]
    order = places.get(summary["version"]) or [None] * columns
    return pb.GridRow(
        enrollment=f"enrollments/{document['_id']}",
        person=document["person"],
        version=document["version"],
        cells=_cells(summary["cells"], order),
        enrol_ms=int(document["enrol_time"]),
        complete_ms=int(document["completion"]["time"] or 0),
        last_activity_ms=int(document["last_activity_time"] or 0),
        withdrawn=document["withdraw_time"] is not None,
        percent=summary["percent"],
    )


def _cells(summary: bytes, order: Places) -> bytes:
    lessons = len(summary) // 2
    if order == range(lessons):
        return summary
    halves = summary[:lessons], summary[lessons:]
    return bytes(0 if place is None else half[place] for half in halves for place in order)


def _places(plan: Plan, columns: Sequence[pb.GridColumn]) -> Places:
    place = {lesson.id: number for number, lesson in enumerate(plan.lessons)}
    order = [place.get(column.lesson) for column in columns]
    return range(len(order)) if order == list(range(len(plan.lessons))) else order
