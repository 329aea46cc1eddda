"""A small town for tests of the live table: its people and what they did, and its tables."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.statistics.areas.tree import AreaTree
from services.statistics.disclosure.policy import Policy
from services.statistics.facts.domain import FactBatch
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.counting import count
from services.statistics.live.domain.enrolment_arrays import Columns, milliseconds
from services.statistics.live.domain.lattice import Lattice, World
from services.statistics.live.domain.protection import Tally
from services.statistics.live.domain.questions import LiveState
from services.statistics.live.domain.steps import Shown, next_state

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 7, 1, tzinfo=UTC)
VILLAGES = ("areas/A1", "areas/A2", "areas/A3")
COURSES = ("courses/c1", "courses/c2")
WORLD = World(
    AreaTree.of(
        [{"name": "areas/A", "parent": "", "title": {}}]
        + [{"name": village, "parent": "areas/A", "title": {}} for village in VILLAGES],
        [],
    ),
    {"courses/c1": {"domains": ["1"]}, "courses/c2": {"domains": ["1", "4"]}},
)
_FLAGS: Sequence[tuple[str, ...] | None] = (None, (), (), (), ("disability",), ("low_income", "farmer_fisher"))


@dataclass(frozen=True)
class Enrolment:
    person: str
    area: str
    course: str
    day: int
    sex: str
    age: int | None
    flags: tuple[str, ...] | None
    started: int | None = None
    completed: int | None = None
    delivery: str = "online"

    @property
    def row(self) -> tuple[Any, ...]:
        when = BEGIN + timedelta(days=self.day)
        quarter = f"{when.year}-Q{(when.month + 2) // 3}"
        moments = [
            None if day is None else milliseconds(BEGIN + timedelta(days=day)) for day in (self.started, self.completed)
        ]
        home = ("resident", "", self.area)
        traits = (self.sex, self.age, self.flags)
        named = (f"{self.person} {self.course} {self.day}", self.person)
        return (*named, *home, self.course, 1, self.delivery, quarter, *traits, milliseconds(when), *moments, None, 0)


def townspeople(seed: int, persons: int) -> list[Enrolment]:
    chance = random.Random(seed)
    return [each for number in range(persons) for each in person(chance, f"p{number}")]


def person(chance: random.Random, name: str, **more: Any) -> list[Enrolment]:
    one = Enrolment(
        name,
        chance.choices(VILLAGES, (6, 3, 1))[0],
        chance.choices(COURSES, (3, 1))[0],
        chance.randrange(540),
        chance.choice("FFM"),
        chance.choice([None, 20, 50, 58, 62, 67, 72, 78, 80]),
        chance.choice(_FLAGS),
        delivery=chance.choices(("online", "face_to_face", "outreach"), (6, 3, 1))[0],
    )
    one = replace(one, **more)
    began = one.day + 1 if chance.random() < 0.8 else None
    done = one.day + chance.randrange(2, 60) if began and chance.random() < 0.7 else None
    return [replace(one, started=began, completed=done)]


def counted(people: Iterable[Enrolment]) -> dict[tuple[str, str, str], Tally]:
    held = Columns().holding(FactBatch(*zip(*(each.row for each in people), strict=True)))
    return count(held, Universe.RESIDENT, NOW, WORLD)


def stepped(people: Iterable[Enrolment], before: Shown) -> LiveState:
    cells = counted(people)
    return LiveState(NOW, next_state(cells, Lattice(WORLD, cells, Policy().k), before, Policy()), WORLD, "2026-Q2")
