"""The RPC door of saved questions. Each official has their own; what they may ask is what they may see."""

from __future__ import annotations

import hashlib

from google.protobuf.empty_pb2 import Empty

from ieum.statistics.v1 import questions_pb2 as pb
from ieum.statistics.v1 import questions_pb2_grpc, statistics_pb2
from services.chassis.clock import new_id, now, stamp
from services.chassis.errors import Exhausted, Invalid
from services.chassis.principal import acting
from services.statistics import authorisation
from services.statistics.areas.tree import AreaTree
from services.statistics.distribution import question as domain
from services.statistics.distribution.question import Question, Rule
from services.statistics.distribution.question_store import Questions
from services.statistics.distribution.store import Distribution
from services.statistics.facts.store import Facts
from services.statistics.figures.universe import Universe

_RULES = {number: Rule[name] for name, number in pb.Question.Rule.items() if number}
_RULE_NUMBERS = {rule: number for number, rule in _RULES.items()}


class QuestionService(questions_pb2_grpc.QuestionServiceServicer):
    def __init__(self, questions: Questions, distribution: Distribution, facts: Facts) -> None:
        self._questions = questions
        self._distribution = distribution
        self._facts = facts

    async def ListQuestions(self, request: pb.ListQuestionsRequest, context: object) -> pb.ListQuestionsResponse:
        authorisation.scopes_of(acting())
        owned = await self._questions.of_owner(acting().person)
        return pb.ListQuestionsResponse(questions=map(question_to_message, owned))

    async def SaveQuestion(self, request: pb.SaveQuestionRequest, context: object) -> pb.Question:
        tree = await self._facts.areas()
        given, owner = request.question, acting().person
        authorisation.require_area(acting(), tree, given.area)
        await self._require_office(tree, given)
        if len(await self._questions.of_owner(owner)) >= domain.MOST_QUESTIONS:
            raise Exhausted("QUESTIONS_TOO_MANY", max=domain.MOST_QUESTIONS)
        question = domain.check(
            Question(
                key=_key(owner, request.request_id),
                owner=owner,
                title=given.title,
                area=given.area,
                universe=(Universe.EMPLOYEE if given.universe == statistics_pb2.EMPLOYEE else Universe.RESIDENT).value,
                recipient=given.recipient,
                monthly=given.monthly,
                rule=_RULES.get(given.rule, Rule.NONE),
                created_at=now(),
            )
        )
        return question_to_message(await self._questions.add(question))

    async def DeleteQuestion(self, request: pb.DeleteQuestionRequest, context: object) -> Empty:
        authorisation.scopes_of(acting())
        await self._questions.remove(request.name.removeprefix("questions/"), acting().person)
        return Empty()

    async def _require_office(self, tree: AreaTree, given: pb.Question) -> None:
        """Its mails show live figures, so only an office whose own area has them gets any."""
        if not given.recipient:
            return
        recipient = await self._distribution.recipient(given.recipient)
        authorisation.require_area(acting(), tree, recipient.area)
        if recipient.removed or not tree.allows((recipient.area,), given.area):
            raise Invalid("QUESTION_RECIPIENT_ELSEWHERE", field="recipient")


def question_to_message(question: Question) -> pb.Question:
    return pb.Question(
        name=question.name,
        title=question.title,
        area=question.area,
        universe=statistics_pb2.EMPLOYEE if question.universe == Universe.EMPLOYEE else statistics_pb2.RESIDENT,
        recipient=question.recipient,
        monthly=question.monthly,
        rule=_RULE_NUMBERS.get(question.rule, pb.Question.RULE_UNSPECIFIED),
        create_time=stamp(question.created_at),
    )


def _key(owner: str, request_id: str) -> str:
    return hashlib.sha256(f"{owner}|{request_id}".encode()).hexdigest()[:24] if request_id else new_id()
