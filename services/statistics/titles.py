"""What the tables of a release are called, and who publishes it, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from services.statistics.domain.release import TableSpec

TABLES = (
    TableSpec("area", {"ko": "지역별", "en": "By area"}, ()),
    TableSpec("sex", {"ko": "지역과 성별", "en": "By area and sex"}, ("sex",)),
    TableSpec("age", {"ko": "지역과 나이", "en": "By area and age"}, ("age",)),
    TableSpec("group", {"ko": "지역과 대상 집단", "en": "By area and target group"}, ("group",)),
    TableSpec("domain", {"ko": "지역과 역량 영역", "en": "By area and competence area"}, ("domain",)),
)


def publisher(area: Mapping[str, str]) -> Mapping[str, str]:
    return dict(area)


def release_title(area: Mapping[str, str], universe: str, periods: tuple[str, ...]) -> dict[str, str]:
    """ "Haneul Province: digital literacy training of residents, 2026-Q1 to 2026-Q3"."""
    span = periods[0] if len(periods) == 1 else f"{periods[0]}~{periods[-1]}"
    who = {"ko": "직원", "en": "employees"} if universe == "employee" else {"ko": "주민", "en": "residents"}
    korean = area.get("ko") or area.get("en", "")
    english = area.get("en") or area.get("ko", "")
    return {
        "ko": f"{korean} {who['ko']} 디지털 역량 교육 통계 {span}",
        "en": f"{english}: digital literacy training of {who['en']}, {span}",
    }
