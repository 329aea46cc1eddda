"""How each kind of process shows that it does its work: one look each, which raises while it does not."""

from __future__ import annotations

from typing import Any

import aiohttp
import nats
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from services.chassis import rpc, tls
from services.chassis.tls import Identity

REPLICA_SET = "ieum"
NOT_YET_INITIALIZED = 94
LOOK = 5.0
"""Seconds that one look may take."""


ELECTION_MILLISECONDS = 2000
"""How long the others wait for a silent primary. MongoDB's ten seconds are meant for wide networks."""


class NotReady(Exception):
    pass


async def mongod_is_primary(port: int, **how: Any) -> None:
    """Also makes the replica set on the first look, and lets it follow a changed port. `how` to speak with it.

    The client is thrown away: one that met the server before its set was initiated never gets sessions.
    """
    member = f"127.0.0.1:{port}"
    async with AsyncMongoClient[dict[str, Any]](
        member, directConnection=True, serverSelectionTimeoutMS=500, timeoutMS=int(LOOK * 1000), **how
    ) as client:
        hello = await client.admin.command("hello")
        if hello.get("isWritablePrimary") and hello.get("me") == member:
            return
        try:
            config = (await client.admin.command("replSetGetConfig"))["config"]
        except OperationFailure as error:
            if error.code != NOT_YET_INITIALIZED:
                raise
            one = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": member}]}
            await client.admin.command("replSetInitiate", one)
        else:
            if config["members"][0]["host"] != member:
                config["members"][0]["host"] = member
                config["version"] += 1
                await client.admin.command("replSetReconfig", config, force=True)
    raise NotReady(f"mongod on {member} is not primary yet")


async def mongod_is_member(number: int, members: tuple[str, ...]) -> None:
    """One of several, of which one is primary. The first of them makes the set, once all of them are there."""
    me = members[number]
    async with AsyncMongoClient[dict[str, Any]](
        me, directConnection=True, serverSelectionTimeoutMS=500, timeoutMS=int(LOOK * 1000)
    ) as client:
        hello = await client.admin.command("hello")
        if (hello.get("isWritablePrimary") or hello.get("secondary")) and hello.get("primary"):
            return
        if "setName" not in hello and number == 0:
            named = [{"_id": place, "host": member} for place, member in enumerate(members)]
            settings = {"electionTimeoutMillis": ELECTION_MILLISECONDS, "heartbeatTimeoutSecs": 2}
            await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": named, "settings": settings})
    raise NotReady(f"mongod on {me} follows no primary yet")


async def replica_set_answers(url: str) -> None:
    """For a MongoDB that is somebody else's: it must be there, and a replica set, because Ieum uses transactions."""
    async with AsyncMongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=int(LOOK * 1000)) as client:
        if "setName" not in await client.admin.command("hello"):
            raise NotReady("it is no replica set, and Ieum needs transactions")


async def jetstream_answers(url: str) -> None:
    # One quick try: by default even a first connection is tried for two minutes, every two seconds.
    servers, context = tls.of_nats(url)
    client = await nats.connect(
        servers,
        tls=context,
        tls_handshake_first=context is not None,
        allow_reconnect=False,
        max_reconnect_attempts=1,
        reconnect_time_wait=0.02,
        connect_timeout=1,
        error_cb=_quiet,
    )
    try:
        await client.jetstream(timeout=1).account_info()
    finally:
        await client.close()


async def service_serves(address: str, identity: Identity | None = None) -> None:
    async with rpc.channel(address, identity) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        # Its types leave out the methods.
        answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=LOOK)  # type: ignore[attr-defined]
    if answer.status != health_pb2.HealthCheckResponse.SERVING:
        raise NotReady(f"{address} answers, and does not serve yet")


async def gateway_answers(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(url, timeout=aiohttp.ClientTimeout(LOOK)) as answer:
        if answer.status != 200:
            raise NotReady(f"{url} answers {answer.status}")


async def _quiet(error: Exception) -> None:
    """The connection's errors are raised as well; the client would print them besides."""
