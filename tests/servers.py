"""The real mongod and nats-server that tests talk to: one of each for a test run (with xdist, for each worker), started
by the same code as everywhere else, on data that lives in memory where the machine has a place for that.

This mongod refuses to read a collection from end to end, so that a query without its index fails the test that asks it.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy import processes
from deploy.place import Place, settle
from deploy.processes import Process
from deploy.supervisor import System

MEMORY = Path("/dev/shm")


def strict_mongod(place: Place) -> Process:
    plain = processes.mongod(place)
    return replace(plain, command=(*plain.command, "--setParameter", "notablescan=1"))


@pytest.fixture(scope="session")
def place() -> Iterator[Place]:
    root = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="ieum-test-", dir=root, ignore_cleanup_errors=True) as data:
        yield settle({**os.environ, "IEUM_DATA": data, "IEUM_PORT": "0"}, internal=processes.STORES)


@pytest.fixture(scope="session")
async def stores(place: Place) -> AsyncIterator[System]:
    system = System((strict_mongod(place), processes.nats_server(place)), place.environment, place.data / "logs")
    try:
        await system.start()
        yield system
    finally:
        await system.stop()


@pytest.fixture(scope="session")
def mongo_url(stores: System) -> str:
    return stores.environment["IEUM_MONGO_URL"]


@pytest.fixture(scope="session")
def nats_url(stores: System) -> str:
    return stores.environment["IEUM_NATS_URL"]


@pytest.fixture
def prefix() -> str:
    """For names of databases and streams, so that no test meets another's."""
    return f"t{secrets.token_hex(4)}"
