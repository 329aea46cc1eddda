"""Classes of the synthetic city: one that everybody applies for, one for those who apply alone, one with a list, and
one that was taught without network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from bench.city import BATCH_COURSE, NEW_COURSE, City
from services.chassis.clock import now
from services.classes.domain.application import Application, State, fresh, stepped
from services.classes.domain.attendance import Attended, Sheet, Way, record, sheet_key
from services.classes.domain.course_class import Class, Counts, create, publish
from services.classes.domain.details import Details, Place
from services.classes.domain.kits import Kit, new_kit
from services.classes.domain.schedule import session_at

TEACHER = "people/benchteacher0000"
EVERYBODY, ALONE, LISTED = "benchclass000001", "benchclass000002", "benchclass000003"
OFFLINE = "benchclass000004"
SEATS, ON_LIST = 200, 30
KITS, SESSIONS = 8, 4
"""Each kit sends a day of thirty learners of its own."""
Row = dict[str, Any]
_CLASS, _APPLICATION, _SHEET = TypeAdapter(Class), TypeAdapter(Application), TypeAdapter(Sheet)
_KIT = TypeAdapter(Kit)


def class_documents(city: City) -> Iterator[Row]:
    for key, seats, first_week in (
        *((EVERYBODY, SEATS, 4), (ALONE, SEATS, 30), (LISTED, ON_LIST, -1)),
        (OFFLINE, KITS * ON_LIST, -6),
    ):
        class_ = _class(city, key, seats, first_week, BATCH_COURSE if key == OFFLINE else NEW_COURSE)
        if key == LISTED:
            class_ = replace(class_, counts=Counts(confirmed=ON_LIST), next_ticket=ON_LIST + 1)
        yield {"_id": key, "revision": 1, **_CLASS.dump_python(class_)}


def _class(city: City, key: str, seats: int, first_week: int, course: int = NEW_COURSE) -> Class:
    """Of weekly sessions, from so many weeks from now on."""
    start = now() + timedelta(weeks=first_week)
    sessions = tuple(
        session_at(number, (start + timedelta(weeks=number)).date().isoformat(), "14:00", 120, "Asia/Seoul")
        for number in range(1, SESSIONS + 1)
    )
    details = Details(
        course=f"courses/{city.course(course)}",
        place=Place("areas/BC01"),
        zone="Asia/Seoul",
        sessions=sessions,
        seats=seats,
        title="Bench class",
        instructors=(TEACHER,),
    )
    class_, _ = create(Class(key, details), details, TEACHER, now())
    return replace(publish(class_, "", min(now(), start))[0], settle_at=sessions[-1].ends_at)


def _seated(city: City) -> list[Application]:
    seated = []
    for number in range(ON_LIST):
        application = replace(fresh(LISTED, f"people/{city.person(number)}"), ticket=number + 1)
        seated.append(stepped(application, State.CONFIRMED, now()))
    return seated


def learners_offline(city: City, kit: int) -> list[int]:
    """Those of the end: the first have sent their kept answers."""
    return [city.active - 1 - (kit * ON_LIST + place) % city.active for place in range(ON_LIST)]


def _offline(city: City) -> Iterator[Application]:
    learners = {learner for kit in range(KITS) for learner in learners_offline(city, kit)}
    for learner in sorted(learners):
        yield stepped(fresh(OFFLINE, f"people/{city.person(learner)}"), State.CONFIRMED, now())


def kit_key(number: int) -> str:
    return f"benchkit{number:08d}"


def kit_documents() -> Iterator[Row]:
    for number in range(KITS):
        kit = new_kit(kit_key(number), OFFLINE, TEACHER, "00" * 32, "", 7, now() - timedelta(hours=9))
        yield {"_id": kit.id, "revision": 1, **_KIT.dump_python(kit)}


def application_documents(city: City) -> Iterator[Row]:
    for application in (*_seated(city), *_offline(city)):
        yield {"_id": application.id, "revision": 1, **_APPLICATION.dump_python(application)}


def sheet_documents(city: City) -> Iterator[Row]:
    """The first session is marked."""
    details = _class(city, LISTED, ON_LIST, -1).details
    people = {application.id: application.person for application in _seated(city)}
    ended = details.sessions[0].ends_at
    sheet, _ = record(Sheet(LISTED, 1), 1, details, people, [], True, TEACHER, Way.LIST, ended)
    assert all(mark.attended is Attended.PRESENT for mark in sheet.lines)  # noqa: S101 - a bench of an empty list is none
    yield {"_id": sheet_key(LISTED, 1), "revision": 1, **_SHEET.dump_python(sheet)}
