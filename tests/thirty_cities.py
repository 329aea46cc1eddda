"""A province of thirty cities, made up but lifelike, as large as a default release gets: facts of eight quarters.

`python -m tests.thirty_cities` builds its release with the real service on stores of its own and prints what it took.
City sizes fall off as in most countries (the smallest has a thirtieth of the largest's learners); ages, sexes, groups
and dropping out are drawn from one seed, so that the same numbers come out every time. Nobody in it is real.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deploy import processes
from deploy.keys import make_keys
from deploy.place import settle
from deploy.supervisor import System
from services.chassis.config import Settings
from services.chassis.events import bus
from services.chassis.events.outbox import Outbox
from services.chassis.store import mongo
from services.statistics.figures.universe import Universe
from services.statistics.releases.domain import builds, lifecycle
from services.statistics.releases.domain.lifecycle import Release, State
from services.statistics.releases.store import Releases

CITIES, QUARTERS, ENROLMENTS, SEED = 30, 8, 80_000, 20_260_930
FIRST = datetime(2024, 1, 1, 2, tzinfo=UTC)
TOP = "areas/HN"
_COURSES = (("1",), ("1", "2"), ("2",), ("3",), ("4",), ("4", "5"), ("5",))
_FLAGS = {"disability": 0.05, "low_income": 0.06, "farmer_fisher": 0.08, "defector": 0.001, "marriage_migrant": 0.01}


def city(number: int) -> str:
    return f"{TOP}{number:02}"


def areas(cities: int = CITIES) -> list[dict[str, Any]]:
    top = {"name": TOP, "parent": "", "kind": "PROVINCE", "title": {"ko": "하늘도", "en": "Haneul Province"}}
    return [
        top,
        *(
            {"name": city(n), "parent": TOP, "kind": "CITY", "title": {"ko": f"하늘{n}시", "en": f"Haneul City {n}"}}
            for n in range(1, cities + 1)
        ),
    ]


def courses() -> list[dict[str, Any]]:
    return [
        {"_id": f"courses/c{n}", "revision": 1, "title": {"en": f"C{n}"}, "domains": list(domains)}
        for n, domains in enumerate(_COURSES)
    ]


def facts(
    cities: int = CITIES, quarters: int = QUARTERS, enrolments: int = ENROLMENTS, seed: int = SEED
) -> Iterator[dict[str, Any]]:
    """Documents of the collection `facts`; about five enrolments for three persons."""
    draw = random.Random(seed)
    weights = [1 / (n + 1) for n in range(cities)]
    days = 91 * quarters
    people: list[dict[str, Any]] = []
    for number in range(enrolments):
        if not people or draw.random() < 0.6:
            people.append(_person(draw, f"p{len(people):06}", city(draw.choices(range(1, cities + 1), weights)[0])))
            person = people[-1]
        else:
            person = draw.choice(people[-5000:])
        yield _fact(draw, f"fact{number:06}", person, FIRST + timedelta(days=draw.randrange(days)))


def facts_as_read(**wanted: int) -> Iterator[dict[str, Any]]:
    """As statistics read them: with the person who counts, who is another where accounts were merged."""
    return ({**fact, "person": fact["pseudonym"]} for fact in facts(**wanted))


def _person(draw: random.Random, name: str, area: str) -> dict[str, Any]:
    answered = draw.random() < 0.9
    traits = {
        "birth_year": 2024 - min(95, max(8, round(draw.gauss(58, 17)))) if answered else 0,
        "sex": draw.choices(("F", "M", "_O"), (58, 41.9, 0.1))[0] if answered else "",
        "groups": [flag for flag, share in _FLAGS.items() if draw.random() < share] if answered else [],
        "groups_answered": answered and draw.random() < 0.95,
        "revision": 1,
    }
    return {"pseudonym": name, "area": area, "traits": traits}


def _fact(draw: random.Random, name: str, person: dict[str, Any], at: datetime) -> dict[str, Any]:
    fact = {
        "_id": name,
        **person,
        "course": f"courses/c{draw.randrange(len(_COURSES))}",
        "run": 1,
        "version": 1,
        "universe": "resident",
        "enrolled_at": at,
        "enrol_year": at.year,
        "quarter": f"{at.year}-Q{(at.month + 2) // 3}",
    }
    fate = draw.random()
    if fate < 0.9:
        started = at + timedelta(days=draw.randrange(10))
        fact |= {"started_at": started, "minutes": {"l1": draw.randrange(20, 600)}}
        if fate < 0.62:
            fact["completed_at"] = started + timedelta(days=draw.randrange(45))
        elif fate < 0.7:
            fact["withdrawn_at"] = started + timedelta(days=draw.randrange(20))
    return fact


@asynccontextmanager
async def stores() -> AsyncIterator[System]:
    with tempfile.TemporaryDirectory(prefix="ieum-cities-") as data:
        place = settle({**os.environ, "IEUM_DATA": data, "IEUM_PORT": "0"}, internal=processes.STORES)
        environment = place.environment
        system = System((processes.mongod(place), processes.nats_server(place)), environment, place.data / "logs")
        try:
            await system.start()
            yield system
        finally:
            await system.stop()


async def publish(settings: Settings, enrolments: int) -> dict[str, Any]:
    """Plans, builds, signs and publishes the default release: all quarters and their years."""
    async with (
        mongo.connect(settings.mongo_url) as client,
        bus.connect(settings.nats_url, "cities", prefix=settings.prefix) as events,
    ):
        database = client[f"{settings.prefix}ieum_statistics"]
        await database["places"].insert_one({"_id": "current", "revision": 1, "areas": areas(), "organisations": []})
        await database["courses"].insert_many(courses())
        await database["facts"].insert_many(facts(enrolments=enrolments))
        releases = Releases(database, Outbox(events), b"key")
        as_of = FIRST + timedelta(days=91 * QUARTERS + 60)
        years = {FIRST.year + n for n in range(QUARTERS // 4)}
        periods = lifecycle.expand_periods([str(year) for year in sorted(years)], as_of.date())
        plan = Release(
            "hn", "hn", 1, {"en": "HN"}, Universe.RESIDENT, TOP, periods, as_of, as_of, "people/a", 5, "1.0.0"
        )
        await releases.plan(builds.request(plan, (), "people/a", as_of)[0])
        begun = time.monotonic()
        async with running(settings) as service:
            built = await _reached(releases, service, State.BUILT)
            seconds = time.monotonic() - begun
            await releases.entities.change("hn", lambda it: lifecycle.approve(it, "people/b"))
            await releases.entities.change("hn", lambda it: lifecycle.publish(it, as_of, as_of))
            begun = time.monotonic()
            out = await _reached(releases, service, State.PUBLISHED)
        shown = [one.status async for one in releases.observations(out)]
        assert built.cost is not None
        return {
            "enrolments": enrolments,
            "periods": len(periods),
            "build_seconds": round(seconds, 1),
            "files_seconds": round(time.monotonic() - begun, 1),
            "cost": asdict(built.cost),
            "observations": dict(Counter(shown)),
            "files": {file.name: file.size for file in out.files},
        }


async def _reached(releases: Releases, service: asyncio.subprocess.Process, state: State) -> Release:
    told = -1
    while (one := await releases.entities.get("hn")).state is not state:
        if one.state is State.FAILED or service.returncode is not None:
            raise SystemExit(f"not {state}: {one.failure or 'the service ended'}")
        if one.done != told:
            told = one.done
            print(f"{one.done} of {one.total} parts", file=sys.stderr, flush=True)
        await asyncio.sleep(0.2)
    return one


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """The service in a process of its own."""
    names = ("mongo_url", "nats_url", "prefix", "secrets", "data")
    environment = {
        **os.environ,
        **{f"IEUM_{name.upper()}": str(getattr(settings, name)) for name in names},
        "IEUM_STATISTICS": settings.addresses["statistics"],
    }
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.statistics.main", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield service
    finally:
        if service.returncode is None:
            service.kill()
        await service.wait()


async def main() -> None:
    async with stores() as system:
        secret = Path(system.environment["IEUM_DATA"])
        make_keys(secret)
        urls = {"mongo_url": system.environment["IEUM_MONGO_URL"], "nats_url": system.environment["IEUM_NATS_URL"]}
        places = {"secrets": secret, "data": secret, "addresses": {"statistics": "127.0.0.1:0"}}
        enrolments = int(sys.argv[1]) if len(sys.argv) > 1 else ENROLMENTS
        print(json.dumps(await publish(Settings.model_validate({**urls, **places}), enrolments), indent=1))


if __name__ == "__main__":
    asyncio.run(main())
