# ruff: noqa: N802 - gRPC method names are the contract's
"""Evaluations: who was asked answers, staff read what was counted."""

from __future__ import annotations

from functools import partial

from ieum.surveys.v1 import evaluations_pb2 as pb
from ieum.surveys.v1.events_pb2 import CommentDecided
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Missing
from services.chassis.principal import caller
from services.chassis.store.paging import page_size
from services.surveys import authorisation
from services.surveys.domain import evaluation as rules
from services.surveys.domain import questionnaire, sealing
from services.surveys.domain.evaluation import Evaluation, State
from services.surveys.messages.evaluations import (
    answers_from_message,
    comment_key,
    evaluation_key,
    evaluation_to_message,
)
from services.surveys.service.base import Methods


class EvaluationMethods(Methods):
    async def GetEvaluation(self, request: pb.GetEvaluationRequest, context: object) -> pb.Evaluation:
        evaluation = await self._store.evaluations.get(evaluation_key(request.name))
        message = await self._message(evaluation)
        if not message.readable and not message.HasField("answer_until"):
            raise Missing("EVALUATION_NOT_FOUND")
        return message

    async def ListEvaluations(self, request: pb.ListEvaluationsRequest, context: object) -> pb.ListEvaluationsResponse:
        person, evaluations = caller().require_person(), self._store.evaluations
        if request.managed:
            condition = await authorisation.readable(self._store.areas, caller())
            found, token = await evaluations.page(condition, page_size(request.page_size), request.page_token)
            return pb.ListEvaluationsResponse(
                evaluations=[await self._message(each) for each in found], next_page_token=token
            )
        mine = [await evaluations.find(each.evaluation) for each in await evaluations.asked_of(person, now())]
        still_open = [each for each in mine if each and each.state is State.OPEN]
        return pb.ListEvaluationsResponse(evaluations=[await self._message(each) for each in still_open])

    async def AnswerEvaluation(
        self, request: pb.AnswerEvaluationRequest, context: object
    ) -> pb.AnswerEvaluationResponse:
        person, moment = caller().require_person(), now()
        evaluation = await self._store.evaluations.get(evaluation_key(request.name))
        rules.require_open(evaluation, await self._store.evaluations.find_ask(evaluation.id, person), moment)
        answers = questionnaire.checked(answers_from_message(request), evaluation.kind)
        sealed = sealing.seal_content(evaluation.public_key, questionnaire.packed(answers))
        await self._store.evaluations.answers.put(evaluation.id, person, sealed)
        return pb.AnswerEvaluationResponse()

    async def DecideComment(self, request: pb.DecideCommentRequest, context: object) -> pb.Evaluation:
        key, comment = comment_key(request.name)
        evaluation = await self._store.evaluations.get(key)
        if not await authorisation.moderates(self._store.areas, caller(), evaluation.subject):
            raise Forbidden("NOT_MODERATOR")
        verb = partial(rules.decide, comment=comment, show=request.show, by=caller().person)
        decided = await self._store.evaluations.change(key, verb)
        event = CommentDecided(evaluation=f"evaluations/{key}", comment=request.name, shown=request.show)
        await self._audit.publish(event)
        return await self._message(decided)

    async def _message(self, evaluation: Evaluation) -> pb.Evaluation:
        principal, subject = caller(), evaluation.subject
        person = principal.require_person()
        asked = await self._store.evaluations.find_ask(evaluation.id, person)
        return evaluation_to_message(
            evaluation,
            until=asked.until if asked else None,
            answered=asked is not None and await self._store.evaluations.answers.has(evaluation.id, person),
            readable=await authorisation.reads(self._store.areas, principal, subject),
            moderated=await authorisation.moderates(self._store.areas, principal, subject),
        )
