from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from deploy.local import Ieum, running
from deploy.place import CannotStart
from tests.system.standins import listeners, never_starts, with_store

MINUTE = 60.0


def processes_of(data: Path) -> list[str]:
    """Command lines of all processes on this machine that were started for this data directory."""
    mark = f"IEUM_DATA={data}".encode()
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdecimal() and mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue  # it ended while we looked
    return [line for line in found if line]  # a zombie's is empty


async def nothing_is_left_of(data: Path) -> bool:
    deadline = time.monotonic() + MINUTE
    while processes_of(data) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    return not processes_of(data)


@asynccontextmanager
async def launched(data: Path, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`make run`'s program on the stand-ins."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.system.standins"),
        env={**os.environ, "IEUM_DEMO": "0", "IEUM_PORT": "0", "IEUM_DATA": str(data), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.communicate()


def client_of(system: Ieum) -> AsyncMongoClient[dict[str, Any]]:
    return AsyncMongoClient(system.environment["IEUM_MONGO_URL"])


def texts_in(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in directory.iterdir()}


async def said(child: asyncio.subprocess.Process, words: str) -> str:
    assert child.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(MINUTE):
        while line := (await child.stdout.readline()).decode():
            if words in line:
                return line
            lines.append(line)
    raise AssertionError(f"It ended without saying {words!r}, but:\n{''.join(lines)}")


async def test_a_process_that_dies_is_restarted_on_its_port_and_said_so(tmp_path: Path) -> None:
    lines: list[str] = []
    async with running(tmp_path, listed=listeners, say=lines.append) as system:
        first = system.pid("courses")
        await system.kill("courses")
        await system.ready("courses")
        assert system.pid("courses") != first
    assert lines == ["courses ended (killed by SIGKILL); starting it again in 0.2 s"]


async def test_a_restart_asked_for_returns_when_the_successor_is_ready(tmp_path: Path) -> None:
    async with running(tmp_path, listed=listeners, say=lambda line: None) as system:
        first = system.pid("people")
        await system.restart("people")
        assert system.pid("people") != first


async def test_processes_stop_before_those_they_depend_on(tmp_path: Path) -> None:
    async with running(tmp_path, listed=listeners):
        pass
    assert (tmp_path / "stopped").read_text().split() == ["gateway", "courses", "people"]
    assert processes_of(tmp_path) == []


async def test_a_process_that_cannot_start_ends_the_start_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"courses dies while it starts [\s\S]*the setting X is missing"):
        async with running(tmp_path, listed=never_starts, say=lambda line: None):
            pass
    assert processes_of(tmp_path) == []


async def test_a_second_start_finds_the_data_even_when_its_port_is_taken(tmp_path: Path) -> None:
    async with running(tmp_path, listed=with_store) as system, client_of(system) as client:
        await client.town.people.insert_one({"_id": "kim"})
        old = system.place.ports["mongod"]
    occupant = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", old)
    async with occupant, running(tmp_path, listed=with_store) as system, client_of(system) as client:
        assert system.place.ports["mongod"] != old
        assert await client.town.people.find_one() == {"_id": "kim"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_everything_and_exits_0(tmp_path: Path, number: signal.Signals) -> None:
    async with launched(tmp_path) as ieum:
        await said(ieum, "Ieum is at http://127.0.0.1:")
        assert len(processes_of(tmp_path)) == 3
        ieum.send_signal(number)
        await said(ieum, "Ieum has stopped.")
        assert await ieum.wait() == 0
        assert processes_of(tmp_path) == []


async def test_a_signal_during_the_start_stops_it(tmp_path: Path) -> None:
    async with launched(tmp_path) as ieum:
        await said(ieum, "Starting Ieum")
        ieum.send_signal(signal.SIGTERM)
        assert await ieum.wait() == 0
        assert processes_of(tmp_path) == []


async def test_even_a_killed_launcher_leaves_nothing_behind(tmp_path: Path) -> None:
    async with launched(tmp_path) as ieum:
        await said(ieum, "Ieum is at")
        ieum.kill()
        await ieum.wait()
        assert await nothing_is_left_of(tmp_path)


async def test_a_busy_port_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with launched(tmp_path, IEUM_PORT=str(port)) as ieum:
            line = await said(ieum, f"Port {port} on 127.0.0.1 is taken")
            assert f"IEUM_PORT={port + 1} make run" in line
            assert await ieum.wait() == 1


async def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    async with launched(tmp_path, IEUM_PORT="http") as ieum:
        await said(ieum, "IEUM_PORT=http is not a port number")
        assert await ieum.wait() == 1


async def test_a_second_ieum_on_the_same_data_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path, listed=listeners), launched(tmp_path) as second:
        await said(second, f"Ieum already runs on {tmp_path} (process {os.getpid()})")
        assert await second.wait() == 1


async def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    async with running(tmp_path, listed=listeners) as system:
        keys = texts_in(system.place.data / "secrets")
        modes = {stat.S_IMODE((system.place.data / "secrets" / name).stat().st_mode) for name in keys}
    async with running(tmp_path, listed=listeners) as system:
        assert texts_in(system.place.data / "secrets") == keys
    assert set(json.loads(keys.pop("public_keys"))) == {"gateway", "notices"}
    assert set(keys) == {"gateway_signing_key", "notices_signing_key", "pseudonym_key", "session_key"}
    assert {len(bytes.fromhex(key)) for key in keys.values()} == {32}
    assert modes == {0o600}


@pytest.mark.parametrize("setting", ["IEUM_MONGO_URL=mongodb://127.0.0.1:9", "IEUM_NATS_URL=nats://127.0.0.1:9"])
async def test_a_given_store_that_does_not_answer_is_named(tmp_path: Path, setting: str) -> None:
    name, url = setting.split("=")
    async with launched(tmp_path, **{name: url}) as ieum:
        await said(ieum, f"The server that {name} names cannot be used")
        assert await ieum.wait() == 1


async def test_a_given_store_is_not_started(tmp_path: Path) -> None:
    given = {"IEUM_MONGO_URL": "mongodb://db.example/", "IEUM_NATS_URL": "nats://bus.example"}
    async with running(tmp_path, environment=given, listed=listeners) as system:
        assert system.environment["IEUM_MONGO_URL"] == "mongodb://db.example/"
        assert "mongod" not in json.loads((tmp_path / "ports.json").read_text())
