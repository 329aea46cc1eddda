"""Classes of both centres of Hanbit: a past term with its attendance, a running class, and two that can be applied for.

What is past is entered later, with its times, as from a centre's paper lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.api import Api
from deploy.demo.content import Json
from deploy.demo.residents import SEED

_ZONE = ZoneInfo("Asia/Seoul")
_MINUTES = 120
# Share of those who come late, leave early, are excused or absent; all the others are there.
_EXCEPTIONS = (("LATE", 0.06, 100), ("LEFT_EARLY", 0.04, 80), ("EXCUSED", 0.03, None), ("ABSENT", 0.08, None))


@dataclass(frozen=True)
class DemoClass:
    """`first_week` counts from today; `people` of Hanbit have a seat or apply, from the `begin`th on."""

    key: str
    course: str
    title: str
    centre: str
    area: str
    weekday: int
    first_week: int
    seats: int
    begin: int
    people: int
    rule: str = "FIRST_COME"
    delivery: str = "FACE_TO_FACE"
    sessions: int = 4


CLASSES = (
    DemoClass("demopastterm0001", "kiosk", "키오스크 익히기 화요반", "solnae", "HB0101", 1, -14, 12, 0, 12),
    DemoClass("demopastterm0002", "phone-photos", "휴대폰 사진 목요반", "deulkkot", "HB0105", 3, -13, 12, 12, 11),
    DemoClass("dem0running00001", "phishing", "전화 사기 막기 수요반", "solnae", "HB0101", 2, -2, 15, 23, 14),
    DemoClass("dem0pastvisit001", "kiosk", "찾아가는 키오스크", "", "HB0106", 4, -9, 10, 37, 8, delivery="OUTREACH"),
    DemoClass("demoforthc0me001", "kiosk", "키오스크 월요반", "deulkkot", "HB0105", 0, 3, 20, 45, 30, rule="LOT"),
    DemoClass("demoforthc0me002", "online-petition", "온라인 민원 금요반", "solnae", "HB0101", 4, 2, 10, 75, 12),
)
PEOPLE = max(each.begin + each.people for each in CLASSES)


async def hold_classes(admin: Api, teacher: str, courses: dict[str, str], people: Sequence[str], today: date) -> None:
    """`courses`: the name of each by its slug. `people` are as many as PEOPLE says, or fewer."""
    for each in CLASSES:
        mine = people[each.begin : each.begin + each.people]
        if mine and each.course in courses:
            await _hold(admin, teacher, courses[each.course], each, mine, today)


async def _hold(admin: Api, teacher: str, course: str, demo: DemoClass, people: Sequence[str], today: date) -> None:
    days = session_days(demo, today)
    body = {"classId": demo.key, "details": _details(demo, teacher, course, days, today)}
    created = await admin.post("/classes", body)
    await admin.post(f"/{created['name']}:publish", {})
    if days[0] > today:
        await _apply(admin, created["name"], people)
        return
    given_at = datetime.combine(days[0] - timedelta(days=10), datetime.min.time(), UTC).isoformat()
    seats = []
    for person in people:
        seat = {"person": person, "reason": "CORRECTION", "time": given_at, "channel": "COUNTER"}
        seats.append((await admin.post(f"/{created['name']}:addByHand", seat))["name"])
    for number, day in enumerate(days, start=1):
        if day < today:
            marks = _marks(Random(f"{SEED} {demo.key} {number}"), seats)  # noqa: S311 - not secrets
            path = f"/{created['name']}/sessions/{number}/attendance:mark"
            await admin.post(path, {"marks": marks, "othersPresent": True, "way": "SHEET"})


async def _apply(admin: Api, class_: str, people: Sequence[str]) -> None:
    for number, person in enumerate(people):
        channel = "TELEPHONE" if number % 3 == 0 else "COUNTER"
        await admin.post(f"/{class_}:enter", {"person": person, "channel": channel})


def session_days(demo: DemoClass, today: date) -> list[date]:
    monday = today - timedelta(days=today.weekday())
    first = monday + timedelta(weeks=demo.first_week, days=demo.weekday)
    return [first + timedelta(weeks=week) for week in range(demo.sessions)]


def _details(demo: DemoClass, teacher: str, course: str, days: Sequence[date], today: date) -> Json:
    place = {"area": f"areas/{demo.area}", "features": ["STEP_FREE", "COMPUTERS"]}
    place |= (
        {"centre": f"centres/{demo.centre}", "room": "2층 배움실"} if demo.centre else {"address": "구름재면 경로당"}
    )
    admission: dict[str, Any] = {"rule": demo.rule, "minimum": 0}
    if demo.rule == "LOT":
        closes = datetime.combine(days[0] - timedelta(days=7), datetime.min.time(), _ZONE).replace(hour=18)
        admission |= {"closeTime": closes.isoformat(), "firstTimersFirst": True}
    return {
        **{"course": course, "title": demo.title, "term": f"{days[0].year}-{(days[0].month + 2) // 3}", "place": place},
        **{"seats": demo.seats, "delivery": demo.delivery, "languages": ["ko"], "instructors": [teacher]},
        "sessions": [{"date": day.isoformat(), "start": "14:00", "minutes": _MINUTES} for day in days],
        "admission": admission,
    }


def _marks(random: Random, seats: Sequence[str]) -> list[Json]:
    """Those who were not there for the whole session."""
    marks: list[Json] = []
    for seat in seats:
        chance = random.random()
        for attended, share, minutes in _EXCEPTIONS:
            if chance < share:
                marks.append({"application": seat, "attended": attended} | ({"minutes": minutes} if minutes else {}))
                break
            chance -= share
    return marks
