"""Equality answers: each optional, kept apart from the account, seen by nobody but who gave them."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from gateway.api.operation import Table
from gateway.api.people import person_name
from gateway.api.schemas import Body, JsonAnswer, Moment, Shape, read, write
from gateway.backend.clients import CLIENTS
from ieum.people.v1 import people_pb2

table = Table("equality answers")

Sex = Literal["FEMALE", "MALE", "OTHER_SEX"]
TargetGroup = Literal["DISABILITY", "LOW_INCOME", "FARMER_FISHER", "DEFECTOR", "MARRIAGE_MIGRANT"]


class EqualityAnswers(Shape):
    name: str
    birth_year: int = 0
    sex: Sex | None = None
    groups: list[TargetGroup] = []
    groups_answered: bool = False
    update_time: Moment | None = None


class GivenAnswers(Body):
    birth_year: Annotated[int, Field(ge=0, le=9999, description="0: not answered")] = 0
    sex: Sex | None = None
    groups: list[TargetGroup] = []
    groups_answered: Annotated[bool, Field(description="False: not answered, which differs from none of these")] = False


@table("GET", "/people/{person}/equalityAnswers", "One's own answers")
async def get_equality_answers(request: web.Request) -> JsonAnswer[EqualityAnswers]:
    message = people_pb2.GetEqualityAnswersRequest(name=f"{person_name(request)}/equalityAnswers")
    return read(EqualityAnswers, await request.app[CLIENTS].people.GetEqualityAnswers(message))


@table("PUT", "/people/{person}/equalityAnswers", "Replace one's own answers")
async def update_equality_answers(request: web.Request, body: GivenAnswers) -> JsonAnswer[EqualityAnswers]:
    answers = people_pb2.EqualityAnswers(name=f"{person_name(request)}/equalityAnswers")
    message = people_pb2.UpdateEqualityAnswersRequest(answers=write(body, answers))
    return read(EqualityAnswers, await request.app[CLIENTS].people.UpdateEqualityAnswers(message))
