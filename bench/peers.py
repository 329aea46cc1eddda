"""`make bench-peers`: Kolibri from its own wheel, in an environment of its own, on rows where it does the same work.

Its rows that need a channel and logs of a class were measured by hand (docs/performance.md says where); these need
nothing but a facility: its public page, signing in, memory, and the time to the first page on data that is there.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bench import clients, proc
from bench.clients import Request
from deploy.place import INTERNAL_PORTS

_PASSPHRASE = "bench-passphrase"  # noqa: S105 - meant to be known
_PROVISION = ("provisiondevice", "--facility", "Bench", "--preset", "nonformal", "--language_id", "en", "--noinput")
_SUPERUSER = ("--superusername", "admin", "--superuserpassword", _PASSPHRASE)
_SECONDS = 5.0


async def run(environment: Path) -> None:
    program = environment / "bin" / "kolibri"
    with tempfile.TemporaryDirectory(prefix="kolibri-bench-", ignore_cleanup_errors=True) as home:
        given = {**os.environ, "KOLIBRI_HOME": home}
        child = await asyncio.create_subprocess_exec(program, "manage", *_PROVISION, *_SUPERUSER, env=given)
        if await child.wait():
            raise SystemExit("Kolibri cannot be set up; see above.")
        async with _started(program, given):
            pass  # the first start prepares more than later ones
        began = time.perf_counter()
        async with _started(program, given) as (url, session):
            print(f"Kolibri: second start to the first page {time.perf_counter() - began:.1f} s")
            page, login = Request("/en/user/"), Request("/api/auth/session/", body=await _login(url))
            await _row("public page (sign-in)", url, session, page, 8)
            await _row("sign in", url, session, login, 2)
            print(f"memory {proc.resident({'kolibri': session})['kolibri']:.0f} MB")


async def _row(name: str, url: str, session: int, asked: Request, at_once: int) -> None:
    before = proc.used({"kolibri": session})["kolibri"]
    seen = await clients.drive(url, [asked] * 5_000, at_once, _SECONDS)
    cost = 1000 * (proc.used({"kolibri": session})["kolibri"] - before) / seen.count
    told = f"{seen.count / seen.seconds:7.0f}/s  p99 {seen.percentile(0.99):6.0f} ms  CPU {cost:6.1f} ms"
    print(f"{name:<24} {told}" + ("" if seen.good else f"  FAILED {seen.sample}"))


async def _login(url: str) -> Mapping[str, str]:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/api/auth/facility/") as answer:
        [facility] = await answer.json()
    return {"username": "admin", "password": _PASSPHRASE, "facility": facility["id"]}


@asynccontextmanager
async def _started(program: Path, environment: Mapping[str, str]) -> AsyncIterator[tuple[str, int]]:
    """Its address, and the session of its processes."""
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
    """Told right after its first page, it may wait for a thread of its own for ever."""
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
