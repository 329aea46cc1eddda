"""What goes wrong, in an order that a seed decides: the same seed makes the same plan, however long it is followed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from deploy.local import Ieum
from services.registry import SERVICES
from tests.chaos.proxy import Line

STORES = ("mongod", "nats-server")
EVERYBODY = (*SERVICES, "gateway", *STORES)
# How often each kind comes up.
KINDS = {"kill": 8, "freeze": 4, "hang up": 4, "refuse": 3, "swallow": 3, "delay": 3, "fill the disk": 2, "kill all": 1}
FREEZES = (0.5, 1.0, 2.0, 6.0, 12.0)
"""Seconds; calls to a store have ten, to the broker five, between services ten."""


@dataclass(frozen=True)
class Fault:
    kind: str
    victim: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.kind} {self.victim}" + (f" for {self.seconds:g} s" if self.seconds else "")


def plan(seed: int, kinds: tuple[str, ...] = tuple(KINDS), longest: float = FREEZES[-1]) -> Iterator[Fault]:
    """Without end."""
    random = Random(seed)
    while True:
        kind = random.choices(kinds, [KINDS[each] for each in kinds])[0]
        seconds = random.choice([each for each in FREEZES if each <= longest])
        if kind == "kill":
            yield Fault(kind, random.choice(EVERYBODY), 0)
        elif kind == "freeze":
            yield Fault(kind, random.choice(EVERYBODY), seconds)
        elif kind == "kill all":
            yield Fault(kind, "everything", 0)
        else:
            yield Fault(kind, random.choice(STORES), 0 if kind == "hang up" else min(seconds, longest))


@dataclass
class Hand:
    """Does it. One process suffers one fault at a time."""

    system: Ieum
    lines: dict[str, Line]
    disks: dict[str, Path]
    """Small file systems of the stores, where this machine lets us make some."""

    def __post_init__(self) -> None:
        self._held = {name: asyncio.Lock() for name in EVERYBODY}

    async def do(self, fault: Fault) -> None:
        if fault.kind == "kill all":
            await self._kill_all()
            return
        async with self._held[fault.victim]:
            await self._back(fault.victim)
            if fault.kind == "kill":
                await self._kill(fault.victim)
            elif fault.kind == "freeze":
                await self._freeze(fault.victim, fault.seconds)
            elif fault.kind == "fill the disk":
                await self._fill(fault.victim, fault.seconds)
            else:
                await self._spoil(self.lines[fault.victim], fault)

    async def _kill(self, name: str) -> None:
        await self._strike(name)
        await self._back(name)

    async def _back(self, name: str) -> None:
        """A gateway calls itself ready only while all behind it are, and under fire that moment may not come: then it
        is struck as it is. At the end everybody has to be ready."""
        with suppress(*([TimeoutError] if name == "gateway" else [])):
            await self.system.ready(name)

    async def _strike(self, name: str) -> None:
        with suppress(ProcessLookupError):  # it died before, by what it met without its disk or store
            await self.system.kill(name)

    async def _freeze(self, name: str, seconds: float) -> None:
        pid = self.system.pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    async def _spoil(self, line: Line, fault: Fault) -> None:
        if fault.kind == "hang up":
            line.hang_up()
            return
        if fault.kind == "refuse":
            line.refuse()
        elif fault.kind == "swallow":
            line.swallow()
        else:
            line.delay(0.2)
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            line.mend()

    async def _fill(self, store: str, seconds: float) -> None:
        """To the last byte. Afterwards it is started anew, as its supervisor does with a store that fails its probe."""
        ballast = self.disks[store] / "ballast"
        try:
            await asyncio.to_thread(_take_all, ballast)
            await asyncio.sleep(seconds)
        finally:
            ballast.unlink()
        await self._kill(store)

    async def _kill_all(self) -> None:
        for name in EVERYBODY:
            await self._held[name].acquire()
        try:
            async with asyncio.TaskGroup() as tasks:
                for name in EVERYBODY:
                    tasks.create_task(self._strike(name))
            for name in EVERYBODY:
                await self.system.ready(name)
        finally:
            for name in EVERYBODY:
                self._held[name].release()


def _take_all(file: Path) -> None:
    """Every byte of its file system."""
    with file.open("wb", buffering=0) as ballast:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    ballast.write(bytes(size))
