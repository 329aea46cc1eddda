from __future__ import annotations

import asyncio
import random
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from ieum.progress.v1 import progress_pb2 as pb
from ieum.progress.v1.events_pb2 import (
    GridExported,
)
from services.chassis.errors import Forbidden
from tests.service.conftest import Published, eventually
from tests.service.progress.town import (
    ADMIN,
    ALL_STEPS,
    BEGAN,
    KIM,
    PHOTOS,
    STRANGER,
    TEACHER,
    Town,
    answering,
    flagging,
    published_course,
    withdrawn,
)


async def test_page_grid_and_totals_say_the_same(town: Town) -> None:
    chance = random.Random(7)
    for number in range(12):
        name = await town.enrol(f"p{number}", BEGAN + timedelta(hours=number))
        await town.record(ADMIN, name, *chance.sample(ALL_STEPS, chance.randint(0, len(ALL_STEPS))))
        if number % 4 == 0:
            await town.tell(withdrawn(f"p{number}"), f"p{number}-1")
            await town.shows(name, lambda progress: progress.withdrawn)
    await town.record(ADMIN, "progress/p1-1", *ALL_STEPS)
    grid = await town.as_(TEACHER).ListGrid(pb.ListGridRequest(course=PHOTOS))
    assert [column.lesson for column in grid.columns] == ["look", "try", "more"]
    pages = [
        await town.as_(ADMIN).GetProgress(pb.GetProgressRequest(name=f"progress/p{number}-1")) for number in range(12)
    ]
    for row, page in zip(grid.rows, pages, strict=True):
        states = [lesson.state for lesson in page.lessons]
        scores = [max((q.best_score for q in one.quizzes), default=-1) for one in page.lessons]
        assert list(row.cells) == [*states, *(score + 1 for score in scores)]
        assert (row.enrollment, row.person, row.percent) == (page.enrollment, page.person, page.percent)
        told = (page.enrol_time, page.complete_time, page.last_activity_time)
        assert [row.enrol_ms, row.complete_ms, row.last_activity_ms] == [time.ToMilliseconds() for time in told]
        assert row.withdrawn == page.withdrawn
    counted = [page for page in pages if not page.withdrawn or page.HasField("complete_time")]
    assert grid.totals == pb.CourseTotals(
        course=PHOTOS,
        enrolled=len(counted),
        started=sum(page.HasField("start_time") for page in counted),
        completed=sum(page.HasField("complete_time") for page in counted),
        withdrawn=len(pages) - len(counted),
    )
    assert grid.totals == await town.as_(TEACHER).GetCourseTotals(pb.GetCourseTotalsRequest(course=PHOTOS))
    alone = await town.as_(TEACHER).ListGrid(pb.ListGridRequest(course=PHOTOS, rows_alone=True))
    assert (alone.rows, alone.HasField("totals")) == (grid.rows, False)


async def test_a_grid_that_leaves_as_a_file_is_announced_with_its_first_page(town: Town, published: Published) -> None:
    for name in ("first", "second", "third"):
        await town.enrol(name)
    teacher = town.as_(TEACHER)
    with pytest.raises(Forbidden):
        await town.as_(STRANGER).ListGrid(pb.ListGridRequest(course=PHOTOS, export=True))
    with pytest.raises(Forbidden, match="PROOF_NEEDED"):
        await teacher.ListGrid(pb.ListGridRequest(course=PHOTOS, export=True))
    teacher = town.as_(replace(TEACHER, proved_until=int(time.time()) + 60))
    page = await teacher.ListGrid(pb.ListGridRequest(course=PHOTOS, page_size=1, export=True))
    await teacher.ListGrid(pb.ListGridRequest(course=PHOTOS, page_size=1, page_token=page.next_page_token, export=True))
    await teacher.ListGrid(pb.ListGridRequest(course=PHOTOS))
    (event,) = await published(GridExported)
    assert (event.actor, event.course) == (TEACHER.person, PHOTOS)


async def test_the_grid_has_a_column_for_lessons_that_only_earlier_versions_have(town: Town) -> None:
    first, second = await town.enrol("first"), await town.enrol("second", BEGAN + timedelta(hours=1), version=2)
    await town.record(ADMIN, first, *ALL_STEPS[:2])
    later = published_course(2, 2)
    del later.lessons[0]
    later.rule.counted_lessons[:] = ["try"]
    await town.publish(later)
    await town.shows(second, lambda progress: len(progress.lessons) == 2)
    grid = pb.ListGridResponse()

    async def measured() -> bool:
        """Records are measured by a new plan after it has arrived."""
        grid.CopyFrom(await town.as_(TEACHER).ListGrid(pb.ListGridRequest(course=PHOTOS)))
        return all(any(row.cells) for row in grid.rows)

    await eventually(measured, "both rows measured")
    assert [column.lesson for column in grid.columns] == ["try", "more", "look"]
    assert [list(row.cells) for row in grid.rows] == [
        [pb.NOT_STARTED, pb.NOT_STARTED, pb.DONE, 0, 0, 0],
        [pb.NOT_STARTED, pb.NOT_STARTED, pb.LESSON_STATE_UNSPECIFIED, 0, 0, 0],
    ]


