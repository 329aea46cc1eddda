from __future__ import annotations

import pytest

from ieum.classes.v1 import classes_pb2 as pb
from ieum.courses.v1.events_pb2 import CoursePublished, CourseReinstated, CourseRetired
from ieum.people.v1.events_pb2 import PersonErased, PersonMoved, PersonRegistered
from ieum.people.v1.people_pb2 import EMPLOYEE, RESIDENT
from ieum.progress.v1.events_pb2 import CourseCompleted
from services.chassis.clock import new_id
from services.chassis.errors import Invalid, Missing, Refused
from tests.service.classes.town import KIM, LEE, PHOTOS, TEACHER, TOWN, Town, details, soon
from tests.service.conftest import eventually


async def test_of_somebody_erased_nothing_stays_and_the_seat_goes_to_the_next(town: Town) -> None:
    class_ = await town.open_class(1)
    kim, lee = [await town.apply(who, class_) for who in (KIM, LEE)]
    for _ in range(2):
        await town.announce(PersonErased(person=KIM.person, revision=3), "kim")

    async def offered() -> bool:
        found = await town.as_(LEE).GetApplication(pb.GetApplicationRequest(name=lee.name))
        return bool(found.state == pb.OFFERED)

    await eventually(offered, "the seat is offered to the next")
    kept = await town.as_(TEACHER).GetApplication(pb.GetApplicationRequest(name=kim.name))
    assert (kept.person, kept.state, kept.steps[-1].reason) == ("", pb.WITHDRAWN, "PERSON_ERASED")
    late = PersonRegistered(person=KIM.person, area=TOWN, universe=RESIDENT, revision=1)
    await town.announce(late, "kim")
    await town.register("last")
    for collection in await town.database.list_collection_names():
        if collection != "erased":
            found = await town.database[collection].find({}, {"pending": 0}).to_list()
            assert KIM.person not in str(found), collection
    await town.apply(KIM, await town.open_class(1))
    stored = await town.database["applications"].find({"person": KIM.person}).to_list()
    assert not stored, "a session that outlived its person brings nothing back"


async def test_homes_and_courses_fed_twice_and_out_of_order_leave_the_newest(town: Town) -> None:
    moved = PersonMoved(person="people/a", area="areas/SJ", universe=EMPLOYEE, revision=5)
    registered = PersonRegistered(person="people/a", area=TOWN, universe=RESIDENT, revision=1)
    for event in (moved, registered, moved, registered):
        await town.announce(event, "a")
    for published in (
        CourseReinstated(course="courses/x", revision=4),
        CourseRetired(course="courses/x", revision=3),
        CoursePublished(course="courses/x", version=2, revision=2),
        CoursePublished(course="courses/x", version=1, revision=1),
    ):
        await town.announce(published, "x", times=2)
    await town.register("last")
    await town.announce(CoursePublished(course="courses/last", version=1, revision=1), "last")
    await town.known("courses", "courses/last")
    await town.known("residents", "people/a", area="areas/SJ", employee=True)
    await town.known("courses", "courses/x", version=2, retired=False)


async def test_a_retired_course_gets_no_new_class(town: Town) -> None:
    await town.announce(CourseRetired(course=PHOTOS, revision=9), "photos")
    await town.known("courses", PHOTOS, retired=True)
    with pytest.raises(Missing, match="COURSE_NOT_FOUND"):
        await town.as_(TEACHER).CreateClass(pb.CreateClassRequest(class_id=new_id(), details=details(2)))


async def test_a_course_that_must_come_before_is_heard_of_and_a_circle_is_refused(town: Town) -> None:
    await town.announce(CoursePublished(course="courses/keys", version=1, revision=1), "keys")
    await town.known("courses", "courses/keys")
    class_ = await town.open_class(2, requires_all=["courses/keys"])
    with pytest.raises(Refused, match="PREREQUISITE_MISSING"):
        await town.apply(KIM, class_)
    await town.announce(CourseCompleted(person=KIM.person, course="courses/keys", revision=1), "kim", times=2)
    await town.known("completions", KIM.person)
    assert (await town.apply(KIM, class_)).state == pb.CONFIRMED
    backwards = details(2, requires_any=[PHOTOS])
    backwards.course = "courses/keys"
    with pytest.raises(Invalid, match="PREREQUISITE_CYCLE"):
        await town.as_(TEACHER).CreateClass(pb.CreateClassRequest(class_id=new_id(), details=backwards))


async def test_a_window_that_has_not_opened_says_when(town: Town) -> None:
    class_ = await town.open_class(2, open_time=soon(days=1))
    with pytest.raises(Refused, match="APPLICATIONS_NOT_OPEN"):
        await town.apply(KIM, class_)
