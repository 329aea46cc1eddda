"""Keeps a list of processes alive: starts all at once, for each waits itself for what it needs, restarts what dies, and
stops none before those that depend on it. Even when it is killed itself nothing stays behind: the kernel then sends its
children SIGTERM."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import time
from asyncio.subprocess import Process as Child
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NoReturn

from deploy.place import CannotStart
from deploy.processes import Process

START_WITHIN = 90.0
STOP_WITHIN = 20.0
LOOK_WITHIN = 10.0
FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0
LOOK_AT_LOGS = 10.0
LARGEST_LOG = 50_000_000
"""Bytes."""
PATIENCE = 5
"""How often a process may die before it was ready for the first time."""
# Survives the exec of the program itself; set by a program and not between fork and exec, where threads are a danger.
WITH_PARENT = ("setpriv", "--pdeathsig", "TERM", "--")


class System:
    """Processes that run together. `environment` is what all of them are given."""

    def __init__(
        self,
        processes: Iterable[Process],
        environment: Mapping[str, str],
        logs: Path,
        say: Callable[[str], None] = print,
    ) -> None:
        self.environment = environment
        self.processes = {process.name: process for process in processes}
        self._logs = logs
        self._say = say
        self._children: dict[str, Child] = {}
        self._ready = {name: asyncio.Event() for name in self.processes}
        self._keepers: list[asyncio.Task[NoReturn]] = []
        self._sockets: dict[str, socket.socket] = {}

    async def start(self) -> None:
        """Returns when every process is ready."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._sockets = {name: _listening(*each.listens) for name, each in self.processes.items() if each.listens}
        self._keepers = [
            asyncio.create_task(self._keep(process), name=process.name) for process in self.processes.values()
        ]
        self._keepers.append(asyncio.create_task(self._trim_logs(), name="logs"))
        ready = asyncio.create_task(self._all_ready())
        try:
            async with asyncio.timeout(START_WITHIN):
                await asyncio.wait([ready, *self._keepers], return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            late = [name for name, event in self._ready.items() if not event.is_set()]
            raise CannotStart(f"Not ready after {START_WITHIN:.0f} s: {', '.join(late)}. See {self._logs}") from None
        finally:
            ready.cancel()
        self._raise_from_keepers()

    async def watch(self) -> None:
        """Returns never; raises when a process cannot be kept any more."""
        await asyncio.wait(self._keepers, return_when=asyncio.FIRST_COMPLETED)
        self._raise_from_keepers()

    async def stop(self) -> None:
        """Those that nothing depends on first, side by side; returns when none is left."""
        for keeper in self._keepers:
            keeper.cancel()
        if self._keepers:
            await asyncio.wait(self._keepers)
        for level in reversed(list(self._levels())):
            async with asyncio.TaskGroup() as group:
                for name in level:
                    if name in self._children:
                        group.create_task(self._terminate(name))

        for opened in self._sockets.values():
            opened.close()

    def pid(self, name: str) -> int:
        return self._children[name].pid

    async def kill(self, name: str) -> None:
        """SIGKILL; returns when it is dead and its restart is under way."""
        await self._signal_and_wait(name, signal.SIGKILL)

    async def restart(self, name: str) -> None:
        """Stop it in order; returns when its successor is ready."""
        await self._signal_and_wait(name, signal.SIGTERM)
        await self.ready(name)

    async def ready(self, name: str) -> None:
        async with asyncio.timeout(START_WITHIN):
            await self._ready[name].wait()

    async def _signal_and_wait(self, name: str, number: signal.Signals) -> None:
        child = self._children[name]
        child.send_signal(number)
        async with asyncio.timeout(STOP_WITHIN):
            await child.wait()
        self._ready[name].clear()

    async def _all_ready(self) -> None:
        for event in self._ready.values():
            await event.wait()

    def _raise_from_keepers(self) -> None:
        failures = [k.exception() for k in self._keepers if k.done() and not k.cancelled()]
        for failure in filter(None, failures):
            raise failure

    def _levels(self) -> Iterator[tuple[str, ...]]:
        order = TopologicalSorter({name: process.depends_on for name, process in self.processes.items()})
        order.prepare()
        while order.is_active():
            yield (level := order.get_ready())
            order.done(*level)

    async def _keep(self, process: Process) -> NoReturn:
        delay, deaths, was_ready = FIRST_DELAY, 0, False
        while True:
            began = time.monotonic()
            child = await self._spawn(process)
            became_ready = await self._until_ready_or_dead(process, child)
            was_ready = was_ready or became_ready
            code = await child.wait()
            self._ready[process.name].clear()
            deaths += 1
            if not was_ready and deaths == PATIENCE:
                raise CannotStart(f"{process.name} dies while it starts ({_how(code)}).\n{self._last_words(process)}")
            if time.monotonic() - began > 2 * LONGEST_DELAY:
                delay = FIRST_DELAY
            self._say(f"{process.name} ended ({_how(code)}); starting it again in {delay:g} s")
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY)

    async def _trim_logs(self) -> NoReturn:
        """A process goes on writing where its log was cut; one older part of each is kept."""
        while True:
            await asyncio.sleep(LOOK_AT_LOGS)
            for log in self._logs.glob("*.log"):
                if log.stat().st_size > LARGEST_LOG:
                    await asyncio.to_thread(shutil.copyfile, log, log.with_suffix(".log.1"))
                    os.truncate(log, 0)

    async def _spawn(self, process: Process) -> Child:
        variables = {**self.environment, **process.environment}
        given: tuple[int, ...] = ()
        if opened := self._sockets.get(process.name):
            variables["IEUM_LISTEN_FD"], given = str(opened.fileno()), (opened.fileno(),)
        with (self._logs / f"{process.name}.log").open("ab") as log:
            child = await asyncio.create_subprocess_exec(
                *WITH_PARENT,
                *process.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=variables,
                pass_fds=given,
                start_new_session=True,
            )
        self._children[process.name] = child
        return child

    async def _until_ready_or_dead(self, process: Process, child: Child) -> bool:
        pause = 0.02
        while child.returncode is None:
            # Whatever goes wrong in a look, from a refused connection to a half-started server, means: not yet.
            with suppress(Exception):
                async with asyncio.timeout(LOOK_WITHIN):
                    await process.ready()
                if child.returncode is None:
                    self._ready[process.name].set()
                    return True
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.25)
        return False

    async def _terminate(self, name: str) -> None:
        child = self._children[name]
        if child.returncode is None:
            child.terminate()
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await child.wait()
        except TimeoutError:
            self._say(f"{name} did not stop within {STOP_WITHIN:.0f} s; killing it")
        # Its own children are in its session and may have outlived it.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()

    def _last_words(self, process: Process) -> str:
        log = self._logs / f"{process.name}.log"
        return f"{log} ends with:\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def _listening(host: str, port: int) -> socket.socket:
    """One of several on its port: the kernel spreads those who connect over them."""
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    opened.bind((host, port))
    opened.listen(1024)
    return opened


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
