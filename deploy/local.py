"""`python -m deploy.local`: the whole of Ieum on this machine, for trying, developing, testing; not for production."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from deploy import cluster, ready, secure, site
from deploy.place import CannotStart, Place, locked, save_environment, settle
from deploy.processes import STORES, Process, processes
from deploy.supervisor import WITH_PARENT, System
from services.registry import SERVICES

DEMO_LOGINS = ("learner", "instructor", "reviewer", "official", "official2", "admin")
DEMO_PASSPHRASE = "hanbit-demo"  # noqa: S105 (meant to be known)
DEMO_LOADED = "demo-loaded"
Processes = Callable[[Place], tuple[Process, ...]]


PROFILES: Mapping[str, tuple[Callable[[Mapping[str, str]], Place], Processes]] = {
    "": (partial(settle, internal=(*STORES, *SERVICES)), processes),
    "cluster": (cluster.settle, cluster.processes),
    "secure": (secure.settle, secure.processes),
}


def profile(given: Mapping[str, str]) -> tuple[Callable[[Mapping[str, str]], Place], Processes]:
    """How a place is settled, and what runs in it, by PROFILE."""
    name = given.get("PROFILE", "")
    if name not in PROFILES:
        known = ", ".join(filter(None, PROFILES))
        raise CannotStart(f"PROFILE={name} is not known. Leave it out, or choose one of: {known}")
    return PROFILES[name]


class Ieum(System):
    """A running system and its address."""

    def __init__(self, place: Place, started: tuple[Process, ...], say: Callable[[str], None]) -> None:
        super().__init__(started, place.environment, place.data / "logs", say)
        self.place = place
        self.url = place.url


@asynccontextmanager
async def running(
    data: Path,
    port: int | str = 0,
    environment: Mapping[str, str] | None = None,
    listed: Processes | None = None,
    say: Callable[[str], None] = print,
) -> AsyncIterator[Ieum]:
    """Everything ready on entry and gone on exit. Port 0: any free one. `listed`: not what the profile has."""
    with locked(data):
        given = site.describe({**os.environ, **(environment or {}), "IEUM_DATA": str(data), "IEUM_PORT": str(port)})
        settle_for, usual = profile(given)
        place = settle_for(given)
        save_environment(place)
        system = Ieum(place, (listed or usual)(place), say)
        try:
            await system.start()
            yield system
        finally:
            await system.stop()


async def check_given_stores(given: Mapping[str, str]) -> None:
    """Say so at once when a store that somebody else runs does not answer, instead of letting every service fail."""
    for name, look in (("IEUM_MONGO_URL", ready.replica_set_answers), ("IEUM_NATS_URL", ready.jetstream_answers)):
        if url := given.get(name):
            try:
                await look(url)
            except Exception as error:
                # The URL may hold a passphrase; the name of the setting says enough.
                raise CannotStart(
                    f"The server that {name} names cannot be used ({type(error).__name__}: {str(error)[:200]}). "
                    f"Start it, correct the address, or unset {name} and Ieum starts its own."
                ) from error


def demo_logins(environment: Mapping[str, str]) -> str:
    passphrase = environment.get("IEUM_DEMO_PASSPHRASE") or DEMO_PASSPHRASE
    return f"Demo logins: {', '.join(DEMO_LOGINS)}   Passphrase: {passphrase}"


def demo_loaded(system: Ieum) -> bool:
    return system.environment.get("IEUM_DEMO") != "0" and (system.place.data / DEMO_LOADED).exists()


async def load_demo(system: Ieum) -> None:
    """Once per data directory; says itself when people can sign in. Ieum goes on without it when it fails."""
    loaded = system.place.data / DEMO_LOADED
    if system.environment.get("IEUM_DEMO") == "0" or loaded.exists():
        return
    command = (*WITH_PARENT, sys.executable, "-m", "deploy.demo")
    child = await asyncio.create_subprocess_exec(*command, env=system.environment, start_new_session=True)
    try:
        code = await child.wait()
    except asyncio.CancelledError:
        child.terminate()
        await child.wait()
        raise
    if code == 0:
        loaded.touch()
    else:
        print(f"The demo could not be loaded (exit code {code}). Ieum goes on without it; `make demo` tries again.")


async def serve(data: Path, listed: Processes | None) -> None:
    environment = {"IEUM_DEMO_PASSPHRASE": os.environ.get("IEUM_DEMO_PASSPHRASE") or DEMO_PASSPHRASE}
    print("Starting Ieum ...")
    site.refuse_to_open_up(os.environ)
    await check_given_stores(os.environ)
    async with running(data, os.environ.get("IEUM_PORT") or "8080", environment, listed) as system:
        print(f"Ieum is at {system.url}   (logs: {system.place.data / 'logs'}; Ctrl-C stops it)")
        if demo_loaded(system):
            print(demo_logins(system.environment))
        else:
            await load_demo(system)
        await system.watch()


async def serve_until_signalled(data: Path, listed: Processes | None) -> None:
    """Serve until Ctrl-C or SIGTERM, then stop in order, however often the signal is repeated."""
    loop, signalled = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, signalled.set)
    serving = asyncio.create_task(serve(data, listed))
    waiting = asyncio.create_task(signalled.wait())
    await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not serving.done():
        print("Stopping Ieum ...")
        serving.cancel()
    try:
        await serving
    except asyncio.CancelledError:
        print("Ieum has stopped.")


def main(listed: Processes | None = None) -> int:
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    data = Path(os.environ.get("IEUM_DATA") or ".ieum").resolve()
    try:
        asyncio.run(serve_until_signalled(data, listed))
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
