"""A question that an official saved: an area's overview, mailed each month or when something turns.

A mail asks for what is shown when it goes out, so no figure is stored here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.chassis.errors import Invalid
from services.statistics.figures.differences import Verdict
from services.statistics.live.domain.overview import Overview

LONGEST_TITLE = 100
MOST_QUESTIONS = 50
"""Of one official."""
KEY = "question"
"""With which the key of each notice begins, so that summaries and questions are told apart."""


class Rule(StrEnum):
    """When an alert goes out, once for each quarter: judged by the intervals of the overview."""

    NONE = ""
    FEWER_PEOPLE = "fewer people"
    LOWER_RATE = "lower rate"
    OLDER_BEHIND = "older behind"
    PLACE_BEHIND = "place behind"

    def holds(self, overview: Overview) -> bool:
        changes = {change.measure: change.verdict for change in overview.changes}
        match self:
            case Rule.FEWER_PEOPLE:
                return changes.get("EPR") is Verdict.LESS
            case Rule.LOWER_RATE:
                return changes.get("CPR") is Verdict.LESS
            case Rule.OLDER_BEHIND:
                older = [each for each in overview.groups if each.code == "Y_GE65"]
                return any(Verdict.LESS in (each.reach, each.completing) for each in older)
            case Rule.PLACE_BEHIND:
                return any(Verdict.LESS in (each.reach, each.completing) for each in overview.areas)
        return False


@dataclass(frozen=True, slots=True)
class Question:
    """`owner` "people/{id}"; `recipient` the office that gets its mails, "" for none; `mailed` the last month that a
    mail was asked for, `alerted` the last quarter."""

    key: str
    owner: str
    title: str
    area: str
    universe: str
    recipient: str
    monthly: bool
    rule: Rule
    created_at: datetime
    mailed: str = ""
    alerted: str = ""

    @property
    def name(self) -> str:
        return f"questions/{self.key}"


@dataclass(frozen=True, slots=True)
class MailAsked:
    """The notices service is asked to send it."""

    request: str
    at: datetime


Outcome = tuple[Question, list[MailAsked]]


def check(question: Question) -> Question:
    """With superfluous spaces removed. Raises Invalid for the first field that cannot be accepted."""
    title = " ".join(question.title.split())
    if not title:
        raise Invalid("QUESTION_TITLE_MISSING", field="title")
    if len(title) > LONGEST_TITLE:
        raise Invalid("QUESTION_TITLE_TOO_LONG", field="title", max=LONGEST_TITLE)
    if (question.monthly or question.rule) and not question.recipient:
        raise Invalid("QUESTION_RECIPIENT_MISSING", field="recipient")
    return replace(question, title=title)


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def mail(question: Question, day: date, now: datetime) -> Outcome:
    """Asks for the month's mail, once; the month in which the question was saved has none."""
    month = month_of(day)
    if not question.monthly or month <= (question.mailed or month_of(question.created_at.date())):
        return question, []
    return replace(question, mailed=month), [MailAsked(request_key(question, f"m{month}"), now)]


def alert(question: Question, overview: Overview, now: datetime) -> Outcome:
    """Asks for the mail of a quarter in which the rule holds, once."""
    if overview.period <= question.alerted or not question.rule.holds(overview):
        return question, []
    return replace(question, alerted=overview.period), [MailAsked(request_key(question, f"a{overview.period}"), now)]


def request_key(question: Question, occasion: str) -> str:
    return f"{KEY}.{question.key}.{occasion}"


def parse_request_key(request: str) -> tuple[str, bool]:
    """Key of the question, and whether its rule was the occasion; "" where the key is none of ours."""
    kind, _, rest = request.partition(".")
    key, _, occasion = rest.partition(".")
    return (key, occasion.startswith("a")) if kind == KEY else ("", False)
