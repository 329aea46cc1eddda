"""A release as large as they come: the fictional Haneul Province, thirty areas, eight quarters and their years.

Figures are those of the real tables; what is hidden is only what is small itself, which is quick and enough for files.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.linked_tables import tabulate
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.dimensions import FLAGS, STANDARD_POPULATION
from services.statistics.figures.observation import AreaCode, Denominator, EarlierRevision, Observation, ReleaseContent
from services.statistics.figures.periods import is_year, last_day, quarters_of
from services.statistics.figures.units import Unit, age_band
from services.statistics.releases.domain.published_figures import Context, observations
from services.statistics.releases.titles import TABLES

NAMES = (
    ("한빛시", "Hanbit City"), ("별내군", "Byeolnae County"), ("솔숲시", "Solsup City"), ("나루군", "Naru County"),
    ("가온시", "Gaon City"), ("다솜군", "Dasom County"), ("미리내시", "Mirinae City"), ("누리군", "Nuri County"),
    ("아라시", "Ara City"), ("해솔군", "Haesol County"), ("라온시", "Raon City"), ("도담군", "Dodam County"),
    ("마루시", "Maru City"), ("바름군", "Bareum County"), ("샛별시", "Saetbyeol City"), ("여울군", "Yeoul County"),
    ("온새미시", "Onsaemi City"), ("윤슬군", "Yunseul County"), ("이든시", "Ideun City"), ("자람군", "Jaram County"),
    ("찬솔시", "Chansol City"), ("초롱군", "Chorong County"), ("큰들시", "Keundeul City"), ("토담군", "Todam County"),
    ("푸른시", "Pureun City"), ("하람군", "Haram County"), ("한결시", "Hangyeol City"), ("햇살군", "Haetsal County"),
    ("흰돌시", "Huindol City"), ("흐름군", "Heureum County"),
)  # fmt: skip
TOP, POLICY = "HB", Policy()
QUARTERS = tuple(f"{year}-Q{quarter}" for year in (2024, 2025) for quarter in (1, 2, 3, 4))
PERIODS = (*QUARTERS, "2024", "2025")
NOBODY, UNCOUNTED = "HB30", "HB29"
"""An area where nobody enrolled, and one without a number of residents."""

AREAS = ReleaseAreas(TOP, {TOP: tuple(f"HB{number:02}" for number in range(1, len(NAMES) + 1))})


def _units(quarter: str, people: int) -> Iterator[Unit]:
    draw = random.Random(quarter)  # made-up people
    weights = [8 if number % 2 else 1.2 - number / 40 for number in range(1, len(NAMES) + 1)]
    codes = AREAS.children[TOP]
    for number in range(people):
        area = draw.choices(codes, weights)[0]
        age = min(93, max(9, int(draw.gauss(58, 17))))
        status = draw.choices(("CMP", "IPR", "WDR", "NST"), (70 - age / 3, 12, 9, 4 + age / 4))[0]
        yield Unit(
            person=f"{quarter}.{number // 2 if number % 5 == 0 else number}",
            quarter=quarter,
            area=codes[0] if area == NOBODY else area,
            sex=draw.choices(("F", "M", "_O", "_U"), (58, 40, 0.1, 1.9))[0],
            age=age_band(age),
            flags=None if draw.random() < 0.1 else tuple(flag for flag in FLAGS if draw.random() < 0.07),
            domains=(f"DC30_{draw.choices((1, 2, 3, 4, 5), (9, 7, 3, 4, 0.02))[0]}",),
            status=status,
            days=draw.randrange(40) if status == "CMP" else None,
            hours=Decimal(draw.randrange(600)) / 60 if status != "NST" else None,
            finished=quarter if status == "CMP" else "",
        )


def _population(period: str) -> dict[tuple[str, str, str], int]:
    counted = [code for code in AREAS.children[TOP] if code != UNCOUNTED]
    found = {(code, "_T", "_T"): 41_300 + 911 * place for place, code in enumerate(counted)}
    found |= {(TOP, "_T", "_T"): sum(found.values()) + 39_000 + int(period[:4])}
    ages = [*((code, weight) for code, weight in STANDARD_POPULATION.items()), ("Y_GE60", 26_000)]
    return found | {
        (code, "_T", age): count * (weight + 40 * place) // 110_000
        for place, ((code, _, _), count) in enumerate(list(found.items()))
        for age, weight in ages
    }


def _observations(people: int) -> Iterator[Observation]:
    quarters = {quarter: list(_units(quarter, people)) for quarter in QUARTERS}
    for period in PERIODS:
        units = [
            unit for quarter in (quarters_of(period) if is_year(period) else (period,)) for unit in quarters[quarter]
        ]
        table = tabulate((period,), quarters, quarters, AREAS)
        hidden = {cell for cell, persons in table.persons.items() if persons < POLICY.k and table.is_printed(cell)}
        yield from observations(
            Context("RES", period, AREAS, POLICY, _population(period)), units, table, hidden, frozenset()
        )


@cache
def province(people: int = 1500) -> ReleaseContent:
    """`people` enrolments each quarter."""
    named = enumerate(zip(AREAS.children[TOP], NAMES, strict=True))
    below = [
        AreaCode(code, TOP, "SGG", {"ko": ko, "en": en}, (place % 7, place // 7)) for place, (code, (ko, en)) in named
    ]
    return ReleaseContent(
        id="province-2025",
        revision=2,
        title={
            "ko": "하늘도 주민 디지털 역량 교육 통계 2024~2025년",
            "en": "Haneul Province: digital literacy training of residents, 2024 to 2025",
        },
        universe="RES",
        periods=PERIODS,
        as_of=datetime(2026, 1, 31, 14, 59, tzinfo=UTC),
        publish_at=datetime(2026, 2, 27, 3, 0, tzinfo=UTC),
        method_version="1.0.0",
        area_vintage=last_day("2025"),
        k=5,
        areas=(AreaCode(TOP, "", "SIDO", {"ko": "하늘도", "en": "Haneul Province"}), *below),
        tables=TABLES,
        observations=tuple(_observations(people)),
        note={
            "ko": "한빛시의 늦게 들어온 기록 12건을 더했습니다.",
            "en": "Twelve records of Hanbit City that came in late were added.",
        },
        earlier=("province-2023",),
        publisher={"ko": "하늘도청", "en": "Haneul Provincial Government"},
        licence="KOGL-1",
        contact="하늘도청 디지털포용과 statistics@haneul.example",
        legal_basis="하늘도 디지털 역량 교육 조례 제7조",
        history=(
            EarlierRevision(
                1,
                datetime(2026, 2, 13, 3, 0, tzinfo=UTC),
                {"ko": "처음 펴내는 판입니다.", "en": "First edition."},
            ),
        ),
        denominators=(
            Denominator(date(2025, 12, 31), "하늘도 주민등록 인구", "KOGL-1", hashlib.sha256(b"residents").hexdigest()),
        ),
    )
