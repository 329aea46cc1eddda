"""The rows of the targets table: the requests of each row and its target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any

from bench import city as cities
from bench import classes
from bench.city import City
from bench.clients import Request
from bench.documents import QUESTIONS, SCREENS
from bench.loading import PASSPHRASE, secret
from services.chassis.clock import now
from services.classes.domain.application import key_of

_PLENTY = 60_000
_CLIENTS = 64
_TOGETHER = 256
"""Learners at once: enough that each does something at most once a second while a row is measured."""


@dataclass(frozen=True)
class Row:
    """`cpu` and `p99` are targets in milliseconds, `of_floor` a share of the named floor's rate, `of_cost` a multiple
    of its CPU time. `before` are requests of the same people that are sent first and not measured."""

    name: str
    requests: Callable[[City], Sequence[Request]]
    at_once: int = _CLIENTS
    seconds: float = 5.0
    cpu: float | None = None
    p99: float | None = None
    p50: float | None = None
    before: Callable[[City], Sequence[Request]] | None = None
    of_floor: tuple[str, float] | None = None
    of_cost: tuple[str, float] | None = None


def _cookie(key: str) -> str:
    return f"ieum_session={secret(key)}"


def _learner(city: City, number: int) -> str:
    return _cookie(city.person(number))


def _catalogue(city: City) -> list[Request]:
    return [Request("/courses")] * _PLENTY


def _course(city: City) -> list[Request]:
    paths = [f"/courses/{city.course(number)}" for number in range(min(city.courses, 50))]
    return [Request(path) for path in islice(cycle(paths), _PLENTY)]


def _mine(city: City) -> list[Request]:
    learners = range(_TOGETHER)
    return [Request("/learning", _learner(city, each)) for each in islice(cycle(learners), _PLENTY)]


def _lesson(city: City) -> list[Request]:
    def path(learner: int) -> str:
        return f"/learning/{city.enrolment(cities.ALMOST_COURSE, learner)}/l03/b"

    learners = range(_TOGETHER)
    return [Request(path(each), _learner(city, each)) for each in islice(cycle(learners), _PLENTY)]


def _record_path(city: City, course: int, learner: int) -> str:
    return f"/api/v1/progress/{city.enrolment(course, learner)}:record"


def _opened(lesson: int, screen: str) -> dict[str, Any]:
    return {"openScreen": {"lesson": f"l{lesson:02d}", "screen": screen}}


def _answered(lesson: int, item: str) -> dict[str, Any]:
    answer = {"lesson": f"l{lesson:02d}", "quiz": "q", "item": item, "attempt": 1, "answer": {"values": ["o1"]}}
    return {"answerItem": answer}


def _opening(city: City) -> list[Request]:
    """Each learner opens one screen after the other."""
    return [
        Request(_record_path(city, cities.FRESH_COURSE, learner), _learner(city, learner), {"steps": [step]})
        for lesson in range(cities.LESSONS)
        for step in [_opened(lesson, screen) for screen in SCREENS]
        for learner in range(_TOGETHER)
    ]


def _completing(city: City) -> list[Request]:
    """Each request is the last step of a lesson, so that its completion is announced."""
    return [
        Request(
            _record_path(city, cities.ALMOST_COURSE, learner),
            _learner(city, learner),
            {"steps": [_answered(lesson, QUESTIONS[-1])]},
        )
        for lesson in range(cities.LESSONS - 1)
        for learner in range(_TOGETHER)
    ]


def _kept(city: City) -> list[Request]:
    """A course of twenty lessons, done offline and sent at once."""
    moment = now() - timedelta(hours=2)
    steps = [
        step
        for lesson in range(cities.LONG)
        for step in (*(_opened(lesson, screen) for screen in SCREENS), *(_answered(lesson, item) for item in QUESTIONS))
    ]
    timed = [
        {**step, "time": (moment + timedelta(minutes=place)).isoformat()} for place, step in enumerate(steps[:100])
    ]
    return [
        Request(_record_path(city, cities.BATCH_COURSE, learner), _learner(city, learner), {"steps": timed})
        for learner in range(min(300, city.active))
    ]


def _looking(city: City) -> list[Request]:
    """The course page, before enrolling."""
    path = f"/courses/{city.course(cities.NEW_COURSE)}"
    return [Request(path, _learner(city, learner)) for learner in range(city.active)]


def _enrolling(city: City) -> list[Request]:
    course = f"courses/{city.course(cities.NEW_COURSE)}"
    return [
        Request("/api/v1/enrollments", _learner(city, learner), {"course": course}) for learner in range(city.active)
    ]


def _opening_class(city: City) -> list[Request]:
    """The class page, before applying."""
    return [Request(f"/classes/{classes.EVERYBODY}", _learner(city, learner)) for learner in range(city.active)]


def _applying(class_: str) -> Callable[[City], list[Request]]:
    def requests(city: City) -> list[Request]:
        path = f"/api/v1/classes/{class_}:apply"
        return [Request(path, _learner(city, learner), {}) for learner in range(city.active)]

    return requests


def _class_list(city: City) -> list[Request]:
    path = f"/api/v1/classes/{classes.LISTED}/sessions/1/attendance"
    return [Request(path, _cookie("benchteacher0000"))] * 300


def _without_network(city: City) -> list[Request]:
    """A day of thirty learners: 120 marks and 600 steps, each kit once."""
    return [
        Request(
            f"/kit/{classes.kit_key(kit)}/operations",
            _cookie("benchteacher0000"),
            _day(city, kit),
            {"Sec-Fetch-Site": "same-origin"},
        )
        for kit in range(classes.KITS)
    ]


def _day(city: City, kit: int) -> dict[str, Any]:
    sent = now()
    learners = [f"people/{city.person(each)}" for each in classes.learners_offline(city, kit)]
    applications = [f"applications/{key_of(classes.OFFLINE, person)}" for person in learners]
    marks: list[dict[str, Any]] = [
        {"kind": "mark", "application": each, "session": session, "attended": 1}
        for session in range(1, classes.SESSIONS + 1)
        for each in applications
    ]
    steps: list[dict[str, Any]] = [
        {"kind": "screen", "application": each, "lesson": f"l{place // len(SCREENS):02d}", "screen": screen}
        for place, screen in islice(enumerate(cycle(SCREENS)), 20)
        for each in applications
    ]
    begun = sent - timedelta(hours=8)
    operations = [
        {**each, "n": n, "wall": _ms(begun + timedelta(seconds=n))} for n, each in enumerate([*marks, *steps], 1)
    ]
    return {"sent": _ms(sent), "operations": operations}


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _signing_in(city: City) -> list[Request]:
    bodies = [{"login": city.person(number), "passphrase": PASSPHRASE} for number in range(city.learners)]
    return [Request("/api/v1/sessions", body=body) for body in bodies]


def _grid(course: int, path: str, times: int) -> Callable[[City], list[Request]]:
    def requests(city: City) -> list[Request]:
        return [Request(path.format(city.course(course)), _cookie("benchteacher0000"))] * times

    return requests


def _official(by: str) -> Callable[[City], list[Request]]:
    path = f"/api/v1/statistics/table?area=areas/BC&by={by}"
    return lambda city: [Request(path, _cookie("benchofficial000"))] * 20


ROWS = (
    Row("public page: catalogue", _catalogue, of_floor=("aiohttp", 0.5)),
    Row("public page: course", _course, of_floor=("aiohttp", 0.5)),
    Row("my learning", _mine, cpu=1.5, p99=60),
    Row("lesson page", _lesson, cpu=1.5, p99=60),
    Row("record progress: a screen", _opening, cpu=2.0, p99=120, of_floor=("insert", 0.18)),
    Row("record progress: a lesson completed", _completing, cpu=2.0, p99=120, of_floor=("insert", 0.18)),
    Row("100 kept answers", _kept, at_once=8, cpu=15),
    Row("enrol", _enrolling, before=_looking, cpu=2.4),
    Row("class page at nine o'clock", _opening_class, cpu=4.0, p99=2_000),
    Row("apply for a class, several at once", _applying(classes.EVERYBODY), cpu=3.6, p99=2_000),
    Row("apply for a class, alone", _applying(classes.ALONE), at_once=1, cpu=4.3),
    Row("class list of 30 with attendance", _class_list, at_once=1, cpu=15),
    Row("a day without network: 30 learners", _without_network, at_once=1, cpu=150),
    Row("sign in", _signing_in, at_once=2, of_cost=("argon2id, two at once", 1.2)),
    Row(
        "class grid, API, 1,000 learners x 20",
        _grid(cities.GRID_COURSE, "/api/v1/courses/{}/grid?pageSize=1000", 60),
        at_once=1,
    ),
    Row("class grid, page", _grid(cities.GRID_COURSE, "/teach/{}/grid", 10), 1, p50=150),
    Row("class grid as CSV, 20,000 learners", _grid(cities.CSV_COURSE, "/api/v1/courses/{}/grid?format=csv", 3), 1, 20),
    Row("official's table by area", _official("REF_AREA"), 1, 10, p50=40),
    Row("official's table by age", _official("AGE"), 1, 10, p50=40),
    Row("official's table by course", _official("COURSE"), 1, 10, p50=40),
)
