"""What the tables of a release are called, and who publishes it, in both languages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from services.statistics.figures.observation import TableSpec
from services.statistics.figures.periods import is_year, quarters_of
from services.statistics.figures.universe import Universe

LONGEST_KEY = 56
"""Leaves room for the edition behind it."""

TABLES = (
    TableSpec("area", {"ko": "지역별", "en": "By area"}, ()),
    TableSpec("sex", {"ko": "지역과 성별", "en": "By area and sex"}, ("sex",)),
    TableSpec("age", {"ko": "지역과 나이", "en": "By area and age"}, ("age",)),
    TableSpec("group", {"ko": "지역과 대상 집단", "en": "By area and target group"}, ("group",)),
    TableSpec("domain", {"ko": "지역과 역량 영역", "en": "By area and competence area"}, ("domain",)),
)


def publisher(area: Mapping[str, str]) -> Mapping[str, str]:
    return dict(area)


def release_title(area: Mapping[str, str], universe: Universe, periods: tuple[str, ...]) -> dict[str, str]:
    """ "Haneul Province: digital literacy training of residents, 2025, Q1 to Q3 2026"."""
    spans = [_span(first, last) for first, last in runs(periods)]
    who = {"ko": "직원", "en": "employees"} if universe is Universe.EMPLOYEE else {"ko": "주민", "en": "residents"}
    korean = area.get("ko") or area.get("en", "")
    english = area.get("en") or area.get("ko", "")
    return {
        "ko": f"{korean} {who['ko']} 디지털 역량 교육 통계 {', '.join(ko for ko, _ in spans)}",
        "en": f"{english}: digital literacy training of {who['en']}, {', '.join(en for _, en in spans)}",
    }


def _span(first: str, last: str) -> tuple[str, str]:
    """In Korean and English words."""
    (year, number), (until, last_number) = (each.split("-Q") if "-" in each else (each, "") for each in (first, last))
    if not number:
        return f"{year}년", year
    if first == last:
        return f"{year}년 {number}분기", f"Q{number} {year}"
    if year == until:
        return f"{year}년 {number}~{last_number}분기", f"Q{number} to Q{last_number} {year}"
    return f"{year}년 {number}분기~{until}년 {last_number}분기", f"Q{number} {year} to Q{last_number} {until}"


def release_key(area: str, universe: Universe, periods: tuple[str, ...]) -> str:
    """Other periods, another key: "hb01-res-2025-2026-q1-to-2026-q3"; a year without its quarters is "2025-year"."""
    alone = {each for each in periods if is_year(each) and not set(quarters_of(each)) & set(periods)}
    spans = ["-to-".join(dict.fromkeys(run)) + ("-year" if run[0] in alone else "") for run in runs(periods)]
    key = "-".join((area.removeprefix("areas/"), universe.code, *spans)).lower()
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[: LONGEST_KEY - 9]}-{hashlib.sha256(key.encode()).hexdigest()[:8]}".replace("--", "-")


def runs(periods: tuple[str, ...]) -> list[tuple[str, str]]:
    """First and last of each run of quarters without a gap; a whole year stands for its own quarters."""
    years = [period for period in periods if is_year(period)]
    rest = sorted(set(periods) - set(years) - {quarter for year in years for quarter in quarters_of(year)})
    spans = [(year, year) for year in years]
    for quarter in rest:
        year, _, number = quarter.partition("-Q")
        before = f"{year}-Q{int(number) - 1}" if number != "1" else f"{int(year) - 1}-Q4"
        if spans and spans[-1][1] == before:
            spans[-1] = (spans[-1][0], quarter)
        else:
            spans.append((quarter, quarter))
    return sorted(spans)
