"""Asks for the mails of saved questions once a day, and composes them when they go out."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from html import escape
from pathlib import Path
from typing import Any

from pymongo.errors import PyMongoError
from yarl import URL

from ieum.notices.v1.notices_pb2 import ComposedNotice
from services.chassis.clock import now
from services.chassis.events.bus import check_cancelled
from services.statistics.distribution import question as domain
from services.statistics.distribution.question import Question, Rule
from services.statistics.distribution.question_store import Questions
from services.statistics.distribution.store import Distribution
from services.statistics.facts.store import Facts
from services.statistics.figures.rounding import rounded_text
from services.statistics.figures.universe import Universe
from services.statistics.formats.words import codes, period
from services.statistics.live.daily import DailyStates
from services.statistics.live.domain.overview import Change, Overview
from services.statistics.live.domain.protection import figures, reach
from services.statistics.live.overviews import Overviews

EVERY = 600
"""Seconds after which it is looked whether a mail is due. Each is asked for once, however often it is looked."""
_MEASURES = ("EPR", "CMP", "CPR", "COV")


@dataclass(frozen=True)
class QuestionMails:
    questions: Questions
    distribution: Distribution
    facts: Facts
    states: DailyStates
    overviews: Overviews

    async def run(self) -> None:
        while True:
            with suppress(PyMongoError):
                await self.ask()
            check_cancelled()
            await asyncio.sleep(EVERY)

    async def ask(self) -> None:
        """What is due by now."""
        async for question in self.questions.with_mails():
            overview, today = await self._overview(question)
            moment = now()
            await self.questions.entities.change(question.key, partial(domain.mail, day=today, now=moment))
            await self.questions.entities.change(question.key, partial(domain.alert, overview=overview, now=moment))

    async def compose(self, request: str, public_url: str) -> ComposedNotice:
        """What the mail with this key says now, or why it is not to be sent any more."""
        key, is_alert = domain.parse_request_key(request)
        question = await self.questions.find(key)
        if question is None:
            return ComposedNotice(cancel_reason="QUESTION_DELETED")
        recipient = await self.distribution.recipient(question.recipient)
        if recipient.removed:
            return ComposedNotice(cancel_reason="RECIPIENT_REMOVED")
        overview, _ = await self._overview(question)
        title = (await self.facts.areas()).title(question.area)
        mail = Mail(question, overview, title, recipient.language, self.overviews.policy, is_alert)
        paragraphs = mail.paragraphs(public_url)
        return ComposedNotice(
            recipient_name=recipient.office,
            recipient_address=recipient.address,
            language=recipient.language,
            subject=mail.subject,
            text="\n\n".join(paragraphs) + "\n",
            html="".join(f"<p>{escape(each).replace(chr(10), '<br>')}</p>" for each in paragraphs),
        )

    async def _overview(self, question: Question) -> tuple[Overview, date]:
        """And the day that it is made on."""
        universe = Universe(question.universe)
        state = await self.states.at(universe, None, now())
        overview = await self.overviews.of(state, universe, question.area)
        return overview, self.overviews.last_day(state) + timedelta(days=1)


@dataclass(frozen=True)
class Mail:
    question: Question
    overview: Overview
    area_title: Mapping[str, str]
    language: str
    policy: Any
    is_alert: bool

    @property
    def words(self) -> Mapping[str, Any]:
        words: Mapping[str, Any] = _words()[self.language]
        return words

    @property
    def area(self) -> str:
        title = self.area_title
        return title.get(self.language) or next(filter(None, title.values()), "") or self.question.area

    @property
    def subject(self) -> str:
        name = "subject_alert" if self.is_alert else "subject"
        said: str = self.words[name].format(area=self.area, title=self.question.title)
        return " ".join(said.split())

    def paragraphs(self, public_url: str) -> list[str]:
        now_, before = (period(each)[self.language] for each in (self.overview.period, self.overview.before))
        words = self.words
        address = URL(f"{public_url}/statistics").with_query(area=self.question.area, period=self.overview.period)
        return [
            *(
                [words["rules"][self.question.rule.name]]
                if self.is_alert and self.question.rule is not Rule.NONE
                else []
            ),
            words["intro"].format(area=self.area, period=now_, before=before),
            "\n".join(self._lines()),
            f"{words['link']}\n{address}",
            words["reason"].format(title=self.question.title),
        ]

    def _lines(self) -> list[str]:
        total = self.overview.total
        now_ = {
            f.measure: f for f in [*figures(total.now, self.policy), reach(total.now, total.residents, self.policy)]
        }
        before = {
            f.measure: f
            for f in [*figures(total.before, self.policy), reach(total.before, total.residents_before, self.policy)]
        }
        changes = {change.measure: change for change in self.overview.changes}
        hidden = self.words["hidden"]
        return [
            self.words["line"].format(
                measure=codes("MEASURE")[measure][self.language],
                now=now_[measure].value or hidden,
                before=before[measure].value or hidden,
                verdict=self._verdict(changes.get(measure)),
            )
            for measure in _MEASURES
        ]

    def _verdict(self, change: Change | None) -> str:
        if change is None or change.difference is None:
            return str(self.words["verdicts"]["NOT_COMPARED"])
        said = self.words["verdicts"][change.verdict.name]
        low, high = (rounded_text(each, 1) for each in (change.difference.low, change.difference.high))
        return f"{said}, {self.words['interval'].format(low=low, high=high)}"


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("question.toml").read_text(encoding="utf-8"))
