"""What a device recorded without network, as it sends it: each operation is read by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from aiohttp import web
from google.protobuf.timestamp_pb2 import Timestamp
from multidict import MultiDict
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.backend import learning
from gateway.backend.clients import Clients
from gateway.html.render import PAGE
from gateway.http import errors
from gateway.web.course import question_form
from gateway.web.course.screen import find_screen
from ieum.courses.v1.content_pb2 import Content
from ieum.progress.v1.progress_pb2 import AnswerItem, OpenScreen, RecordProgressRequest, Step
from services.chassis.clock import stamp
from services.chassis.errors import Invalid, Problem, Refused

_LATEST_MS = 4_000_000_000_000
Ms = Field(ge=1, le=_LATEST_MS)
_STEPS_AT_ONCE = 200
_MALFORMED = "OPERATION_MALFORMED"
Reasons = dict[int, str]
"""By an operation's number why it is refused; "" for what is taken."""


class Operation(BaseModel):
    """As the device stores it; what an earlier version of the app has stored is still read."""

    model_config = ConfigDict(extra="ignore")
    n: int = Field(ge=1, le=1_000_000)
    kind: Literal["mark", "screen", "answer"]
    wall: int = Ms
    application: str = Field(default="", max_length=60)
    session: int = Field(default=0, ge=0, le=1_000)
    attended: int = Field(default=0, ge=0, le=10)
    minutes: int | None = Field(default=None, ge=0, le=10_000)
    filled: bool = False
    lesson: str = Field(default="", max_length=100)
    screen: str = Field(default="", max_length=200)
    attempt: int = Field(default=0, ge=0, le=10_000)
    fields: list[tuple[str, str]] = Field(default=[], max_length=200)


class _Batch(BaseModel):
    sent: int = Ms
    operations: list[dict[str, Any]] = Field(max_length=1_000)


async def read_batch(request: web.Request) -> tuple[int, list[Operation], Reasons]:
    """When it was sent by the device's clock, what can be read of it, and what cannot."""
    try:
        batch = _Batch.model_validate_json(await request.read())
    except ValidationError as error:
        raise Invalid("REQUEST_MALFORMED") from error
    reasons: Reasons = {}
    operations: list[Operation] = []
    for each in batch.operations:
        try:
            operations.append(Operation.model_validate(each))
        except ValidationError:
            number = each.get("n")
            reasons[number if isinstance(number, int) else 0] = _MALFORMED
    return batch.sent, operations, reasons


def answered(request: web.Request, reasons: Reasons) -> web.Response:
    """Of each operation whether it was taken; the device keeps what has no answer."""
    locale = request[PAGE].locale
    results = [
        {"n": number, "taken": not reason, "words": errors.message(locale, Refused(reason)) if reason else ""}
        for number, reason in reasons.items()
    ]
    return web.json_response({"results": results})


def stamp_of(milliseconds: int) -> Timestamp | None:
    return stamp(datetime.fromtimestamp(milliseconds / 1000, UTC))


def steps_of(
    content: Content, operations: Sequence[tuple[Operation, Timestamp]]
) -> tuple[list[tuple[int, Step]], Reasons]:
    """The steps by their numbers, and why others are none."""
    reasons: Reasons = {}
    steps: list[tuple[int, Step]] = []
    for operation, time in operations:
        try:
            steps.append((operation.n, _step(content, operation, time)))
        except Problem as problem:
            reasons[operation.n] = problem.reason
    return steps, reasons


async def record(clients: Clients, name: str, steps: Sequence[tuple[int, Step]]) -> Reasons:
    """Records them on the progress of this name. What was answered already stands, as it does with network."""
    reasons: Reasons = {}
    for at in range(0, len(steps), _STEPS_AT_ONCE):
        part = steps[at : at + _STEPS_AT_ONCE]
        recorded = await learning.record(clients, RecordProgressRequest(name=name, steps=[step for _, step in part]))
        for (number, _), result in zip(part, recorded.results, strict=True):
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
    given = AnswerItem(lesson=operation.lesson, quiz=quiz, item=item.id, attempt=operation.attempt, answer=answer)
    return Step(answer_item=given, time=time)
