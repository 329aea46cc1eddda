"""A seat in a class is an enrolment. The events may come twice and in any order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from ieum.classes.v1.classes_pb2 import FACE_TO_FACE as IN_A_ROOM
from ieum.classes.v1.events_pb2 import SeatFreed, SeatGiven
from ieum.courses.v1.content_pb2 import BOTH
from ieum.courses.v1.events_pb2 import CoursePublished
from ieum.enrollment.v1 import enrollment_pb2 as pb
from ieum.enrollment.v1.enrollment_pb2_grpc import EnrollmentServiceStub
from ieum.enrollment.v1.events_pb2 import Enrolled
from services.chassis.clock import now, stamp
from services.chassis.principal import SYSTEM, Grant, Kind, Principal
from services.chassis.store.mongo import Database
from services.enrollment.main import compose
from tests.service.conftest import Announce, ClientFor, Published, StartService, eventually

PHOTOS = "courses/photos"
BEGAN = now() - timedelta(days=3)


def given(person: str, revision: int = 1, hours: int = 0) -> SeatGiven:
    at = stamp(BEGAN + timedelta(hours=hours))
    return SeatGiven(
        application=f"applications/{person}", class_name="classes/a", person=f"people/{person}", course=PHOTOS,
        delivery=IN_A_ROOM, area="areas/HB01", seat_time=at, revision=revision, time=at,
    )  # fmt: skip


def freed(person: str, revision: int = 2, hours: int = 1) -> SeatFreed:
    return SeatFreed(
        application=f"applications/{person}", class_name="classes/a", person=f"people/{person}", course=PHOTOS,
        seat_time=stamp(BEGAN), revision=revision, time=stamp(BEGAN + timedelta(hours=hours)),
    )  # fmt: skip


@pytest.fixture
async def client(
    start_service: StartService, client_for: ClientFor, announce: Announce, database_of: Callable[[str], Database]
) -> Any:
    address = await start_service("enrollment", compose)
    await announce(CoursePublished(course=PHOTOS, version=1, audience=BOTH, revision=1), "photos")

    async def known() -> bool:
        return await database_of("enrollment")["offerings"].find_one({"_id": PHOTOS}) is not None

    await eventually(known, "the course")
    return client_for(EnrollmentServiceStub, address, SYSTEM)


async def runs(client: Any, person: str) -> list[pb.Enrollment]:
    request = pb.ListEnrollmentsRequest(person=f"people/{person}")
    return list((await client.ListEnrollments(request)).enrollments)


async def test_a_seat_begins_one_run_in_the_room_however_often_it_is_announced(
    client: Any, announce: Announce, published: Published
) -> None:
    await announce(given("kim"), "kim", times=3)
    [event] = await published(Enrolled)
    assert (event.delivery, event.residence.area, event.enrol_time) == (pb.FACE_TO_FACE, "areas/HB01", stamp(BEGAN))
    assert len(await runs(client, "kim")) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_whatever_the_order_the_newest_decides_whether_the_run_goes_on(
    client: Any, announce: Announce, order: tuple[int, ...]
) -> None:
    events = [given("kim"), freed("kim"), given("kim", revision=3, hours=2)]
    for place in order:
        await announce(events[place], "kim", times=2)

    async def active() -> bool:
        found = await runs(client, "kim")
        return [run.state for run in found][-1:] == [pb.ACTIVE] and len(found) <= 2

    await eventually(active, "one run is active")
    await announce(freed("kim", revision=4, hours=3), "kim", times=2)

    async def ended() -> bool:
        return {run.state for run in await runs(client, "kim")} == {pb.WITHDRAWN}

    await eventually(ended, "no run is active")


async def test_a_freed_seat_that_is_heard_of_first_begins_nothing(
    client: Any, announce: Announce, published: Published
) -> None:
    await announce(freed("kim"), "kim", times=2)
    await announce(given("kim"), "kim", times=2)
    await announce(given("lee"), "lee")
    assert [event.person for event in await published(Enrolled)] == ["people/lee"]


async def test_a_run_that_the_learner_began_alone_goes_on_without_the_seat(
    client: Any, client_for: ClientFor, announce: Announce, published: Published
) -> None:
    kim = Principal(Kind.PERSON, "people/kim", "areas/HB01", "", "resident", (Grant("learner", "*"),))
    own = await client.Enrol(
        pb.EnrolRequest(
            course=PHOTOS, person=kim.person, residence=pb.Residence(area="areas/HB01", universe=pb.RESIDENT)
        )
    )
    await announce(given("kim"), "kim")
    await announce(freed("kim"), "kim", times=2)
    await announce(given("lee"), "lee")
    await published(Enrolled, 2)
    [run] = await runs(client, "kim")
    assert (run.name, run.state, run.delivery) == (own.name, pb.ACTIVE, pb.ONLINE)
