"""Learners who never stop: each is registered, signs in, enrols, learns, is done or leaves. What they were told is
written down, to be held against what the system has at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from deploy.demo.__main__ import whole_lesson
from deploy.demo.api import Api, Refused
from deploy.demo.content import Json
from deploy.local import DEMO_PASSPHRASE

AREAS = ("areas/HB0101", "areas/HB0102", "areas/HB0103")


@dataclass
class Acknowledged:
    """Only what was acknowledged."""

    people: dict[str, str] = field(default_factory=dict)
    """Name of the person by login."""
    enrolments: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Person and course by the enrolment's name."""
    steps: dict[str, list[Json]] = field(default_factory=dict)
    certificates: dict[str, str] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    given_up: list[str] = field(default_factory=list)
    """Not acknowledged in two minutes: may be done or not."""
    refused: list[str] = field(default_factory=list)
    """Never expected: everything asked for here is allowed, and safe to repeat."""

    @property
    def count(self) -> int:
        ended = len(self.certificates) + len(self.withdrawn)
        return len(self.people) + len(self.enrolments) + ended + sum(map(len, self.steps.values()))


class Load:
    def __init__(self, url: str, versions: Sequence[Json], seed: int) -> None:
        self._url = url
        self._versions = versions
        self._random = Random(seed)
        self._number = 0
        self._run = f"chaos-{seed}"
        self.stopping = False
        self.acknowledged = Acknowledged()

    async def run(self, at_once: int) -> None:
        """Until `stopping`; whoever has begun something is answered first."""
        async with Api(self._url) as admin:
            await admin.sign_in("admin", DEMO_PASSPHRASE)
            async with asyncio.TaskGroup() as tasks:
                for _ in range(at_once):
                    tasks.create_task(self._one_after_another(admin))

    async def _one_after_another(self, admin: Api) -> None:
        while not self.stopping:
            self._number += 1
            login = f"{self._run}-{self._number}"
            try:
                await self._live(admin, login, Random(self._random.random()))
            except TimeoutError:
                self.acknowledged.given_up.append(login)
            except Refused as refusal:
                self.acknowledged.refused.append(str(refusal))

    async def _live(self, admin: Api, login: str, random: Random) -> None:
        body = {"requestId": login, "login": login, "displayName": login, "passphrase": DEMO_PASSPHRASE}
        person = (await admin.post("/people", body | {"area": random.choice(AREAS), "locale": "ko"}))["name"]
        self.acknowledged.people[login] = person
        async with Api(self._url) as learner:
            await learner.sign_in(login, DEMO_PASSPHRASE)
            answers = {"birthYear": random.randint(1935, 2005), "sex": random.choice(["FEMALE", "MALE"])}
            await learner.put("/people/me/equalityAnswers", {**answers, "groups": [], "groupsAnswered": False})
            for version in random.sample(list(self._versions), 2):
                if self.stopping:
                    return
                await self._learn(learner, person, version, random)

    async def _learn(self, learner: Api, person: str, version: Mapping[str, Json], random: Random) -> None:
        enrolment = await self._enrol(learner, person, str(version["course"]))
        lessons = version["content"]["lessons"]
        if random.random() < 0.3:
            await self._attend(learner, enrolment, lessons[0])
            await learner.post(f"/{enrolment}:withdraw", {})
            self.acknowledged.withdrawn.add(enrolment)
            enrolment = await self._enrol(learner, person, str(version["course"]))
        for lesson in lessons:
            await self._attend(learner, enrolment, lesson)

    async def _enrol(self, learner: Api, person: str, course: str) -> str:
        name = str((await learner.post("/enrollments", {"course": course}))["name"])
        self.acknowledged.enrolments[name] = (person, course)
        return name

    async def _attend(self, learner: Api, enrolment: str, lesson: Json) -> None:
        for half in _halves(whole_lesson(lesson)):
            done = await learner.post(f"/{enrolment.replace('enrollments/', 'progress/')}:record", {"steps": half})
            self.acknowledged.steps.setdefault(enrolment, []).extend(half)
            if certificate := done["progress"].get("certificate"):
                self.acknowledged.certificates[enrolment] = certificate["name"]


def _halves(steps: Sequence[Json]) -> list[Sequence[Json]]:
    middle = len(steps) // 2
    return [half for half in (steps[:middle], steps[middle:]) if half]
