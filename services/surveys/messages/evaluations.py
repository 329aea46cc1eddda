"""Evaluations between protobuf and the domain."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime

from google.protobuf.message import Message

from ieum.surveys.v1 import evaluations_pb2 as pb
from ieum.surveys.v1 import events_pb2
from services.chassis.clock import stamp
from services.chassis.errors import Invalid, Missing
from services.surveys.domain.evaluation import (
    Comment,
    Decision,
    Evaluation,
    EvaluationAsked,
    EvaluationCounted,
    Subject,
)
from services.surveys.domain.group_means import Group
from services.surveys.domain.questionnaire import QUESTIONS, AgeBand, Answers, Kind, Sex

_NAME = re.compile(r"evaluations/([a-z2-7]{16})")
_COMMENT = re.compile(r"evaluations/([a-z2-7]{16})/comments/([0-9a-z]{16})")
_AGES = {age: pb.AgeBand.Value(age.name) for age in AgeBand if age} | {AgeBand.UNANSWERED: pb.AGE_BAND_UNSPECIFIED}
_SEXES = {
    Sex.UNANSWERED: pb.RESPONDENT_SEX_UNSPECIFIED,
    Sex.WOMAN: pb.WOMAN,
    Sex.MAN: pb.MAN,
}


def evaluation_key_of(kind: Kind, subject: Subject) -> str:
    """The same in every process that finds a class over."""
    about = subject.class_ or f"{subject.course}/{subject.month}"
    digest = hashlib.sha256(f"{kind}|{about}".encode()).digest()
    return base64.b32encode(digest)[:16].decode().lower()


def evaluation_name(key: str) -> str:
    return f"evaluations/{key}"


def evaluation_key(name: str) -> str:
    match = _NAME.fullmatch(name)
    if not match:
        raise Missing("EVALUATION_NOT_FOUND")
    return match[1]


def comment_key(name: str) -> tuple[str, str]:
    """Of the evaluation, and of the comment in it."""
    match = _COMMENT.fullmatch(name)
    if not match:
        raise Missing("COMMENT_NOT_FOUND")
    return match[1], match[2]


def answers_from_message(request: pb.AnswerEvaluationRequest) -> Answers:
    ages, sexes = {number: age for age, number in _AGES.items()}, {number: sex for sex, number in _SEXES.items()}
    if request.age not in ages:
        raise Invalid("VALUE_UNKNOWN", field="age")
    if request.sex not in sexes:
        raise Invalid("VALUE_UNKNOWN", field="sex")
    return Answers(tuple(request.grades), ages[request.age], sexes[request.sex], request.comment)


def evaluation_to_message(
    evaluation: Evaluation, *, until: datetime | None, answered: bool, readable: bool, moderated: bool
) -> pb.Evaluation:
    subject = evaluation.subject
    message = pb.Evaluation(
        name=evaluation_name(evaluation.id),
        kind=pb.EvaluationKind.Value(evaluation.kind.name),
        course=subject.course,
        class_name=subject.class_,
        centre=subject.centre,
        area=subject.area,
        month=subject.month,
        close_time=stamp(evaluation.closes_at),
        state=pb.EvaluationState.Value(f"EVALUATION_{evaluation.state.name}"),
        questions=QUESTIONS[evaluation.kind],
        answer_until=stamp(until),
        answered=answered,
        readable=readable,
        moderated=moderated,
    )
    if readable:
        message.asked, message.answers = evaluation.asked, evaluation.answers
        message.counts.extend(_counts(evaluation))
        message.groups.extend(map(_group, evaluation.groups))
        shown = (each for each in evaluation.comments if moderated or each.decision is Decision.SHOWN)
        message.comments.extend(_comment(evaluation, each) for each in shown)
    return message


def _counts(evaluation: Evaluation) -> list[pb.GradeCounts]:
    pairs = zip(QUESTIONS[evaluation.kind], evaluation.counts, strict=False)
    return [pb.GradeCounts(question=question, counts=counts) for question, counts in pairs]


def _group(group: Group) -> pb.GroupMeans:
    return pb.GroupMeans(age=_AGES[group.age], sex=_SEXES[group.sex], answers=group.answers, means=group.means)


def _comment(evaluation: Evaluation, comment: Comment) -> pb.Comment:
    return pb.Comment(
        name=f"{evaluation_name(evaluation.id)}/comments/{comment.id}",
        text=comment.text,
        state=pb.CommentState.Value(f"COMMENT_{comment.decision.name}"),
    )


def announcement(event: EvaluationAsked | EvaluationCounted, key: str, revision: int) -> Message:
    evaluation, subject = event.evaluation, event.evaluation.subject
    name, kind = evaluation_name(evaluation.id), pb.EvaluationKind.Value(evaluation.kind.name)
    if isinstance(event, EvaluationAsked):
        return events_pb2.EvaluationAsked(
            evaluation=name,
            kind=kind,
            person=event.ask.person,
            course=subject.course,
            class_name=subject.class_,
            until=stamp(event.ask.until),
            revision=revision,
            time=stamp(event.time),
        )
    return events_pb2.EvaluationCounted(
        evaluation=name,
        kind=kind,
        course=subject.course,
        class_name=subject.class_,
        centre=subject.centre,
        area=subject.area,
        month=subject.month,
        asked=evaluation.asked,
        answers=evaluation.answers,
        counts=_counts(evaluation),
        revision=revision,
        time=stamp(event.time),
    )
