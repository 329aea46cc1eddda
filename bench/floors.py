"""Floors: the lowest cost of each part (bare server, database, broker, hash) on this machine, to compare rows with."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import argon2
import grpc.aio
import nats
from google.protobuf.wrappers_pb2 import BytesValue
from pymongo import AsyncMongoClient

from bench import clients, proc

_ECHO = "/bench.Floor/Echo"
SECONDS = 4.0
AT_ONCE = 64


# CPU milliseconds per call on the machine on which the targets of docs/performance.md were set, of caller and server;
# for the web server without the caller.
REFERENCE = {"aiohttp": 0.04, "grpc": 0.4, "insert": 0.39, "jetstream": 0.13}


@dataclass(frozen=True)
class Floor:
    """`rate` per second; the rest in milliseconds per call, `cpu` of caller and server together."""

    rate: float
    p50: float
    p99: float
    cpu: float


def slowness(floors: Mapping[str, Floor]) -> float:
    """CPU time of the parts here and now, as a multiple of that on the reference machine."""
    measured = REFERENCE.keys() & floors.keys()
    return sum(floors[name].cpu for name in measured) / sum(REFERENCE[name] for name in measured) if measured else 1.0


async def measure(
    call: Callable[[int], Awaitable[Any]], seconds: float, at_once: int = AT_ONCE, served_by: int | None = None
) -> Floor:
    """Calls in a closed loop of `at_once` callers; `call` gets a unique number. The CPU time of the session `served_by`
    is counted with our own."""
    took: list[float] = []
    numbers = iter(range(10**9))
    spent, began = _cpu_seconds(served_by), time.perf_counter()

    async def caller() -> None:
        while time.perf_counter() - began < seconds:
            start = time.perf_counter()
            await call(next(numbers))
            took.append(time.perf_counter() - start)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(caller())
    rate = len(took) / (time.perf_counter() - began)
    cpu = (_cpu_seconds(served_by) - spent) / len(took)
    took.sort()
    return Floor(rate, 1000 * took[len(took) // 2], 1000 * took[int(0.99 * len(took))], 1000 * cpu)


def _cpu_seconds(server: int | None) -> float:
    return time.process_time() + (_session_cpu_seconds(server) if server else 0.0)


def _session_cpu_seconds(session: int) -> float:
    return proc.used({"": session})[""]


async def all_floors(mongo_url: str, nats_url: str, stores: Mapping[str, int]) -> dict[str, Floor]:
    """Measures all floors; `stores` has the sessions of mongod and nats-server."""
    return {
        "aiohttp": await _aiohttp(),
        "grpc": await _grpc(),
        **await _mongod(mongo_url, stores["mongod"]),
        "jetstream": await _jetstream(nats_url, stores["nats-server"]),
        "argon2id": await _argon2(1),
        "argon2id, two at once": await _argon2(2),
    }


@asynccontextmanager
async def _serving(what: str) -> AsyncIterator[tuple[str, int]]:
    """Runs a bare server in another process; yields its address and session."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.bare", what, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert child.stdout  # noqa: S101 - asked for
    try:
        yield (await child.stdout.readline()).decode().strip(), child.pid
    finally:
        child.terminate()
        await child.wait()


async def probe() -> float:
    """CPU milliseconds of one request to a bare server, measured in under a second; repeated because other
    tenants may take a third of the machine from one minute to the next."""
    return (await _aiohttp(0.8)).cpu


async def _aiohttp(seconds: float = SECONDS) -> Floor:
    async with _serving("aiohttp") as (address, server):
        before = _session_cpu_seconds(server)
        responses = await clients.drive(f"http://{address}", [clients.Request("/")] * 100_000, AT_ONCE, seconds)
        cpu = 1000 * (_session_cpu_seconds(server) - before) / responses.count
    return Floor(responses.count / responses.seconds, responses.percentile(0.5), responses.percentile(0.99), cpu)


async def _grpc() -> Floor:
    async with _serving("grpc") as (address, server), grpc.aio.insecure_channel(address) as channel:
        echo = channel.unary_unary(_ECHO, BytesValue.SerializeToString, BytesValue.FromString)
        return await measure(lambda number: echo(BytesValue(value=b"x" * 100)), SECONDS, served_by=server)


async def _mongod(url: str, server: int) -> dict[str, Floor]:
    async with AsyncMongoClient[dict[str, Any]](url, w="majority", journal=True) as client:
        rows = client["bench"]["floor"]
        document = {"text": "x" * 100, **{f"field{n}": n for n in range(10)}}
        insert = await measure(lambda number: rows.insert_one({"_id": number, **document}), SECONDS, served_by=server)
        find = await measure(lambda number: rows.find_one({"_id": number % 1_000}), SECONDS, served_by=server)
        update = await measure(
            lambda number: rows.update_one({"_id": number % 1_000}, {"$set": {"field1": number}}),
            SECONDS,
            served_by=server,
        )
        await client.drop_database("bench")
    return {"insert": insert, "find": find, "update": update}


async def _jetstream(url: str, server: int) -> Floor:
    client = await nats.connect(url)
    jetstream = client.jetstream()
    await jetstream.add_stream(name="bench-floor", subjects=["bench-floor"])
    floor = await measure(lambda number: jetstream.publish("bench-floor", b"x" * 200), SECONDS, served_by=server)
    await jetstream.delete_stream("bench-floor")
    await client.close()
    return floor


async def _argon2(at_once: int) -> Floor:
    """Password hashing with the parameters of sign-in."""
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    hashed = hasher.hash("bench-passphrase")
    return await measure(lambda number: asyncio.to_thread(hasher.verify, hashed, "bench-passphrase"), 1.5, at_once)