async def test_lists_walked_while_people_enrol_miss_and_repeat_nobody_who_was_there(town: Town) -> None:
    there = [await town.enrol(f"e{number}", BEGAN + timedelta(hours=number)) for number in range(7)]
    seen: list[str] = []
    request = pb.ListGridRequest(course=PHOTOS, page_size=2)
    for number in range(40):
        answer = await town.as_(TEACHER).ListGrid(request)
        assert len(answer.rows) <= 2
        seen += [row.enrollment.replace("enrollments", "progress") for row in answer.rows]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
        await town.enrol(f"l{number}", BEGAN + timedelta(hours=number * 2))
    assert len(seen) == len(set(seen))
    assert set(there) <= set(seen)


async def test_a_class_that_came_at_one_moment_is_walked_in_its_index_alone(town: Town) -> None:
    there = [await town.enrol(f"e{number}", BEGAN) for number in range(5)]
    there.append(await town.enrol("late", BEGAN + timedelta(hours=1)))
    await town.database.command({"profile": 2})
    request, seen = pb.ListGridRequest(course=PHOTOS, page_size=2, rows_alone=True), list[str]()
    for _ in range(3):
        answer = await town.as_(TEACHER).ListGrid(request)
        seen += [row.enrollment.replace("enrollments", "progress") for row in answer.rows]
        request.page_token = answer.next_page_token
    await town.database.command({"profile": 0})
    assert (seen, request.page_token) == (there, "")
    noted = await town.database["system.profile"].find({"ns": {"$regex": "records$"}, "command.hint": "grid"}).to_list()
    assert [(each["keysExamined"], each["docsExamined"]) for each in noted] == [(3, 0), (3, 0), (1, 0), (1, 0)]


async def test_every_query_is_answered_by_an_index(town: Town) -> None:
    records = town.database["records"]
    queries = [
        records.find({"person": KIM.person, "enrol_time": {"$ne": None}}).sort([("enrol_time", -1), ("_id", 1)]),
        records.find({"course": PHOTOS, "enrol_time": {"$ne": None}}).sort([("enrol_time", 1), ("_id", 1)]),
        records.find({"certificate.number": "IEUM-0000-0000-0000-0000"}),
        records.find({"course": PHOTOS, "version": 2, "summary.version": {"$lt": 2}}),
        records.find({"course": PHOTOS}, {"_id": 0, "summary.standing": 1}).hint("course_1_summary.standing_1"),
    ]
    for query in queries:
        plan = str((await query.explain())["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in plan
        assert "'SORT'" not in plan


async def test_questions_are_counted_by_first_answers_most_often_wrong_first(town: Town) -> None:
    for name, first, second in (("a", "no", "true"), ("b", "no", "false"), ("c", "yes", "true")):
        progress = await town.enrol(name)
        await town.record(ADMIN, progress, answering("i1", first), answering("i2", second))
        await town.record(ADMIN, progress, answering("i1", "yes", attempt=2))  # after the explanation
    answer = await town.as_(TEACHER).ListItemResults(pb.ListItemResultsRequest(course=PHOTOS))
    assert [(each.lesson, each.quiz, each.item, each.answers, each.wrong) for each in answer.results] == [
        ("try", "quiz", "i1", 3, 2),
        ("try", "quiz", "i2", 3, 1),
    ]


async def test_questions_tell_their_frequent_wrong_answers_and_how_long_half_needed(town: Town) -> None:
    for name in "abcdefg":
        progress = await town.enrol(name)
        await town.record(ADMIN, progress, answering("i1", "no" if name < "f" else "yes"))
        await asyncio.sleep(0.002)  # the clock of records has milliseconds
        await town.record(ADMIN, progress, answering("i2", "false" if name < "d" else "true"))
        flags = [flagging("i1")] * 2 if name < "f" else [flagging("i2")]
        await town.record(ADMIN, progress, *flags)
    results = (await town.as_(TEACHER).ListItemResults(pb.ListItemResultsRequest(course=PHOTOS))).results
    first, second = results
    assert (first.unclear, second.unclear) == (5, 0), "each counted once, and few not at all"
    assert [(list(each.answer.values), each.count) for each in first.wrong_answers] == [(["no"], 5)]
    assert list(first.hints) == [pb.TRAP, pb.UNCLEAR, pb.TOO_HARD]
    assert (second.wrong, list(second.wrong_answers), second.seconds) == (3, [], 5)
    assert not first.HasField("seconds")
    assert not first.HasField("discrimination")
