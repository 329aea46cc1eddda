"""Evaluations as those who took part and staff meet them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from ieum.classes.v1 import classes_pb2
from ieum.surveys.v1 import evaluations_pb2 as pb
from services.chassis.clock import now, stamp
from services.chassis.errors import Invalid, Missing
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post

BOSS = STRANGER | {"Cookie": "ieum_session=boss"}
ID = "abcdefghjkmnpqrs"
NAME = f"evaluations/{ID}"
END = ("CONTENT", "LEVEL", "TEACHING", "MATERIALS", "PLACE", "USE", "OVERALL")


def evaluation(state: pb.EvaluationState.ValueType = pb.EVALUATION_OPEN, **more: object) -> pb.Evaluation:
    later = stamp(now() + timedelta(days=3))
    message = pb.Evaluation(
        name=NAME, kind=pb.AT_THE_END, course="courses/c", class_name="classes/c", month="2026-11",
        close_time=later, answer_until=later, state=state, questions=END,
    )  # fmt: skip
    message.MergeFrom(pb.Evaluation(**more))  # type: ignore[arg-type]
    return message


def counted() -> pb.Evaluation:
    return evaluation(
        pb.EVALUATION_COUNTED, readable=True, moderated=True, asked=12, answers=10,
        counts=[pb.GradeCounts(question=each, counts=[0, 1, 2, 3, 4]) for each in END],
        groups=[pb.GroupMeans(age=pb.FROM_75, answers=10, means=[400] * 7)],
        comments=[pb.Comment(name=f"{NAME}/comments/{ID}", text="More time, please", state=pb.COMMENT_WAITING)],
    )  # fmt: skip


@pytest.fixture(autouse=True)
def answers(town: Fakes) -> None:
    town.sign_in("boss", "administrator")
    town.answers["GetClass"] = classes_pb2.Class(
        name="classes/c", details=classes_pb2.ClassDetails(course="courses/c", title="Photos on a phone")
    )
    town.answers["GetEvaluation"] = evaluation()
    town.answers["ListEvaluations"] = pb.ListEvaluationsResponse(evaluations=[evaluation()])
    town.answers["AnswerEvaluation"] = pb.AnswerEvaluationResponse()
    town.answers["DecideComment"] = counted()


async def test_who_took_part_answers_in_one_form(client: Client, town: Fakes) -> None:
    assert "Photos on a phone" in await get(client, "/evaluations")
    text = await get(client, f"/{NAME}")
    assert "Was it explained well?" in text
    form = {each.lower(): "4" for each in END} | {"age": "5", "sex": "", "comment": "Thanks"}
    assert (await post(client, f"/{NAME}", form, PAT))[:2] == (303, "/evaluations")
    (sent,) = town.requests("AnswerEvaluation")
    assert (list(sent.grades), sent.age, sent.sex, sent.comment) == ([4] * 7, pb.FROM_75, 0, "Thanks")


async def test_what_is_missing_is_said_beside_its_question_and_nothing_typed_is_lost(
    client: Client, town: Fakes
) -> None:
    town.answers["AnswerEvaluation"] = Invalid("GRADE_NEEDED", field="level")
    status, _, text = await post(client, f"/{NAME}", {"content": "3", "comment": "Thanks"}, PAT)
    assert (status, 'href="#level"' in text, "Thanks" in text, text.count(" checked")) == (422, True, True, 1)


async def test_strangers_and_people_who_were_not_asked_see_nothing(client: Client, town: Fakes) -> None:
    assert (await client.get(f"/{NAME}", headers=STRANGER, allow_redirects=False)).status in (302, 303, 401)
    town.answers["GetEvaluation"] = Missing("EVALUATION_NOT_FOUND")
    assert (await client.get(f"/{NAME}", headers=PAT)).status == 404
    assert (await client.get("/centre/evaluations", headers=PAT)).status == 403


async def test_staff_read_figures_and_decide_on_comments(client: Client, town: Fakes) -> None:
    town.answers["ListEvaluations"] = pb.ListEvaluationsResponse(evaluations=[counted()])
    town.answers["GetEvaluation"] = counted()
    assert "1 comment waits" in await get(client, "/centre/evaluations", BOSS)
    text = await get(client, f"/centre/{NAME}", BOSS)
    assert all(each in text for each in ("10 of 12 people", "75 and over", "More time, please", "4.0"))
    path = f"/centre/{NAME}/comments/{ID}/show"
    assert (await post(client, path, {}, BOSS))[:2] == (303, f"/centre/{NAME}")
    (decided,) = town.requests("DecideComment")
    assert (decided.name, decided.show) == (f"{NAME}/comments/{ID}", True)
    answer = await client.get("/centre/evaluations.csv", headers=BOSS)
    lines = (await answer.text()).splitlines()
    assert len(lines) == 1 + len(END)
    assert lines[1].endswith(",12,10,Content,4.00,0,1,2,3,4")


async def test_the_pages_fit_a_small_screen_and_can_be_read_aloud(
    client: Client, town: Fakes, browser: Browser
) -> None:
    town.answers["ListEvaluations"] = pb.ListEvaluationsResponse(evaluations=[counted()])
    async with page_of(browser, 360) as (page, problems):
        origin = str(client.make_url("/"))
        await page.context.add_cookies([{"name": "lang", "value": "ko", "url": origin}])
        await page.context.add_cookies([{"name": "ieum_session", "value": "boss", "url": origin}])
        for path in ("/evaluations", f"/{NAME}", "/centre/evaluations", f"/centre/{NAME}"):
            town.answers["GetEvaluation"] = counted() if path.startswith("/centre") else evaluation()
            await page.goto(str(client.make_url(path)))
            assert await axe_findings(page) == [], path
            assert await sideways(page) <= 0, path
            assert await small_print(page) == [], path
        assert problems == []
