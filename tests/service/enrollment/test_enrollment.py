from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from ieum.courses.v1.content_pb2 import BOTH, EMPLOYEES, RESIDENTS, Audience
from ieum.courses.v1.events_pb2 import CoursePublished, CourseReinstated, CourseRetired, TeachersChanged
from ieum.enrollment.v1 import enrollment_pb2 as pb
from ieum.enrollment.v1.enrollment_pb2_grpc import EnrollmentServiceStub
from ieum.enrollment.v1.events_pb2 import Enrolled, MovedToVersion, Withdrawn
from ieum.people.v1.events_pb2 import AccountsMerged, AccountsSeparated, PersonErased
from services.chassis.clock import now, stamp
from services.chassis.errors import Forbidden, Invalid, Missing, Problem, Refused, Unauthenticated
from services.chassis.principal import ANONYMOUS, SYSTEM, Grant, Kind, Principal
from services.chassis.store.mongo import Database
from services.enrollment.main import compose
from tests.service.conftest import Announce, ClientFor, Published, StartService, eventually

PHOTOS = "courses/photos"


def person(name: str, *roles: str, universe: str = "resident") -> Principal:
    grants = tuple(Grant(role, "*") for role in ("learner", *roles))
    return Principal(Kind.PERSON, f"people/{name}", "areas/HB01", "", universe, grants)


KIM, STRANGER, TEACHER = person("kim"), person("park"), person("teacher", "instructor")
ADMIN = person("admin", "administrator")
# Who might be taken for one of the above.
LOCAL_ADMIN = replace(ADMIN, person="people/local", grants=(Grant("administrator", "areas/HB01"),))
ADMIN_BY_AREA_TOKEN = replace(ADMIN, token_scopes=("learning.read", "learning.write"), token_area="areas/HB01")
OFFICIAL = person("official", "official")
FORMER_TEACHER = replace(TEACHER, grants=(Grant("learner", "*"),))
ABROAD = pb.Residence(area="areas/HB02", organisation="organisations/city", universe=pb.EMPLOYEE)


@dataclass
class Town:
    """The service with what it has heard of the courses."""

    address: str
    make: ClientFor
    announce: Announce
    database: Database
    revision: int = 0

    def as_(self, who: Principal) -> Any:
        return self.make(EnrollmentServiceStub, self.address, who)

    async def publish(self, course: str = PHOTOS, audience: Audience.ValueType = BOTH, version: int = 1) -> None:
        self.revision += 1
        event = CoursePublished(
            course=course, version=version, audience=audience, teachers=[TEACHER.person], revision=self.revision
        )
        await self.announce(event, course.rpartition("/")[2])
        await self.heard(course, version=version)

    async def heard(self, course: str, **parts: object) -> None:
        async def check() -> bool:
            return await self.database["offerings"].find_one({"_id": course, **parts}) is not None

        await eventually(check, f"{course} with {parts}")


@pytest.fixture
async def town(
    start_service: StartService, client_for: ClientFor, announce: Announce, database_of: Callable[[str], Database]
) -> Town:
    town = Town(await start_service("enrollment", compose), client_for, announce, database_of("enrollment"))
    await town.publish()
    return town


async def test_a_learner_enrols_where_they_live_and_it_is_announced(town: Town, published: Published) -> None:
    enrollment = await town.as_(KIM).Enrol(pb.EnrolRequest(course=PHOTOS))
    assert (enrollment.person, enrollment.run, enrollment.version, enrollment.state) == (KIM.person, 1, 1, pb.ACTIVE)
    assert enrollment.residence == pb.Residence(area="areas/HB01", universe=pb.RESIDENT)
    assert enrollment.delivery == pb.ONLINE
    [event] = await published(Enrolled)
    assert (event.enrollment, event.person, event.course) == (enrollment.name, KIM.person, PHOTOS)
    assert (event.residence, event.enrol_time, event.revision) == (enrollment.residence, enrollment.enrol_time, 1)


async def test_fifty_parallel_enrolments_make_one_run_and_one_event(town: Town, published: Published) -> None:
    client = town.as_(KIM)
    answers = await asyncio.gather(*(client.Enrol(pb.EnrolRequest(course=PHOTOS)) for _ in range(50)))
    assert len({answer.SerializeToString(deterministic=True) for answer in answers}) == 1
    assert len(await published(Enrolled)) == 1


