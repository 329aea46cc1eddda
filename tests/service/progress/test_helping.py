from __future__ import annotations

from ieum.progress.v1 import progress_pb2 as pb
from ieum.progress.v1.events_pb2 import HelpOffered
from tests.service.conftest import Published
from tests.service.progress.town import KIM, PHOTOS, TEACHER, Town, answering, published_course

WRONG = (answering("i1", "no"), answering("i2", "false"))


async def test_who_failed_twice_is_listed_offered_help_once_and_allowed_one_more(
    empty_town: Town, published: Published
) -> None:
    await empty_town.publish(published_course(attempts=2))
    town, name = empty_town, await empty_town.enrol()
    listing = pb.ListNeedingHelpRequest(course=PHOTOS)
    await town.record(KIM, name, *WRONG)
    await town.as_(KIM).StartAttempt(pb.StartAttemptRequest(name=name, lesson="try", quiz="quiz"))
    await town.record(KIM, name, *WRONG)

    answer = await town.as_(TEACHER).ListNeedingHelp(listing)
    (learner,) = answer.learners
    failed = next(need for need in learner.needs if need.reason == pb.FAILED_TWICE)
    assert (answer.total, learner.person, learner.offered_lately) == (1, KIM.person, False)
    assert (failed.quiz, failed.lesson_title["en"], failed.failed, failed.no_attempt_left) == ("quiz", "Try", 2, True)

    for _ in range(2):
        offered = await town.as_(TEACHER).OfferHelp(pb.OfferHelpRequest(name=name))
    assert offered.HasField("help_offer_time")
    (event,) = await published(HelpOffered)
    assert (event.person, event.course) == (KIM.person, PHOTOS)

    await town.as_(TEACHER).AllowAttempt(pb.AllowAttemptRequest(name=name, quiz="quiz"))
    (learner,) = (await town.as_(TEACHER).ListNeedingHelp(listing)).learners
    assert learner.offered_lately
    assert not any(need.no_attempt_left for need in learner.needs)
