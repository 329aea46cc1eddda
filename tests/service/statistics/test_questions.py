"""Saved questions on a real database: whose they are, which office may get their mails, and that each is asked once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ieum.statistics.v1 import questions_pb2 as pb
from ieum.statistics.v1.events_pb2 import SummaryRequested
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Invalid
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.principal import Grant, Kind, Principal, acting_as
from services.chassis.store.mongo import Database
from services.statistics.disclosure.policy import Policy
from services.statistics.distribution.domain import Recipient
from services.statistics.distribution.question_mails import QuestionMails
from services.statistics.distribution.question_service import QuestionService
from services.statistics.distribution.question_store import Questions
from services.statistics.distribution.store import Distribution
from services.statistics.facts.store import Facts
from services.statistics.live.daily import DailyStates
from services.statistics.live.overviews import Overviews
from services.statistics.live.residents import Residents
from services.statistics.live.store import LiveStates
from services.statistics.reference_data.geographies import Geographies
from services.statistics.reference_data.store import References
from tests.service.conftest import Published

SEOUL = ZoneInfo("Asia/Seoul")
TREE = [("P", ""), ("A", "P"), ("B", "P")]


class Desk:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        facts, references = Facts(database, b"key"), References(database)
        residents = Residents(Geographies(facts, references, SEOUL), references, SEOUL)
        self.facts = facts
        self.distribution = Distribution(database, outbox)
        self.questions = Questions(database, outbox)
        self.service = QuestionService(self.questions, self.distribution, facts)
        days = DailyStates(facts, LiveStates(database), SEOUL, 5)
        self.mails = QuestionMails(self.questions, self.distribution, facts, days, Overviews(residents, Policy()))

    async def open(self) -> None:
        await self.facts.prepare()
        await self.distribution.prepare()
        await self.questions.prepare()
        areas = [
            {"name": f"areas/{code}", "parent": f"areas/{above}" if above else "", "title": {"ko": code}}
            for code, above in TREE
        ]
        await self.facts.put_places(1, areas, [])
        for code, _ in TREE:
            at = datetime(2026, 1, 1, tzinfo=UTC)
            office = Recipient(
                f"r{code}", f"areas/{code}", f"Office {code}", f"{code}@o.test", "ko", at, "people/o", at
            )
            await self.distribution.add(office)

    async def save(self, area: str, recipient: str = "", person: str = "people/o", **more: object) -> pb.Question:
        question = pb.Question(title="T", area=area, recipient=recipient, **more)  # type: ignore[arg-type]
        with self.acting(person):
            return await self.service.SaveQuestion(pb.SaveQuestionRequest(request_id="1", question=question), None)

    async def mine(self, person: str = "people/o") -> list[str]:
        with self.acting(person):
            answer = await self.service.ListQuestions(pb.ListQuestionsRequest(), None)
        return [each.name for each in answer.questions]

    def acting(self, person: str):  # type: ignore[no-untyped-def]
        return acting_as(Principal(kind=Kind.PERSON, person=person, grants=(Grant("official", "areas/A"),)))


@pytest.fixture
async def desk(database_of: Callable[[str], Database], events: Bus) -> AsyncIterator[Desk]:
    await events.ensure_stream("ieum.statistics.v1")
    outbox = Outbox(events)
    made = Desk(database_of("statistics"), outbox)
    await made.open()
    await outbox.prepare()
    publishing = asyncio.create_task(outbox.run())
    yield made
    publishing.cancel()
    with suppress(asyncio.CancelledError):
        await publishing


async def test_a_question_is_its_owners_and_of_their_area(desk: Desk) -> None:
    saved = await desk.save("areas/A")
    assert (await desk.save("areas/A")).name == saved.name, "safe to repeat"
    assert await desk.mine() == [saved.name]
    assert await desk.mine("people/other") == []
    with desk.acting("people/other"):
        await desk.service.DeleteQuestion(pb.DeleteQuestionRequest(name=saved.name), None)
    assert await desk.mine() == [saved.name], "of somebody else: it stays"
    with pytest.raises(Forbidden, match="AREA_OUT_OF_SCOPE"):
        await desk.save("areas/B")


async def test_live_figures_are_mailed_to_offices_of_the_area_alone(desk: Desk) -> None:
    with pytest.raises(Forbidden, match="AREA_OUT_OF_SCOPE"):
        await desk.save("areas/A", "recipients/rB", monthly=True)
    with pytest.raises(Invalid, match="QUESTION_RECIPIENT_MISSING"):
        await desk.save("areas/A", monthly=True)


async def test_each_mail_is_asked_for_once_and_stops_with_its_question(desk: Desk, published: Published) -> None:
    saved = await desk.save("areas/A", "recipients/rA", monthly=True)
    key = saved.name.removeprefix("questions/")
    before = now() - timedelta(days=40)
    await desk.questions.entities.collection.update_one({"_id": key}, {"$set": {"created_at": before}})
    await desk.mails.ask()
    await desk.mails.ask()
    (asked,) = await published(SummaryRequested)
    mail = await desk.mails.compose(asked.request, "https://ieum.test")
    assert (mail.recipient_address, mail.language) == ("A@o.test", "ko")
    assert "A 통계: T" in mail.subject
    assert "숨김" in mail.text, "nobody enrolled, which is not told apart from few"
    with desk.acting("people/o"):
        await desk.service.DeleteQuestion(pb.DeleteQuestionRequest(name=saved.name), None)
    assert (await desk.mails.compose(asked.request, "https://ieum.test")).cancel_reason == "QUESTION_DELETED"
