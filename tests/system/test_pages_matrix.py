"""The matrix: every operation of the API and every page, asked by everybody whose business it is not.

It is made from the route tables, so that a new route is in it. Each asks for what belongs to a person, a course or an
area that is not theirs, and must be refused; no answer may hold what is known of that person.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web

from deploy.demo.api import Api
from deploy.demo.content import Json
from deploy.local import DEMO_PASSPHRASE
from gateway.api import resources
from gateway.web import routes
from tests.system.hanbit import Hanbit

pytestmark = pytest.mark.timeout(240)

HERE, ELSEWHERE = "areas/HB01", "areas/HB02"
CALLERS: Mapping[str, tuple[str, str]] = {
    "stranger": ("", ""),
    "neighbour": ("", HERE),
    "instructor elsewhere": ("INSTRUCTOR", "*"),
    "official elsewhere": ("OFFICIAL", ELSEWHERE),
    "administrator elsewhere": ("ADMINISTRATOR", ELSEWHERE),
}
"""Role and where it is held."""

SOMEBODYS = re.compile(
    "|".join(
        (
            r"/(people/|enrollments/|progress/|applications/|recipients|auditEntries|places|admin|centre(/|$)|review|kit/(own/)?\{)",
            r"/(evaluations/|erasureRequests)",
            r"^GET /api/v1/people$",
            r"/api/v1/people:",
            r"/(teach|learning)/\{",
            r"/courses/\{course\}(/grid|/totals|:|$|/lessons)",
            r"revoke|allowAttempt",
            r"statistics/(?!releases(/\{release\}(/observations|/files/.*)?)?$)",
        )
    )
)
"""Routes to what belongs to somebody, some course or some area; all others are for everybody, or about oneself."""
EVERYBODYS = (
    r"GET /courses/\{course\}(/lessons/.*|/try/.*)?$",  # published courses
    r"POST /courses/\{course\}/try/",
    r"POST /api/v1/people$",  # registering
    r"(GET|POST) /s/",
    r"(GET|POST) /courses/\{course\}/enrol$",  # in one's own name
    r"GET /centre(/notices(/words)?)?$",  # the classes that one helps with, which are none
)
OWN: Mapping[str, tuple[str, ...]] = {
    "stranger": (),
    "neighbour": (),
    "instructor elsewhere": (r"GET /centre/(new|help|evaluations(\.csv)?)$",),
    # Without another area's name these are about one's own; with it they are asked below.
    "official elsewhere": (
        r"GET /statistics(/recipients(\.csv)?|/releases(/new)?|/questions|/working)$",
        r"POST /statistics/questions/\{question\}/remove$",  # a saved question of one's own, or none
        r"GET /api/v1/(recipients|statistics/(releases:all|mail))$",
        r"GET /centre/evaluations(\.csv)?$",
    ),
    "administrator elsewhere": (
        r"GET /api/v1/(people|auditEntries|erasureRequests|recipients)$",
        r"GET /admin/(people|imports|erasures|audit(\.csv)?|places(\.csv)?)$",
        r"GET /(statistics/(recipients(\.csv)?|questions)|admin/holidays)$",
        r"GET /centre/device(/\{verb\})?$|POST /centre/device(/remove)?$",  # the computer at which they sit
        r"GET /centre/(new|help|visits|counter|polls/new|evaluations(\.csv)?)$",
        r"POST /statistics/questions/\{question\}/remove$",
    ),
}
REFUSED = {400, 401, 403, 404, 405, 409, 411, 413, 415, 422, 429}


@dataclass(frozen=True)
class Route:
    method: str
    template: str
    pattern: str

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    def path(self, named: Mapping[str, str]) -> str:
        def value(match: re.Match[str]) -> str:
            given = named.get(match[1], "")
            choices = match[2] or ""
            if match[1] in ("verb", "form"):
                return choices.lstrip(":").partition("|")[0]
            return given or "1"

        path = re.sub(r"\{(\w+)(:(?:[^{}]|\{[^{}]*\})*)?\}", value, self.pattern)
        # Whatever takes an area is asked for the one that is not the caller's.
        return path + (f"?area={HERE}" if "/statistics" in path and self.method == "GET" else "")


def all_routes() -> list[Route]:
    found = []
    for each in [*resources.routes(), *routes.routes()]:
        if isinstance(each, web.RouteDef) and each.method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            template = re.sub(r"\{(\w+):(?:[^{}]|\{[^{}]*\})*\}", r"{\1}", each.path)
            found.append(Route(each.method, template, each.path))
    return found


BODIES: Mapping[str, Json] = {
    ":grantRole": {"role": "ADMINISTRATOR", "scope": "*", "passphrase": DEMO_PASSPHRASE},
    ":revokeRole": {"role": "LEARNER", "scope": "*", "passphrase": DEMO_PASSPHRASE},
    ":erase": {"passphrase": DEMO_PASSPHRASE},
    ":addTeacher": {"person": "people/me"},
    ":sendBack": {"note": "no"},
    "/equalityAnswers": {"birthYear": 1950, "groups": [], "groupsAnswered": True},
    "/tokens": {"displayName": "mine", "scopes": ["learning.read"], "days": 1, "passphrase": DEMO_PASSPHRASE},
    ":revoke": {"reason": "none"},
    "/recipients": {"area": HERE, "displayName": "Office", "address": "office@example.org", "language": "en"},
}


@dataclass
class City:
    url: str
    sessions: Mapping[str, aiohttp.ClientSession]
    named: Mapping[str, str]
    canaries: tuple[str, ...]


@pytest.fixture(scope="module")
async def city(hanbit: Hanbit) -> AsyncIterator[City]:
    secret = f"Unmistakable-{uuid4().hex[:8]}"
    victim = await hanbit.newcomer(secret)
    course = hanbit.versions["kiosk"]["course"]
    async with hanbit.api(victim) as own, hanbit.api("admin") as admin:
        me = (await own.get("/people/me"))["name"]
        taken = (await own.post("/enrollments", {"course": course}))["name"]
        token = {"displayName": "mine", "scopes": ["learning.read"], "days": 1, "passphrase": DEMO_PASSPHRASE}
        made = await own.post("/people/me/tokens", token)
        logins = {caller: await hanbit.newcomer(caller) for caller in CALLERS if caller != "stranger"}
        for caller, login in logins.items():
            await _appoint(hanbit, admin, login, *CALLERS[caller])
    parts = {"person": me, "course": course, "enrollment": taken, "token": made["token"]["name"]}
    named = {name: value.rpartition("/")[2] for name, value in parts.items()} | {"version": "current"}
    async with AsyncExitStack() as stack:
        sessions = {}
        for caller in CALLERS:
            session = aiohttp.ClientSession(
                hanbit.url, cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Origin": hanbit.url}
            )
            sessions[caller] = await stack.enter_async_context(session)
            if caller in logins:
                sign_in = {"login": logins[caller], "passphrase": DEMO_PASSPHRASE}
                async with session.post("/api/v1/sessions", json=sign_in) as answer:
                    assert answer.status in (200, 201)
        yield City(hanbit.url, sessions, named, (secret, victim))


async def _appoint(hanbit: Hanbit, admin: Api, login: str, role: str, scope: str) -> None:
    async with hanbit.api(login) as own:
        name = (await own.get("/people/me"))["name"]
    if role:
        grant = {"role": role, "scope": scope, "passphrase": DEMO_PASSPHRASE}
        await admin.post(f"/{name}:grantRole", grant)


async def ask(city: City, caller: str, route: Route) -> tuple[int, str, str]:
    body: dict[str, Any] = {}
    if route.template.startswith("/api/") and route.method != "GET":
        given = [each for ending, each in BODIES.items() if route.template.endswith(ending)]
        body = {"json": given[0] if given else {}}
    elif route.method == "POST":
        body = {"data": {"sure": "1", "passphrase": DEMO_PASSPHRASE}}
    path = route.path(city.named)
    for _ in range(20):  # the statistics may be busy with their first table
        status, location, text = await _answer(city, caller, route.method, path, body)
        if status != 503:
            break
        await asyncio.sleep(1)
    return status, location, text


async def _answer(city: City, caller: str, method: str, path: str, body: dict[str, Any]) -> tuple[int, str, str]:
    async with city.sessions[caller].request(method, path, allow_redirects=False, **body) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text(errors="replace")


def is_refused(route: Route, status: int, location: str) -> bool:
    """A page that leads to another on GET shows nothing; that other is asked by itself."""
    leads_on = status in (302, 303) and (route.method == "GET" or location.startswith(("/sign-in", "/register")))
    return status in REFUSED or leads_on


@pytest.mark.parametrize("caller", CALLERS)
async def test_what_is_somebody_elses_is_refused_and_not_shown(city: City, caller: str) -> None:
    wrong = []
    mine = re.compile("|".join([*EVERYBODYS, *OWN[caller]]))
    asked = 0
    for route in all_routes():
        if not SOMEBODYS.search(str(route)) or mine.match(str(route)):
            continue
        status, location, text = await ask(city, caller, route)
        asked += 1
        if not is_refused(route, status, location):
            wrong.append(f"{route}: {status} {location}")
        wrong += [f"{route}: shows {canary}" for canary in city.canaries if canary in text]
    assert asked > 150
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("caller", ["stranger", "neighbour"])
async def test_what_is_everybodys_shows_nothing_of_anybody(city: City, caller: str) -> None:
    for route in all_routes():
        if route.method == "GET":
            _, _, text = await ask(city, caller, route)
            assert [canary for canary in city.canaries if canary in text] == [], str(route)
