"""Connections between the gateway and services: they end of old age unnoticed, and health is asked in the open."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from deploy.place import _free_port
from services.chassis import rpc, run
from services.chassis.signature import GATEWAY, Signer, Verifier


class Noting(health.aio.HealthServicer):
    def __init__(self) -> None:
        super().__init__()
        self.peers: set[str] = set()

    async def Check(  # noqa: N802 - its name on the wire
        self, request: health_pb2.HealthCheckRequest, context: Any
    ) -> health_pb2.HealthCheckResponse:
        self.peers.add(context.peer())
        return await super().Check(request, context)


async def check(channel: grpc.aio.Channel) -> int:
    stub: Any = health_pb2_grpc.HealthStub(channel)
    answer: health_pb2.HealthCheckResponse = await stub.Check(health_pb2.HealthCheckRequest(), timeout=5)
    return answer.status


class Leaving(Noting):
    """Drops the first call, as a service does whose time is over."""

    async def Check(  # noqa: N802 - its name on the wire
        self, request: health_pb2.HealthCheckRequest, context: Any
    ) -> health_pb2.HealthCheckResponse:
        if not self.peers:
            self.peers.add(context.peer())
            await context.abort(grpc.StatusCode.CANCELLED, "")
        return await super().Check(request, context)


async def test_a_call_that_a_leaving_service_dropped_is_made_again() -> None:
    opened = rpc.server(Verifier("health", {}), {})
    health_pb2_grpc.add_HealthServicer_to_server(Leaving(), opened)
    port = rpc.open_port(opened, "127.0.0.1:0", None)
    await opened.start()
    async with rpc.channel(f"127.0.0.1:{port}") as channel:
        client: Any = rpc.client(health_pb2_grpc.HealthStub, channel, Signer(GATEWAY, bytes(32)), "health")
        answer = await client.Check(health_pb2.HealthCheckRequest())
    await opened.stop(None)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_connection_ends_of_old_age_and_no_call_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    age = [("grpc.max_connection_age_ms", 100), ("grpc.max_connection_age_grace_ms", 2_000)]
    monkeypatch.setattr(rpc, "_CONNECTION_AGE", age)
    opened, noting = rpc.server(Verifier("health", {}), {}), Noting()
    health_pb2_grpc.add_HealthServicer_to_server(noting, opened)
    port = rpc.open_port(opened, "127.0.0.1:0", None)
    await opened.start()
    async with rpc.channel(f"127.0.0.1:{port}") as channel:

        async def caller() -> None:
            while len(noting.peers) < 4:
                assert await check(channel) == health_pb2.HealthCheckResponse.SERVING
                await asyncio.sleep(0)

        async with asyncio.timeout(10):
            await asyncio.gather(*(caller() for _ in range(8)))
    await opened.stop(None)


async def test_health_is_told_in_the_open_where_wanted_and_nothing_else_is() -> None:
    address = f"127.0.0.1:{_free_port(set())}"
    checks = health.aio.HealthServicer()
    async with run._open_health(checks, address), rpc.channel(address) as channel:
        assert await check(channel) == health_pb2.HealthCheckResponse.SERVING
        await checks.enter_graceful_shutdown()
        assert await check(channel) == health_pb2.HealthCheckResponse.NOT_SERVING
        call: Any = channel.unary_unary("/ieum.people.v1.PeopleService/GetPerson")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(b"")
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    async with run._open_health(checks, ""):
        pass