async def test_parallel_enrolling_and_withdrawing_leaves_what_a_recount_of_the_events_gives(
    town: Town, published: Published
) -> None:
    client = town.as_(KIM)
    name = (await client.Enrol(pb.EnrolRequest(course=PHOTOS))).name
    stem = name.rpartition("-")[0]

    async def leave(number: int) -> None:
        try:
            await client.Withdraw(pb.WithdrawRequest(name=f"{stem}-{number}"))
        except Missing:
            return

    async with asyncio.TaskGroup() as tasks:
        for number in range(1, 11):
            tasks.create_task(client.Enrol(pb.EnrolRequest(course=PHOTOS)))
            tasks.create_task(leave(number))
    listed = (await client.ListEnrollments(pb.ListEnrollmentsRequest(person=KIM.person))).enrollments
    gone = [enrollment.name for enrollment in listed if enrollment.state == pb.WITHDRAWN]
    assert {event.enrollment for event in await published(Enrolled, len(listed))} == {one.name for one in listed}
    assert sorted(event.enrollment for event in await published(Withdrawn, len(gone))) == sorted(gone)


async def test_a_withdrawal_is_announced_once_and_a_new_run_follows(town: Town, published: Published) -> None:
    client = town.as_(KIM)
    first = await client.Enrol(pb.EnrolRequest(course=PHOTOS))
    for _ in range(2):
        gone = await client.Withdraw(pb.WithdrawRequest(name=first.name))
    assert gone.state == pb.WITHDRAWN
    second = await client.Enrol(pb.EnrolRequest(course=PHOTOS))
    assert (second.run, second.state) == (2, pb.ACTIVE)
    assert (await client.GetEnrollment(pb.GetEnrollmentRequest(name=first.name))).state == pb.WITHDRAWN
    [event] = await published(Withdrawn)
    assert (event.enrollment, event.withdraw_time) == (first.name, gone.withdraw_time)


async def test_moving_to_the_new_version_is_offered_done_once_and_announced(town: Town, published: Published) -> None:
    client = town.as_(KIM)
    name = (await client.Enrol(pb.EnrolRequest(course=PHOTOS))).name
    await town.publish(version=2)
    shown = await client.GetEnrollment(pb.GetEnrollmentRequest(name=name))
    assert (shown.version, shown.current_version) == (1, 2)
    for _ in range(2):
        moved = await client.MoveToVersion(pb.MoveToVersionRequest(name=name))
    assert (moved.version, moved.current_version) == (2, 2)
    [event] = await published(MovedToVersion)
    assert (event.enrollment, event.version) == (name, 2)


async def test_a_course_that_is_unknown_retired_or_not_for_the_caller_is_refused(town: Town) -> None:
    await town.publish("courses/counter", EMPLOYEES)
    await town.publish("courses/village", RESIDENTS)
    client = town.as_(KIM)
    with pytest.raises(Missing, match="COURSE_NOT_FOUND"):
        await client.Enrol(pb.EnrolRequest(course="courses/none"))
    with pytest.raises(Refused, match="AUDIENCE_MISMATCH"):
        await client.Enrol(pb.EnrolRequest(course="courses/counter"))
    with pytest.raises(Invalid, match="DELIVERY_UNKNOWN"):
        await client.Enrol(pb.EnrolRequest(course=PHOTOS, delivery=9))  # type: ignore[arg-type]
    employee = town.as_(person("lee", universe="employee"))
    for course in ("courses/counter", "courses/village"):
        assert (await employee.Enrol(pb.EnrolRequest(course=course))).residence.universe == pb.EMPLOYEE
    await town.announce(CourseRetired(course=PHOTOS, revision=8), "photos")
    await town.heard(PHOTOS, retired=True)
    with pytest.raises(Refused, match="COURSE_RETIRED"):
        await client.Enrol(pb.EnrolRequest(course=PHOTOS))


async def test_course_events_fed_twice_and_out_of_order_leave_the_newest_of_each_part(town: Town) -> None:
    await town.announce(TeachersChanged(course=PHOTOS, teachers=["people/new"], revision=30), "photos", times=2)
    await town.announce(CourseReinstated(course=PHOTOS, revision=29), "photos")
    await town.announce(CourseRetired(course=PHOTOS, revision=28), "photos")
    late = CoursePublished(course=PHOTOS, version=5, audience=RESIDENTS, teachers=["people/old"], revision=27)
    await town.announce(late, "photos", times=2)
    await town.announce(CoursePublished(course=PHOTOS, version=4, audience=BOTH, revision=26), "photos")
    await town.publish("courses/last")
    await town.heard(PHOTOS, version=5, audience="residents", teachers=["people/new"], retired=False)


