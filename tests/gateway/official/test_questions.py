"""The page of saved questions."""

from __future__ import annotations

import pytest
from google.protobuf.empty_pb2 import Empty

from ieum.statistics.v1 import distribution_pb2
from ieum.statistics.v1 import questions_pb2 as pb
from ieum.statistics.v1.statistics_pb2 import RESIDENT
from services.chassis.errors import Invalid
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.official.figures import sign_in

HERE = "/statistics/questions"
HEADERS = {"Cookie": "ieum_session=official", "Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
SAVED = pb.Question(
    name="questions/q1", title="Older <people>", area="areas/HB01", universe=RESIDENT,
    recipient="recipients/r", monthly=True,
    rule=pb.Question.OLDER_BEHIND,
)  # fmt: skip


@pytest.fixture(autouse=True)
def official(fake: Fakes) -> None:
    sign_in(fake)
    office = distribution_pb2.Recipient(name="recipients/r", area="areas/HB01", office="Welfare", address="w@o.test")
    fake.answers["ListRecipients"] = distribution_pb2.ListRecipientsResponse(recipients=[office])
    fake.answers["ListQuestions"] = pb.ListQuestionsResponse(questions=[SAVED])
    fake.answers["SaveQuestion"] = SAVED
    fake.answers["DeleteQuestion"] = Empty()


async def test_saved_questions_lead_to_their_overview(client: Client) -> None:
    text = await (await client.get(HERE, headers=HEADERS)).text()
    assert 'href="/statistics?area=areas/HB01&amp;universe=RESIDENT&amp;order=up">Older &lt;people&gt;</a>' in text
    assert "Welfare" in text
    assert "each month, People of 65 and older are clearly below everybody" in text


async def test_a_question_is_saved_and_removed(client: Client, fake: Fakes) -> None:
    given = {"title": "T", "area": "areas/HB01", "recipient": "recipients/r", "monthly": "1", "rule": "LOWER_RATE"}
    answer = await client.post(HERE, data=given, headers=HEADERS, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, HERE)
    made = fake.requests("SaveQuestion")[0].question
    assert (made.title, made.recipient, made.monthly, made.rule) == ("T", "recipients/r", True, pb.Question.LOWER_RATE)
    assert (await client.post(f"{HERE}/q1/remove", headers=HEADERS, allow_redirects=False)).status == 303
    assert fake.requests("DeleteQuestion")[0].name == "questions/q1"


async def test_a_refused_question_comes_back_as_typed(client: Client, fake: Fakes) -> None:
    fake.answers["SaveQuestion"] = Invalid("QUESTION_RECIPIENT_MISSING", field="recipient")
    answer = await client.post(HERE, data={"title": "Mine", "area": "areas/HB01", "monthly": "1"}, headers=HEADERS)
    text = await answer.text()
    assert answer.status == 400
    assert 'value="Mine"' in text
    assert 'href="#recipient"' in text
