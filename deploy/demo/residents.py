"""About 400 people who do not exist, and what each did: drawn from a seed, so that every load draws the same."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

SEED = 20_260_701
COUNT = 400
QUARTERS = 8
_ZONE = ZoneInfo("Asia/Seoul")

# Share of the learners by home; Hanbit's towns differ, Saebyeok is there to be hidden from Hanbit's officials.
_HOMES = {
    **{"HB0101": 20, "HB0102": 17, "HB0103": 13, "HB0104": 11, "HB0105": 12, "HB0106": 5, "HB0107": 7, "HB0108": 3},
    **{"HB0201": 6, "HB0202": 4, "HB0203": 3, "HB0204": 1},
}
_EMPLOYEE_SHARE = 0.15


class Ending(StrEnum):
    COMPLETED = "completed"
    UNDER_WAY = "under way"
    NOT_STARTED = "not started"
    WITHDREW = "withdrew"


@dataclass(frozen=True)
class Attendance:
    """One enrolment: how it went, and how well the quizzes go (share of answers right at the first try)."""

    course: str
    enrolled_at: datetime
    ending: Ending
    skill: float
    pace: timedelta


@dataclass(frozen=True)
class Resident:
    number: int
    login: str
    name: str
    area: str
    organisation: str
    birth_year: int
    sex: str
    groups: tuple[str, ...] | None
    locale: str
    attends: tuple[Attendance, ...]


def residents(today: date, audiences: Mapping[str, str], towns: Sequence[str], count: int = COUNT) -> list[Resident]:
    """`audiences`: course slug -> RESIDENTS, EMPLOYEES or BOTH. Enrolments lie in the eight quarters before today."""
    names = tomllib.loads((Path(__file__).parent / "names.toml").read_text())
    return [_resident(Random(SEED + number), number, today, audiences, towns, names) for number in range(count)]  # noqa: S311 - not secrets


def _resident(
    random: Random,
    number: int,
    today: date,
    audiences: Mapping[str, str],
    towns: Sequence[str],
    names: Mapping[str, Any],
) -> Resident:
    employee = random.random() < _EMPLOYEE_SHARE
    area = random.choices(towns, [_HOMES.get(town, 1) for town in towns])[0]
    born = today.year - (random.randint(24, 59) if employee else round(random.triangular(17, 88, 71)))
    sex = random.choices(["FEMALE", "MALE"], [58, 42])[0]
    english = random.random() < 0.03
    return Resident(
        number=number,
        login=f"hanbit{number:03}",
        name=_name(random, names, born, sex, "en" if english else "ko"),
        area=f"areas/{area}",
        organisation=_employer(random, area) if employee else "",
        birth_year=born if random.random() < 0.94 else 0,
        sex=sex if random.random() < 0.95 else "",
        groups=_groups(random, born, area) if random.random() < 0.9 else None,
        locale="en" if english else "ko",
        attends=_attendances(random, employee, today, today.year - born, audiences),
    )


def _name(random: Random, names: Mapping[str, Any], born: int, sex: str, language: str) -> str:
    family = random.choices(names["family"], [entry["weight"] for entry in names["family"]])[0]
    fitting = [entry for entry in names["given"] if entry["sex"] == sex and entry["born_from"] <= born]
    given = random.choice(max(fitting, key=lambda entry: entry["born_from"])["names"])
    return f"{family['ko']}{given['ko']}" if language == "ko" else f"{given['en']} {family['en']}"


def _employer(random: Random, area: str) -> str:
    offices = ["hanbit-digital", "hanbit-petitions", "hanbit-welfare", "hanbit-learning", "deulkkot-office"]
    return f"organisations/{'saebyeok-office' if area.startswith('HB02') else random.choice(offices)}"


def _groups(random: Random, born: int, area: str) -> tuple[str, ...]:
    rural = area in ("HB0105", "HB0106", "HB0107") or area.startswith("HB02")
    odds = {
        "DISABILITY": 0.11,
        "LOW_INCOME": 0.10,
        "FARMER_FISHER": 0.34 if rural else 0.04,
        "DEFECTOR": 0.01,
        "MARRIAGE_MIGRANT": 0.05 if born > 1970 else 0.0,
    }
    return tuple(group for group, chance in odds.items() if random.random() < chance)


def _attendances(
    random: Random, employee: bool, today: date, age: int, audiences: Mapping[str, str]
) -> tuple[Attendance, ...]:
    fitting = [slug for slug, audience in audiences.items() if employee or audience != "EMPLOYEES"]
    taken = random.sample(fitting, min(len(fitting), random.choices([1, 2, 3], [52, 33, 15])[0]))
    skill = min(0.97, max(0.45, random.gauss(0.86 - max(0, age - 60) * 0.006, 0.1)))
    return tuple(_attendance(random, slug, today, age, skill, employee) for slug in taken)


def _attendance(random: Random, course: str, today: date, age: int, skill: float, employee: bool) -> Attendance:
    # More people come each quarter, as such programmes grow.
    days = QUARTERS * 91
    ago = days - round(days * random.random() ** 0.8)
    day = today - timedelta(days=max(1, ago))
    opened = datetime.combine(day, time(random.randint(9, 20), random.randint(0, 59)), _ZONE)
    finishing = 0.78 if employee else 0.62 - max(0, age - 65) * 0.006
    rest = 1 - finishing
    ending = random.choices(list(Ending), [finishing, rest * 0.4, rest * 0.3, rest * 0.3])[0]
    if ago < 10 and ending is Ending.COMPLETED and random.random() < 0.5:
        ending = Ending.UNDER_WAY
    pace = timedelta(hours=random.choice([1, 20, 26, 48, 70])) if ago > 30 else timedelta(minutes=20)
    return Attendance(course, opened.astimezone(UTC), ending, skill, pace)
