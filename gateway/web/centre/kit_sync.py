"""What was recorded on a device without network arrives here: marks go to classes, steps of learning to progress.

Sending again changes nothing: a mark is known by its number, and a step records what is so already.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from aiohttp import web
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.backend import learning
from gateway.backend.clients import CLIENTS, Clients
from gateway.backend.kits import run_of
from gateway.http.auth import signed_in
from gateway.web.course.kept_steps import Operation, Reasons, answered, read_batch, record, stamp_of, steps_of
from gateway.web.course.taken_along import refused
from ieum.classes.v1 import classes_pb2 as pb
from services.chassis.errors import Problem
from services.chassis.principal import SYSTEM, acting_as

routes = web.RouteTableDef()
_AT_ONCE = 8
"""People whose steps are recorded at the same time: pages of others are asked for meanwhile."""


@routes.post("/kit/{kit:[0-9a-z]{16}}/operations")
async def take(request: web.Request) -> web.Response:
    try:
        signed_in(request)
        return answered(request, await _take(request))
    except Problem as problem:
        return refused(request, problem)


async def _take(request: web.Request) -> Reasons:
    sent, operations, reasons = await read_batch(request)
    call = pb.SyncKitRequest(
        name=f"kits/{request.match_info['kit']}",
        send_time=stamp_of(sent),
        operations=[_to_message(each) for each in operations],
    )
    clients = request.app[CLIENTS]
    answer = await clients.classes.SyncKit(call)
    reasons |= {verdict.number: verdict.reason for verdict in answer.verdicts}
    return reasons | await _learn(clients, answer, operations)


def _to_message(operation: Operation) -> pb.KitOperation:
    message = pb.KitOperation(number=operation.n, wall_time=stamp_of(operation.wall), application=operation.application)
    if operation.kind == "mark":
        # A session 0 is none: it is refused as unknown.
        message.session, message.filled = operation.session or -1, operation.filled
        message.attended = pb.Attended.ValueType(operation.attended)
        if operation.minutes is not None:
            message.minutes = operation.minutes
    return message


async def _learn(clients: Clients, answer: pb.SyncKitResponse, operations: Sequence[Operation]) -> Reasons:
    """Hands each person's steps to progress, in their order."""
    by_number = {each.n: each for each in operations}
    of_person: dict[str, list[tuple[Operation, Timestamp]]] = defaultdict(list)
    for verdict in answer.verdicts:
        if verdict.person:
            of_person[verdict.person].append((by_number[verdict.number], verdict.time))
    limit = asyncio.Semaphore(_AT_ONCE)
    recorded = [_record(clients, limit, person, answer.course, kept) for person, kept in of_person.items()]
    return {number: reason for each in await asyncio.gather(*recorded) for number, reason in each.items()}


async def _record(
    clients: Clients,
    limit: asyncio.Semaphore,
    person: str,
    course: str,
    kept: Sequence[tuple[Operation, Timestamp]],
) -> Reasons:
    async with limit:
        run = await run_of(clients, person, course)
        if run is None:
            return {operation.n: "ENROLLMENT_NOT_FOUND" for operation, _ in kept}
        content = await clients.contents.for_learners(f"{run.course}/versions/{run.version}")
        steps, reasons = steps_of(content, kept)
        with acting_as(SYSTEM):
            return reasons | await record(clients, learning.progress_name(run.enrollment), steps)
