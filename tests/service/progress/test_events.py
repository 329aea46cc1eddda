from __future__ import annotations

import asyncio
import random

import pytest
from google.protobuf.message import Message

from ieum.people.v1.events_pb2 import PersonErased
from ieum.progress.v1 import progress_pb2 as pb
from ieum.progress.v1.events_pb2 import (
    CourseCompleted,
)
from services.chassis.clock import stamp
from services.chassis.errors import Missing
from services.chassis.principal import SYSTEM
from tests.service.conftest import Published, eventually
from tests.service.progress.town import (
    ADMIN,
    ALL_STEPS,
    BEGAN,
    KIM,
    PHOTOS,
    TEACHER,
    Town,
    enrolled,
    moved,
    opening,
    published_course,
    withdrawn,
)


async def test_enrolment_events_fed_twice_and_in_any_order_make_the_same_record(empty_town: Town) -> None:
    town = empty_town
    first, second = published_course(1, 1), published_course(2, 2)
    told: list[tuple[Message, str]] = [
        (enrolled(), "kim-1"),
        (moved(2), "kim-1"),
        (withdrawn(), "kim-1"),
        (first, "photos"),
        (second, "photos"),
    ]
    for seed, who in enumerate(("kim", "lee", "park", "choi")):
        mine = [(enrolled(who), f"{who}-1"), (moved(2, who), f"{who}-1"), (withdrawn(who), f"{who}-1"), *told[3:]]
        random.Random(seed).shuffle(mine)
        for event, key in mine:
            await town.tell(event, key, times=2)
        seen = await town.shows(
            f"progress/{who}-1",
            lambda progress: progress.withdrawn and progress.version == 2 and len(progress.lessons) == 3,
        )
        assert seen.enrol_time == stamp(BEGAN)
    rows = (await town.as_(ADMIN).ListGrid(pb.ListGridRequest(course=PHOTOS))).rows
    assert [list(row.cells) for row in rows] == [[*[pb.NOT_STARTED] * 3, 0, 0, 0]] * 4


async def test_what_only_a_later_event_has_told_of_is_not_there_yet(town: Town) -> None:
    await town.tell(withdrawn("early"), "early-1")

    async def heard() -> bool:
        return await town.database["records"].find_one({"_id": "early-1"}) is not None

    await eventually(heard, "withdrawal")
    with pytest.raises(Missing, match="PROGRESS_NOT_FOUND"):
        await town.as_(SYSTEM).GetProgress(pb.GetProgressRequest(name="progress/early-1"))
    grid = await town.as_(ADMIN).ListGrid(pb.ListGridRequest(course=PHOTOS))
    assert (len(grid.rows), grid.totals) == (0, pb.CourseTotals(course=PHOTOS))


async def test_moving_to_another_version_keeps_what_was_done_and_asks_for_what_is_new(town: Town) -> None:
    name = await town.enrol()
    await town.record(KIM, name, *ALL_STEPS[:2])
    await town.publish(published_course(2, 2, extra=["new"]))
    await town.tell(moved(2), "kim-1")
    progress = await town.shows(name, lambda progress: progress.version == 2)
    assert list(progress.lessons[0].opened_screens) == ["a", "b"]
    assert progress.lessons[0].state == pb.UNDER_WAY
    response = await town.record(KIM, name, *ALL_STEPS, opening("look", "new"))
    assert response.completed_now


async def test_a_move_to_a_version_that_asks_less_completes_the_course_once(town: Town, published: Published) -> None:
    name = await town.enrol()
    await town.record(KIM, name, *ALL_STEPS[:2])
    easier = published_course(2, 2)
    easier.rule.counted_lessons[:] = ["look"]
    await town.publish(easier)
    await town.tell(moved(2), "kim-1", times=2)
    progress = await town.shows(name, lambda progress: progress.percent == 100)
    assert progress.certificate.version == 2
    assert len(await published(CourseCompleted)) == 1


async def test_whoever_asks_for_an_enrolment_just_made_may_wait_for_it(town: Town) -> None:
    request = pb.GetProgressRequest(name="progress/kim-1", wait=True)
    asked = asyncio.create_task(town.as_(SYSTEM).GetProgress(request))
    await town.tell(enrolled(), "kim-1")
    assert (await asked).name == "progress/kim-1"


async def test_of_somebody_erased_the_progress_stays_without_what_was_typed(town: Town) -> None:
    name = await town.enrol()
    number = (await town.record(KIM, name, *ALL_STEPS)).progress.certificate.name
    await town.as_(TEACHER).RevokeCertificate(pb.RevokeCertificateRequest(name=number, reason="Kim told me"))
    totals = await town.as_(TEACHER).GetCourseTotals(pb.GetCourseTotalsRequest(course=PHOTOS))
    before = await town.as_(TEACHER).GetProgress(pb.GetProgressRequest(name=name))
    for _ in range(2):
        await town.tell(PersonErased(person=KIM.person, revision=2), "kim")

    async def forgotten() -> bool:
        return await town.database["records"].count_documents({"_id": "kim-1", "erased": True}) == 1

    await eventually(forgotten, "what was typed is gone")
    document = await town.database["records"].find_one({"_id": "kim-1"})
    assert document is not None
    assert "Kim told me" not in str(document)
    answers = [given["answer"] for lesson in document["lessons"] for quiz in lesson["quizzes"]
               for attempt in quiz["attempts"] for given in attempt["answers"]]  # fmt: skip
    nothing = {"values": [], "pairs": [], "unknown": False}
    assert [*answers, document["position"]] == [nothing, nothing, None]
    after = await town.as_(TEACHER).GetProgress(pb.GetProgressRequest(name=name))
    assert (after.percent, after.complete_time, after.certificate.state) == (
        before.percent,
        before.complete_time,
        before.certificate.state,
    )
    assert await town.as_(TEACHER).GetCourseTotals(pb.GetCourseTotalsRequest(course=PHOTOS)) == totals
    with pytest.raises(Missing, match="PROGRESS_NOT_FOUND"):
        await town.record(KIM, name, opening("more", "z"))
    late = enrolled()
    late.enrollment = "enrollments/kim-2"
    await town.tell(late, "kim-2")
    await town.shows("progress/kim-2", lambda progress: True)

    async def forgotten_too() -> bool:
        return await town.database["records"].count_documents({"_id": "kim-2", "erased": True}) == 1

    await eventually(forgotten_too, "what came late is not written to")
