"""A province of thirty cities, made up but lifelike, as large as a default release gets: facts of eight quarters.

`python -m tests.thirty_cities` builds its release with the real service on stores of its own and prints what it took.
City sizes fall off as in most countries (the smallest has a fiftieth of the largest's learners); ages, sexes, groups and
dropping out are drawn from one seed, so that the same numbers come out every time. Nobody in it is real.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

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
        yield _fact(draw, f"enrollments/{number:06}", person, FIRST + timedelta(days=draw.randrange(days)))


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
