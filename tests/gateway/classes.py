"""A class, an application and an attendance list, as the services would answer them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ieum.classes.v1 import classes_pb2 as pb
from ieum.people.v1 import people_pb2
from services.chassis.clock import now, stamp
from tests.gateway.fakes import Fakes

NAME, MINE = "classes/abcdefghjkmnpqrs", "applications/abcdefghijklmnopqrst"
TEACHER = "people/teacher"


def class_(state: pb.ClassState.ValueType = pb.PUBLISHED, **more: Any) -> pb.Class:
    start = now().replace(minute=0, second=0, microsecond=0) + timedelta(days=20)
    return pb.Class(
        name=NAME,
        state=state,
        seats_left=more.pop("seats_left", 3),
        confirmed=17,
        waiting=more.pop("waiting", 0),
        commitment=more.pop("commitment", ""),
        managed=more.pop("managed", False),
        details=pb.ClassDetails(
            course="courses/c",
            title="Thursday group",
            place=pb.Place(area="areas/HB0101", room="201", address="1 Main Street", features=[pb.LIFT]),
            zone="Asia/Seoul",
            seats=20,
            sessions=[
                pb.Session(
                    number=number,
                    date=(start + timedelta(days=7 * number)).date().isoformat(),
                    start="14:00",
                    minutes=120,
                    start_time=stamp(start + timedelta(days=7 * number)),
                    end_time=stamp(start + timedelta(days=7 * number, hours=2)),
                    state=pb.PLANNED,
                )
                for number in (1, 2)
            ],
            admission=pb.Admission(rule=pb.FIRST_COME, **more),
        ),
    )


def application(state: pb.ApplicationState.ValueType, **more: Any) -> pb.Application:
    begun = datetime(2027, 1, 4, 0, tzinfo=UTC)
    steps = [pb.Step(time=stamp(begun), state=pb.RECEIVED, by="people/pat")]
    if state != pb.RECEIVED:
        steps.append(pb.Step(time=stamp(begun + timedelta(hours=1)), state=state, reason=more.pop("reason", "")))
    person = more.pop("person", "people/pat")
    return pb.Application(name=MINE, class_name=NAME, person=person, state=state, channel=pb.WEB, steps=steps, **more)


def attendance() -> pb.Attendance:
    entries = [
        pb.MarkEntry(time=stamp(now()), attended=each, minutes=minutes, by=TEACHER, reason=reason)
        for each, minutes, reason in [(pb.ABSENT, 0, ""), (pb.LATE, 90, "came by bus")]
    ]
    marks = [
        pb.Mark(application=MINE, person="people/pat", attended=pb.LATE, minutes=90, entries=entries, number=3),
        pb.Mark(application="applications/bbbbbbbbbbbbbbbbbbbb", person="people/kim", number=7),
    ]
    return pb.Attendance(class_name=NAME, session=class_().details.sessions[0], marks=marks)


def prepare_classes(town: Fakes, shown: pb.Class) -> None:
    town.answers["GetClass"] = shown
    town.answers["ListClasses"] = pb.ListClassesResponse(classes=[shown])
    town.answers["ListApplications"] = pb.ListApplicationsResponse()
    town.answers["GetDrawList"] = pb.GetDrawListResponse()
    town.answers["GetAttendance"] = attendance()
    town.answers["ShowRoomCode"] = pb.RoomCode(code="123456", next_time=stamp(now() + timedelta(seconds=30)))
    names = {"people/pat": "Pat", "people/kim": "Kim", TEACHER: "Lee"}
    town.answers["BatchGetNames"] = people_pb2.BatchGetNamesResponse(display_names=names)
    town.answers["ListCentres"] = people_pb2.ListCentresResponse()