async def test_an_administrator_enters_what_happened_earlier_for_another_person(town: Town) -> None:
    admin = town.as_(ADMIN)
    earlier = now() - timedelta(days=90)
    request = pb.EnrolRequest(course=PHOTOS, person=KIM.person, residence=ABROAD, enrol_time=stamp(earlier))
    enrollment = await admin.Enrol(request)
    assert (enrollment.person, enrollment.residence) == (KIM.person, ABROAD)
    assert enrollment.enrol_time == stamp(earlier)
    left = stamp(earlier + timedelta(days=1))
    gone = await admin.Withdraw(pb.WithdrawRequest(name=enrollment.name, withdraw_time=left))
    assert gone.withdraw_time == left
    request.enrol_time.CopyFrom(stamp(now() + timedelta(days=1)))  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="TIME_IN_FUTURE"):
        await admin.Enrol(request)
    request.ClearField("residence")
    with pytest.raises(Invalid, match="RESIDENCE_MISSING"):
        await admin.Enrol(request)


async def test_a_learner_enrols_nobody_else_and_never_in_the_past(town: Town) -> None:
    client = town.as_(KIM)
    with pytest.raises(Forbidden, match="NOT_YOURS"):
        await client.Enrol(pb.EnrolRequest(course=PHOTOS, person=STRANGER.person, residence=ABROAD))
    with pytest.raises(Forbidden, match="ROLE_NEEDED"):
        await client.Enrol(pb.EnrolRequest(course=PHOTOS, enrol_time=stamp(now() - timedelta(days=1))))
    own = await client.Enrol(pb.EnrolRequest(course=PHOTOS, residence=ABROAD))
    assert own.residence.area == KIM.area


async def test_who_may_see_and_change_an_enrolment(town: Town) -> None:
    name = (await town.as_(KIM).Enrol(pb.EnrolRequest(course=PHOTOS))).name
    nothing = f"enrollments/{'a' * 20}-1"
    get, leave = pb.GetEnrollmentRequest(name=name), pb.WithdrawRequest(name=name)
    for who in (KIM, TEACHER, ADMIN, SYSTEM):
        assert (await town.as_(who).GetEnrollment(get)).name == name
    for what in (name, nothing, "enrollments/bad", f"{name[:-1]}9"):
        with pytest.raises(Missing, match="ENROLLMENT_NOT_FOUND"):
            await town.as_(STRANGER).GetEnrollment(pb.GetEnrollmentRequest(name=what))
        with pytest.raises(Unauthenticated):
            await town.as_(ANONYMOUS).GetEnrollment(pb.GetEnrollmentRequest(name=what))
    for who in (LOCAL_ADMIN, ADMIN_BY_AREA_TOKEN, FORMER_TEACHER, OFFICIAL):
        with pytest.raises(Missing, match="ENROLLMENT_NOT_FOUND"):
            await town.as_(who).GetEnrollment(get)
    for who in (STRANGER, TEACHER, LOCAL_ADMIN, ADMIN_BY_AREA_TOKEN):
        with pytest.raises(Missing, match="ENROLLMENT_NOT_FOUND"):
            await town.as_(who).Withdraw(leave)
        with pytest.raises(Missing, match="ENROLLMENT_NOT_FOUND"):
            await town.as_(who).MoveToVersion(pb.MoveToVersionRequest(name=name))
    assert (await town.as_(SYSTEM).Withdraw(leave)).state == pb.WITHDRAWN


async def test_who_may_list_what(town: Town) -> None:
    await town.as_(KIM).Enrol(pb.EnrolRequest(course=PHOTOS))
    mine, class_ = pb.ListEnrollmentsRequest(person=KIM.person), pb.ListEnrollmentsRequest(course=PHOTOS)
    for who, request in [(KIM, mine), (ADMIN, mine), (SYSTEM, mine), (TEACHER, class_), (ADMIN, class_)]:
        assert len((await town.as_(who).ListEnrollments(request)).enrollments) == 1
    refusals: list[tuple[Principal, pb.ListEnrollmentsRequest, type[Problem]]] = [
        (STRANGER, mine, Forbidden),
        (TEACHER, mine, Forbidden),
        (LOCAL_ADMIN, mine, Forbidden),
        (LOCAL_ADMIN, class_, Forbidden),
        (ADMIN_BY_AREA_TOKEN, class_, Forbidden),
        (FORMER_TEACHER, class_, Forbidden),
        (OFFICIAL, mine, Forbidden),
        (OFFICIAL, class_, Forbidden),
        (KIM, class_, Forbidden),
        (KIM, pb.ListEnrollmentsRequest(course="courses/none"), Forbidden),
        (ANONYMOUS, mine, Unauthenticated),
        (ADMIN, pb.ListEnrollmentsRequest(), Invalid),
        (ADMIN, pb.ListEnrollmentsRequest(person=KIM.person, course=PHOTOS), Invalid),
    ]
    for who, request, problem in refusals:
        with pytest.raises(problem):
            await town.as_(who).ListEnrollments(request)


