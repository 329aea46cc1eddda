"""A poisoned event steps aside, the rest moves on, and once its cause is mended it is handled after all, once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deploy import dead_letters as command
from ieum.courses.v1.events_pb2 import CourseRetired
from services.chassis.config import Settings
from services.chassis.errors import Missing
from services.chassis.events import dead_letters
from services.chassis.events.bus import Bus
from services.chassis.events.dead_letters import DeadLetter
from services.chassis.run import Frame
from tests.service.conftest import Announce, StartService, eventually


@dataclass
class Hearer:
    """A service that cannot stand one course until it is mended."""

    handled: list[str] = field(default_factory=list)
    mended: bool = False

    async def handle(self, event: CourseRetired) -> None:
        if event.course == "poison" and not self.mended:
            raise ValueError("독이 든 소식\nin two lines")
        self.handled.append(event.course)

    async def compose(self, frame: Frame) -> None:
        frame.hear("ieum.courses.v1", {CourseRetired: self.handle})


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two deliveries instead of five: the pauses between them are the broker's and would be waited for."""
    monkeypatch.setattr("services.chassis.events.consumer._DELIVERIES", 2)


async def letters(events: Bus) -> list[DeadLetter]:
    return [each async for each in dead_letters.all_of(events)]


def there_are(events: Bus, count: int) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return len(await letters(events)) == count

    return look


@pytest.fixture
async def buried(
    start_service: StartService, announce: Announce, events: Bus, hurried: None
) -> tuple[Hearer, DeadLetter]:
    hearer = Hearer()
    await announce(CourseRetired(course="poison", revision=3), "p")
    for number in range(5):
        await announce(CourseRetired(course=f"c{number}"), f"c{number}", times=2)
    await start_service("statistics", hearer.compose)
    await eventually(there_are(events, 1), "the poisoned event is among the dead letters")
    (letter,) = await letters(events)
    return hearer, letter


async def test_the_rest_moves_on_and_the_letter_says_what_was_wrong(buried: tuple[Hearer, DeadLetter]) -> None:
    hearer, letter = buried
    assert sorted(set(hearer.handled)) == [f"c{number}" for number in range(5)]
    assert (letter.durable, letter.package, letter.type) == (
        "statistics", "ieum.courses.v1", "ieum.courses.v1.CourseRetired",
    )  # fmt: skip
    assert letter.subject.endswith("ieum.courses.v1.CourseRetired.p")
    assert "독이 든 소식" in letter.error
    assert dead_letters.decoded(letter) == {"course": "poison", "revision": "3"}


async def test_a_replay_in_vain_leaves_the_letter_and_says_why(buried: tuple[Hearer, DeadLetter], events: Bus) -> None:
    _, letter = buried
    assert "독이 든 소식" in await dead_letters.replay(events, letter)
    assert await letters(events) == [letter]


async def test_a_replay_after_mending_reaches_that_service_alone_and_takes_the_letter_out(
    buried: tuple[Hearer, DeadLetter], start_service: StartService, events: Bus
) -> None:
    hearer, letter = buried
    other = Hearer(mended=True)
    await start_service("progress", other.compose)
    await eventually(lambda: _heard(other, "poison"), "the other service heard the event from the stream")
    hearer.mended = True
    assert await dead_letters.replay(events, letter) == ""
    assert hearer.handled.count("poison") == other.handled.count("poison") == 1
    assert await letters(events) == []
    with pytest.raises(Missing):
        await dead_letters.get(events, letter.number)


async def test_the_same_letter_replayed_twice_at_once_is_safe(buried: tuple[Hearer, DeadLetter], events: Bus) -> None:
    hearer, letter = buried
    hearer.mended = True
    async with asyncio.TaskGroup() as tasks:
        both = [tasks.create_task(dead_letters.replay(events, letter)) for _ in range(2)]
    assert [task.result() for task in both] == ["", ""]
    assert await letters(events) == []


async def test_what_cannot_even_be_read_is_a_dead_letter_at_once(
    start_service: StartService, events: Bus, settings: Settings
) -> None:
    await events.ensure_stream("ieum.courses.v1")
    name = "ieum.courses.v1.CourseRetired"
    await events.publish(f"{name}.x", name, "broken", b"\xff\xff", "")
    await start_service("statistics", Hearer().compose)
    await eventually(there_are(events, 1), "the broken event is among the dead letters", seconds=5)
    (letter,) = await letters(events)
    assert dead_letters.decoded(letter) is None
    assert "DecodeError" in letter.error


async def run(settings: Settings, *words: str) -> int:
    told = {"IEUM_NATS_URL": settings.nats_url, "IEUM_PREFIX": settings.prefix}
    return await command.run(command.arguments(words), told)


async def test_an_operator_lists_shows_and_replays(
    buried: tuple[Hearer, DeadLetter], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    hearer, letter = buried
    assert await run(settings, "list") == 0
    assert "CourseRetired" in capsys.readouterr().out
    assert await run(settings, "show", str(letter.number)) == 0
    assert '"course": "poison"' in capsys.readouterr().out
    assert await run(settings, "replay", "--all") == 1
    assert "0 handled, 1 left." in capsys.readouterr().out
    hearer.mended = True
    assert await run(settings, "replay", str(letter.number)) == 0
    assert await run(settings, "replay", "--all") == 0
    assert "0 handled, 0 left." in capsys.readouterr().out
    assert await run(settings, "list") == 0
    assert "no dead letters" in capsys.readouterr().err


async def test_what_can_never_be_handled_goes_into_a_file_that_was_not_there(
    buried: tuple[Hearer, DeadLetter], events: Bus, settings: Settings, tmp_path: Path
) -> None:
    _, letter = buried
    taken, free = tmp_path / "taken", tmp_path / "letter.json"
    taken.write_text("kept")
    assert await run(settings, "discard", str(letter.number), "--to", str(taken)) == 1
    assert (taken.read_text(), await letters(events)) == ("kept", [letter])
    assert await run(settings, "discard", str(letter.number), "--to", str(free)) == 0
    kept = json.loads(free.read_text())
    assert (kept["event"]["course"], bytes.fromhex(kept["data"])) == ("poison", letter.data)
    assert await letters(events) == []


async def test_without_the_service_a_replay_says_to_start_it(
    events: Bus, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await events.ensure_stream(dead_letters.STREAM)
    given = dead_letters.headers(
        {"ce-type": "ieum.courses.v1.CourseRetired"}, "nobody", "ieum.courses.v1", "", KeyError()
    )
    await events.jetstream.publish(events.subject("deadletters.nobody"), b"", headers=given)
    assert await run(settings, "replay", "1") == 1
    assert "nobody does not answer; start it" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["replay"], ["replay", "--all", "1"], ["show"], []])
def test_a_command_that_is_not_complete_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        command.arguments(words)


async def _heard(hearer: Hearer, course: str) -> bool:
    return course in hearer.handled
