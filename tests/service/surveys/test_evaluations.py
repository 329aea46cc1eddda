"""An evaluation from the end of a class to its result, and the follow-up of a course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ieum.classes.v1 import classes_pb2
from ieum.classes.v1.events_pb2 import AttendanceMarked, ClassPlan, ClassPublished
from ieum.people.v1.events_pb2 import PersonErased, PlacesImported
from ieum.people.v1.people_pb2 import Area
from ieum.progress.v1.events_pb2 import CourseCompleted
from ieum.surveys.v1 import evaluations_pb2 as pb
from ieum.surveys.v1.events_pb2 import CommentDecided, EvaluationAsked, EvaluationCounted
from ieum.surveys.v1.surveys_pb2_grpc import SurveysServiceStub
from services.chassis.clock import now, stamp
from services.chassis.config import Settings
from services.chassis.errors import Forbidden, Missing
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.principal import Grant, Kind, Principal
from services.chassis.store.mongo import Database
from services.surveys.domain.sealing import Opener, WrongHalves
from services.surveys.main import compose
from services.surveys.settings import SurveysSettings
from services.surveys.store import Store
from services.surveys.store.key_files import KeyFiles
from services.surveys.sweep.evaluations import Evaluator
from tests.service.conftest import Announce, ClientFor, Published, StartService, eventually

TOWN, OTHER, COURSE, CLASS = "areas/HB01", "areas/SJ", "courses/photos", "classes/abcdefghjkmnpqrs"


def person(name: str, *grants: Grant) -> Principal:
    return Principal(Kind.PERSON, f"people/{name}", TOWN, "", "resident", (Grant("learner", "*"), *grants))


TEACHER = person("teacher", Grant("instructor", "*"), Grant("administrator", TOWN))
BOSS = person("boss", Grant("administrator", "areas/HB"))
OFFICIAL = person("official", Grant("official", TOWN))
STRANGER = person("elsewhere", Grant("official", OTHER))
LEARNERS = [person(f"learner{number}") for number in range(7)]


@dataclass
class Desk:
    make: ClientFor
    address: str
    announce: Announce
    database: Database
    store: Store
    evaluator: Evaluator
    directory: Path

    def as_(self, who: Principal) -> Any:
        return self.make(SurveysServiceStub, self.address, who)

    async def end_class(self, ended: datetime, people: Sequence[Principal]) -> None:
        session = classes_pb2.Session(number=1, end_time=stamp(ended), state=classes_pb2.PLANNED)
        plan = ClassPlan(
            course=COURSE, area=TOWN, centre="centres/c", state=classes_pb2.PUBLISHED, sessions=[session],
            instructors=[TEACHER.person],
        )  # fmt: skip
        await self.announce(ClassPublished(class_name=CLASS, plan=plan, revision=1), "c", times=2)
        for number, who in enumerate([*people, person("absent")]):
            mark = AttendanceMarked(
                class_name=CLASS, course=COURSE, session=1, application=f"applications/{number}", person=who.person,
                minutes=120 if who in people else 0, revision=1,
            )  # fmt: skip
            await self.announce(mark, f"a{number}")

        async def heard() -> bool:
            known = await self.database["attendance"].count_documents({"class_": CLASS})
            return known == len(people) + 1 and await self.database["classes"].count_documents({"_id": CLASS}) == 1

        await eventually(heard, "class and attendance are known")

    async def ask(self) -> None:
        await self.evaluator.run()

    async def mine(self, who: Principal) -> list[pb.Evaluation]:
        return list((await self.as_(who).ListEvaluations(pb.ListEvaluationsRequest())).evaluations)

    async def managed(self, who: Principal) -> list[pb.Evaluation]:
        request = pb.ListEvaluationsRequest(managed=True)
        return list((await self.as_(who).ListEvaluations(request)).evaluations)

    async def answer(self, who: Principal, name: str, grade: int = 4, **more: Any) -> None:
        await self.as_(who).AnswerEvaluation(pb.AnswerEvaluationRequest(name=name, grades=[grade] * 7, **more))

    async def count(self, name: str, who: Principal = BOSS) -> pb.Evaluation:
        key = {"_id": name.removeprefix("evaluations/")}
        await self.database["evaluations"].update_one(key, {"$set": {"closes_at": now() - timedelta(minutes=1)}})
        await self.ask()
        counted: pb.Evaluation = await self.as_(who).GetEvaluation(pb.GetEvaluationRequest(name=name))
        return counted


@pytest.fixture
async def desk(
    settings: Settings,
    start_service: StartService,
    client_for: ClientFor,
    announce: Announce,
    events: Bus,
    database_of: Callable[[str], Database],
    tmp_path: Path,
) -> Desk:
    directory = tmp_path / "polls"
    given = SurveysSettings.model_validate({**settings.model_dump(), "poll_keys": directory})
    address, database = await start_service("surveys", compose, given), database_of("surveys")
    areas = [Area(name="areas/HB"), Area(name=TOWN, parent="areas/HB"), Area(name=OTHER)]
    await announce(PlacesImported(areas=areas, revision=1), "all")

    async def known() -> bool:
        return await database["places"].find_one({"_id": "areas"}) is not None

    await eventually(known, "the areas are known")
    store = Store(database, Outbox(events))
    evaluator = Evaluator(store, KeyFiles(directory), ZoneInfo("Asia/Seoul"))
    return Desk(client_for, address, announce, database, store, evaluator, directory)


async def test_who_came_is_asked_once_and_the_result_says_nothing_of_anybody(desk: Desk, published: Published) -> None:
    await desk.end_class(now() - timedelta(hours=1), LEARNERS)
    await desk.ask()
    await desk.ask()
    asked = await published(EvaluationAsked, len(LEARNERS))
    assert sorted(each.person for each in asked) == sorted(each.person for each in LEARNERS)
    (mine,) = await desk.mine(LEARNERS[0])
    assert (mine.class_name, mine.kind, mine.answered, len(mine.questions)) == (CLASS, pb.AT_THE_END, False, 7)
    assert await desk.mine(person("absent")) == []
    for number, who in enumerate(LEARNERS):
        await desk.answer(who, mine.name, 5, sex=pb.WOMAN if number else pb.MAN)
    await desk.answer(LEARNERS[0], mine.name, 1, sex=pb.MAN, comment="Too fast for me")
    assert (await desk.mine(LEARNERS[0]))[0].answered
    for who in (person("absent"), STRANGER):
        with pytest.raises(Missing):
            await desk.answer(who, mine.name)
        with pytest.raises(Missing):
            await desk.as_(who).GetEvaluation(pb.GetEvaluationRequest(name=mine.name))
    running = await desk.as_(BOSS).GetEvaluation(pb.GetEvaluationRequest(name=mine.name))
    assert (running.state, running.answers, list(running.counts)) == (pb.EVALUATION_OPEN, 0, [])
    counted = await desk.count(mine.name)
    assert (counted.asked, counted.answers, list(counted.counts[0].counts)) == (7, 7, [1, 0, 0, 0, 6])
    assert list(counted.groups) == [], "the one man would be found by subtracting"
    assert await desk.database["answers"].count_documents({"evaluation": {"$gt": ""}}) == 0
    assert list(desk.directory.iterdir()) == []
    (event,) = await published(EvaluationCounted)
    assert (event.evaluation, event.answers) == (mine.name, 7)
    with pytest.raises(Missing):
        await desk.answer(LEARNERS[1], mine.name)
    assert await desk.database["asks"].count_documents({"evaluation": {"$gt": ""}}) == 0, "nobody is named any more"


async def test_a_comment_is_read_by_others_once_a_moderator_shows_it(desk: Desk, published: Published) -> None:
    await desk.end_class(now() - timedelta(hours=1), LEARNERS)
    await desk.ask()
    (mine,) = await desk.mine(LEARNERS[0])
    for who in LEARNERS:
        await desk.answer(who, mine.name, comment="Good" if who is LEARNERS[0] else "")
    (comment,) = (await desk.count(mine.name)).comments
    for who in (TEACHER, OFFICIAL):
        read = await desk.as_(who).GetEvaluation(pb.GetEvaluationRequest(name=mine.name))
        assert (read.answers, list(read.comments), read.moderated) == (7, [], False)
        with pytest.raises(Forbidden):
            await desk.as_(who).DecideComment(pb.DecideCommentRequest(name=comment.name, show=True))
    await desk.as_(BOSS).DecideComment(pb.DecideCommentRequest(name=comment.name, show=True))
    (read_by_teacher,) = await desk.managed(TEACHER)
    assert [each.text for each in read_by_teacher.comments] == ["Good"]
    (decided,) = await published(CommentDecided)
    assert (decided.actor, decided.evaluation, decided.shown) == (BOSS.person, mine.name, True)
    assert await desk.managed(STRANGER) == []
    with pytest.raises(Forbidden):
        await desk.managed(LEARNERS[0])


async def test_a_month_after_a_class_whoever_came_is_asked_whether_it_is_still_used(desk: Desk) -> None:
    await desk.end_class(now() - timedelta(weeks=5), LEARNERS)
    await desk.ask()
    (mine,) = await desk.mine(LEARNERS[0])
    assert (mine.kind, list(mine.questions)) == (pb.FOLLOW_UP, ["STILL_USED", "WITHOUT_HELP", "RECOMMENDED"])
    few = await desk.count(mine.name)
    assert (few.state, few.asked) == (pb.EVALUATION_TOO_FEW, len(LEARNERS))


async def test_who_completed_alone_is_asked_of_the_course_and_forgotten_when_erased(desk: Desk) -> None:
    alone, both = person("alone"), LEARNERS[0]
    await desk.end_class(now() - timedelta(hours=1), [both])
    for number, who in enumerate((alone, both)):
        done = CourseCompleted(person=who.person, course=COURSE, complete_time=stamp(now()), revision=1)
        await desk.announce(done, f"e{number}", times=2)

    async def heard() -> bool:
        return await desk.database["completions"].count_documents({"course": COURSE}) == 2

    await eventually(heard, "the completions are known")
    await desk.ask()
    (mine,) = await desk.mine(alone)
    assert (mine.course, mine.class_name, mine.area) == (COURSE, "", "")
    assert [each.class_name for each in await desk.mine(both)] == [CLASS]
    await desk.answer(alone, mine.name)
    await desk.announce(PersonErased(person=alone.person, revision=2), "alone", times=2)

    async def gone() -> bool:
        people = [
            await desk.database[each].count_documents({"person": alone.person})
            for each in ("answers", "asks", "completions")
        ]
        return not any(people)

    await eventually(gone, "nothing is left of the person")
    await desk.ask()
    assert await desk.mine(alone) == []


async def test_a_lost_key_file_voids_the_evaluation(desk: Desk) -> None:
    await desk.end_class(now() - timedelta(hours=1), LEARNERS)
    await desk.ask()
    (mine,) = await desk.mine(LEARNERS[0])
    await desk.answer(LEARNERS[0], mine.name)
    for file in desk.directory.iterdir():
        file.unlink()
    assert (await desk.count(mine.name)).state == pb.EVALUATION_VOID
    assert await desk.database["answers"].count_documents({"evaluation": {"$gt": ""}}) == 0


async def test_a_full_copy_does_not_say_who_answered_what(desk: Desk) -> None:
    """Whoever has database and oplog sees who answered, and sealed bytes of one length that no half in them opens."""
    await desk.end_class(now() - timedelta(hours=1), LEARNERS)
    await desk.ask()
    (mine,) = await desk.mine(LEARNERS[0])
    await desk.answer(LEARNERS[0], mine.name, 1, comment="Far too fast for me", age=pb.FROM_75)
    await desk.answer(LEARNERS[1], mine.name, 5)
    stored = [each async for each in desk.database["answers"].find({"person": {"$gt": ""}})]
    assert {tuple(each) for each in stored} == {("_id", "evaluation", "person", "sealed")}
    assert len({len(each["sealed"]) for each in stored}) == 1
    kept = await desk.store.evaluations.get(mine.name.removeprefix("evaluations/"))
    for half in (kept.key_half, bytes(len(kept.key_half))):
        with pytest.raises(WrongHalves):
            Opener(kept.key_half, half)
    log = desk.database.client["local"]["oplog.rs"]
    entries = [each async for each in log.find({"ns": {"$regex": f"^{desk.database.name}\\."}}).sort("$natural", 1)]
    assert "too fast" not in str(entries)
    assert "from_75" not in str(entries)
    for who in LEARNERS[2:]:
        await desk.answer(who, mine.name)
    await desk.count(mine.name)
    async for each in log.find({"ns": {"$regex": f"^{desk.database.name}\\."}, "op": "u"}).sort("$natural", 1):
        assert not ("too fast" in str(each) and "people/" in str(each)), "a comment stands beside nobody's name"