async def test_a_list_walked_while_people_enrol_and_leave_misses_and_repeats_nobody_who_was_there(town: Town) -> None:
    admin = town.as_(ADMIN)

    async def bring(name: str) -> str:
        request = pb.EnrolRequest(course=PHOTOS, person=f"people/{name}", residence=ABROAD)
        return str((await admin.Enrol(request)).name)

    names = [await bring(f"early{number}") for number in range(12)]
    await admin.Withdraw(pb.WithdrawRequest(name=names[3]))
    names.append(await bring("early3"))
    seen: list[str] = []
    request = pb.ListEnrollmentsRequest(course=PHOTOS, page_size=3)
    for number in range(40):
        answer = await town.as_(TEACHER).ListEnrollments(request)
        assert len(answer.enrollments) <= 3
        seen += [enrollment.name for enrollment in answer.enrollments]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
        await bring(f"late{number}")
    assert len(seen) == len(set(seen))
    assert set(names) <= set(seen)


async def test_every_list_is_found_by_an_index(town: Town) -> None:
    for condition in ({"person": KIM.person}, {"course": PHOTOS}):
        plan = await town.database["participations"].find(condition).sort("_id", 1).explain()
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
        assert "'SORT'" not in str(plan["queryPlanner"]["winningPlan"])


async def test_of_somebody_erased_only_the_runs_stay_and_what_comes_late_brings_nothing_back(
    town: Town, published: Published
) -> None:
    name = (await town.as_(KIM).Enrol(pb.EnrolRequest(course=PHOTOS))).name
    other = (await town.as_(STRANGER).Enrol(pb.EnrolRequest(course=PHOTOS))).name
    for _ in range(2):
        await town.announce(PersonErased(person=KIM.person, revision=2), "kim")

    async def forgotten() -> bool:
        found = await town.as_(TEACHER).GetEnrollment(pb.GetEnrollmentRequest(name=name))
        return bool(found.residence == pb.Residence(universe=pb.RESIDENT))

    await eventually(forgotten, "the residence is gone")
    kept = await town.as_(TEACHER).GetEnrollment(pb.GetEnrollmentRequest(name=name))
    assert (kept.state, kept.run, bool(kept.enrol_time.seconds)) == (pb.ACTIVE, 1, True), "nobody withdrew"
    await town.publish("courses/late")
    late = await town.as_(KIM).Enrol(pb.EnrolRequest(course="courses/late"))
    assert late.residence == pb.Residence(universe=pb.RESIDENT), "a session that outlived its person"
    untouched = await town.as_(STRANGER).GetEnrollment(pb.GetEnrollmentRequest(name=other))
    assert untouched.residence.area == "areas/HB01"
    assert not await published(Withdrawn, 0)


async def test_accounts_that_were_merged_learn_as_one_person(town: Town) -> None:
    kim, park = town.as_(KIM), town.as_(STRANGER)
    theirs = await park.Enrol(pb.EnrolRequest(course=PHOTOS))
    both = town.as_(replace(KIM, merged=(STRANGER.person,)))
    # Their own, or staff's for them: the run of the other account goes on.
    assert (await both.Enrol(pb.EnrolRequest(course=PHOTOS))).name == theirs.name
    merged = AccountsMerged(person=STRANGER.person, kept=KIM.person, revision=2)
    await town.announce(AccountsSeparated(person=STRANGER.person, kept=KIM.person, revision=1), "park")
    await town.announce(merged, "park", 2)
    for_kim = pb.EnrolRequest(course=PHOTOS, person=KIM.person, residence=ABROAD)

    async def heard() -> bool:
        return await town.database["merged_accounts"].find_one({"_id": KIM.person, "park": True}) is not None

    await eventually(heard, "the merge")
    assert (await town.as_(ADMIN).Enrol(for_kim)).name == theirs.name
    again = await both.Enrol(pb.EnrolRequest(course=PHOTOS, after=theirs.name))
    assert (again.person, again.run) == (STRANGER.person, 2)
    await both.Withdraw(pb.WithdrawRequest(name=again.name))
    own = await both.Enrol(pb.EnrolRequest(course=PHOTOS))
    assert (own.person, own.run) == (KIM.person, 1)
    listed = await both.ListEnrollments(pb.ListEnrollmentsRequest(person=KIM.person))
    assert len(listed.enrollments) == 3
    # Separated, each has their own.
    assert len((await kim.ListEnrollments(pb.ListEnrollmentsRequest(person=KIM.person))).enrollments) == 1
    with pytest.raises(Missing):
        await kim.Withdraw(pb.WithdrawRequest(name=theirs.name))
