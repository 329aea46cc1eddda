"""`make bench-peers`: the same rows for Kolibri, from its own wheel in its own environment, where its work is the same.

The class has 2,000 learners and a channel of generated resources (`kolibri_class`); requests are those that Kolibri's
pages send to its API.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench import clients, kolibri_class, proc
from bench.clients import Request
from bench.kolibri_class import PASSPHRASE
from deploy.place import INTERNAL_PORTS

_PROVISION = ("provisiondevice", "--facility", "Bench", "--preset", "nonformal", "--language_id", "en", "--noinput")
_SUPERUSER = ("--superusername", "admin", "--superuserpassword", PASSPHRASE)
_SECONDS = 5.0
_ACTIVE = 100
"""Signed-in learners."""
_CSRF = "x" * 32
_SIGN_IN = "/api/auth/session/"
_TASKS = "/api/tasks/tasks/"
_TRACK = "/api/logger/trackprogress/"
_REPORT = {
    "type": "kolibri.core.logger.tasks.exportsummarylogcsv",
    "start_date": "2020-01-01T00:00:00",
    "end_date": "2100-01-01T00:00:00",
}


async def run(environment: Path) -> None:
    program = environment / "bin" / "kolibri"
    with tempfile.TemporaryDirectory(prefix="kolibri-bench-", ignore_cleanup_errors=True) as home:
        given = {**os.environ, "KOLIBRI_HOME": home}
        await _run_command(given, program, "manage", *_PROVISION, *_SUPERUSER)
        output = await _run_command(given, environment / "bin" / "python", "-m", kolibri_class.__name__)
        created = json.loads(output.splitlines()[-1])  # behind what Kolibri says of itself
        async with _start_kolibri(program, given):
            pass  # the first start prepares more than later ones
        began = time.perf_counter()
        async with _start_kolibri(program, given) as (url, session):
            print(f"Kolibri: second start to the first page {time.perf_counter() - began:.1f} s")
            async with _people(url, created) as people:
                await _rows(url, session, created, people)
            print(f"memory {proc.resident({'kolibri': session})['kolibri']:.0f} MB")


async def _run_command(environment: Mapping[str, str], *command: str | Path) -> str:
    child = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    output, _ = await child.communicate()
    if child.returncode:
        raise SystemExit("Kolibri cannot be set up; see above.")
    return output.decode()


@dataclass(frozen=True)
class _People:
    """The signed-in people, each as the headers of their browser."""

    http: aiohttp.ClientSession
    admin: Mapping[str, str]
    learners: Sequence[Mapping[str, str]]

    async def post(self, who: Mapping[str, str], path: str, body: Mapping[str, Any]) -> Any:
        async with self.http.post(path, json=body, headers=who) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def get(self, who: Mapping[str, str], path: str) -> Any:
        async with self.http.get(path, headers=who) as answer:
            answer.raise_for_status()
            return await answer.json()


@asynccontextmanager
async def _people(url: str, created: Mapping[str, Any]) -> AsyncIterator[_People]:
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar()) as http:

        async def signed_in(name: str) -> Mapping[str, str]:
            async with http.post(_SIGN_IN, json=_login(created, name)) as answer:
                answer.raise_for_status()
                cookie = f"kolibri={answer.cookies['kolibri'].value}; kolibri_csrftoken={_CSRF}"
                return {"Cookie": cookie, "X-CSRFToken": _CSRF}

        learners = [await signed_in(f"learner{number}") for number in range(_ACTIVE)]
        yield _People(http, await signed_in("admin"), learners)


def _login(created: Mapping[str, Any], name: str) -> Mapping[str, str]:
    return {"username": name, "password": PASSPHRASE, "facility": created["facility"]}


async def _rows(url: str, session: int, created: Mapping[str, Any], people: _People) -> None:
    async def row(name: str, asked: Sequence[Request], at_once: int) -> None:
        before = proc.used({"kolibri": session})["kolibri"]
        seen = await clients.drive(url, asked, at_once, _SECONDS)
        cost = 1000 * (proc.used({"kolibri": session})["kolibri"] - before) / seen.count
        text = f"{seen.count / seen.seconds:7.0f}/s  p99 {seen.percentile(0.99):6.0f} ms  CPU {cost:6.1f} ms"
        print(f"{name:<34} {text}" + ("" if seen.good else f"  FAILED {seen.sample}"), flush=True)

    def each(path: str) -> list[Request]:
        return [_request(path, who) for who in people.learners] * 50

    await row("public page (sign-in)", [Request("/en/user/")] * 5_000, 8)
    await row("sign in", [Request(_SIGN_IN, body=_login(created, f"learner{n}")) for n in range(1_000)], 2)
    await row("my learning", each("/learn/api/homehydrate"), 8)
    await row("lesson page", each(f"/learn/api/learnerlesson/{created['lesson']}/"), 8)
    await row("record progress", await _recording(created, people), 8)
    await row("enrol", [_enrolling(created, people, learner) for learner in created["learners"]], 8)
    overview = f"/coach/api/classsummary/{created['taught']}/"
    await row(f"class overview, {len(created['learners']):,} learners", [_request(overview, people.admin)] * 100, 1)
    await _report(session, created, people)


def _request(path: str, who: Mapping[str, str], body: Any = None, method: str = "") -> Request:
    return Request(path, who["Cookie"], body, {"X-CSRFToken": _CSRF}, method)


async def _recording(created: Mapping[str, Any], people: _People) -> list[Request]:
    """Progress updates, which an open resource sends again and again."""
    opened = {**created["untouched"], "channel_id": created["channel"], "lesson_id": created["lesson"]}
    visits = [(await people.post(who, _TRACK, opened))["session_id"] for who in people.learners]
    step = {"progress_delta": 0.01, "time_spent_delta": 5}
    pairs = list(zip(visits, people.learners, strict=True))
    return [_request(f"{_TRACK}{visit}/", who, step, "PUT") for _ in range(50) for visit, who in pairs]


def _enrolling(created: Mapping[str, Any], people: _People, learner: str) -> Request:
    return _request("/api/auth/membership/", people.admin, {"user": learner, "collection": created["empty"]})


async def _report(session: int, created: Mapping[str, Any], people: _People) -> None:
    """The administrator's report, from the request until the file is ready."""
    before, began = proc.used({"kolibri": session})["kolibri"], time.perf_counter()
    job = await people.post(people.admin, _TASKS, {**_REPORT, "facility": created["facility"]})
    while job["status"] in ("QUEUED", "SCHEDULED", "RUNNING"):
        await asyncio.sleep(0.2)
        job = await people.get(people.admin, f"{_TASKS}{job['id']}/")
    took, cost = time.perf_counter() - began, proc.used({"kolibri": session})["kolibri"] - before
    lines = len(created["learners"]) * kolibri_class.DONE
    failed = "" if job["status"] == "COMPLETED" else f"  FAILED {job['status']}"
    print(f"{f'report as CSV, {lines:,} lines':<34} {took:7.1f} s  CPU {cost:6.1f} s{failed}", flush=True)


@asynccontextmanager
async def _start_kolibri(program: Path, environment: Mapping[str, str]) -> AsyncIterator[tuple[str, int]]:
    """Starts Kolibri; yields its address and the session of its processes."""
    port = INTERNAL_PORTS[os.getpid() % len(INTERNAL_PORTS)]
    child = await asyncio.create_subprocess_exec(
        *(program, "start", "--foreground", f"--port={port}"),
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(120), aiohttp.ClientSession() as session:
            while not await _answers(session, f"{url}/en/user/"):
                await asyncio.sleep(0.05)
        yield url, child.pid
    finally:
        await _end(child)


async def _end(child: asyncio.subprocess.Process) -> None:
    """Stops Kolibri; by force if it hangs, which it may do right after its first page."""
    child.terminate()
    try:
        async with asyncio.timeout(10):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]).resolve()))
