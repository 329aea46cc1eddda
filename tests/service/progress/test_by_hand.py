from __future__ import annotations

from ieum.progress.v1 import progress_pb2 as pb
from ieum.progress.v1.events_pb2 import CertificateIssued, CourseCompleted, RecordChangedByHand
from tests.service.conftest import Published
from tests.service.progress.town import KIM, PHOTOS, TEACHER, Town, answering, published_course

WRONG = (answering("i1", "no"), answering("i2", "false"))


async def test_what_a_teacher_changes_by_hand_keeps_what_was_and_is_announced_once(
    empty_town: Town, published: Published
) -> None:
    await empty_town.publish(published_course(attempts=1))
    town, name = empty_town, await empty_town.enrol()
    await town.record(KIM, name, *WRONG)
    for _ in range(2):
        reset = pb.ResetQuizRequest(name=name, quiz="quiz", reason="The line was down")
        shown = await town.as_(TEACHER).ResetQuiz(reset)
    (quiz,) = shown.lessons[1].quizzes
    assert (len(quiz.attempts), quiz.attempts_left, quiz.resets[0].reason) == (0, 1, "The line was down")
    assert [answer.answer.values[0] for answer in quiz.earlier_attempts[0].answers] == ["no", "false"]
    (first,) = (await town.as_(TEACHER).ListItemResults(pb.ListItemResultsRequest(course=PHOTOS))).results[:1]
    assert (first.answers, first.wrong) == (1, 1), "the first attempt stays in the figures"

    for _ in range(2):
        done = await town.as_(TEACHER).CompleteByHand(pb.CompleteByHandRequest(name=name, reason="Done on paper"))
    assert (done.percent, done.completed_by, done.completion_note) == (100, TEACHER.person, "Done on paper")
    assert done.certificate.state == pb.VALID
    (completed,) = await published(CourseCompleted)
    assert completed.reason.by_hand
    assert "Done on paper" not in str(completed)
    assert len(await published(CertificateIssued)) == 1
    events = await published(RecordChangedByHand, 2)
    assert [(each.change, each.actor, each.person) for each in events] == [
        (RecordChangedByHand.QUIZ_RESET, TEACHER.person, KIM.person),
        (RecordChangedByHand.COMPLETED, TEACHER.person, KIM.person),
    ]
