"""What the parts cost at best, on this machine, in this run: the measure of everything else."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import argon2
import grpc.aio
import nats
from google.protobuf.wrappers_pb2 import BytesValue
from pymongo import AsyncMongoClient

from bench import clients

_ECHO = "/bench.Floor/Echo"
SECONDS = 4.0
AT_ONCE = 64


@dataclass(frozen=True)
class Floor:
    """`rate` a second; milliseconds."""

    rate: float
    p50: float
    p99: float


async def measure(call: Callable[[int], Awaitable[Any]], seconds: float, at_once: int = AT_ONCE) -> Floor:
    """So many callers, each with one call after the other; `call` is given a number of its own."""
    took: list[float] = []
    numbers = iter(range(10**9))
    began = time.perf_counter()

    async def caller() -> None:
        while time.perf_counter() - began < seconds:
            start = time.perf_counter()
            await call(next(numbers))
            took.append(time.perf_counter() - start)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(caller())
    rate = len(took) / (time.perf_counter() - began)
    took.sort()
    return Floor(rate, 1000 * took[len(took) // 2], 1000 * took[int(0.99 * len(took))])


async def all_floors(mongo_url: str, nats_url: str) -> dict[str, Floor]:
    return {
        "aiohttp": await _aiohttp(),
        "grpc": await _grpc(),
        **await _mongod(mongo_url),
        "jetstream": await _jetstream(nats_url),
        "argon2id": await _argon2(),
    }


@asynccontextmanager
async def _serving(what: str) -> AsyncIterator[str]:
    """A bare server in a process of its own; its address."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.bare", what), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout  # noqa: S101 - asked for
    try:
        yield (await child.stdout.readline()).decode().strip()
    finally:
        child.terminate()
        await child.wait()


async def _aiohttp() -> Floor:
    async with _serving("aiohttp") as address:
        seen = await clients.drive(f"http://{address}", [clients.Request("/")] * 100_000, AT_ONCE, SECONDS)
    return Floor(seen.count / seen.seconds, seen.percentile(0.5), seen.percentile(0.99))


async def _grpc() -> Floor:
    async with _serving("grpc") as address, grpc.aio.insecure_channel(address) as channel:
        echo = channel.unary_unary(_ECHO, BytesValue.SerializeToString, BytesValue.FromString)
        return await measure(lambda number: echo(BytesValue(value=b"x" * 100)), SECONDS)


async def _mongod(url: str) -> dict[str, Floor]:
    async with AsyncMongoClient[dict[str, Any]](url, w="majority", journal=True) as client:
        rows = client["bench"]["floor"]
        document = {"text": "x" * 100, **{f"field{n}": n for n in range(10)}}
        insert = await measure(lambda number: rows.insert_one({"_id": number, **document}), SECONDS)
        find = await measure(lambda number: rows.find_one({"_id": number % 1_000}), SECONDS)
        update = await measure(
            lambda number: rows.update_one({"_id": number % 1_000}, {"$set": {"field1": number}}), SECONDS
        )
        await client.drop_database("bench")
    return {"insert": insert, "find": find, "update": update}


async def _jetstream(url: str) -> Floor:
    client = await nats.connect(url)
    jetstream = client.jetstream()
    await jetstream.add_stream(name="bench-floor", subjects=["bench-floor"])
    floor = await measure(lambda number: jetstream.publish("bench-floor", b"x" * 200), SECONDS)
    await jetstream.delete_stream("bench-floor")
    await client.close()
    return floor


async def _argon2() -> Floor:
    """Alone, with the parameters that sign-in uses."""
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    hashed = hasher.hash("bench-passphrase")
    return await measure(lambda number: asyncio.to_thread(hasher.verify, hashed, "bench-passphrase"), 1.5, at_once=1)
