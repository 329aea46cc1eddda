"""A system under load, on bad lines and small disks, while one thing after another goes wrong with it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from deploy.local import DEMO_PASSPHRASE, Ieum, load_demo, running
from deploy.place import Place
from deploy.processes import Process, processes
from tests.chaos.faults import EVERYBODY, KINDS, STORES, Fault, Hand, plan
from tests.chaos.history import judge
from tests.chaos.load import Acknowledged, Load
from tests.chaos.proxy import Line
from tests.system.hanbit import published

DISK = "700m"
_DIRECTORIES = {"mongod": "mongo", "nats-server": "nats"}
Say = Callable[[str], None]


@dataclass
class Outcome:
    seed: int
    faults: list[Fault] = field(default_factory=list)
    acknowledged: Acknowledged = field(default_factory=Acknowledged)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    logged: Counter[str] = field(default_factory=Counter)
    """What the processes called an unexpected error, by where and what."""

    def __str__(self) -> str:
        kinds, writes = Counter(fault.kind for fault in self.faults), self.acknowledged
        parts = [
            f"seed {self.seed}: {len(self.faults)} faults in {self.seconds:.0f} s "
            f"({', '.join(f'{kind} {times}' for kind, times in kinds.most_common())})",
            f"acknowledged: {writes.count} ({len(writes.people)} people, {len(writes.enrolments)} enrolments, "
            f"{sum(map(len, writes.steps.values()))} steps, {len(writes.certificates)} certificates, "
            f"{len(writes.withdrawn)} withdrawals); given up: {len(writes.given_up)}",
            *(f"logged {times} x {what}" for what, times in self.logged.most_common()),
            *([f"{len(self.wrong)} WRONG:", *self.wrong[:40]] if self.wrong else ["nothing missing, nothing doubled"]),
        ]
        return "\n".join(parts)


@asynccontextmanager
async def prepared(data: Path) -> AsyncIterator[Hand]:
    """A small city on lines and disks that can be spoiled."""
    with small_disks(data) as disks:
        async with laid_lines() as lines, started(data, lines) as system:
            yield Hand(system, lines, disks)


async def unleash(
    hand: Hand, seed: int, seconds: float, *, at_once: int = 3, longest: float = 12.0, say: Say
) -> Outcome:
    """`longest`: seconds of the longest fault; `at_once`: how many things go wrong at the same time."""
    say(f"chaos with seed {seed} for {seconds:.0f} s")
    outcome, system = Outcome(seed), hand.system
    versions = await published(system.url)
    for_residents = [each for slug, each in versions.items() if slug != "counter-help"]
    load = Load(system.url, for_residents, seed)
    learning = asyncio.create_task(load.run(at_once=4))
    began = time.monotonic()
    kinds = tuple(kind for kind in KINDS if hand.disks or kind != "fill the disk")
    await _follow(plan(seed, kinds, longest), hand, began + seconds, at_once, outcome, say)
    outcome.seconds = time.monotonic() - began
    for name in EVERYBODY:
        await system.ready(name)
    load.stopping = True
    await learning
    outcome.acknowledged = load.acknowledged
    outcome.wrong = await judge(system, load.acknowledged, within=60)
    outcome.logged = unexpected(system.place.data / "logs")
    return outcome


async def _follow(faults: Iterator[Fault], hand: Hand, until: float, at_once: int, outcome: Outcome, say: Say) -> None:
    async def one_after_another() -> None:
        while time.monotonic() < until:
            fault = next(faults)
            outcome.faults.append(fault)
            say(f"{next(number):4}  {fault}")
            await hand.do(fault)
            await asyncio.sleep(0.2)

    number = count(1)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(one_after_another())


@asynccontextmanager
async def laid_lines() -> AsyncIterator[dict[str, Line]]:
    lines = {store: Line() for store in STORES}
    for line in lines.values():
        await line.lay()
    try:
        yield lines
    finally:
        for line in lines.values():
            await line.take_up()


@asynccontextmanager
async def started(data: Path, lines: dict[str, Line]) -> AsyncIterator[Ieum]:
    def on_bad_lines(place: Place) -> tuple[Process, ...]:
        for store, line in lines.items():
            line.lead_to(place.ports[store])
        mongo, nats = lines["mongod"].port, lines["nats-server"].port
        told = (
            "env",
            f"IEUM_MONGO_URL=mongodb://127.0.0.1:{mongo}/?directConnection=true",
            f"IEUM_NATS_URL=nats://127.0.0.1:{nats}",
        )
        return tuple(
            each if each.name in STORES else replace(each, command=(*told, *each.command)) for each in processes(place)
        )

    settings = {"IEUM_DEMO_PASSPHRASE": DEMO_PASSPHRASE, "IEUM_DEMO_PEOPLE": "5"}
    async with running(data, environment=settings, listed=on_bad_lines, say=lambda _: None) as system:
        await load_demo(system)
        yield system


@contextmanager
def small_disks(data: Path) -> Iterator[dict[str, Path]]:
    """A small file system of its own for each store; none where we may not mount."""
    mounted: dict[str, Path] = {}
    try:
        for store, name in _DIRECTORIES.items():
            (data / name).mkdir(parents=True)
            command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "ieum-chaos", str(data / name)]
            if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
                break
            mounted[store] = data / name
        yield mounted if len(mounted) == len(_DIRECTORIES) else {}
    finally:
        for path in mounted.values():
            subprocess.run(["umount", str(path)], check=True)


def unexpected(logs: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for log in logs.glob("*.log"):
        for line in log.read_text(errors="replace").splitlines():
            entry = json.loads(line) if line.startswith('{"') else {}
            if entry.get("level") == "error":
                last = str(entry.get("exception", "")).strip().rpartition("\n")[2][:160]
                found[f"{log.stem}: {entry.get('event')} {last}"] += 1
    return found
