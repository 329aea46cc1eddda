"""The synthetic city of the benchmarks, of any size: who learns what, and how far they are. `make bench` loads it.

The service's own domain makes every document (a course is drafted, submitted and approved; a learner takes one step
after the other), in the form that its store writes. To save hours, all courses of a shape share their lessons, and
learners with the same progress share their steps. Courses and places carry their announcement, so that the services
receive the events.

Everything is drawn from SEED: the same size makes the same city.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from random import Random
from typing import Any

from services.chassis.clock import now
from services.enrollment.domain import key_of
from services.people.domain.places import Area, Places

SEED = 20_261_123
TOWNS = 20
LESSONS, LONG = 10, 20
QUARTER_STARTS = [datetime(year, month, 15, 1, tzinfo=UTC) for year in (2025, 2026) for month in (1, 4, 7, 10)]
# Courses that rows measure; the other learners are spread over all other courses.
CSV_COURSE, GRID_COURSE, BATCH_COURSE, FRESH_COURSE, ALMOST_COURSE, NEW_COURSE = range(6)
PART_COURSES = 6
CSV_ROWS, GRID_ROWS = 20_000, 2_000


@dataclass(frozen=True)
class City:
    """`active` learners have a session and records with which the measurements continue."""

    learners: int
    courses: int
    completions: int
    active: int = 1_024

    @classmethod
    def of(cls, scale: float) -> City:
        learners = max(2_000, round(50_000 * scale))
        return cls(learners, max(20, round(200 * min(scale, 1))), round(500_000 * scale), min(1_024, learners // 2))

    @cached_property
    def enrolments_each(self) -> float:
        """Enrolments per learner outside the measured courses; on average a learner has done half of a course."""
        return max(1.0, self.completions / (LESSONS / 2) / self.learners)

    def person(self, number: int) -> str:
        return f"bench{number:011d}"

    def course(self, number: int) -> str:
        return f"bench{number:011d}"

    def town(self, number: int) -> str:
        return f"areas/BC{number % TOWNS + 1:02d}"

    def enrolment(self, course: int, person: int) -> str:
        """The enrolment's id."""
        return f"{key_of(f'courses/{self.course(course)}', f'people/{self.person(person)}')}-1"

    def lessons_of(self, course: int) -> int:
        return LONG if course in (CSV_COURSE, GRID_COURSE, BATCH_COURSE) else LESSONS


@dataclass(frozen=True)
class Enrolment:
    """A learner in a course: `done` lessons, or -1 for all lessons without the last answer of each."""

    person: int
    course: int
    done: int
    began: datetime


@cache
def places() -> Places:
    province = Area("areas/BC", "", "CITY", {"ko": "벤치시", "en": "Bench City"})
    towns = [
        Area(f"areas/BC{n:02d}", "areas/BC", "TOWN", {"ko": f"{n}동", "en": f"Town {n}"}, n % 5, n // 5)
        for n in range(1, TOWNS + 1)
    ]
    return Places(areas=(province, *towns))


def enrolments(city: City) -> Iterator[Enrolment]:
    random = Random(SEED)  # noqa: S311 - not secrets
    others = city.courses - PART_COURSES
    for person in range(city.learners):
        for course in _measured(city, person):
            done = {FRESH_COURSE: 0, BATCH_COURSE: 0, ALMOST_COURSE: -1}.get(course)
            yield Enrolment(person, course, random.randrange(LONG + 1) if done is None else done, _start_date(random))
        whole, part = divmod(city.enrolments_each, 1)
        count = min(others, int(whole) + (random.random() < part))
        for course in random.sample(range(PART_COURSES, city.courses), count):
            yield Enrolment(person, course, random.randrange(LESSONS + 1), _start_date(random))


def _measured(city: City, person: int) -> Sequence[int]:
    courses = [CSV_COURSE] if person < CSV_ROWS else []
    if person < GRID_ROWS:
        courses.append(GRID_COURSE)
    if person < city.active:
        courses += [BATCH_COURSE, FRESH_COURSE, ALMOST_COURSE]
    return courses


def _start_date(random: Random) -> datetime:
    return random.choice(QUARTER_STARTS[:-1]) + timedelta(days=random.randrange(28))


def expiry() -> datetime:
    return now() + timedelta(days=14)


def answers_of(person: int) -> dict[str, Any] | None:
    """The traits of a learner; two in three give them."""
    random = Random(SEED + person)  # noqa: S311 - not secrets
    if random.random() > 0.67:
        return None
    groups = [group for group in ("low_income", "disability", "farmer_fisher") if random.random() < 0.1]
    return {
        "birth_year": random.randrange(1940, 2006),
        "sex": random.choice(("female", "male")),
        "groups": groups,
        "groups_answered": True,
    }
