from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from dataclasses import replace
from typing import Any, cast

import grpc
import grpc.aio
import pytest
import structlog.testing
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from ieum.courses.v1.events_pb2 import CourseRetired
from ieum.people.v1 import people_pb2, people_pb2_grpc
from services.chassis import rpc
from services.chassis.config import Settings
from services.chassis.errors import Forbidden, Problem, Refused, Unauthenticated
from services.chassis.observability import trace
from services.chassis.principal import ANONYMOUS
from services.chassis.run import Frame
from services.chassis.signature import GATEWAY, Signer
from tests.service.chassis.board import ALICE, compose
from tests.service.conftest import ClientFor, StartService, eventually


async def test_a_problem_reaches_the_client_as_it_was_raised(
    start_service: StartService, client_for: ClientFor
) -> None:
    client = client_for(people_pb2_grpc.PeopleServiceStub, await start_service("people", compose), ALICE)
    with pytest.raises(Refused) as refused:
        await client.GetPerson(people_pb2.GetPersonRequest(name="refused"))
    assert (refused.value.reason, refused.value.field, refused.value.details) == (
        "NOT_TODAY",
        "name",
        {"day": "Monday"},
    )
    with pytest.raises(Problem) as broken:
        await client.GetPerson(people_pb2.GetPersonRequest(name="broken"))
    assert broken.value.reason == "INTERNAL"


async def test_a_call_without_a_principal_is_refused(
    start_service: StartService, client_for: ClientFor, settings: Settings
) -> None:
    address = await start_service("people", compose)
    forged = Signer(GATEWAY, bytes(32)).sign(ALICE, "people")
    async with rpc.channel(address) as channel:
        stub = people_pb2_grpc.PeopleServiceStub(channel)
        for metadata in ((), (("ieum-principal", forged),), (("ieum-principal", "nonsense"),)):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await stub.GetPerson(people_pb2.GetPersonRequest(), metadata=metadata)
            assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    with pytest.raises(Unauthenticated):
        await client_for(people_pb2_grpc.PeopleServiceStub, address, ANONYMOUS).SignOut(people_pb2.SignOutRequest())


async def test_a_trace_is_followed_through_call_and_event_in_the_logs(
    start_service: StartService, client_for: ClientFor
) -> None:
    heard = asyncio.Event()

    async def hear(event: CourseRetired) -> None:
        heard.set()

    async def speaking_and_listening(frame: Frame) -> None:
        await compose(frame)
        frame.hear("ieum.courses.v1", {CourseRetired: hear})

    address = await start_service("people", speaking_and_listening)
    with structlog.testing.capture_logs([with_trace]) as lines:
        with trace.following(None, "ask", "client") as begun:
            await client_for(people_pb2_grpc.PeopleServiceStub, address, ALICE).SignOut(
                people_pb2.SignOutRequest(token="whoever")
            )
        async with asyncio.timeout(10):
            await heard.wait()

        async def handled() -> bool:
            return {"call", "event handled"} <= {line["event"] for line in lines}

        await eventually(handled, "both logged")
    followed = [line for line in lines if line["event"] in ("call", "event handled")]
    assert {line["trace_id"] for line in followed} == {begun}
    assert "whoever" not in repr(lines)


def with_trace(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["trace_id"] = trace.trace_id()
    return event


async def test_a_token_opens_only_the_methods_of_its_scopes(start_service: StartService, client_for: ClientFor) -> None:
    address = await start_service("people", compose)
    token = replace(ALICE, token_scopes=("learning.write",))
    client = client_for(people_pb2_grpc.PeopleServiceStub, address, token)
    await client.SignOut(people_pb2.SignOutRequest(token="a"))
    with pytest.raises(Forbidden):
        await client.GetPerson(people_pb2.GetPersonRequest())


async def test_a_strangers_message_is_not_read(start_service: StartService) -> None:
    """Nothing of it arrives once the answer is there: the server's flow control never lets the whole of it in."""
    address = await start_service("people", compose)
    read: list[bytes] = []

    def serialize(part: bytes) -> bytes:
        read.append(part)
        return part

    async with rpc.channel(address) as channel:
        call: Any = channel.stream_unary("/ieum.people.v1.PeopleService/GetPerson", serialize)

        async def endless() -> AsyncIterator[bytes]:
            while len(read) < 400:
                yield bytes(1_000_000)

        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(endless(), timeout=10)
    # The client's own words, where it was writing when the answer came.
    written_too_late = refused.value.details() == "Internal error from Core"
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED or written_too_late
    assert len(read) < 40


async def test_nobody_is_told_the_methods_of_a_service(start_service: StartService, settings: Settings) -> None:
    for number, open_to_tools in enumerate((False, True)):
        given = settings.model_copy(update={"reflection": open_to_tools, "prefix": f"{settings.prefix}{number}"})
        address = await start_service("people", compose, given)
        async with rpc.channel(address) as channel:
            asked = reflection_pb2.ServerReflectionRequest(list_services="")
            if open_to_tools:
                stub: Any = reflection_pb2_grpc.ServerReflectionStub(cast(Any, channel))
                answers = stub.ServerReflectionInfo(iter([asked]))
                assert "PeopleService" in str([answer async for answer in answers])
            else:
                # Sent as a whole: a client that still writes when it is refused says an error of its own.
                method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
                call: Any = channel.unary_unary(method, reflection_pb2.ServerReflectionRequest.SerializeToString)
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await call(asked)
                assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
