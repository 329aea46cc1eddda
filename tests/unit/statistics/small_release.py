"""A small release of the fictional Haneul Province: counted from made-up learners, small cells hidden."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product

from services.statistics.figures.assessment import Assessment, IndicatorValues, assess
from services.statistics.figures.capability import AREAS as SKILLS
from services.statistics.figures.capability import Indicator
from services.statistics.figures.coverage import coverage
from services.statistics.figures.measures import percent
from services.statistics.figures.observation import AreaCode, Observation, ReleaseContent, TableSpec
from services.statistics.figures.rounding import rounded_text
from services.statistics.formats import rendering

AREAS = (
    AreaCode("HB", "", "SIDO", {"ko": "하늘도", "en": "Haneul Province"}),
    AreaCode("HB01", "HB", "SGG", {"ko": "한빛시", "en": "Hanbit City"}, (2, 0)),
    AreaCode("HB02", "HB", "SGG", {"ko": "=별내군", "en": "=Byeolnae County"}, (1, 1)),
    AreaCode("HB03", "HB", "SGG", {"ko": "솔숲시", "en": "Solsup, City of"}, (2, 1)),
    AreaCode("HB04", "HB", "SGG", {"ko": "나루군", "en": "Naru County"}, (3, 1)),
)
"""One title starts like a formula, one holds a comma."""

TABLES = (
    TableSpec("area-sex", {"ko": "지역과 성별", "en": "By area and sex"}, ("sex",)),
    TableSpec("age", {"ko": "나이", "en": "By age"}, ("age",)),
    TableSpec("group", {"ko": "대상 집단", "en": "By target group"}, ("group",)),
    TableSpec("domain", {"ko": "역량 영역", "en": "By competence area"}, ("domain",)),
)
AGES = ("Y_LT15", "Y15T24", "Y25T34", "Y35T44", "Y45T54", "Y55T64", "Y65T74", "Y_GE75")
POPULATION = 21_400
PERIODS = ("2026-Q1", "2026-Q2", "2026-Q3")


@dataclass(frozen=True, slots=True)
class Learner:
    area: str
    sex: str
    age: str
    group: str
    domain: str
    period: str
    started: bool
    completed: bool


def learners() -> Iterator[Learner]:
    for number in range(1200):
        draw = (number * 7919 + 104_729) % 9973
        yield Learner(
            area=("HB01", "HB01", "HB01", "HB02", "HB03", "HB03", "HB04")[draw % 7] if number % 50 else "HB04",
            sex="F" if draw % 5 < 3 else "M",
            age=AGES[(draw // 7) % 8],
            group="DIS" if draw % 13 == 0 else "N_DIS",
            domain=f"DC30_{1 + draw % 5}",
            period=PERIODS[draw % 11 % 3],
            started=draw % 9 != 0,
            completed=draw % 9 != 0 and draw % (3 + AGES.index(AGES[(draw // 7) % 8]) // 3) != 0,
        )


def _matches(one: Learner, period: str, area: str, **codes: str) -> bool:
    return (
        (period == "2026" or one.period == period)
        and area in ("HB", one.area)
        and all(code in ("_T", getattr(one, name)) for name, code in codes.items())
    )


@cache
def observations() -> tuple[Observation, ...]:
    return tuple(_observations())


def _observations() -> Iterator[Observation]:
    everyone = list(learners())
    for period in (*PERIODS, "2026"):
        for area, sex, age, group, domain in _breakdowns():
            codes = {"sex": sex, "age": age, "group": group, "domain": domain}
            chosen = [one for one in everyone if _matches(one, period, area, **codes)]
            yield from _measures(chosen, period, area, codes)


def _breakdowns() -> Iterator[tuple[str, str, str, str, str]]:
    areas = [area.code for area in AREAS]
    yield from ((area, sex, "_T", "_T", "_T") for area, sex in product(areas, ("_T", "F", "M")))
    yield from ((area, "_T", age, "_T", "_T") for area, age in product(areas, AGES))
    yield from ((area, "_T", "_T", group, "_T") for area, group in product(areas, ("DIS", "N_DIS")))
    yield from (("HB", "_T", "_T", "_T", f"DC30_{number}") for number in range(1, 6))


def _measures(chosen: list[Learner], period: str, area: str, codes: dict[str, str]) -> Iterator[Observation]:
    def observation(measure: str, value: str | None, unit: str, status: str, *interval: str | None) -> Observation:
        low, high = interval or (None, None)
        return Observation(
            measure=measure,
            universe="RES",
            freq="Q" if "-Q" in period else "A",
            period=period,
            area=area,
            **codes,
            value=value,
            status=status,
            confidentiality="N" if status == "Q" else "F",
            unit=unit,
            low=low,
            high=high,
            persons=None if status == "Q" else 777_777,
        )

    enrolled, started, completed = len(chosen), sum(c.started for c in chosen), sum(c.completed for c in chosen)
    small = 1 <= enrolled < 5
    few = small or 1 <= completed < 5 or 1 <= enrolled - completed < 5
    yield observation("ENR", None if small else str(enrolled), "NUMBER", "Q" if small else "A")
    yield observation("EPR", None if small else str(enrolled), "PS", "Q" if small else "A")
    yield observation("STR", None if few else str(started), "NUMBER", "Q" if few else "A")
    yield observation("CMP", None if few else str(completed), "NUMBER", "Q" if few else "A")
    rate: Fraction | None = percent(completed, enrolled)
    if rate is None:
        yield observation("CPR", None, "PT", "M")
    elif few or enrolled < 10:
        yield observation("CPR", None, "PT", "Q")
    else:
        yield observation("CPR", rounded_text(rate, 1), "PT", "U" if enrolled < 30 else "A")
    if set(codes.values()) == {"_T"}:
        yield from _of_everybody(observation, enrolled, completed, "Q" if few else "A", area)
        reach = coverage(enrolled, POPULATION if area == "HB" else None)
        if reach is None:
            yield observation("COV", None, "RT_1000", "L")
        else:
            low, high = rounded_text(reach.low, 2), rounded_text(reach.high, 2)
            yield observation("COV", rounded_text(reach.value, 1), "RT_1000", "A", low, high)


def _of_everybody(
    observation: Callable[..., Observation], enrolled: int, completed: int, status: str, area: str
) -> Iterator[Observation]:
    hidden = status == "Q"
    yield observation("PTM", None if hidden else str(enrolled), "NUMBER", status)
    yield observation("CMF", None if hidden else str(completed + 3), "NUMBER", status)
    yield observation("COV_STD", "9.4" if area == "HB" else None, "RT_1000", "A" if area == "HB" else "L")
    if area == "HB":
        yield observation("CONC", "-0.127", "RATIO", "A")


ASSESSED = {
    "HB01": ("si", 41_000, "71 66 80 52.5 64"),
    "HB03": ("si", 23_500, "64 70 58 61 77.25"),
    "HB05": ("si", 30_250, "55 48 47 50 44"),
    "HB02": ("gun", 9_800, "35 52 41 38 60"),
    "HB04": ("gun", 7_400, "62 - 55 47 39"),
}
"""Kind, residents and scores by area; one of them has no figures for investment."""


@cache
def assessment() -> Assessment:
    reported = IndicatorValues()
    reported.indicators = {code: Indicator(code, code, Decimal(0), Decimal(100), 1, Decimal(1)) for code in SKILLS}
    for unit, (stratum, residents, scores) in ASSESSED.items():
        given = dict(zip(SKILLS, scores.split(), strict=True))
        reported.strata[unit], reported.population[unit] = stratum, residents
        reported.values[unit] = {code: Decimal(score) for code, score in given.items() if score != "-"}
    reported.titles["HB05"] = {"ko": "가온시", "en": "Gaon City"}
    return Assessment("2026", "하늘연구원", hashlib.sha256(b"assessment").hexdigest(), assess(reported))


def small_release(**changes: object) -> ReleaseContent:
    values: dict[str, object] = {
        "id": "training-2026-q3",
        "revision": 1,
        "title": {
            "ko": "하늘도 디지털 역량 교육 통계 2026년 3분기",
            "en": "Haneul Province: digital literacy training, Q3 2026",
        },
        "universe": "RES",
        "periods": (*PERIODS, "2026"),
        "as_of": datetime(2026, 10, 15, 0, 0, tzinfo=UTC),
        "publish_at": datetime(2026, 10, 30, 3, 0, tzinfo=UTC),
        "method_version": "1.0.0",
        "area_vintage": date(2026, 7, 1),
        "k": 5,
        "areas": AREAS,
        "tables": TABLES,
        "observations": observations(),
        "note": {"ko": "처음 펴내는 판입니다.", "en": "First edition."},
        "earlier": ("training-2026-q2",),
        "publisher": {"ko": "하늘도청", "en": "Haneul Provincial Government"},
        "licence": "CC-BY-4.0",
        "contact": "statistics@haneul.example",
        "capability": assessment(),
    }
    return ReleaseContent(**{**values, **changes})  # type: ignore[arg-type]


@cache
def small_release_files() -> Mapping[str, bytes]:
    return rendering.render(small_release())
