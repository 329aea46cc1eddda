"""What was recorded on a device without network arrives here: marks go to classes, steps of learning to progress.

Sending again changes nothing: a mark is known by its number, and a step records what is so already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from aiohttp import web
from google.protobuf.timestamp_pb2 import Timestamp
from multidict import MultiDict
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.backend import learning
from gateway.backend.clients import CLIENTS, Clients
from gateway.backend.kits import run_of
from gateway.html.render import PAGE
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.web.centre.kit_content import refused
from gateway.web.course import question_form
from gateway.web.course.screen import find_screen
from ieum.classes.v1 import classes_pb2 as pb
from ieum.courses.v1.content_pb2 import Content
from ieum.progress.v1.progress_pb2 import AnswerItem, OpenScreen, RecordProgressRequest, Standing, Step
from services.chassis.clock import stamp
from services.chassis.errors import Invalid, Problem, Refused
from services.chassis.principal import SYSTEM, acting_as

routes = web.RouteTableDef()
_LATEST_MS = 4_000_000_000_000
Ms = Field(ge=0, le=_LATEST_MS)
_MALFORMED = "OPERATION_MALFORMED"


class Operation(BaseModel):
    """As the device stores it; what an earlier version of the app has stored is still read."""

    model_config = ConfigDict(extra="ignore")
    n: int = Field(ge=1, le=1_000_000)
    kind: Literal["mark", "screen", "answer"]
    wall: int = Ms
    application: str = Field(max_length=60)
    session: int = Field(default=0, ge=0, le=1_000)
    attended: int = Field(default=0, ge=0, le=10)
    minutes: int | None = Field(default=None, ge=0, le=10_000)
    filled: bool = False
    lesson: str = Field(default="", max_length=100)
    screen: str = Field(default="", max_length=200)
    attempt: int = Field(default=0, ge=0, le=10_000)
    fields: list[tuple[str, str]] = Field(default=[], max_length=200)


class Batch(BaseModel):
    sent: int = Ms
    operations: list[dict[str, Any]] = Field(max_length=200)


@routes.post("/kit/{kit:[0-9a-z]{16}}/operations")
async def take(request: web.Request) -> web.Response:
    """Answers for each operation whether it was taken; the device keeps what has no answer."""
    try:
        signed_in(request)
        return web.json_response({"results": await _take(request)})
    except Problem as problem:
        return refused(request, problem)


async def _take(request: web.Request) -> list[dict[str, Any]]:
    try:
        batch = Batch.model_validate_json(await request.read())
    except ValidationError as error:
        raise Invalid("REQUEST_MALFORMED") from error
    reasons: dict[int, str] = {}
    operations: list[Operation] = []
    for each in batch.operations:
        try:
            operations.append(Operation.model_validate(each))
        except ValidationError:
            number = each.get("n")
            reasons[number if isinstance(number, int) else 0] = _MALFORMED
    clients, name = request.app[CLIENTS], f"kits/{request.match_info['kit']}"
    call = pb.SyncKitRequest(
        name=name, send_time=_stamp(batch.sent), operations=[_to_message(each) for each in operations]
    )
    answer = await clients.classes.SyncKit(call)
    reasons |= {verdict.number: verdict.reason for verdict in answer.verdicts}
    reasons |= await _learn(clients, answer, operations)
    locale = request[PAGE].locale
    return [
        {"n": number, "taken": not reason, "words": errors.message(locale, Refused(reason)) if reason else ""}
        for number, reason in reasons.items()
    ]


def _to_message(operation: Operation) -> pb.KitOperation:
    message = pb.KitOperation(number=operation.n, wall_time=_stamp(operation.wall), application=operation.application)
    if operation.kind == "mark":
        # A session 0 is none: it is refused as unknown.
        message.session, message.filled = operation.session or -1, operation.filled
        message.attended = pb.Attended.ValueType(operation.attended)
        if operation.minutes is not None:
            message.minutes = operation.minutes
    return message


def _stamp(milliseconds: int) -> Timestamp | None:
    return stamp(datetime.fromtimestamp(max(milliseconds, 1) / 1000, UTC))


async def _learn(clients: Clients, answer: pb.SyncKitResponse, operations: Sequence[Operation]) -> dict[int, str]:
    """Hands each person's steps to progress, in their order. Why those that are refused are, by number."""
    by_number = {each.n: each for each in operations}
    of_person: dict[str, list[tuple[Operation, Timestamp]]] = defaultdict(list)
    for verdict in answer.verdicts:
        if verdict.person:
            of_person[verdict.person].append((by_number[verdict.number], verdict.time))
    reasons: dict[int, str] = {}
    for person, steps in of_person.items():
        run = await run_of(clients, person, answer.course)
        if run:
            reasons |= await _record(clients, run, steps)
        else:
            reasons |= {operation.n: "ENROLLMENT_NOT_FOUND" for operation, _ in steps}
    return reasons


async def _record(
    clients: Clients, run: Standing, operations: Sequence[tuple[Operation, Timestamp]]
) -> Mapping[int, str]:
    content = await clients.contents.for_learners(f"{run.course}/versions/{run.version}")
    reasons: dict[int, str] = {}
    steps: list[tuple[int, Step]] = []
    for operation, time in operations:
        try:
            steps.append((operation.n, _step(content, operation, time)))
        except Problem as problem:
            reasons[operation.n] = problem.reason
    if steps:
        request = RecordProgressRequest(name=learning.progress_name(run.enrollment), steps=[step for _, step in steps])
        with acting_as(SYSTEM):
            recorded = await learning.record(clients, request)
        for (number, _), result in zip(steps, recorded.results, strict=True):
            # Answered already stands, as it does with network.
            reasons[number] = "" if result.accepted or result.already_answered else result.reason
    return reasons


def _step(content: Content, operation: Operation, time: Timestamp) -> Step:
    if operation.kind == "screen":
        return Step(open_screen=OpenScreen(lesson=operation.lesson, screen=operation.screen), time=time)
    place = find_screen(content, operation.lesson, operation.screen)
    if place.quiz is None:
        raise Refused("SCREEN_UNKNOWN")
    quiz, questions = place.quiz
    item = next(each for each in questions.items if each.id == place.screen.item)
    answer = question_form.answer_of(item, MultiDict(operation.fields))
    answered = AnswerItem(lesson=operation.lesson, quiz=quiz, item=item.id, attempt=operation.attempt, answer=answer)
    return Step(answer_item=answered, time=time)
