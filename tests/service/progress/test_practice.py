"""A practice task over the service: walked by whoever asks for a draft, recorded for its learner alone."""

from __future__ import annotations

import pytest

from ieum.courses.v1.content_pb2 import PRESSED, TYPED, Practice, Scene, ScenePart
from ieum.courses.v1.events_pb2 import LessonPlan, PracticePlan
from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.errors import Forbidden, Invalid
from tests.service.progress.town import KIM, TEACHER, Town, published_course

AMOUNT = ScenePart(id="won", action=TYPED, accepted=["50000"], finishes=True)
SEND = Practice(
    scenes=[
        Scene(id="home", parts=[ScenePart(id="send", action=PRESSED, leads_to="amount")]),
        Scene(id="amount", parts=[AMOUNT]),
    ]
)


async def test_a_walk_is_judged_without_a_record_and_recorded_once(empty_town: Town) -> None:
    course = published_course()
    del course.lessons[:]
    task = PracticePlan(id="bank", practice=SEND)
    course.lessons.append(LessonPlan(id="try", minutes=5, screens=["bank"], practices=[task]))
    course.rule.counted_lessons[:] = ["try"]
    await empty_town.publish(course)
    name = await empty_town.enrol()
    author = empty_town.as_(TEACHER)
    walked = await author.WalkPractice(pb.WalkPracticeRequest(practice=SEND, press="send"))
    assert (walked.scene, walked.finished) == ("amount", False)
    typed = pb.TypedValue(part="won", value="50,000")
    walked = await author.WalkPractice(pb.WalkPracticeRequest(practice=SEND, moves=walked.moves, type=typed))
    assert (walked.finished, walked.points, walked.fewest_steps) == (True, 100, 2)
    done = pb.Step(finish_practice=pb.FinishPractice(lesson="try", practice="bank", walk="w", moves=walked.moves))
    for _ in range(2):
        recorded = await empty_town.record(KIM, name, done)
        assert recorded.results[0].accepted
    (practice,) = recorded.progress.lessons[0].practices
    assert (practice.finished, practice.best_points) == (1, 100)
    assert recorded.progress.percent == 100
    stored = await empty_town.database["records"].find_one({})
    assert stored
    assert "50" not in str(stored["lessons"][0]["practices"][0]["walks"])


async def test_only_authors_may_have_a_task_judged_that_they_bring(town: Town) -> None:
    with pytest.raises(Forbidden):
        await town.as_(KIM).WalkPractice(pb.WalkPracticeRequest(practice=SEND))
    personal = pb.WalkPracticeRequest(practice=SEND, moves=[pb.PracticeMove(pressed="send")])
    personal.type.part, personal.type.value = "won", "500101-1234567"
    with pytest.raises(Invalid, match="REAL_NUMBER_TYPED"):
        await town.as_(TEACHER).WalkPractice(personal)
