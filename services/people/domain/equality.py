"""Voluntary answers about age, sex and target groups, which people may change and withdraw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.chassis.errors import Invalid, Refused

EARLIEST_BIRTH_YEAR = 1900


class Sex(StrEnum):
    UNANSWERED = ""
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Group(StrEnum):
    DISABILITY = "disability"
    LOW_INCOME = "low_income"
    FARMER_FISHER = "farmer_fisher"
    DEFECTOR = "defector"
    MARRIAGE_MIGRANT = "marriage_migrant"


@dataclass(frozen=True)
class Answers:
    birth_year: int = 0
    sex: Sex = Sex.UNANSWERED
    groups: tuple[Group, ...] = ()
    groups_answered: bool = False
    """Tells "none of these" from no answer."""


@dataclass(frozen=True)
class Card:
    """The answers of one pseudonym. A closed one belongs to somebody erased and stays blank for ever."""

    answers: Answers = Answers()
    update_time: datetime | None = None
    closed: bool = False


@dataclass(frozen=True)
class AnswersGiven:
    answers: Answers
    time: datetime


def answer(card: Card, answers: Answers, now: datetime) -> tuple[Card, list[AnswersGiven]]:
    if card.closed:
        raise Refused("PERSON_ERASED")
    if answers.birth_year and not EARLIEST_BIRTH_YEAR <= answers.birth_year <= now.year:
        raise Invalid("BIRTH_YEAR_INVALID", field="birth_year", min=EARLIEST_BIRTH_YEAR, max=now.year)
    if answers.groups and not answers.groups_answered:
        raise Invalid("GROUPS_CONTRADICT", field="groups_answered")
    groups = tuple(group for group in Group if group in answers.groups)
    tidy = Answers(answers.birth_year, answers.sex, groups, answers.groups_answered)
    if tidy == card.answers:
        return card, []
    return Card(tidy, now), [AnswersGiven(tidy, now)]


def close(card: Card, now: datetime) -> tuple[Card, list[AnswersGiven]]:
    """Announces blank answers with a newer revision, so that consumers drop the old ones in any order of events."""
    if card.closed:
        return card, []
    return Card(update_time=now, closed=True), [AnswersGiven(Answers(), now)]
