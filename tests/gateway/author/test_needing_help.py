from __future__ import annotations

from html import unescape

from ieum.courses.v1.courses_pb2 import Course
from ieum.people.v1.people_pb2 import BatchGetNamesResponse
from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.errors import Refused
from tests.gateway.author.test_courses import headers
from tests.gateway.conftest import Client
from tests.gateway.fakes import MOMENT, Fakes


def learner(number: int, *needs: pb.Need, offered: bool = False) -> pb.LearnerInNeed:
    return pb.LearnerInNeed(
        enrollment=f"enrollments/e{number}",
        person=f"people/p{number}",
        needs=needs,
        enrol_time=MOMENT,
        offered_lately=offered,
        help_offer_time=MOMENT if offered else None,
    )


async def test_each_reason_is_said_and_each_press_reaches_the_service(client: Client, fake: Fakes) -> None:
    fake.sign_in("inst", "instructor")
    fake.answers["GetCourse"] = Course(name="courses/c1", teachers=["people/inst"])
    failed = pb.Need(
        reason=pb.FAILED_TWICE, lesson="l1", lesson_title={"en": "Photos"}, quiz="q", failed=3, no_attempt_left=True
    )
    fake.answers["ListNeedingHelp"] = pb.ListNeedingHelpResponse(
        learners=[
            learner(1, failed, pb.Need(reason=pb.STUCK)),
            learner(2, pb.Need(reason=pb.INACTIVE), offered=True),
            learner(3, pb.Need(reason=pb.INACTIVE)),
        ],
        total=3,
    )
    names = {"people/p1": "Kim", "people/p2": "Lee"}
    fake.answers["BatchGetNames"] = BatchGetNamesResponse(display_names=names)
    ask = headers("inst")
    page = unescape(await (await client.get("/teach/c1/help", headers=ask)).text())
    for words in ("Failed the quiz of “Photos” 3 times · no try left", "without finishing a lesson", "Help offered on"):
        assert words in page
    assert (page.count('value="offer"'), page.count('value="allow"')) == (1, 1)
    assert page.count('<li class="panel">') == 2, "without the account that is gone"

    allow = {"do": "allow", "enrollment": "e1", "quiz": "q"}
    for fields in ({"do": "offer", "enrollment": "e1"}, allow):
        answer = await client.post("/teach/c1/help", data=fields, headers=ask, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/teach/c1/help")
    assert [each.name for each in fake.requests("OfferHelp")] == ["progress/e1"]
    assert [(each.name, each.quiz) for each in fake.requests("AllowAttempt")] == [("progress/e1", "q")]

    fake.answers["OfferHelp"] = Refused("NO_HELP_NEEDED")
    answer = await client.post("/teach/c1/help", data={"do": "offer"}, headers=ask, allow_redirects=False)
    assert answer.status == 303
