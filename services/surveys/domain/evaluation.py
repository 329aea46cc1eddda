"""An evaluation: those who took part in a class, or completed a course, answer a few questions, sealed until the
count; then only figures and detached comments are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Missing, Refused
from services.surveys.domain.group_means import Group, group_means
from services.surveys.domain.questionnaire import FEWEST, QUESTIONS, Answers, Kind

_WINDOWS = {
    Kind.AT_THE_END: (timedelta(0), timedelta(weeks=3)),
    Kind.FOLLOW_UP: (timedelta(weeks=4), timedelta(weeks=8)),
}
"""When somebody may answer, counted from the end of the class or from their completion."""


class State(StrEnum):
    NEW = "new"  # not stored
    OPEN = "open"
    COUNTED = "counted"
    TOO_FEW = "too_few"
    VOID = "void"


class Decision(StrEnum):
    WAITING = "waiting"
    SHOWN = "shown"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Comment:
    """What somebody wrote, without anything of who."""

    id: str
    text: str
    decision: Decision = Decision.WAITING
    decided_by: str = ""


@dataclass(frozen=True)
class Subject:
    """What is evaluated. Without a class: the course, by those who completed it on their own in that month."""

    course: str
    month: str
    class_: str = ""
    centre: str = ""
    area: str = ""
    instructors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """`key_half` and `key_file` as with a poll. `counts` has for each question how many gave each grade."""

    id: str
    kind: Kind = Kind.AT_THE_END
    subject: Subject = Subject("", "")
    closes_at: datetime | None = None
    state: State = State.NEW
    created_at: datetime | None = None
    public_key: bytes = b""
    key_half: bytes = b""
    key_file: str = ""
    asked: int = 0
    answers: int = 0
    counts: tuple[tuple[int, ...], ...] = ()
    groups: tuple[Group, ...] = ()
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True)
class Ask:
    """One person is asked, and may answer until then."""

    id: str
    evaluation: str = ""
    person: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class EvaluationCounted:
    evaluation: Evaluation
    time: datetime


@dataclass(frozen=True)
class EvaluationAsked:
    ask: Ask
    evaluation: Evaluation
    time: datetime


Outcome = tuple[Evaluation, Sequence[EvaluationCounted]]
AskOutcome = tuple[Ask, Sequence[EvaluationAsked]]


def window(kind: Kind, since: datetime) -> tuple[datetime, datetime]:
    """From when until when somebody may answer who ended then."""
    begins, ends = _WINDOWS[kind]
    return since + begins, since + ends


def ended_within(kind: Kind, now: datetime) -> tuple[datetime, datetime]:
    """Whoever ended after the first and not after the second may answer now."""
    begins, ends = _WINDOWS[kind]
    return now - ends, now - begins


def create(evaluation: Evaluation, wanted: Evaluation, now: datetime) -> Outcome:
    """A repeat changes nothing."""
    if evaluation.state is State.NEW:
        return replace(wanted, state=State.OPEN, created_at=now), ()
    return evaluation, ()


def ask(ask: Ask, wanted: Ask, evaluation: Evaluation, now: datetime) -> AskOutcome:
    """Once for each person."""
    if ask.person:
        return ask, ()
    return wanted, (EvaluationAsked(wanted, evaluation, now),)


def require_open(evaluation: Evaluation, ask: Ask | None, now: datetime) -> None:
    if ask is None:
        raise Missing("EVALUATION_NOT_FOUND")
    if evaluation.state is not State.OPEN or ask.until is None or now >= ask.until:
        raise Refused("EVALUATION_CLOSED")


def finish(
    evaluation: Evaluation, asked: int, answers: Sequence[Answers], comments: Sequence[Comment], now: datetime
) -> Outcome:
    """Keeps figures and detached comments, and nothing where few answered."""
    if evaluation.state is not State.OPEN:
        return evaluation, ()
    after = replace(evaluation, key_half=b"", asked=asked, state=State.TOO_FEW)
    if len(answers) >= FEWEST:
        questions = range(len(QUESTIONS[evaluation.kind]))
        counts = tuple(
            tuple(sum(each.grades[question] == grade for each in answers) for grade in range(1, 6))
            for question in questions
        )
        after = replace(
            after,
            state=State.COUNTED,
            answers=len(answers),
            counts=counts,
            groups=tuple(group_means(answers)),
            comments=tuple(comments),
        )
    return after, (EvaluationCounted(after, now),)


def clear(evaluation: Evaluation) -> Outcome:
    """File and answers are gone."""
    return replace(evaluation, key_file=""), ()


def void(evaluation: Evaluation) -> Outcome:
    """The file with the other half of the key is lost."""
    lost = replace(evaluation, state=State.VOID, key_half=b"")
    return (lost if evaluation.state is State.OPEN else evaluation), ()


def decide(evaluation: Evaluation, comment: str, *, show: bool, by: str) -> Outcome:
    if comment not in {each.id for each in evaluation.comments}:
        raise Missing("COMMENT_NOT_FOUND")
    decision = Decision.SHOWN if show else Decision.HIDDEN
    comments = tuple(
        replace(each, decision=decision, decided_by=by) if each.id == comment else each for each in evaluation.comments
    )
    return replace(evaluation, comments=comments), ()
