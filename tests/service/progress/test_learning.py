from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from ieum.progress.v1 import progress_pb2 as pb
from ieum.progress.v1.events_pb2 import (
    CertificateIssued,
    CourseCompleted,
    LearningStarted,
    LessonCompleted,
)
from services.chassis.clock import now
from services.chassis.errors import Refused
from tests.service.conftest import Published
from tests.service.progress.town import (
    ALL_STEPS,
    KIM,
    PHOTOS,
    TEACHER,
    Town,
    answering,
    opening,
    published_course,
    withdrawn,
)


async def test_a_learner_goes_through_a_course_to_its_certificate(town: Town, published: Published) -> None:
    name = await town.enrol()
    first = await town.record(KIM, name, opening("look", "a"))
    assert (first.progress.percent, first.completed_now) == (20, False)
    assert first.progress.position == pb.Position(lesson="look", screen="a")
    last = await town.record(KIM, name, *ALL_STEPS)
    assert last.completed_now
    assert last.progress.percent == 100
    assert last.progress.completion_reason.lessons_counted == 2
    assert [score.score for score in last.progress.completion_reason.scores] == [100]
    assert [lesson.state for lesson in last.progress.lessons] == [pb.DONE, pb.DONE]
    certificate = last.progress.certificate
    assert (certificate.state, certificate.minutes, certificate.course_title["ko"]) == (pb.VALID, 20, "사진")
    [started] = await published(LearningStarted)
    [completed] = await published(CourseCompleted)
    [issued] = await published(CertificateIssued)
    assert {event.lesson: event.minutes for event in await published(LessonCompleted, 2)} == {"look": 5, "try": 10}
    assert started.enrollment == completed.enrollment == "enrollments/kim-1"
    assert completed.complete_time == last.progress.complete_time
    assert issued.certificate == certificate.name


async def test_fifty_parallel_last_steps_give_one_completion_one_certificate_and_one_event_of_each(
    town: Town, published: Published
) -> None:
    name = await town.enrol()
    await town.record(KIM, name, *ALL_STEPS[:-1])
    answers = await asyncio.gather(*(town.record(KIM, name, ALL_STEPS[-1]) for _ in range(50)))
    assert sum(answer.completed_now for answer in answers) == 1
    assert len({answer.progress.certificate.name for answer in answers}) == 1
    for kind, count in ((LearningStarted, 1), (LessonCompleted, 2), (CourseCompleted, 1), (CertificateIssued, 1)):
        assert len(await published(kind, count)) == count


async def test_an_answer_is_told_right_or_wrong_at_once_and_the_first_one_stands(town: Town) -> None:
    name = await town.enrol()
    [wrong, later] = (await town.record(KIM, name, answering("i1", "no"), answering("i1", "yes"))).results
    assert (wrong.accepted, wrong.correct, wrong.already_answered) == (True, False, False)
    assert wrong.right_answer.values == ["yes"]
    assert (later.correct, later.already_answered) == (False, True)
    [quiz] = (await town.as_(KIM).GetProgress(pb.GetProgressRequest(name=name))).lessons[1].quizzes
    [given] = quiz.attempts[0].answers
    assert (given.item, given.correct, given.answer.values, given.right_answer.values) == ("i1", False, ["no"], ["yes"])


async def test_what_cannot_be_accepted_says_why_and_keeps_no_other_step_back(town: Town) -> None:
    name = await town.enrol()
    steps = [
        opening("look", "nowhere"),
        opening("nowhere", "a"),
        answering("i9", "yes"),
        answering("i1", "perhaps"),
        answering("i1", "yes", attempt=3),
        opening("look", "a", now() - timedelta(days=31)),
        opening("look", "a", now() + timedelta(hours=1)),
        opening("look", "b"),
    ]
    response = await town.record(KIM, name, *steps)
    assert [result.reason for result in response.results] == [
        "SCREEN_UNKNOWN",
        "LESSON_UNKNOWN",
        "ITEM_UNKNOWN",
        "OPTION_UNKNOWN",
        "ATTEMPT_UNKNOWN",
        "TIME_WRONG",
        "TIME_WRONG",
        "",
    ]
    assert response.progress.lessons[0].opened_screens == ["b"]


async def test_a_teacher_allows_one_attempt_more_when_none_is_left(empty_town: Town) -> None:
    await empty_town.publish(published_course(attempts=1))
    town, name = empty_town, await empty_town.enrol()
    await town.record(KIM, name, answering("i1", "no"), answering("i2", "false"))
    [result] = (await town.record(KIM, name, answering("i1", "yes", attempt=2))).results
    assert (result.accepted, result.reason, result.HasField("right_answer")) == (False, "NO_ATTEMPT_LEFT", False)
    start = pb.StartAttemptRequest(name=name, lesson="try", quiz="quiz")
    with pytest.raises(Refused, match="NO_ATTEMPT_LEFT"):
        await town.as_(KIM).StartAttempt(start)
    for _ in range(2):
        allowed = await town.as_(TEACHER).AllowAttempt(pb.AllowAttemptRequest(name=name, quiz="quiz"))
    assert (allowed.lessons[1].quizzes[0].attempts_left, allowed.lessons[1].quizzes[0].unlimited) == (1, False)
    for _ in range(2):
        begun = await town.as_(KIM).StartAttempt(start)
    assert [attempt.finished for attempt in begun.lessons[1].quizzes[0].attempts] == [True, False]
    response = await town.record(KIM, name, *ALL_STEPS)
    assert response.completed_now


async def test_a_withdrawn_learner_keeps_what_there_is_and_adds_nothing(town: Town) -> None:
    name = await town.enrol()
    await town.record(KIM, name, *ALL_STEPS)
    await town.tell(withdrawn(), "kim-1")
    progress = await town.shows(name, lambda progress: progress.withdrawn)
    assert (progress.percent, progress.certificate.state) == (100, pb.VALID)
    with pytest.raises(Refused, match="ENROLLMENT_WITHDRAWN"):
        await town.record(KIM, name, opening("more", "z"))
    totals = await town.as_(TEACHER).GetCourseTotals(pb.GetCourseTotalsRequest(course=PHOTOS))
    assert (totals.enrolled, totals.completed, totals.withdrawn) == (1, 1, 0)


async def test_one_lesson_is_told_whole_and_a_step_is_answered_with_its_own_lesson(town: Town) -> None:
    name = await town.enrol()
    recorded = (await town.record(KIM, name, *ALL_STEPS)).progress
    whole = await town.as_(KIM).GetProgress(pb.GetProgressRequest(name=name))
    assert recorded.lessons[:] == whole.lessons[:2]
    del recorded.lessons[:]
    recorded.lessons.extend(whole.lessons)
    assert recorded == whole
    seen = await town.as_(KIM).GetProgress(pb.GetProgressRequest(name=name, lesson="try"))
    expected = pb.Progress.FromString(whole.SerializeToString())
    for lesson in expected.lessons:
        if lesson.lesson != "try":
            del lesson.quizzes[:], lesson.opened_screens[:]
    assert seen == expected
    assert whole.lessons[0].opened_screens
    assert whole.lessons[1].quizzes
    later = (await town.record(KIM, name, opening("look", "a"))).progress
    assert later.lessons[:] == whole.lessons[:1]
