from __future__ import annotations

import pytest
from google.protobuf.message import Message

from ieum.courses.v1.content_pb2 import Item, Number
from ieum.courses.v1.events_pb2 import TeachersChanged
from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.errors import Forbidden, Invalid, Missing, Problem, Unauthenticated
from services.chassis.principal import ANONYMOUS, SYSTEM
from tests.service.conftest import eventually
from tests.service.progress.town import (
    ADMIN,
    ADMIN_BY_AREA_TOKEN,
    FORMER_TEACHER,
    KIM,
    LOCAL_ADMIN,
    NEW_TEACHER,
    OFFICIAL,
    PHOTOS,
    STRANGER,
    TEACHER,
    Town,
    opening,
    person,
)


async def test_who_may_see_and_do_what(town: Town) -> None:
    name = await town.enrol()
    nothing = "progress/nobody-1"
    get, grid = pb.GetProgressRequest(name=name), pb.ListGridRequest(course=PHOTOS)
    mine, counts = pb.ListProgressRequest(person=KIM.person), pb.GetCourseTotalsRequest(course=PHOTOS)
    record = pb.RecordProgressRequest(name=name, steps=[opening("look", "a")])
    start = pb.StartAttemptRequest(name=name, lesson="try", quiz="quiz")
    allow = pb.AllowAttemptRequest(name=name, quiz="quiz")
    allowed: dict[str, tuple[Message, set[str]]] = {
        "GetProgress": (get, {"kim", "teacher", "admin", "system"}),
        "RecordProgress": (record, {"kim", "admin", "system"}),
        "StartAttempt": (start, {"kim", "admin", "system"}),
        "AllowAttempt": (allow, {"teacher", "admin", "system"}),
        "ListProgress": (mine, {"kim", "admin", "system"}),
        "ListStandings": (pb.ListStandingsRequest(person=KIM.person), {"kim", "admin", "system"}),
        "ListGrid": (grid, {"teacher", "admin", "system"}),
        "ResetQuiz": (pb.ResetQuizRequest(name=name, quiz="quiz", reason="Why"), {"teacher", "admin", "system"}),
        "OfferHelp": (pb.OfferHelpRequest(name=name), {"teacher", "admin", "system"}),
        "ListNeedingHelp": (pb.ListNeedingHelpRequest(course=PHOTOS), {"teacher", "admin", "system"}),
        "ListItemResults": (pb.ListItemResultsRequest(course=PHOTOS), {"teacher", "admin", "system"}),
        "GetCourseTotals": (counts, {"teacher", "admin", "system"}),
        "CompleteByHand": (pb.CompleteByHandRequest(name=name, reason="Why"), {"teacher", "admin", "system"}),
    }
    callers = {"kim": KIM, "park": STRANGER, "teacher": TEACHER, "admin": ADMIN, "system": SYSTEM, "nobody": ANONYMOUS}
    callers |= {"local": LOCAL_ADMIN, "token": ADMIN_BY_AREA_TOKEN, "former": FORMER_TEACHER}
    callers["official"] = OFFICIAL
    for method, (request, whose) in allowed.items():
        for label, who in callers.items():
            call = getattr(town.as_(who), method)
            if label in whose:
                await call(request)
            else:
                with pytest.raises(Unauthenticated if label == "nobody" else (Missing, Forbidden)):
                    await call(request)
    for learning in (town.as_(TEACHER).RecordProgress(record), town.as_(TEACHER).StartAttempt(start)):
        with pytest.raises(Forbidden, match="NOT_YOURS"):
            await learning
    for who, what in ((STRANGER, name), (STRANGER, nothing), (KIM, nothing), (KIM, "bad name")):
        with pytest.raises(Missing, match="PROGRESS_NOT_FOUND"):
            await town.record(who, what, opening("look", "a"))


async def test_a_changed_list_of_teachers_decides_who_sees_the_class(town: Town) -> None:
    await town.tell(TeachersChanged(course=PHOTOS, teachers=[NEW_TEACHER.person], revision=5), "photos", times=2)

    async def admitted() -> bool:
        try:
            await town.as_(NEW_TEACHER).GetCourseTotals(pb.GetCourseTotalsRequest(course=PHOTOS))
        except Problem:
            return False
        return True

    await eventually(admitted, "the new teacher admitted")
    with pytest.raises(Forbidden, match="NOT_TEACHER"):
        await town.as_(TEACHER).ListGrid(pb.ListGridRequest(course=PHOTOS))


async def test_an_answer_to_a_draft_is_graded_as_a_learners_and_only_for_authors(town: Town) -> None:
    number = Item(id="n")
    number.number.value, number.number.tolerance = "1200", "0.5"
    reviewer = person("reviewer", "reviewer")
    for given, verdict in (
        ("1,200", (True, True, "")),
        ("1,201", (True, False, "")),
        ("", (False, False, "ANSWER_EMPTY")),
    ):
        asked = pb.GradeDraftRequest(item=number, answer=pb.Answer(values=[given]))
        for author in (TEACHER, reviewer):
            result = await town.as_(author).GradeDraft(asked)
            assert (result.accepted, result.correct, result.reason) == verdict
            assert list(result.right_answer.values) == ["1200"]
    for who in (KIM, ADMIN):
        with pytest.raises(Forbidden):
            await town.as_(who).GradeDraft(asked)
    with pytest.raises(Invalid, match="NUMBER_MALFORMED"):
        await town.as_(TEACHER).GradeDraft(pb.GradeDraftRequest(item=Item(id="n", number=Number()), answer=pb.Answer()))
    assert await town.database["records"].count_documents({}) == 0
