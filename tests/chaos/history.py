"""Compares what clients had acknowledged with what the system has: nothing acknowledged is missing, nothing is there
twice, every event reached all who handle its kind, and statistics equal a recount."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient

from deploy.demo.content import Json
from deploy.local import Ieum
from services.chassis.events import bus, dead_letters
from services.chassis.events.bus import Bus
from tests.chaos.load import Acknowledged
from tests.system.quiet import until_quiet
from tests.system.recount import differing, doubled

Client = AsyncMongoClient[dict[str, Any]]


async def judge(system: Ieum, acknowledged: Acknowledged, within: float) -> list[str]:
    """Everything that is wrong. Waits up to `within` seconds for the events to arrive."""
    async with (
        Client(system.environment["IEUM_MONGO_URL"], tz_aware=True) as client,
        bus.connect(system.environment["IEUM_NATS_URL"], "judge") as events,
    ):
        wrong = [f"refused: {each}" for each in acknowledged.refused]
        wrong += [f"after {within:g} s: {line}" for line in await until_quiet(client, events, within)]
        wrong += [line async for line in _missing(client, acknowledged)]
        wrong += [line async for line in _doubled(client)]
        wrong += [line async for line in _unannounced(events, acknowledged)]
        wrong += await differing(client, Path(system.environment["IEUM_SECRETS"]))
        wrong += [f"dead letter: {each.type} {each.error}" async for each in dead_letters.all_of(events)]
    return wrong


async def _missing(client: Client, acknowledged: Acknowledged) -> AsyncIterator[str]:
    people = {row["login"]: row["_id"] async for row in client["ieum_people"]["people"].find({}, {"login": 1})}
    for login, person in acknowledged.people.items():
        if f"people/{people.get(login)}" != person:
            yield f"person {login} was {person} and is {people.get(login)}"
    runs: dict[str, tuple[str, str, bool]] = {}
    async for row in client["ieum_enrollment"]["participations"].find():
        for run in row["runs"]:
            name = f"enrollments/{row['_id']}-{run['number']}"
            runs[name] = (row["person"], row["course"], run["withdraw_time"] is not None)
    for name, (person, course) in acknowledged.enrolments.items():
        if runs.get(name, ("", "", False))[:2] != (person, course):
            yield f"{name} of {person} in {course} is {runs.get(name)}"
        elif name in acknowledged.withdrawn and not runs[name][2]:
            yield f"{name} was withdrawn and is not"
    for name, steps in acknowledged.steps.items():
        record = await client["ieum_progress"]["records"].find_one({"_id": name.removeprefix("enrollments/")})
        there = Counter(_steps_of(record)) if record else Counter()
        for step in map(_step, steps):
            if there[step] != 1:
                yield f"{name}: {step} is there {there[step]} times"
        number = ((record or {}).get("certificate") or {}).get("number")
        if name in acknowledged.certificates and acknowledged.certificates[name] != f"certificates/{number}":
            yield f"{name} earned {acknowledged.certificates[name]} and has {number}"


def _step(step: Json) -> tuple[str, ...]:
    if opened := step.get("openScreen"):
        return (opened["lesson"], opened["screen"])
    answered = step["answerItem"]
    return (answered["lesson"], answered["quiz"], answered["item"])


def _steps_of(record: Mapping[str, Any]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for lesson in record["lessons"]:
        found += [(lesson["lesson"], opened["screen"]) for opened in lesson["opened"]]
        for quiz in lesson["quizzes"]:
            for attempt in quiz["attempts"]:
                found += [(lesson["lesson"], quiz["quiz"], given["item"]) for given in attempt["answers"]]
    return found


async def _doubled(client: Client) -> AsyncIterator[str]:
    for number in await doubled(client):
        yield f"certificate {number} stands twice"
    logins = Counter([row["login"] async for row in client["ieum_people"]["people"].find({}, {"login": 1})])
    for login in (login for login, times in logins.items() if times > 1 and login):
        yield f"{login} is registered {logins[login]} times"


async def _unannounced(events: Bus, acknowledged: Acknowledged) -> AsyncIterator[str]:
    """Each fact that clients were told has its event."""
    await_of = {
        "ieum.enrollment.v1.Enrolled": acknowledged.enrolments.keys(),
        "ieum.enrollment.v1.Withdrawn": acknowledged.withdrawn,
        "ieum.progress.v1.CourseCompleted": acknowledged.certificates.keys(),
    }
    for kind, names in await_of.items():
        stream = events.stream(kind.rpartition(".")[0])
        info = await events.jetstream.stream_info(stream, subjects_filter=f"{kind}.>")
        announced = {subject.rpartition(".")[2] for subject in info.state.subjects or {}}
        for name in names:
            key = name.removeprefix("enrollments/")
            if key not in announced and key.rpartition("-")[0] not in announced:
                yield f"{kind} of {name} was never announced"
