"""Everything held about oneself, on the page, in the file and in the document."""

from __future__ import annotations

import json

import pytest

from ieum.people.v1 import people_pb2 as pb
from ieum.statistics.v1.statistics_pb2 import ListOwnFactsResponse, OwnFact
from ieum.surveys.v1.evaluations_pb2 import FOLLOW_UP, Evaluation, ListEvaluationsResponse
from ieum.surveys.v1.surveys_pb2 import ListOwnBallotsResponse, Poll
from services.chassis.clock import now, stamp
from services.chassis.errors import Unavailable
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, STRANGER, get, post


@pytest.fixture(autouse=True)
def held(town: Fakes) -> None:
    town.answers["GetEqualityAnswers"] = pb.EqualityAnswers(birth_year=1951, sex=pb.FEMALE, groups=[pb.FARMER_FISHER])
    town.answers["ListOwnBallots"] = ListOwnBallotsResponse(polls=[Poll(question="What next?")])
    asked = Evaluation(kind=FOLLOW_UP, month="2026-10", answered=True, answer_until=stamp(now()))
    town.answers["ListEvaluations"] = ListEvaluationsResponse(evaluations=[asked])
    fact = OwnFact(course="courses/c", course_title={"en": "Phone"}, area="areas/HB0101", quarter="2026-Q3")
    town.answers["ListOwnFacts"] = ListOwnFactsResponse(facts=[fact], birth_year=1951, sex="F")
    entry = pb.AuditEntry(
        actor="people/teacher",
        action=pb.PERSONAL_DATA_VIEWED,
        subject="people/pat",
        detail="names of 30: class grid of courses/c",
        time=stamp(now()),
    )
    grant = pb.Grant(role=pb.INSTRUCTOR, scope="*")
    actors = {"people/teacher": pb.AuditActor(display_name="Kim Teacher", grants=[grant])}
    town.answers["ListOwnAuditEntries"] = pb.ListOwnAuditEntriesResponse(entries=[entry], actors=actors)


@pytest.mark.parametrize("path", ["/account/data", "/account/data.json", "/account/data.pdf", "/account/data/looks"])
async def test_a_stranger_has_to_sign_in(client: Client, path: str) -> None:
    answer = await client.get(path, headers=STRANGER, allow_redirects=False)
    assert answer.status in (303, 401)


async def test_the_page_says_what_every_service_holds(client: Client) -> None:
    text = await get(client, "/account/data")
    for said in (
        "1951",
        "A month later: 2026-10",
        "Yes, sealed",
        "I work in farming or fishing",
        "What next?",
        "2026-Q3",
        "Solnae",
        "Kim Teacher (Instructor",
    ):
        assert said in text
    for link in (
        "/account/data.pdf",
        "/account/data.json",
        "/account/about-you",
        "/account/sessions",
        "/account/erase",
    ):
        assert f'href="{link}"' in text


async def test_each_service_is_asked_about_the_person_alone(client: Client, town: Fakes) -> None:
    await get(client, "/account/data")
    assert {
        each.parent for name in ("GetSecondFactors", "ListSessions", "ListTokens") for each in town.requests(name)
    } == {"people/pat"}
    assert {
        each.person for name in ("ListEnrollments", "ListProgress", "ListNotices") for each in town.requests(name)
    } == {"people/pat"}
    assert town.requests("GetDeskRecord")[0].name == "people/pat"


async def test_the_file_has_all_that_the_services_answered(client: Client) -> None:
    answer = await client.get("/account/data.json", headers=PAT)
    assert answer.headers["Cache-Control"] == "no-store"
    content = json.loads(await answer.text())
    assert (content["format"], content["version"]) == ("ieum-my-data", 1)
    assert content["equality_answers"]["birth_year"] == 1951
    assert content["acts_of_others"][0]["actor_name"] == "Kim Teacher"
    assert {
        "enrollments",
        "progress",
        "applications",
        "notices",
        "sealed_ballots",
        "evaluations",
        "counted",
    } <= content.keys()


async def test_the_document_is_a_tagged_pdf(client: Client) -> None:
    answer = await client.get("/account/data.pdf", headers=PAT)
    body = await answer.read()
    assert (answer.status, answer.content_type) == (200, "application/pdf")
    assert body.startswith(b"%PDF")


async def test_nothing_is_shown_where_a_part_would_be_missing(client: Client, town: Fakes) -> None:
    town.answers["ListOwnFacts"] = Unavailable("SERVICE_AWAY")
    answer = await client.get("/account/data", headers=PAT)
    assert answer.status == 503


async def test_who_looked_is_said_with_role_and_reason_page_by_page(client: Client, town: Fakes) -> None:
    answer = town.answers["ListOwnAuditEntries"]
    assert isinstance(answer, pb.ListOwnAuditEntriesResponse)
    answer.next_page_token = "more"
    text = await get(client, "/account/data/looks?page=here")
    assert "Kim Teacher (Instructor" in text
    assert "names of 30 people, for: the class grid of" in text
    assert "/account/data/looks?page=more" in text
    assert town.requests("ListOwnAuditEntries")[0].page_token == "here"


async def test_all_answers_are_withdrawn_with_one_button(client: Client, town: Fakes) -> None:
    assert (await post(client, "/account/about-you/withdraw"))[:2] == (303, "/account/data")
    (asked,) = town.requests("UpdateEqualityAnswers")
    assert asked.answers == pb.EqualityAnswers(name="people/pat/equalityAnswers")
